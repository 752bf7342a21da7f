import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Preflight } from "../../fleet/preflight";
import { checkoutRoot } from "../../local/toolchain";
import { findTopology, loadTopology } from "../../regions/topology/load";
import { serveFakeAws } from "../fleet/preflight/fake-account";
import type { FakeAccount } from "../fleet/preflight/fake-account";

const BIN = join(checkoutRoot(__dirname), "bin", "meridian");

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe("meridian preflight", function () {
  const home = mkdtempSync(join(tmpdir(), "meridian-preflight-"));
  after(() => {
    rmSync(home, { recursive: true });
  });
  /** Not `spawnSync`: the account that is asked is a server of this process. */
  const run = (args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Ended> =>
    new Promise((resolve) => {
      const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"));
      const env = { ...Object.fromEntries(inherited), MERIDIAN_HOME: home, CI: "true", ...more };
      const child = spawn(BIN, ["preflight", ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
      let [stdout, stderr] = ["", ""];
      child.stdout.on("data", (chunk) => (stdout += String(chunk)));
      child.stderr.on("data", (chunk) => (stderr += String(chunk)));
      child.on("close", (code) => {
        resolve({ code, stdout, stderr });
      });
    });
  const asking = async (account: FakeAccount, args: readonly string[]): Promise<Ended> => {
    const server = await serveFakeAws(account);
    const env = {
      AWS_ENDPOINT_URL: server.url,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_REGION: "us-east-1",
    };
    try {
      return await run([...args, "--account"], env);
    } finally {
      await server.close();
    }
  };

  it("prints production's table offline, region by region, with the requests to make, and ends with 1", async () => {
    // An address that nobody answers at: whoever asks it fails.
    const { code, stdout, stderr } = await run(["prod"], { AWS_ENDPOINT_URL: "http://127.0.0.1:1" });
    assert.equal(code, 1, stderr);
    assert.equal(stderr, "");
    for (const { name } of loadTopology(findTopology("prod")).regions)
      assert.match(stdout, new RegExp(`^Quotas of ${name}$`, "m"));
    assert.match(stdout, /^Quotas of the account$/m);
    assert.match(stdout, /ec2 +All Standard .* Spot Instance Requests +\d+ vCPUs +5 +default +L-34B43A08 +REQUEST/);
    assert.match(stdout, /Running On-Demand Standard .* 1,024 +topology +L-1216C47A +granted, not confirmed/);
    assert.match(
      stdout,
      /^ {2}aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-34B43A08 --desired-value \d+ --region eu-west-1$/m,
    );
    assert.match(
      stdout,
      /AWSServiceRoleForAmazonOpenSearchService +must exist before +aws iam create-service-linked-role/,
    );
    assert.match(stdout, /\n\d+ quotas to request\n$/);
  });

  it("gives one document with --json, and every row with --all", async () => {
    const [json, all, short] = await Promise.all([run(["dev", "--json"]), run(["dev", "--all"]), run(["dev"])]);
    const report = JSON.parse(json.stdout) as Preflight;
    assert.deepEqual([json.code, report.passed, report.environment], [1, false, "dev"]);
    assert.ok(report.requests.length > 0 && report.quotas.length > 100);
    assert.ok(all.stdout.split("\n").length > short.stdout.split("\n").length + 100);
    assert.match(all.stdout, /Registered state machines/);
    assert.doesNotMatch(short.stdout, /Registered state machines/);
  });

  it("ends with 0 where the account has enough, and with 1 where it has not", async () => {
    const { account } = loadTopology(findTopology("dev"));
    const enough = await asking({ id: account }, ["dev"]);
    assert.equal(enough.code, 0, enough.stdout + enough.stderr);
    assert.match(enough.stdout, /everything fits: \d+ quotas, \d+ subnets\n$/);
    const poor = await asking({ id: account, quota: () => 4 }, ["dev", "--json"]);
    assert.equal(poor.code, 1, poor.stderr);
    assert.equal((JSON.parse(poor.stdout) as Preflight).asked, true);
  });

  it("takes a file of one's own, as check does", async () => {
    const file = join(home, "trial.yaml");
    writeFileSync(file, readFileSync(findTopology("dev"), "utf8"));
    const { code, stdout } = await run([file]);
    assert.equal(code, 1);
    const { account } = loadTopology(findTopology("dev"));
    assert.ok(stdout.startsWith(`trial, account ${account}: AWS's defaults`), stdout);
  });

  it("says what it does with --help", async () => {
    const { code, stdout } = await run(["--help"]);
    assert.equal(code, 0);
    for (const option of ["--account", "--all", "--json"]) assert.ok(stdout.includes(option), option);
  });

  const BAD: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["an unknown environment", ["prd"], /want an environment with a topology.*"prd"/],
    ["the local cloud", ["local"], /environment: want one whose cloud is aws, got "local"/],
    ["a file that is not there", ["/no/such.yaml"], /such\.yaml/],
    ["an unknown option", ["dev", "--frob"], /--frob/],
    [
      "an account that cannot be asked",
      ["dev", "--account"],
      /--account: want credentials that may read quotas, got who the credentials are of: /,
    ],
  ];
  for (const [what, args, message] of BAD)
    it(`is refused with exit code 2, without a stack trace: ${what}`, async () => {
      // No credentials, and nowhere to find any.
      const nobody = { AWS_EC2_METADATA_DISABLED: "true", HOME: home, AWS_ENDPOINT_URL: "http://127.0.0.1:1" };
      const { code, stdout, stderr } = await run(args, nobody);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /\n\s+at /);
    });

  it("is refused with exit code 2 for credentials of another account", async () => {
    const { code, stderr } = await asking({ id: "999999999999" }, ["dev"]);
    assert.equal(code, 2, stderr);
    const { account } = loadTopology(findTopology("dev"));
    assert.match(stderr, /--account: want [^]*, got the credentials are of account 999999999999/);
    assert.ok(stderr.includes(`dev is in ${account}`), stderr);
  });
});

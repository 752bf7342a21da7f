import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkoutRoot } from "../../local/toolchain";
import { findTopology } from "../../regions/topology/load";

const BIN = join(checkoutRoot(__dirname), "bin", "meridian");

describe("bad input on the command line", () => {
  const home = mkdtempSync(join(tmpdir(), "meridian-cli-"));
  const run = (...args: string[]) => {
    const env = { ...process.env, MERIDIAN_HOME: home, CI: "true" };
    const { status, stdout, stderr } = spawnSync(BIN, args, { env, encoding: "utf8", input: "" });
    return { code: status, stdout, stderr };
  };
  // Its traffic passes the topology's checks, but no search domain has as many nodes as it needs.
  const topologies = mkdtempSync(join(tmpdir(), "meridian-topologies-"));
  const huge = join(topologies, "huge.yaml");
  const local = readFileSync(findTopology("local"), "utf8");
  writeFileSync(huge, local.replace(/eventsPerSecond: \d+/, "eventsPerSecond: 90000000"));
  after(() => {
    rmSync(home, { recursive: true });
    rmSync(topologies, { recursive: true });
  });

  const CASES: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["an unknown command", ["frob"], /want a command, got "frob"/],
    ["an unknown option", ["up", "--frob"], /--frob/],
    ["an unknown environment", ["plan", "prd"], /want an environment with a topology.*"prd"/],
    ["a replay without a file", ["events", "replay"], /file: want the file to replay, got none/],
    ["a file that is not there", ["events", "replay", "/no/such"], /file: want a readable file, got "\/no\/such"/],
    ["an unknown action", ["events", "frob"], /action: want generate or replay or import or ledger, got "frob"/],
    [
      "an experiment's report by an unknown metric",
      ["experiment", "report", "--metric", "clicks", "--alpha", "2"],
      /--metric: want click_rate or conversion or revenue_per_user, got "clicks"[^]*--alpha: want a number between 0 and 1/,
    ],
    [
      "an unknown action on an experiment",
      ["experiment", "begin", "--today", "soon", "--on-harm", "cry"],
      /action: want start or status or ramp [^]*got "begin"[^]*--on-harm: want roll_back or hold[^]*--today: want a day/,
    ],
    [
      "an experiment's control that is no variant",
      ["experiment", "report", "--control", "chamption"],
      /--control: want one of champion, challenger, got "chamption"/,
    ],
    [
      "columns that are no interaction's",
      ["events", "import", "package.json", "--format", "interactions", "--columns", "user,thing"],
      /--columns: want user, item, timestamp and perhaps value, each once, got "user,thing"/,
    ],
    [
      "an event type for a file that has its own",
      ["events", "import", "package.json", "--format", "access-log", "--event-type", "view"],
      /--event-type: want it with --format interactions only/,
    ],
    ["a destroy that nobody can be asked about", ["destroy", "local"], /--yes: want it given/],
    [
      "deleting data of an environment that is not disposable",
      ["destroy", "prod", "--yes", "--delete-data"],
      /disposable: want true/,
    ],
    [
      "an unknown format of a report",
      ["check", "dev", "--format", "xml"],
      /--format: want one of table, json, sarif, junit/,
    ],
    [
      "a report on parity in a format for violations",
      ["check", "dev", "--parity", "--format", "sarif"],
      /--format: want table or json with --parity, got sarif/,
    ],
    [
      "a policy configuration that is not there",
      ["check", "dev", "--policy-pack-config", "/no/such"],
      /--policy-pack-config: want a file/,
    ],
    ["a report that cannot be written", ["check", "local", "--output", "/no/such/file"], /--output: want a file that/],
    ["an AWS environment without a backend", ["up", "dev"], /PULUMI_BACKEND_URL: want a versioned state bucket/],
    ["an unknown engine", ["query", "top_items", "--engine", "oracle"], /--engine: want athena or redshift or duckdb/],
    ["an unknown question", ["query", "top_itms"], /top_items/],
    ["a region that the environment has not", ["recommend", "u1", "--region", "eu-west-1"], /--region: want one of/],
    ["a parameter that the question has not", ["query", "top_items", "--param", "x=1"], /x/],
    [
      "a feature store asked for what it does not do",
      ["features", "frob", "--limit", "200", "--entity", "shop"],
      /action: want check or training-set, got "frob"[^]*--entity: want user or item[^]*--limit: want a percentage/,
    ],
    [
      "a training set without labels",
      ["features", "training-set", "/no/such.parquet"],
      /LABELS: want a Parquet file of labels, got "\/no\/such.parquet"[^]*OUT: want a file/,
    ],
    ...(["check", "plan", "up"] as const).map(
      (command) =>
        [
          `what a component refuses, by ${command}`,
          [command, huge],
          /huge\.us-east-1: Search search: sizing\.dataNodes: want a whole number of nodes, 2 to 80, got \d+\n[^]*huge\.us-west-2: Search search: sizing\.dataNodes: want/,
        ] as const,
    ),
    ["a limit out of bounds", ["recommend", "u1", "--limit", "0"], /--limit: want a whole number, 1 to/],
  ];
  for (const [what, args, message] of CASES) {
    it(`is refused with exit code 2, by name, without a stack trace: ${what}`, () => {
      const { code, stdout, stderr } = run(...args);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /^\s+at /m);
    });
  }

  it("is told all at once", () => {
    const { code, stderr } = run("events", "generate", "--count", "0", "--seed", "x", "--format", "csv");
    assert.equal(code, 2);
    for (const path of ["--count", "--seed", "--format"]) assert.match(stderr, new RegExp(`${path}: want`));
  });

  it("is one JSON document on standard output with --json", () => {
    const { code, stdout } = run("events", "generate", "--count", "0", "--json");
    assert.equal(code, 2);
    const { problems } = JSON.parse(stdout) as { problems: { path: string }[] };
    assert.deepEqual(
      problems.map(({ path }) => path),
      ["--count"],
    );
  });

  it("changes nothing: no local cloud was started, nothing was written but the checkout's own cache", () => {
    assert.deepEqual(readdirSync(home), []);
  });
});

describe("help", () => {
  it("is there for every command", () => {
    const overview = spawnSync(BIN, ["--help"], { encoding: "utf8" });
    const commands = [...overview.stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name ?? "");
    assert.ok(commands.length >= 12, overview.stdout);
    for (const command of commands) {
      const { status, stdout } = spawnSync(BIN, [command, "--help"], { encoding: "utf8" });
      assert.equal(status, 0);
      assert.match(stdout, /--json/);
    }
  });
});

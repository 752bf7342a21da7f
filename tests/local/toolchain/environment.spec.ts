import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { localEnvironment, localProcessEnvironment, unsetLocally } from "../../../local/toolchain";
import { temporaryFolder, temporaryPaths } from "./folder";

/** Runs with these variables in this process, and puts back what was there. */
async function having<T>(variables: Readonly<Record<string, string>>, work: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(variables)) {
      const value = before[name];
      if (value === undefined) {
        Reflect.deleteProperty(process.env, name);
      } else {
        process.env[name] = value;
      }
    }
  }
}

describe("the local cloud's environment", () => {
  it("leads Pulumi and every AWS tool to this checkout, and to nothing of the user's own", async () => {
    const paths = temporaryPaths(temporaryFolder());
    const environment = await localEnvironment(paths);
    const { PATH, AWS_ENDPOINT_URL, NO_PROXY, no_proxy, NODE_COMPILE_CACHE, MERIDIAN_HOME, ...rest } = environment;
    assert.deepEqual(rest, {
      PULUMI_HOME: paths.pulumiHome,
      PULUMI_BACKEND_URL: `file://${paths.backend}?metadata=skip`,
      PULUMI_CONFIG_PASSPHRASE_FILE: paths.passphrase,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_EC2_METADATA_DISABLED: "true",
    });
    assert.deepEqual(PATH?.split(delimiter).slice(0, 3), [
      paths.bin,
      paths.providers,
      join(paths.root, "node_modules", ".bin"),
    ]);
    assert.match(AWS_ENDPOINT_URL ?? "", /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.ok(NO_PROXY?.split(",").includes("127.0.0.1") === true && NO_PROXY === no_proxy);
    assert.ok(NODE_COMPILE_CACHE?.startsWith(paths.root));
    assert.ok(MERIDIAN_HOME === undefined || MERIDIAN_HOME === paths.home);
  });

  it("is the same every time, port and passphrase included", async () => {
    const paths = temporaryPaths(temporaryFolder());
    const [first, second] = await Promise.all([localEnvironment(paths), localEnvironment(paths)]);
    const secret = readFileSync(paths.passphrase, "utf8");
    assert.deepEqual(first, second);
    assert.deepEqual(await localEnvironment(paths), first);
    assert.equal(readFileSync(paths.passphrase, "utf8"), secret);
  });

  it("has a passphrase that only its owner can read", async () => {
    const paths = temporaryPaths(temporaryFolder());
    await localEnvironment(paths);
    assert.equal(statSync(paths.passphrase).mode & 0o777, 0o600);
    assert.ok(readFileSync(paths.passphrase, "utf8").length >= 43);
  });

  it("does not name the checkout's folders twice on PATH when it is applied twice", async () => {
    const paths = temporaryPaths(temporaryFolder());
    const once = await localEnvironment(paths);
    const twice = await having({ PATH: once["PATH"] ?? "" }, () => localEnvironment(paths));
    assert.equal(twice["PATH"], once["PATH"]);
  });

  it("takes away what would lead a child to another account, backend or key", async () => {
    const paths = temporaryPaths(temporaryFolder());
    const foreign = {
      AWS_PROFILE: "production",
      AWS_SESSION_TOKEN: "token",
      AWS_ENDPOINT_URL_S3: "http://elsewhere.example",
      PULUMI_CONFIG_PASSPHRASE: "mine",
      PULUMI_ACCESS_TOKEN: "pul-123",
    };
    await having(foreign, async () => {
      assert.deepEqual(unsetLocally().sort(), Object.keys(foreign).sort());
      const child = await localProcessEnvironment(paths);
      assert.deepEqual(
        Object.keys(foreign).filter((name) => name in child),
        [],
      );
      assert.equal(child["HOME"], process.env["HOME"]);
    });
  });
});

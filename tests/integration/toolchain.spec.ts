import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { dropTornSidecars } from "../../fleet/locks";
import { emulatorStatus, startEmulator, stopEmulator } from "../../local/emulator";
import { checkoutRoot, ensureToolchain, localProcessEnvironment, type Paths, pathsOf } from "../../local/toolchain";
import { identityOf, run, sleep } from "../../local/toolchain/process";

const folder = mkdtempSync(join(tmpdir(), "meridian-toolchain-"));
const paths: Paths = pathsOf({
  root: checkoutRoot(),
  environment: { ...process.env, MERIDIAN_HOME: join(folder, "home") },
});
let environment: Record<string, string>;

before(async () => {
  await ensureToolchain(() => undefined, paths);
  environment = await localProcessEnvironment(paths);
});

after(async () => {
  await stopEmulator(paths);
  rmSync(folder, { recursive: true, force: true });
});

/** A Pulumi project outside the checkout, with packages of its own, and one stack. */
async function project(name: string, program: string): Promise<string> {
  const root = join(folder, name);
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n`);
  writeFileSync(join(root, "package.json"), JSON.stringify({ name, dependencies: { "@pulumi/pulumi": "*" } }));
  writeFileSync(join(root, "index.ts"), program);
  symlinkSync(join(paths.root, "node_modules"), join(root, "node_modules"));
  const init = await pulumi(root, "stack", "init", "dev");
  assert.equal(init.code, 0, init.stderr);
  return root;
}

function pulumi(cwd: string, ...args: string[]) {
  return run("pulumi", ["--non-interactive", "--color", "never", ...args], { cwd, env: environment });
}

/** Waits until something is so, or fails with what it was that was waited for. */
async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !holds();) {
    assert.ok(Date.now() < end, `waited 20 s until ${what}`);
    await sleep(50);
  }
}

const THING = `
import * as pulumi from "@pulumi/pulumi";
const config = new pulumi.Config();
class Thing extends pulumi.ComponentResource {
  constructor(name: string, size: number) {
    super("tiny:index:Thing", name, { size });
    this.registerOutputs({ size });
  }
}
console.log("a line of the program");
new Thing("one", config.requireNumber("size"));
export const size = config.requireNumber("size");
export const password = config.requireSecret("password");
export const where = pulumi.getProject() + "/" + pulumi.getStack();
`;

describe("the language host, through the real engine", () => {
  it("runs a TypeScript program outside the checkout: configuration in, secrets kept, output shown", async () => {
    const root = await project("tiny", THING);
    await pulumi(root, "config", "set", "size", "3");
    await pulumi(root, "config", "set", "--secret", "password", "hunter2");
    const up = await pulumi(root, "up", "--yes", "--skip-preview");
    assert.equal(up.code, 0, up.stdout + up.stderr);
    assert.match(up.stdout, /a line of the program/);
    assert.doesNotMatch(up.stdout, /warning/);
    const outputs = await pulumi(root, "stack", "output", "--json");
    assert.deepEqual(JSON.parse(outputs.stdout), { size: 3, password: "[secret]", where: "tiny/dev" });
    const shown = await pulumi(root, "stack", "output", "--show-secrets", "password");
    assert.equal(shown.stdout.trim(), "hunter2");
    const state = await pulumi(root, "stack", "export");
    assert.ok(!state.stdout.includes("hunter2"), "the secret stands in the state in plain text");
    const down = await pulumi(root, "destroy", "--yes", "--skip-preview");
    assert.equal(down.code, 0, down.stdout + down.stderr);
  });

  it("runs a policy pack, whose mandatory rule stops the preview with its name", async () => {
    const root = join(folder, "tiny");
    const pack = join(folder, "pack");
    mkdirSync(pack);
    symlinkSync(join(paths.root, "node_modules"), join(pack, "node_modules"));
    writeFileSync(join(pack, "PulumiPolicy.yaml"), "runtime: nodejs\nmain: index.ts\n");
    writeFileSync(join(pack, "package.json"), JSON.stringify({ name: "small", version: "0.0.1" }));
    writeFileSync(
      join(pack, "index.ts"),
      `import { PolicyPack } from "@pulumi/policy";
       new PolicyPack("small", { policies: [{ name: "things-are-small", description: "A thing is at most 9.",
         enforcementLevel: "mandatory", validateResource: (args, report) => {
           if (args.type === "tiny:index:Thing" && (args.props as { size: number }).size > 9) report("too big"); } }] });`,
    );
    const small = await pulumi(root, "preview", "--policy-pack", pack);
    assert.equal(small.code, 0, small.stdout + small.stderr);
    await pulumi(root, "config", "set", "size", "10");
    const big = await pulumi(root, "preview", "--policy-pack", pack);
    assert.notEqual(big.code, 0);
    assert.match(big.stdout, /\[mandatory\]\s+things-are-small/);
  });

  it("tells a program's own error once, and does not add that it failed", async () => {
    const root = await project("broken", `throw new Error("the program is broken");`);
    const preview = await pulumi(root, "preview");
    assert.notEqual(preview.code, 0);
    assert.match(preview.stdout, /the program is broken/);
    assert.doesNotMatch(preview.stdout, /exit code/);
  });

  it("does not take a program that leaves early for one that wants nothing", async () => {
    const root = await project("leaving", `process.exit(3);`);
    const preview = await pulumi(root, "preview");
    assert.notEqual(preview.code, 0);
    assert.match(preview.stdout, /non-zero exit code: 3/);
  });

  it("says what to install when the program has no SDK", async () => {
    const root = await project("bare", THING);
    rmSync(join(root, "node_modules"));
    const preview = await pulumi(root, "preview");
    assert.notEqual(preview.code, 0);
    assert.match(preview.stdout + preview.stderr, /@pulumi\/pulumi in .*bare.*: run npm install there/s);
  });

  it("names Node and the program's packages to pulumi about", async () => {
    const about = await pulumi(join(folder, "tiny"), "about", "--json");
    const { runtime, dependencies } = JSON.parse(about.stdout) as {
      runtime: { language: string; version: string };
      dependencies: { name: string; version: string }[];
    };
    assert.deepEqual([runtime.language, runtime.version], ["nodejs", process.version]);
    assert.ok(dependencies.some(({ name, version }) => name === "@pulumi/pulumi" && version.startsWith("3.")));
  });

  it("keeps each object of the state in one file, written whole, and reads a state that an older run left torn", async () => {
    assert.deepEqual(globSync("**/*.attrs", { cwd: paths.backend }), []);
    const root = join(folder, "tiny");
    const backend = environment["PULUMI_BACKEND_URL"] ?? "";
    const sidecar = join(paths.backend, ".pulumi", "stacks", "tiny", "dev.json.attrs");
    writeFileSync(sidecar, "");
    const refused = await pulumi(root, "stack", "export", "--stack", "dev");
    assert.match(refused.stderr, /EOF/);
    assert.deepEqual(await dropTornSidecars(backend, "tiny", "dev"), [sidecar]);
    const read = await pulumi(root, "stack", "export", "--stack", "dev");
    assert.equal(read.code, 0, read.stderr);
  });

  it("leaves no program behind when the engine is interrupted, or killed outright", async () => {
    for (const signal of ["SIGINT", "SIGKILL"] as const) {
      const mark = join(folder, `pid-${signal}`);
      const program = `require("fs").writeFileSync(${JSON.stringify(mark)}, String(process.pid)); setInterval(() => 0, 1000);
                       export const never = new Promise(() => 0);`;
      const root = await project(`endless-${signal.toLowerCase()}`, program);
      const engine = spawn(join(paths.bin, "pulumi"), ["preview", "--non-interactive"], {
        cwd: root,
        env: environment,
        stdio: "ignore",
      });
      await until("the program runs", () => existsSync(mark) && readFileSync(mark, "utf8") !== "");
      const pid = Number(readFileSync(mark, "utf8"));
      engine.kill(signal);
      await until(`the program is gone after ${signal}`, () => identityOf(pid) === undefined);
      engine.kill("SIGKILL");
    }
  });
});

describe("the emulator", () => {
  const clients = (url: string) => {
    const common = {
      endpoint: url,
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    };
    return { s3: new S3Client(common), dynamodb: new DynamoDBClient(common) };
  };

  it("answers once started, and a second start finds it running", async () => {
    const first = await startEmulator(paths);
    const second = await startEmulator(paths);
    assert.ok(first.startedNow && !second.startedNow);
    assert.deepEqual([second.pid, second.url], [first.pid, first.url]);
    assert.equal(first.url, environment["AWS_ENDPOINT_URL"]);
    const { state, version } = await emulatorStatus(paths);
    assert.deepEqual([state, version], ["running", "1.5.33"]);
  });

  it("listens on the loopback address only", async () => {
    const { port } = await startEmulator(paths);
    const others = Object.values(networkInterfaces()).flatMap((addresses) =>
      (addresses ?? []).filter(({ internal, family }) => !internal && family === "IPv4").map(({ address }) => address),
    );
    for (const address of others) {
      await assert.rejects(
        fetch(`http://${address}:${port}/_ministack/health`, { signal: AbortSignal.timeout(2_000) }),
      );
    }
  });

  it("keeps objects, items and its address over a stop and a start", async () => {
    const before = await startEmulator(paths);
    const { s3, dynamodb } = clients(before.url);
    await s3.send(new CreateBucketCommand({ Bucket: "kept" }));
    await s3.send(new PutObjectCommand({ Bucket: "kept", Key: "a", Body: "object" }));
    await dynamodb.send(
      new CreateTableCommand({
        TableName: "kept",
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      }),
    );
    await dynamodb.send(new PutItemCommand({ TableName: "kept", Item: { id: { S: "a" }, value: { S: "item" } } }));
    assert.equal(await stopEmulator(paths), true);
    assert.equal((await emulatorStatus(paths)).state, "stopped");
    const after = await startEmulator(paths);
    assert.equal(after.url, before.url);
    assert.notEqual(after.pid, before.pid);
    const object = await s3.send(new GetObjectCommand({ Bucket: "kept", Key: "a" }));
    assert.equal(await object.Body?.transformToString(), "object");
    const item = await dynamodb.send(new GetItemCommand({ TableName: "kept", Key: { id: { S: "a" } } }));
    assert.equal(item.Item?.["value"]?.S, "item");
  });

  it("is seen as stopped when it was killed, and starts again", async () => {
    const { pid } = await startEmulator(paths);
    process.kill(pid, "SIGKILL");
    await until("the killed emulator is seen", () => identityOf(pid) === undefined);
    assert.equal((await emulatorStatus(paths)).state, "stopped");
    assert.equal(await stopEmulator(paths), false);
    assert.ok((await startEmulator(paths)).startedNow);
  });

  it("moves to another port when its own was taken meanwhile", async () => {
    const { port } = await startEmulator(paths);
    await stopEmulator(paths);
    const thief: Server = createServer();
    await new Promise<void>((listening) => thief.listen(port, "127.0.0.1", listening));
    try {
      const moved = await startEmulator(paths);
      assert.notEqual(moved.port, port);
      assert.equal((await emulatorStatus(paths)).state, "running");
    } finally {
      await new Promise((closed) => thief.close(closed));
    }
  });
});

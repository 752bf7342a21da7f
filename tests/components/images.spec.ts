import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MANIFEST } from "../../components/serving/bootstrap-model";
import { DOCKERFILES, IMAGES } from "../../components/serving/images";
import { pythonFiles } from "../../components/training/program";
import { checkoutRoot } from "../../local/toolchain";
import { environmentOf, execForm, readDockerfile, textsOf } from "../kit/dockerfile";
import { startFakeAws, type FakeAws } from "../kit/fake-aws";
import { buildImageFolder, isSeen, type ImageFolder } from "../kit/image-folder";

const ROOT = checkoutRoot(__dirname);
const API = "services/api/Dockerfile";
const INFERENCE = "services/model-server/Dockerfile";
const COLLECTOR = "services/collector/Dockerfile";
const VERIFIER = "services/verifier/Dockerfile";
const TRAINER = "services/worker/Dockerfile";
const ALL = [API, COLLECTOR, INFERENCE, VERIFIER, TRAINER];

/** Settings of each program beside the region; those of the worker that waits at a queue, and of what serves. */
const SETTINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [API]: {
    MERIDIAN_RECOMMENDATIONS_TABLE: "recommendations",
    MERIDIAN_MODELS_TABLE: "models",
    MERIDIAN_PSEUDONYM_KEY: "alias/pseudonym",
  },
  [INFERENCE]: {},
  [COLLECTOR]: { EVENT_STREAM: "events", QUARANTINE_BUCKET: "quarantine", SPILL_FOLDER: "" },
  [VERIFIER]: { INTAKE_QUEUE_URL: "queue", BRONZE_BUCKET: "bronze", QUARANTINE_BUCKET: "quarantine" },
  [TRAINER]: {
    MERIDIAN_QUEUE_URL: "queue",
    MERIDIAN_GOLD_BUCKET: "gold",
    MERIDIAN_ARTIFACTS_BUCKET: "artifacts",
    MERIDIAN_RECOMMENDATIONS_TABLE: "recommendations",
    MERIDIAN_MODELS_TABLE: "models",
    MERIDIAN_SHARDS_TABLE: "shards",
  },
};

describe("the containers", () => {
  it("are those of the image repositories, the collector, and the two programs that instances run", () => {
    assert.deepEqual(globSync("services/*/Dockerfile", { cwd: ROOT }).sort(), ALL);
    assert.deepEqual(Object.keys(DOCKERFILES), [...IMAGES]);
    for (const image of IMAGES) assert.ok(ALL.includes(DOCKERFILES[image]), image);
  });

  for (const path of ALL) {
    it(`${path}: stages, a base of the mirror by tag, open to a digest; a user by number, a health check, no shell`, () => {
      const { args, stages } = readDockerfile(join(ROOT, path));
      assert.ok(stages.length >= 2);
      for (const [arg, tag] of Object.entries(args))
        assert.match(`${arg}=${tag}`, /^(NODE=24-bookworm-slim|PYTHON=3\.11-slim-bookworm)$/);
      for (const { base } of stages) assert.match(base, /^public\.ecr\.aws\/docker\/library\/(node|python):\S+$/);
      const final = stages.at(-1);
      assert.deepEqual(textsOf(final, "USER"), ["1000:1000"]);
      assert.equal(textsOf(final, "HEALTHCHECK").length, 1);
      assert.equal(execForm(textsOf(final, "ENTRYPOINT")[0] ?? "")[0], "node");
      // What builds stays behind: the image is not added to by any command.
      assert.deepEqual(textsOf(final, "RUN"), []);
      assert.ok(stages.every((stage) => textsOf(stage, "ADD").length === 0));
      // Installs go by lock files, and run no package's scripts.
      const installs = stages.flatMap((stage) => textsOf(stage, "RUN")).filter((text) => / (ci|install) /.test(text));
      for (const text of installs) {
        assert.match(text, /^npm ci (--omit=dev )?--ignore-scripts |--require-hashes --only-binary :all: /);
      }
    });
  }

  it("are built of the sources of services and contracts and lock files alone", () => {
    for (const path of ["services/kit/alive.ts", "contracts/tables/records.ts", "package-lock.json", "tsconfig.json"])
      assert.ok(isSeen(path), path);
    for (const path of [
      ".git/config",
      "node_modules/x",
      "tests/run.ts",
      "services/a/.env",
      "components/kit/units.ts",
      ".meridian/passphrase",
    ]) {
      assert.ok(!isSeen(path), path);
    }
  });
});

describe("a container's content", function () {
  let folder = "";
  let aws: FakeAws;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "images-"));
  });
  beforeEach(async () => {
    aws = await startFakeAws();
  });
  afterEach(() => {
    aws.close();
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  for (const path of ALL) {
    it(`of ${path} starts by its entry point, is healthy by its check, and ends on SIGTERM`, async () => {
      const image = buildImageFolder(join(ROOT, path), join(folder, path.replaceAll("/", "-")));
      const final = readDockerfile(join(ROOT, path)).stages.at(-1);
      const env = await environment(path, image, environmentOf(final));
      const [command = "", ...words] = execForm(textsOf(final, "ENTRYPOINT")[0] ?? "");
      const child = spawn(command, words, { cwd: image.cwd, env, stdio: ["ignore", "pipe", "pipe"] });
      let said = "";
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
      try {
        const check = execForm(textsOf(final, "HEALTHCHECK")[0] ?? "");
        await healthy(child, check, { cwd: image.cwd, env }, () => said);
        if (path === TRAINER) assertPython(image, env);
        // What has no port takes its work from a queue.
        if (textsOf(final, "EXPOSE").length === 0) {
          await until(
            () => aws.asked.has("AmazonSQS.ReceiveMessage"),
            child,
            () => said,
          );
        }
      } finally {
        child.kill("SIGTERM");
      }
      const [code] = child.exitCode === null ? ((await once(child, "exit")) as [number | null]) : [child.exitCode];
      assert.equal(code, 0, said);
    });
  }

  async function environment(
    path: string,
    { root }: ImageFolder,
    given: Readonly<Record<string, string>>,
  ): Promise<NodeJS.ProcessEnv> {
    const model = join(folder, "model");
    mkdirSync(model, { recursive: true });
    // What SageMaker unpacks for a region in which nothing was trained yet.
    writeFileSync(join(model, "manifest.json"), MANIFEST);
    mkdirSync(join(root, "tmp"), { recursive: true });
    const placed = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, value.startsWith("/") ? join(root, value) : value]),
    );
    return {
      PATH: process.env["PATH"],
      ...placed,
      ...SETTINGS[path],
      ...("PORT" in given ? { PORT: String(await freePort()), HOST: "127.0.0.1" } : {}),
      ...(path === INFERENCE ? { MODEL_FOLDER: model } : {}),
      AWS_REGION: "us-east-1",
      AWS_ENDPOINT_URL: aws.url,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_S3_FORCE_PATH_STYLE: "true",
    };
  }
});

/** Asks the health check until it is content, as a container's runtime does. */
async function healthy(
  child: ChildProcess,
  [command = "", ...words]: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
  said: () => string,
): Promise<void> {
  await until(() => spawnSync(command, words, options).status === 0, child, said);
}

async function until(holds: () => boolean, child: ChildProcess, said: () => string): Promise<void> {
  for (let left = 100; left > 0; left -= 1) {
    assert.equal(child.exitCode, null, said());
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`waited in vain: ${said()}`);
}

/** The training job beside the worker: its files, and its packages by the interpreter that the worker is told of. */
function assertPython({ cwd }: ImageFolder, env: NodeJS.ProcessEnv): void {
  for (const name of pythonFiles()) {
    if (name !== "requirements.txt") assert.ok(existsSync(join(cwd, name)), name);
  }
  const help = spawnSync(env["MERIDIAN_PYTHON"] ?? "", ["train_als.py", "--help"], { cwd, env, encoding: "utf8" });
  assert.equal(help.status, 0, help.stderr);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

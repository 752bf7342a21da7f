import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { CreateStateMachineCommand, DescribeExecutionCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { marshall } from "@aws-sdk/util-dynamodb";
import { dynamoTable } from "../../services/kit/dynamodb/table-reader";
import { trainingProgram } from "../../components/training/program";
import { train } from "../../services/trainer/train";
import { variantModels } from "../../contracts/models/variants";
import { ModelStore } from "../../services/kit/work/model-store";
import { dailyDefinition } from "../../components/workflow/daily";
import { successors, type Machine } from "../../components/workflow/asl";
import { waitUntil } from "../../local/datapath/wait";
import { CREDENTIALS, PYTHON } from "./datapath-cloud";
import {
  BUCKETS,
  REGION,
  startTrainingCloud,
  startWorker,
  TABLES,
  unpack,
  type TrainingCloud,
  type WorkerProcess,
} from "./training-cloud";
import { splitGold, writeGold } from "./training-gold";

const RUN_DATE = "2026-01-31";
const NEXT_DATE = "2026-02-01";
const MODELS = variantModels(["champion", "challenger"]);

describe("the training worker on the emulator", function () {
  let folder = "";
  let gold = "";
  let program = "";
  let queueUrl = "";
  let cloud: TrainingCloud;
  const workers: WorkerProcess[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "training-spec-"));
    gold = await writeGold(join(folder, "interactions.parquet"));
    program = await unpack(trainingProgram());
    cloud = await startTrainingCloud();
    const sns = new SNSClient({ region: REGION, endpoint: cloud.emulator.endpoint, credentials: CREDENTIALS });
    await sns.send(new CreateTopicCommand({ Name: "alarms" }));
    sns.destroy();
  });
  beforeEach(async () => {
    queueUrl = await cloud.makeQueue();
  });
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.end("SIGKILL");
  });
  after(async () => {
    await cloud.stop();
    for (const path of [folder, program]) await rm(path, { recursive: true, force: true });
  });

  const start = async (more: Readonly<Record<string, string>> = {}): Promise<WorkerProcess> => {
    const worker = await startWorker(cloud, queueUrl, program, more);
    workers.push(worker);
    return worker;
  };
  /** Hands a model's one shard out, as the day's map does. */
  const handOut = async (modelVersion: string): Promise<string> => {
    const { stateMachineArn } = await cloud.sfn.send(
      new CreateStateMachineCommand({
        name: `shard-${modelVersion}`,
        roleArn: ROLE,
        definition: scoringOnly(queueUrl),
      }),
    );
    const input = JSON.stringify({ runDate: RUN_DATE, modelVersion, shard: "0-of-1" });
    const { executionArn = "" } = await cloud.sfn.send(new StartExecutionCommand({ stateMachineArn, input }));
    return executionArn;
  };
  const ended = async (executionArn: string) => {
    const describe = () => cloud.sfn.send(new DescribeExecutionCommand({ executionArn }));
    await until("the workflow to end", async () => (await describe()).status !== "RUNNING");
    return describe();
  };
  const until = (what: string, check: () => Promise<boolean>) => waitUntil(check, { what, timeoutMs: 120_000 });

  for (const algorithm of ["als", "item-to-item"] as const) {
    it(`beats popularity and item-kNN on generated tastes by ${algorithm}, intervals clear of zero, and says so in the package`, async () => {
      const out = join(folder, algorithm);
      const result = await train({ python: PYTHON, interactions: [gold], out, algorithm });
      assert.equal(result.kind, "trained");
      const report = JSON.parse(await readFile(join(out, "report.json"), "utf8")) as Report;
      for (const baseline of ["popular", "recent", "item_knn"]) {
        const { low, mean, high } = report.intervals.recall_gain[baseline]!;
        assert.ok(0 < low && low < mean && mean < high, `${baseline}: ${low} ${mean} ${high}`);
      }
      for (const metrics of Object.values(report.metrics)) {
        assert.deepEqual(Object.keys(metrics).sort(), [
          "coverage",
          "map",
          "ndcg",
          "novelty",
          "popularity_bias",
          "recall",
        ]);
      }
    });
  }

  it("refuses, by the real trainer's exit code and reason, what was learnt from shuffled data", async () => {
    const shuffled = await writeGold(join(folder, "shuffled.parquet"), { shuffled: true });
    const out = join(folder, "worse");
    const result = await train({ python: PYTHON, interactions: [shuffled], out });
    assert.equal(result.kind, "refused");
    assert.match(result.reason, /^recall@10 0\.\d+, want more than .*want all of it above 0$/);
    assert.ok(Number(result.evaluation?.["recall@10_over_popular_low"]) <= 0);
    await assert.rejects(readFile(join(out, "manifest.json")), { code: "ENOENT" });
  });

  it("works off a day of the workflow: trains on what all regions of the zone made, scores every shard, and moves CURRENT last", async () => {
    const [own, replicated] = await splitGold(gold);
    await putGold(cloud, "us-east-1/interactions/0.parquet", own);
    await putGold(cloud, "us-west-2/interactions/0.parquet", replicated);
    await start({ MERIDIAN_USERS_PER_SHARD: "200", MERIDIAN_LIST_LENGTH: "5" });
    await start({ MERIDIAN_USERS_PER_SHARD: "200", MERIDIAN_LIST_LENGTH: "5" });
    const { executionArn } = await startDay(cloud, queueUrl);
    const day = await ended(executionArn);
    assert.equal(day.status, "SUCCEEDED", `${day.error ?? ""} ${day.cause ?? ""}\n${workers[0]?.log() ?? ""}`);
    const { models } = JSON.parse(day.output ?? "{}") as { models: { variant: string; modelVersion: string }[] };
    const made = await Promise.all(
      (["als", "item-to-item"] as const).map(
        async (algorithm) => JSON.parse(await readFile(join(folder, algorithm, "manifest.json"), "utf8")) as Manifest,
      ),
    );
    assert.deepEqual(
      models.map(({ variant, modelVersion }) => [variant, modelVersion]),
      [
        ["champion", made[0]!.version],
        ["challenger", made[1]!.version],
      ],
      "the same data, the same models as by hand",
    );
    for (const [index, { version, digest, users }] of made.entries()) {
      const lists = (await cloud.rows("recommendations")).filter(({ model_version }) => model_version === version);
      const keys = new Set(lists.map(({ user_key }) => user_key));
      const special = [...keys].filter((key) => String(key).startsWith("#")).sort();
      assert.deepEqual(special, ["#popular", "#popular:us-east-1"]);
      assert.equal(keys.size - special.length, users);
      assert.equal(lists.length, keys.size, "one list each");
      const shards = (await cloud.rows("shards")).filter(({ run_id }) => run_id === `${RUN_DATE}/${version}`);
      assert.equal(shards.length, Math.ceil(users / 200));
      const current = (await cloud.rows("models")).find(
        (row) => row["version"] === "CURRENT" && row["name"] === MODELS[index]!.model,
      );
      assert.deepEqual([current?.["model_version"], current?.["model_digest"]], [version, digest]);
    }
    const shards = await cloud.rows("shards");
    assert.ok(shards.every(({ status }) => status === "done"));
    assert.equal(shards.filter(({ run_id }) => run_id === `${RUN_DATE}/train`).length, 2);
  });

  it("publishes the one model when the other is refused, says so, and leaves the refused one's readers where they were", async () => {
    const before = await cloud.rows("models");
    const line = MODELS[1]!.model;
    const row = before.find(({ name, version }) => name === line && version === "CURRENT")!;
    const version = await publishPackage(cloud, folder, 10, { "recall@10": 0.99, k: 10, holdout: 0.2 });
    await cloud.dynamo.send(
      new PutItemCommand({ TableName: TABLES.models, Item: marshall({ ...row, model_version: version }) }),
    );
    await start({ MERIDIAN_USERS_PER_SHARD: "200", MERIDIAN_LIST_LENGTH: "5" });
    const { executionArn } = await startDay(cloud, queueUrl, "refused", NEXT_DATE);
    const day = await ended(executionArn);
    assert.deepEqual([day.status, day.error], ["FAILED", "GateRefused"], workers[0]?.log());
    const after = await cloud.rows("models");
    const current = (name: string) =>
      after.find((found) => found["name"] === name && found["version"] === "CURRENT") as Record<string, unknown>;
    assert.deepEqual([current(line)["model_version"], current(line)["run_date"]], [version, RUN_DATE]);
    assert.equal(current(MODELS[0]!.model)["run_date"], NEXT_DATE);
  });

  it("killed mid-shard: nothing lost, nothing doubled, and readers see no half of it", async () => {
    const version = await publishPackage(cloud, folder, 3000);
    const published = () =>
      Promise.all(MODELS.map(({ model }) => dynamoTable(cloud.dynamo, TABLES).published(undefined, model)));
    const before = await published();
    const slow = { MERIDIAN_CHECKPOINT_USERS: "200", MERIDIAN_WRITES_PER_SECOND: "900" };
    const soon = { MERIDIAN_VISIBILITY_SECONDS: "4" };
    const execution = await handOut(version);
    const first = await start({ ...slow, ...soon });
    const written = async (): Promise<Record<string, unknown>[]> =>
      (await cloud.rows("recommendations")).filter(({ model_version }) => model_version === version);
    const shard = async () => (await cloud.rows("shards")).find(({ run_id }) => run_id === `${RUN_DATE}/${version}`);
    await until("some lists", async () => Number((await shard())?.["progress"] ?? 0) >= 400);
    assert.equal(await first.end("SIGKILL"), "SIGKILL");
    const half = await written();
    assert.ok(half.length > 400 && half.length < 3001, `killed at ${half.length} lists`);
    assert.deepEqual(await published(), before, "readers of each variant stay with the version in force");

    const second = await start(soon);
    assert.equal((await ended(execution)).status, "SUCCEEDED", second.log());
    const all = await written();
    assert.equal(new Set(all.map(({ user_key }) => user_key)).size, 3001);
    assert.equal(all.length, 3001);
    assert.equal(new Set(all.map(({ generated_at }) => generated_at)).size, 1, "one run, one time");
    const row = await shard();
    assert.deepEqual([row?.["attempts"], row?.["progress"], row?.["size"]], [2, 3000, 3000]);
    const untouched = new Map(all.map((list) => [list["user_key"], JSON.stringify(list)]));
    for (const list of half) assert.equal(untouched.get(list["user_key"]), JSON.stringify(list));
  });

  it("gives its message back on SIGTERM, and the next worker goes on at once", async () => {
    const version = await publishPackage(cloud, folder, 2000);
    const execution = await handOut(version);
    const first = await start({ MERIDIAN_CHECKPOINT_USERS: "100", MERIDIAN_WRITES_PER_SECOND: "400" });
    const shard = async () => (await cloud.rows("shards")).find(({ run_id }) => run_id === `${RUN_DATE}/${version}`);
    await until("some lists", async () => Number((await shard())?.["progress"] ?? 0) >= 100);
    assert.equal(await first.end("SIGTERM"), 0);
    assert.match(first.log(), /work given back/);
    const progress = Number((await shard())?.["progress"]);
    assert.ok(progress < 2000);
    // Its visibility would have been two minutes, and so would its claim.
    const second = await start();
    assert.equal((await ended(execution)).status, "SUCCEEDED", second.log());
    assert.equal(await second.end("SIGTERM"), 0);
    const lists = (await cloud.rows("recommendations")).filter(({ model_version }) => model_version === version);
    assert.equal(lists.length, 2001);
  });

  it("tells the workflow when another try would not help, and leaves no message behind", async () => {
    const execution = await handOut("0123456789abcdef");
    await start();
    const { error, cause } = await ended(execution);
    assert.equal(error, "Worker.NoModel");
    assert.match(cause ?? "", /no model 0123456789abcdef/);
  });
});

const ROLE = "arn:aws:iam::000000000000:role/daily";

interface Report {
  readonly metrics: Record<string, Record<string, number>>;
  readonly intervals: { readonly recall_gain: Record<string, { low: number; mean: number; high: number }> };
}

interface Manifest {
  readonly version: string;
  readonly digest: string;
  readonly users: number;
}

/** Publishes a package of made-up factors, as training does. */
async function publishPackage(
  cloud: TrainingCloud,
  folder: string,
  users: number,
  evaluation: Readonly<Record<string, number>> = { "recall@10": 0.5 },
): Promise<string> {
  const factors = 4;
  const items = 50;
  const wave = (count: number, step: number) => Float32Array.from({ length: count }, (_, n) => Math.sin(n * step));
  const contents: Record<string, Buffer> = {
    "items.txt": Buffer.from(Array.from({ length: items }, (_, n) => `item-${n}\n`).join("")),
    "users.txt": Buffer.from(Array.from({ length: users }, (_, n) => `user-${n}\n`).join("")),
    "item_factors.f32": Buffer.from(wave(items * factors, 0.7).buffer),
    "user_factors.f32": Buffer.from(wave(users * factors, 1.3).buffer),
    "purchased.indptr.u32": Buffer.from(Uint32Array.from({ length: users + 1 }, (_, n) => n).buffer),
    "purchased.items.u32": Buffer.from(Uint32Array.from({ length: users }, (_, n) => n % items).buffer),
    "popular.json": Buffer.from(JSON.stringify([{ item_id: "item-1", score: 9 }])),
  };
  const sha256 = (content: Buffer) => createHash("sha256").update(content).digest("hex");
  const files = Object.fromEntries(Object.entries(contents).map(([name, content]) => [name, sha256(content)]));
  const digest = sha256(Buffer.from(JSON.stringify(files)));
  const version = digest.slice(0, 16);
  const manifest = {
    version,
    digest: `sha256:${digest}`,
    format: "meridian-model/1",
    algorithm: "implicit-als-cg",
    parameters: { factors },
    users,
    items,
    factors,
    interactions: users,
    window: { from: "2026-01-01T00:00:00.000Z", to: "2026-01-30T00:00:00.000Z" },
    evaluation,
    files,
  };
  const made = await mkdtemp(join(folder, "package-"));
  for (const [name, content] of Object.entries(contents)) await writeFile(join(made, name), content);
  await writeFile(join(made, "manifest.json"), JSON.stringify(manifest));
  await new ModelStore(cloud.s3, BUCKETS.artifacts, join(folder, "models")).publish(made);
  return version;
}

function definitionOf(queueUrl: string): Machine {
  return dailyDefinition({
    partition: "aws",
    clusterId: "j-1",
    programsFolder: "/opt/meridian/etl",
    bronzeBucket: "bronze",
    silverBucket: "silver",
    goldBucket: BUCKETS.gold,
    goldFolder: "us-east-1/",
    profilesTable: "profiles",
    modelsTable: TABLES.models,
    queueUrl,
    topicArn: "arn:aws:sns:us-east-1:000000000000:alarms",
    scoringConcurrency: 10,
    models: MODELS,
  });
}

/** The day's machine from training on: the steps before it are EMR's. */
async function putGold({ s3 }: TrainingCloud, Key: string, file: string): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: BUCKETS.gold, Key, Body: await readFile(file) }));
}

async function startDay(
  cloud: TrainingCloud,
  queueUrl: string,
  name = "daily",
  runDate = RUN_DATE,
): Promise<{ executionArn: string }> {
  const whole = definitionOf(queueUrl);
  const names = new Set<string>();
  const open = ["Models"];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const found = whole.States[state];
    if (found === undefined || names.has(state)) continue;
    names.add(state);
    open.push(...successors(found));
  }
  const States = Object.fromEntries(Object.entries(whole.States).filter(([state]) => names.has(state)));
  const definition = JSON.stringify({ ...whole, StartAt: "Models", States });
  const { stateMachineArn } = await cloud.sfn.send(new CreateStateMachineCommand({ name, roleArn: ROLE, definition }));
  const { executionArn = "" } = await cloud.sfn.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify({ runDate }) }),
  );
  return { executionArn };
}

/** One shard's machine, as the map runs it. */
function scoringOnly(queueUrl: string): string {
  const { Models: models } = definitionOf(queueUrl).States;
  assert.ok(models?.Type === "Parallel");
  const score = models.Branches[0]?.States["Score champion"];
  assert.ok(score?.Type === "Map");
  const { StartAt, States } = score.ItemProcessor;
  return JSON.stringify({ StartAt, States });
}

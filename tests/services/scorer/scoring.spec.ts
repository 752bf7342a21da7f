import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  type AttributeValue,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { loadModel, type Model } from "../../../services/kit/model/package";
import { publishModel, writeRecommendations } from "../../../services/scorer/batch-score";
import { train, TrainingError } from "../../../services/trainer/train";
import { writeTinyPackage } from "../kit/model/package-builder";

const TABLES = { recommendations: "recommendations", models: "models" };

/** The two tables in memory, with the one condition that publishing puts. */
class FakeTables {
  readonly rows = new Map<string, Record<string, unknown>>();
  readonly client = { send: (command: unknown) => this.answer(command) } as unknown as Pick<DynamoDBClient, "send">;

  private answer(command: unknown): Promise<unknown> {
    if (command instanceof BatchWriteItemCommand) {
      for (const [table, requests] of Object.entries(command.input.RequestItems ?? {})) {
        for (const { PutRequest } of requests) this.put(table, PutRequest?.Item ?? {});
      }
      return Promise.resolve({});
    }
    if (command instanceof PutItemCommand) return this.putItem(command);
    if (command instanceof GetItemCommand) {
      const key = Object.values(unmarshall(command.input.Key ?? {})).join("/");
      const Item = this.items.get(`${command.input.TableName ?? ""}/${key}`);
      return Promise.resolve(Item === undefined ? {} : { Item });
    }
    throw new Error("no such call");
  }

  private readonly items = new Map<string, Record<string, AttributeValue>>();

  private putItem({ input }: PutItemCommand): Promise<unknown> {
    const before = this.rows.get(this.keyOf(input.TableName ?? "", input.Item ?? {}));
    const date = input.ExpressionAttributeValues?.[":date"]?.S;
    if (input.ConditionExpression !== undefined && before !== undefined && String(before["run_date"]) > (date ?? "")) {
      return Promise.reject(new ConditionalCheckFailedException({ message: "no", $metadata: {} }));
    }
    this.put(input.TableName ?? "", input.Item ?? {});
    return Promise.resolve({});
  }

  private keyOf(table: string, item: Record<string, AttributeValue>): string {
    const [first, second] =
      table === "models" ? (["name", "version"] as const) : (["user_key", "model_version"] as const);
    return `${table}/${item[first]?.S ?? ""}/${item[second]?.S ?? ""}`;
  }

  private put(table: string, item: Record<string, AttributeValue>): void {
    this.items.set(this.keyOf(table, item), item);
    this.rows.set(this.keyOf(table, item), unmarshall(item));
  }
}

describe("batch scoring", () => {
  let folder = "";
  let model: Model;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "scoring-spec-"));
    await writeTinyPackage(folder);
    model = await loadModel(folder);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const at = (day: string) => new Date(`${day}T02:00:00Z`);
  const withVersion = (version: string): Model => ({ ...model, manifest: { ...model.manifest, version } });

  it("writes a list for each user and the popular one, under the model's version, and publishes nothing", async () => {
    const tables = new FakeTables();
    const seen: string[] = [];
    const config = { tables: TABLES, now: at("2026-03-02"), ttlDays: 7, listLength: 1 };
    const report = await writeRecommendations(tables.client, model, config, (n, all) => seen.push(`${n}/${all}`));
    assert.deepEqual(report, { modelVersion: model.manifest.version, usersScored: 2, retried: 0 });
    assert.deepEqual(
      [...tables.rows.keys()].sort(),
      ["#popular", "ada", "bo"].map((user) => `recommendations/${user}/${model.manifest.version}`),
    );
    assert.deepEqual(tables.rows.get(`recommendations/ada/${model.manifest.version}`), {
      user_key: "ada",
      model_version: model.manifest.version,
      items: [{ item_id: "desk", score: 0.625 }],
      generated_at: "2026-03-02T02:00:00.000Z",
      expires_at: Date.parse("2026-03-09T02:00:00Z") / 1000,
    });
    assert.deepEqual(seen, ["2/2"]);
  });

  it("writes the lists for a cold start beside the popular one, and counts users only", async () => {
    const tables = new FakeTables();
    const coldStart = [{ key: "#popular:us-east-1", items: [{ item_id: "rug", score: 2 }] }];
    const report = await writeRecommendations(tables.client, model, {
      tables: TABLES,
      now: at("2026-03-02"),
      coldStart,
    });
    assert.equal(report.usersScored, 2);
    const row = tables.rows.get(`recommendations/#popular:us-east-1/${model.manifest.version}`);
    assert.deepEqual(row?.["items"], [{ item_id: "rug", score: 2 }]);
  });

  it("keeps lists for ever where no time to live is given", async () => {
    const tables = new FakeTables();
    await writeRecommendations(tables.client, model, { tables: TABLES, now: at("2026-03-02") });
    assert.ok([...tables.rows.values()].every((row) => !("expires_at" in row)));
  });

  it("moves CURRENT forward in time only, and keeps the version before at hand", async () => {
    const tables = new FakeTables();
    const publish = (version: string, day: string) =>
      publishModel(tables.client, withVersion(version), { tables: TABLES, now: at(day) });
    const current = () => tables.rows.get("models/recommendations/CURRENT");
    assert.equal(await publish("v1", "2026-03-01"), "published");
    assert.equal(current()?.["previous_version"], undefined);
    assert.equal(await publish("v1", "2026-03-02"), "unchanged");
    assert.equal(await publish("v2", "2026-03-03"), "published");
    assert.deepEqual([current()?.["model_version"], current()?.["previous_version"]], ["v2", "v1"]);
    assert.equal(await publish("v0", "2026-03-02"), "superseded");
    assert.equal(current()?.["model_version"], "v2");
    assert.ok(tables.rows.get("models/recommendations/v2")?.["evaluation"] !== undefined);
  });
});

describe("the training job as a process", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "train-spec-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** An interpreter that says something and ends with a code. */
  async function interpreter(code: number, said: string): Promise<string> {
    const path = join(folder, `python-${code}`);
    await writeFile(path, `#!/bin/sh\necho "${said}" >&2\nexit ${code}\n`);
    await chmod(path, 0o755);
    return path;
  }

  const run = (python: string) => train({ python, interactions: ["gold"], out: join(folder, "out") });

  it("tells a refusal of the gate from a failure, and passes on what the job said", async () => {
    assert.deepEqual(await run(await interpreter(3, "train_als: refused: recall@10 0.1, want more than 0.2")), {
      kind: "refused",
      reason: "recall@10 0.1, want more than 0.2",
    });
    await assert.rejects(run(await interpreter(2, "train_als: no interactions")), {
      name: "TrainingError",
      message: "train_als: no interactions",
    });
    await assert.rejects(run(await interpreter(139, "boom")), /ended with 139: boom/);
    await assert.rejects(run(join(folder, "no-such-python")), TrainingError);
  });

  it("returns the manifest of the model that was written", async () => {
    await writeTinyPackage(join(folder, "out"));
    const result = await run(await interpreter(0, ""));
    assert.equal(result.kind === "trained" && result.manifest.items, 3);
  });
});

import assert from "node:assert/strict";
import { CloudWatchClient, PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CreateTableCommand, DynamoDBClient, PutItemCommand, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { openDesk, type OpenDesk } from "../../cli/kit/experiment-desk";
import type { OpenRegions } from "../../cli/kit/regions";
import {
  resumeExperiment,
  rollBackExperiment,
  startExperiment,
  type StartPlan,
} from "../../services/experiments/controller";
import { applyChange, authorOf, modelVersions, rampExperiment } from "../../services/experiments/operate";
import { dynamoStore, readExperiment, StaleStateError } from "../../services/kit/experiment/store";
import { splitOf } from "../../services/kit/experiment/watch";
import { assignVariant } from "../../contracts/models/assignment";
import type { ExperimentRecord } from "../../contracts/tables/flags";
import { CURRENT_VERSION, modelNameOf } from "../../contracts/tables/records";
import { waitUntil } from "../../local/datapath/wait";
import { START_PLAN } from "../services/experiments/records";
import { simulate, type Behaviour, type SimulatedUser } from "../services/experiments/simulation";
import {
  buildRegion,
  buildTables,
  CREDENTIALS,
  startOwnEmulator,
  type BuiltRegion,
  type Emulator,
} from "./datapath-cloud";
import { writeExposures } from "./exposure-log";

/** Days count from ten days ago: CloudWatch takes no figures that are older than two weeks. */
const FIRST = Date.now() - 10 * 86_400_000;
const dayOf = (day: number): string => new Date(FIRST + day * 86_400_000).toISOString().slice(0, 10);

const FLAGS = "test-world-flags";
const CONTROL: Behaviour = { click: 0.2, buy: 0.08 };
const USERS_PER_REGION = 1_000;
const PLAN: StartPlan = {
  ...START_PLAN,
  ramp: { ...START_PLAN.ramp, steps: [10, 50], minUsers: 100 },
  judgedBy: { ...START_PLAN.judgedBy, planned_users: 4_000 },
};

/**
 * A whole experiment through what is stored: users are assigned by each region's copy of the flags table, their exposures
 * and acts lie in two lakes, and each morning one look decides. Ten days of users behave as they are made to.
 */
describe("an experiment on the emulator, from its state to its state", function () {
  let emulator: Emulator;
  let regions: BuiltRegion[];
  let home: DynamoDBClient;

  beforeEach(async () => {
    emulator = await startOwnEmulator();
    regions = [
      await buildRegion(emulator.endpoint, "us-east-1", "us", "primary"),
      await buildRegion(emulator.endpoint, "us-west-2", "us", "replica"),
    ];
    await buildTables(regions[0]!, ["us-west-2"]);
    home = clientIn("us-east-1");
    await home.send(
      new CreateTableCommand({
        TableName: FLAGS,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [{ AttributeName: "flag", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "flag", AttributeType: "S" }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
      }),
    );
    await home.send(
      new UpdateTableCommand({ TableName: FLAGS, ReplicaUpdates: [{ Create: { RegionName: "us-west-2" } }] }),
    );
    for (const [variant, model_version] of [
      ["champion", "a1"],
      ["challenger", "b1"],
    ] as const) {
      const row = { name: modelNameOf(variant, "champion"), version: CURRENT_VERSION, model_version };
      await home.send(new PutItemCommand({ TableName: String(regions[0]?.tables.models), Item: marshall(row) }));
    }
  });
  afterEach(async () => {
    home.destroy();
    await emulator.stop();
  });

  function clientIn(region: string): DynamoDBClient {
    return new DynamoDBClient({ region, endpoint: emulator.endpoint, credentials: CREDENTIALS });
  }

  /** The commands' own desk, as if these regions were an environment's stacks. */
  function deskOn(day: number): Promise<OpenDesk> {
    const opened = {
      regions: regions.map((region) => ({
        ...region,
        tables: { ...region.tables, flags: FLAGS },
        endpointName: "recommendations",
      })),
      topology: { home: "us-east-1", environment: "test", warehouse: { mode: "provisioned" } },
      endpoint: emulator.endpoint,
    };
    const asking = { engine: day % 5 === 0 ? "athena" : "duckdb", to: dayOf(day + 1) } as const;
    return openDesk(opened as unknown as OpenRegions, asking, new Date(`${dayOf(day)}T02:00:00Z`));
  }

  async function start(): Promise<ExperimentRecord> {
    const desk = await deskOn(0);
    const versions = await modelVersions(desk.zones, ["champion", "challenger"]);
    const change = startExperiment(await desk.store.read(), PLAN, { by: desk.by, at: desk.now, versions });
    const { record } = await applyChange(desk, change);
    desk.close();
    return record;
  }

  /** One day's users of both regions, each by the region's own copy of the state, once it has this revision. */
  async function liveDay(day: number, revision: number, challenger: Behaviour): Promise<SimulatedUser[]> {
    const all: SimulatedUser[] = [];
    for (const [place, region] of regions.entries()) {
      const client = clientIn(region.region);
      let seen: ExperimentRecord | undefined;
      await waitUntil(
        async () => {
          seen = await readExperiment(client, FLAGS);
          return seen?.revision === revision;
        },
        { what: `revision ${revision} in ${region.region}`, timeoutMs: 30_000 },
      );
      client.destroy();
      assert.ok(seen);
      const split = splitOf(seen);
      const users = [
        ...simulate({
          seed: 1_000 * (place + 1) + day,
          days: 1,
          usersPerDay: USERS_PER_REGION,
          behaviour: { champion: CONTROL, challenger },
          variants: () => split.variants,
          experiment: split.experiment,
        }),
      ].map((user) => ({ ...user, day: dayOf(day) }));
      await writeExposures(region, dayOf(day), users, ({ key, variant }) => ({
        item: `item-${Buffer.from(key).reduce((sum, byte) => (sum * 31 + byte) % 97, 7)}`,
        version: variant === "champion" ? "a1" : "b1",
      }));
      all.push(...users);
    }
    return all;
  }

  async function morning(day: number) {
    const desk = await deskOn(day);
    try {
      const record = await desk.store.read();
      assert.ok(record);
      return await rampExperiment(desk, record);
    } finally {
      desk.close();
    }
  }

  /** Days and mornings until it is over, held, or the days are. */
  async function live(challenger: Behaviour, days: number, first = 1) {
    const told: string[] = [];
    const store = dynamoStore(home, FLAGS);
    for (let day = first; day <= days; day += 1) {
      const revision = (await store.read())?.revision ?? 0;
      await liveDay(day, revision, challenger);
      const { record, decision } = await morning(day + 1);
      if (decision.action !== "wait") told.push(`${decision.action} ${decision.percent}`);
      if (record.state !== "running") return { told, record, decision, day };
    }
    throw new Error(`not over after ${days} days: ${told.join(", ")}`);
  }

  it("goes up with a better variant and ends by giving it to everybody, each change with its entry", async () => {
    const first = await start();
    assert.deepEqual(
      first.variants.map(({ model_versions }) => model_versions),
      [{ us: "a1" }, { us: "b1" }],
    );
    const { told, record } = await live({ click: 0.3, buy: 0.1 }, 20);
    assert.deepEqual(told, ["advance 50", "ship 100"]);
    assert.equal(record.state, "finished");
    const store = dynamoStore(home, FLAGS);
    const entries = await store.changes();
    assert.deepEqual(
      entries.map(({ revision }) => revision),
      Array.from({ length: record.revision }, (_, place) => place + 1),
    );
    assert.deepEqual(
      entries.filter(({ action }) => action !== "wait").map(({ action, weights }) => [action, weights["challenger"]]),
      [
        ["start", 10],
        ["advance", 50],
        ["ship", 100],
      ],
    );
    assert.ok(entries.every(({ by }) => by.startsWith("arn:aws:")));
    const desk = await deskOn(30);
    const { report, guardrails } = await desk.figures(record);
    desk.close();
    assert.equal(report.variants[0]?.primary.verdict, "better");
    assert.equal(report.mismatch?.alarm, false);
    // Two lakes are one experiment.
    assert.equal(report.users["champion"]! + report.users["challenger"]!, report.days * 2 * USERS_PER_REGION);
    assert.deepEqual(
      guardrails.map(({ name, verdict }) => [name, verdict]),
      [
        ["latency", "unknown"],
        ["errors", "unknown"],
        ["coverage", "pass"],
        ["stand_ins", "pass"],
      ],
    );
  });

  it("is held by a slow new model with the reason, goes on once resumed, and is rolled back by command everywhere", async () => {
    await start();
    const cloudwatch = new CloudWatchClient({
      region: "us-west-2",
      endpoint: emulator.endpoint,
      credentials: CREDENTIALS,
    });
    const dimensions = [
      { Name: "EndpointName", Value: "recommendations" },
      { Name: "VariantName", Value: "challenger" },
    ];
    const tell = (hour: number, name: string, values: readonly number[]) =>
      cloudwatch.send(
        new PutMetricDataCommand({
          Namespace: "AWS/SageMaker",
          MetricData: values.map((Value) => ({
            MetricName: name,
            Dimensions: dimensions,
            Value,
            Timestamp: new Date(Date.parse(dayOf(2)) - hour * 3_600_000),
          })),
        }),
      );
    await tell(3, "Invocations", [400, 100]);
    await tell(3, "Invocation5XXErrors", [0]);
    await tell(3, "ModelLatency", [250_000, 260_000]);
    cloudwatch.destroy();
    const { record, decision, day } = await live(CONTROL, 3);
    assert.deepEqual([decision.action, record.state, day], ["hold", "held", 1]);
    assert.match(record.reason, /99 % of challenger's predictions: 2[56]\d ms \(at most 100 ms\)/);
    assert.equal(splitOf(record).variants[1]?.weight, 10);

    // While it is held, users come by the split that it has.
    for (const later of [2, 3, 4]) await liveDay(later, record.revision, CONTROL);
    const desk = await deskOn(4);
    const resumed = await applyChange(
      desk,
      resumeExperiment(record, "a larger instance", await authorOf(desk, record)),
    );
    // A day later the slow predictions are out of the window.
    const next = await morning(5);
    assert.equal(next.record.state, "running", next.decision.reason);

    const author = await authorOf(desk, next.record);
    // Decided on a revision that is no longer the last: nothing is written, neither the state nor an entry.
    await assert.rejects(applyChange(desk, rollBackExperiment(resumed.record, "late", author)), StaleStateError);
    const back = await applyChange(desk, rollBackExperiment(next.record, "complaints", author));
    assert.deepEqual([back.record.state, splitOf(back.record).variants[1]?.weight], ["rolled-back", 0]);
    const users = await liveDay(6, back.record.revision, CONTROL);
    assert.ok(users.every(({ variant }) => variant === "champion"));
    const entries = await desk.store.changes();
    assert.deepEqual(
      entries.map(({ action }) => action),
      ["start", "hold", "resume", "advance", "roll_back"],
    );
    desk.close();
  });

  it("rolls a harmful variant back by itself while few users have it", async () => {
    const first = await start();
    const split = splitOf(first);
    const { record, decision } = await live({ click: 0.02, buy: 0.01 }, 12);
    assert.deepEqual([decision.action, record.state], ["roll_back", "rolled-back"]);
    assert.match(record.reason, /click_rate .* worse than the control/);
    assert.ok(record.phases.every(({ weights }) => (weights["challenger"] ?? 0) <= 10));
    const after = splitOf(record);
    for (let user = 0; user < 200; user += 1) {
      const key = `user-${user}`;
      const [before, now] = [split, after].map(({ variants, experiment }) => assignVariant(key, variants, experiment));
      assert.ok(before === "champion" || before === "challenger");
      assert.equal(now, "champion");
    }
  });
});

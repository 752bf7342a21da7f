import assert from "node:assert/strict";
import { CloudWatchClient, GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetPartitionsCommand, GlueClient } from "@aws-sdk/client-glue";
import { S3Client } from "@aws-sdk/client-s3";
import { putIfChanged } from "../../services/kit/s3-objects";
import { VERIFIED_PREFIX } from "../../services/etl/run";
import { DATA_AGE, ENVIRONMENT, MODEL_AGE, NAMESPACE } from "../../contracts/metrics/ages";
import { memoryCache } from "../../services/api/cache";
import { recommend, type Recommendation, type RecommendDeps } from "../../services/api/recommend";
import { dynamoTable } from "../../services/kit/dynamodb/table-reader";
import { modelNameOf, POPULAR_KEY, popularKeyOf } from "../../contracts/tables/records";
import { runDaily, type DailyConfig, type DailyReport } from "../../local/datapath/daily";
import { findQuery, listQueries, QueryError, runQuery, type QueryResult } from "../../queries";
import { executeAthena } from "../../queries/engines/athena";
import { ndjson, tasteEvents } from "../services/etl/events";
import {
  buildRegion,
  buildTables,
  CREDENTIALS,
  PYTHON,
  startOwnEmulator,
  type BuiltRegion,
  type Emulator,
} from "./datapath-cloud";

describe("the daily run on the emulator", function () {
  let emulator: Emulator;
  let regions: BuiltRegion[];
  let config: DailyConfig;
  let first: DailyReport;
  let someUser = "";

  before(async () => {
    emulator = await startOwnEmulator();
    const { endpoint } = emulator;
    regions = [
      await buildRegion(endpoint, "us-east-1", "us", "primary"),
      await buildRegion(endpoint, "us-west-2", "us", "replica"),
    ];
    await buildTables(regions[0]!, ["us-west-2"]);
    for (const { region, buckets } of regions) {
      const events = tasteEvents({ users: 300, items: 240, groups: 8, eventsPerUser: 30, region, days: 10 });
      const [one] = events;
      someUser ||= String(one?.user_key);
      const s3 = new S3Client({ region, endpoint, credentials: CREDENTIALS, forcePathStyle: true });
      const key = `${VERIFIED_PREFIX}date=2026-03-01/hour=00/all.ndjson.gz`;
      await putIfChanged(s3, buckets.bronze, key, ndjson([...events, ...events.slice(0, 17)]));
    }
    config = {
      regions,
      python: PYTHON,
      endpoint,
      credentials: CREDENTIALS,
      now: new Date("2026-03-11T02:00:00Z"),
      ttlDays: 7,
      variants: ["champion", "challenger"],
    };
    first = await runDaily(config);
  });
  after(async () => {
    await emulator.stop();
  });

  it("balances the counts of every region", () => {
    for (const { ledger } of first.etl) {
      assert.deepEqual(ledger, { verified: 9017, silver: 9000, duplicates: 17, late: 0 });
    }
  });

  it("tells every region the age of its gold and of the model in use", async () => {
    for (const { region, environment } of regions) {
      const client = new CloudWatchClient({ region, endpoint: emulator.endpoint, credentials: CREDENTIALS });
      for (const MetricName of [DATA_AGE, MODEL_AGE]) {
        const { Datapoints = [] } = await client.send(
          new GetMetricStatisticsCommand({
            Namespace: NAMESPACE,
            MetricName,
            Dimensions: [{ Name: ENVIRONMENT, Value: environment }],
            StartTime: new Date(Date.now() - 3_600_000),
            EndTime: new Date(Date.now() + 3_600_000),
            Period: 86_400,
            Statistics: ["Maximum"],
          }),
        );
        assert.deepEqual(
          Datapoints.map(({ Maximum }) => Maximum),
          [0],
          `${MetricName} in ${region}`,
        );
      }
      client.destroy();
    }
  });

  it("publishes one model for the zone that beats the popular items", () => {
    assert.equal(first.zones.length, 1);
    const [zone] = first.zones;
    assert.equal(zone?.outcome, "published");
    assert.equal(zone.usersScored, 600);
    const { scores } = zone;
    assert.ok(Number(scores?.["recall@10"]) > Number(scores?.["popular_recall@10"]));
    assert.ok(Number(scores?.["ndcg@10"]) > Number(scores?.["popular_ndcg@10"]));
    assert.deepEqual(Object.keys(zone.replicatedInMs), ["us-west-2"]);
  });

  it("publishes the challenger's own model in its own line, beside the control's, judged against the same baselines", async () => {
    const [zone] = first.zones;
    const [challenger, ...more] = zone!.challengers;
    assert.deepEqual(more, []);
    assert.deepEqual(
      [zone!, challenger!].map(({ variant, algorithm, outcome, usersScored }) => [
        variant,
        algorithm,
        outcome,
        usersScored,
      ]),
      [
        ["champion", "als", "published", 600],
        ["challenger", "item-to-item", "published", 600],
      ],
    );
    assert.notEqual(challenger!.modelVersion, zone!.modelVersion);
    assert.ok(Number(challenger!.scores?.["recall@10_over_popular_low"]) > 0);
    assert.equal(challenger!.scores?.["popular_recall@10"], zone!.scores?.["popular_recall@10"]);
    for (const { region, tables } of regions) {
      const client = new DynamoDBClient({ region, endpoint: emulator.endpoint, credentials: CREDENTIALS });
      const table = dynamoTable(client, tables);
      assert.deepEqual(await table.published(), { current: zone!.modelVersion });
      const line = modelNameOf("challenger", "champion");
      assert.deepEqual(await table.published(undefined, line), { current: challenger!.modelVersion });
      for (const version of [zone!.modelVersion!, challenger!.modelVersion!]) {
        for (const key of [someUser, POPULAR_KEY, popularKeyOf(region)]) {
          assert.ok(((await table.list(key, version)) ?? []).length > 0, `${key} of ${version} in ${region}`);
        }
      }
      client.destroy();
    }
  });

  it("gives a user the list of the variant's own model, the same in both regions", async () => {
    for (const [variant, version] of [
      ["champion", first.zones[0]?.modelVersion],
      ["challenger", first.zones[0]?.challengers[0]?.modelVersion],
    ] as const) {
      const [east, west] = await listsOf(variant);
      assert.equal(east?.source, "table");
      assert.equal(west?.source, "table");
      assert.equal(east.items.length, 5);
      assert.deepEqual(west.items, east.items);
      assert.equal(east.modelVersion, version);
    }
  });

  /** What some user of a variant is given in each region. */
  async function listsOf(variant: string): Promise<Recommendation[]> {
    const answers = [];
    for (const { region, tables } of regions) {
      const client = new DynamoDBClient({ region, endpoint: emulator.endpoint, credentials: CREDENTIALS });
      const deps: RecommendDeps = {
        region,
        cache: memoryCache(10),
        table: dynamoTable(client, tables),
        variants: ["champion", "challenger"].map((name) => ({ name, weight: name === variant ? 1 : 0 })),
        userKeyOf: (id) => id,
        deadlineMs: 10_000,
      };
      answers.push(await recommend(deps, someUser, { limit: 5 }));
      client.destroy();
    }
    return answers;
  }

  it("repeats itself: the same objects, version and scores", async () => {
    const second = await runDaily(config);
    assert.equal(second.zones[0]?.outcome, "unchanged");
    assert.equal(second.zones[0].modelVersion, first.zones[0]?.modelVersion);
    assert.deepEqual(second.zones[0].scores, first.zones[0]?.scores);
    const versions = (report: DailyReport) => report.zones[0]?.challengers.map(({ modelVersion }) => modelVersion);
    assert.deepEqual(versions(second), versions(first));
    assert.equal(second.zones[0].challengers[0]?.outcome, "unchanged");
    for (const { written, removed, partitionsAdded } of second.etl) {
      assert.deepEqual({ written, removed, partitionsAdded }, { written: 0, removed: 0, partitionsAdded: 0 });
    }
  });

  it("registers the days of the partitioned tables in the catalogue", async () => {
    const glue = new GlueClient({ region: "us-east-1", endpoint: emulator.endpoint, credentials: CREDENTIALS });
    const DatabaseName = regions[0]?.glueDatabase;
    const { Partitions } = await glue.send(new GetPartitionsCommand({ DatabaseName, TableName: "silver_events" }));
    assert.equal(Partitions?.length, 10);
    assert.match(Partitions[0]?.StorageDescriptor?.Location ?? "", /events\/date=2026-03-\d\d\/$/);
    glue.destroy();
  });

  for (const { name } of listQueries()) {
    it(`answers ${name} alike on Athena, DuckDB and the simulated Redshift`, async () => {
      const [region] = regions;
      const params = name === "item_to_item" ? { item: "item-0000" } : {};
      const answers: QueryResult[] = [];
      for (const engine of ["athena", "duckdb", "redshift"]) {
        answers.push(await runQuery(name, engine, region!, params));
      }
      const [athena, duckdb, redshift] = answers;
      // Nobody was shown anything yet, so that there is no experiment to measure; serving.spec.ts has one.
      assert.equal(athena!.rows.length > 0, !name.startsWith("experiment_"));
      assert.deepEqual(athena!.columns, duckdb!.columns);
      assert.deepEqual(athena!.rows, duckdb!.rows);
      assert.deepEqual(redshift!.rows, duckdb!.rows);
      assert.deepEqual(
        answers.map(({ simulated }) => simulated ?? false),
        [false, false, true],
      );
    });
  }

  it("answers with exactly the rows that were written", async () => {
    const { rows, columns } = await runQuery("daily_active_users", "athena", regions[0]!, { from: "2026-03-02" });
    assert.deepEqual(columns, ["day", "users", "events"]);
    assert.equal(rows.length, 9);
    const all = await runQuery("daily_active_users", "athena", regions[0]!);
    assert.equal(
      all.rows.reduce((sum, row) => sum + Number(row[2]), 0),
      9000,
    );
  });

  it("fails a bad query with the engine's own message, on Athena as on DuckDB", async () => {
    const failed = (engine: string) => (error: unknown) =>
      error instanceof QueryError && error.kind === "engine" && error.message.startsWith(`${engine}: `);
    await assert.rejects(executeAthena("SELECT no_such_column FROM silver_events", regions[0]!), failed("athena"));
    await assert.rejects(executeAthena("SELEKT 1", regions[0]!), failed("athena"));
    await assert.rejects(
      runQuery("top_items", "duckdb", regions[0]!, { limit: -1 }),
      (error: unknown) => error instanceof QueryError,
    );
    assert.equal(findQuery("top_items").parameters.length, 1);
  });
});

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GlueClient } from "@aws-sdk/client-glue";
import { openEngine } from "../../../services/etl/engine";
import { downloadPrefix } from "../../../services/kit/s3-objects";
import { registerPartitions, type PartitionsWanted } from "../../../services/etl/partitions";
import { figuresOf, prefixOf, SQL_FOLDER, sqlOf, STEPS } from "../../../contracts/lake/pipeline";
import { runEtl, VERIFIED_PREFIX } from "../../../services/etl/run";
import { LAKE_TABLES } from "../../../contracts/lake/tables";
import { CURATED_COLUMNS } from "../../../contracts/events/columns";
import { startFakeAws } from "../../queries/fake-aws";
import { curated, ndjson } from "../../services/etl/events";
import { MemoryS3 } from "../../services/etl/memory-s3";

const PROGRAMS = join(__dirname, "..", "..", "..", "services", "etl");
const SPARK = readdirSync(PROGRAMS)
  .filter((name) => name.endsWith(".py"))
  .map((name) => readFileSync(join(PROGRAMS, name), "utf8"))
  .join("\n");

/** Glue's name of a type that DuckDB writes. */
const GLUE_TYPE: Readonly<Record<string, string>> = {
  VARCHAR: "string",
  INTEGER: "int",
  BIGINT: "bigint",
  DOUBLE: "double",
  BOOLEAN: "boolean",
  TIMESTAMP: "timestamp",
};

describe("the ETL's contracts", () => {
  const buckets = { bronze: "bronze", silver: "silver", gold: "gold" };

  it("catalogue every kept table with exactly the columns and types of its files", async () => {
    const s3 = new MemoryS3();
    const late = curated({ occurred_at: "2026-03-01T00:00:00.000Z", received_at: "2026-03-20T00:00:00.000Z" });
    s3.put("bronze", `${VERIFIED_PREFIX}date=2026-03-01/hour=10/a.ndjson.gz`, ndjson([curated(), late]));
    await runEtl({ s3 }, { region: "us-east-1", buckets, runDate: "2026-03-02" });
    const folder = mkdtempSync(join(tmpdir(), "contract-spec-"));
    const engine = await openEngine({ folder, threads: 1 });
    for (const table of LAKE_TABLES) {
      const { name, store, columns } = table;
      const to = join(folder, name);
      await downloadPrefix(s3, { bucket: buckets[store], prefix: prefixOf(table, "us-east-1") }, to);
      const described = await engine.rows(
        `DESCRIBE SELECT * FROM read_parquet('${to}/**/*.parquet', hive_partitioning = false)`,
      );
      assert.deepEqual(
        described.map((row) => ({ name: row["column_name"], type: GLUE_TYPE[String(row["column_type"])] })),
        columns.map((column) => ({ name: column.name, type: column.type })),
        name,
      );
    }
    engine.close();
    await rm(folder, { recursive: true });
    const report = s3.objects.get("gold/us-east-1/_quality/run_date=2026-03-02/report.json")?.body.toString() ?? "";
    const { passed, ledger } = JSON.parse(report) as { passed: boolean; ledger: unknown };
    assert.deepEqual([passed, ledger], [true, { verified: 2, silver: 1, duplicates: 0, late: 1 }]);
  });

  it("have one SQL file for each step, and fill in every figure", () => {
    const files = readdirSync(SQL_FOLDER).filter((file) => !file.startsWith("prelude"));
    assert.deepEqual(files.sort(), STEPS.map(({ name }) => `${name}.sql`).sort());
    for (const { name } of STEPS) assert.doesNotMatch(sqlOf(name, figuresOf({})), /\$/);
  });

  it("let Spark read the same columns as the embedded engine", () => {
    const columns = [...(/SOURCE_COLUMNS = \(([\s\S]*?)\n\)/.exec(SPARK)?.[1]?.matchAll(/"(\w+)"/g) ?? [])];
    assert.deepEqual(
      columns.map(([, name]) => name),
      CURATED_COLUMNS.map(({ name }) => name),
    );
  });
});

describe("the registration of partitions", () => {
  const wanted: PartitionsWanted = {
    database: "lake",
    table: "silver_events",
    location: "s3://silver/events/",
    column: "date",
    values: ["2026-03-01", "2026-03-02"],
  };

  async function register(location: string, known: readonly string[], errors: readonly object[] = []) {
    const aws = await startFakeAws({
      GetTable: () => ({ body: { Table: { Name: "silver_events", StorageDescriptor: { Location: location } } } }),
      GetPartitions: () => ({ body: { Partitions: known.map((value) => ({ Values: [value] })) } }),
      BatchCreatePartition: () => ({ body: { Errors: errors } }),
    });
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const glue = new GlueClient({ region: "us-east-1", endpoint: aws.endpoint, credentials });
    try {
      return { added: await registerPartitions(glue, wanted), calls: aws.calls };
    } finally {
      glue.destroy();
      await aws.stop();
    }
  }

  it("adds what is missing, with its folder, and nothing when all is there", async () => {
    const { added, calls } = await register("s3://silver/events", ["2026-03-01"]);
    assert.equal(added, 1);
    const [created] = calls.filter(({ action }) => action === "BatchCreatePartition");
    assert.deepEqual(created?.input["PartitionInputList"], [
      { Values: ["2026-03-02"], StorageDescriptor: { Location: "s3://silver/events/date=2026-03-02/" } },
    ]);
    const again = await register("s3://silver/events/", wanted.values);
    assert.equal(again.added, 0);
    assert.ok(!again.calls.some(({ action }) => action === "BatchCreatePartition"));
  });

  it("takes a partition that came in meanwhile for granted, and no other error", async () => {
    const error = (ErrorCode: string) => ({ PartitionValues: ["2026-03-01"], ErrorDetail: { ErrorCode } });
    await register("s3://silver/events/", [], [error("AlreadyExistsException")]);
    await assert.rejects(register("s3://silver/events/", [], [error("InternalServiceException")]), /2026-03-01/);
  });

  it("is refused when the catalogue says that the table lies elsewhere", async () => {
    await assert.rejects(register("s3://other/events/", []), /want location s3:\/\/silver\/events\/, got s3:\/\/other/);
  });
});

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { literal } from "../../services/etl/sql";
import { VERIFIED_PREFIX } from "../../services/etl/run";
import { CURATED_COLUMNS, duckdbType } from "../../contracts/events/columns";

/**
 * The least that any ETL does: the same objects read in their types and written as Parquet by day, each row as it comes.
 * `limit.ts BRONZE OUT THREADS`; prints what it took.
 */
const [bronze = "", out = "", threads = "2"] = process.argv.slice(2);

async function main(): Promise<void> {
  mkdirSync(out, { recursive: true });
  const started = performance.now();
  const instance = await DuckDBInstance.create(":memory:", { threads, preserve_insertion_order: "false" });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  const columns = CURATED_COLUMNS.map(({ name, kind }) => `${name}: '${duckdbType(kind)}'`).join(", ");
  await connection.run(
    `COPY (
       SELECT *, strftime(occurred_at, '%Y-%m-%d') AS date
       FROM read_json(${literal(join(bronze, VERIFIED_PREFIX, "**", "*.ndjson.gz"))},
         format = 'newline_delimited', columns = {${columns}})
     ) TO ${literal(join(out, "events"))} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, PARTITION_BY (date))`,
  );
  connection.closeSync();
  instance.closeSync();
  console.log(JSON.stringify({ seconds: (performance.now() - started) / 1000 }));
}

void main();

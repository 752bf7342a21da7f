import { join } from "node:path";
import { runEtl } from "../../services/etl/run";
import { FolderS3 } from "./folder-s3";

/** The ETL of a region over folders, in a process of its own: `pipeline.ts BRONZE OUT THREADS`; prints what it took. */
const [bronze = "", out = "", threads = "2"] = process.argv.slice(2);

const s3 = new FolderS3({ bronze, silver: join(out, "silver"), gold: join(out, "gold") });

runEtl(
  { s3 },
  {
    region: "us-east-1",
    buckets: { bronze: "bronze", silver: "silver", gold: "gold" },
    runDate: "2026-03-12",
    threads: Number(threads),
  },
).then(
  ({ seconds, ledger, rows }) => {
    console.log(JSON.stringify({ seconds, silver: ledger.silver, rows }));
  },
  (error: unknown) => {
    console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exitCode = 1;
  },
);

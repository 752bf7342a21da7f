import { S3Client } from "@aws-sdk/client-s3";
import { runEtl } from "../../services/etl/run";

/** The ETL of a region as a process of its own, so that a test can kill it: endpoint and bucket names by argument. */
const [endpoint = "", bronze = "", silver = "", gold = ""] = process.argv.slice(2);

const s3 = new S3Client({
  region: "us-east-1",
  endpoint,
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
  forcePathStyle: true,
});

runEtl({ s3 }, { region: "us-east-1", buckets: { bronze, silver, gold }, runDate: "2026-03-11" }).then(
  ({ ledger }) => {
    console.log(JSON.stringify(ledger));
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  },
);

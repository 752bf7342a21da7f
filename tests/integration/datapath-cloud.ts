import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AthenaClient, CreateWorkGroupCommand } from "@aws-sdk/client-athena";
import { CreateTableCommand, DynamoDBClient, UpdateTableCommand } from "@aws-sdk/client-dynamodb";
import { CreateDatabaseCommand, CreateTableCommand as CreateGlueTableCommand, GlueClient } from "@aws-sdk/client-glue";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { prefixOf } from "../../contracts/lake/pipeline";
import { LAKE_TABLES } from "../../contracts/lake/tables";
import type { DailyRegion } from "../../local/datapath/daily";
import { waitUntil } from "../../local/datapath/wait";
import type { QueryConfig } from "../../queries";

/** Interpreter with the emulator and the training job's libraries. */
export const PYTHON =
  process.env["MERIDIAN_PYTHON"] ?? join(__dirname, "..", "..", ".meridian", "venv", "bin", "python");

export const CREDENTIALS = { accessKeyId: "test", secretAccessKey: "test" };

/** An emulator of this test's own, on a free port, with an empty state. */
export interface Emulator {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** @throws Error when there is no interpreter, or the emulator does not answer within 60 s. */
export async function startOwnEmulator(): Promise<Emulator> {
  if (!existsSync(PYTHON))
    throw new Error(`want a Python with the emulator at ${PYTHON}; MERIDIAN_PYTHON names another`);
  const folder = await mkdtemp(join(tmpdir(), "meridian-emulator-"));
  const port = await freePort();
  const child = spawn(PYTHON, ["-m", "ministack"], {
    cwd: folder,
    stdio: "ignore",
    env: {
      ...process.env,
      GATEWAY_PORT: String(port),
      BIND_HOST: "127.0.0.1",
      IOT_MTLS_ENABLED: "0",
      SFTP_ENABLED: "0",
      S3_DATA_DIR: join(folder, "s3"),
      TMPDIR: folder,
    },
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await waitUntil(() => answers(endpoint), { what: "the emulator", timeoutMs: 60_000 });
  return {
    endpoint,
    stop: async () => {
      await ended(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(`${endpoint}/_ministack/health`)).ok;
  } catch {
    return false;
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) {
      resolve();
      return;
    }
    child.once("exit", () => {
      resolve();
    });
    child.kill("SIGTERM");
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  });
}

/** What stands in one region after `buildRegion`. */
export type BuiltRegion = DailyRegion & QueryConfig;

/** Makes what a region's stack makes, as far as the daily run and the questions need it, by plain AWS calls. */
export async function buildRegion(
  endpoint: string,
  region: string,
  zone: string,
  role: DailyRegion["role"],
): Promise<BuiltRegion> {
  const settings = { region, endpoint, credentials: CREDENTIALS };
  const bucket = (part: string): string => `test-${region}-${part}`;
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  for (const part of ["bronze", "silver", "gold", "artifacts", "results"]) {
    await s3.send(new CreateBucketCommand({ Bucket: bucket(part) }));
  }
  const glueDatabase = `test_${region.replaceAll("-", "_")}`;
  const glue = new GlueClient(settings);
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: glueDatabase } }));
  for (const table of LAKE_TABLES) {
    const columnsOf = (columns: typeof table.columns) =>
      columns.map(({ name, type, comment }) => ({ Name: name, Type: type, Comment: comment }));
    await glue.send(
      new CreateGlueTableCommand({
        DatabaseName: glueDatabase,
        TableInput: {
          Name: table.name,
          TableType: "EXTERNAL_TABLE",
          Parameters: { EXTERNAL: "TRUE", classification: "parquet" },
          PartitionKeys: columnsOf(table.partitionKeys),
          StorageDescriptor: {
            Location: `s3://${bucket(table.store)}/${prefixOf(table, region)}`,
            Columns: columnsOf(table.columns),
            InputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            OutputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
            SerdeInfo: { SerializationLibrary: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe" },
          },
        },
      }),
    );
  }
  const athenaWorkgroup = `test-${region}`;
  const OutputLocation = `s3://${bucket("results")}/athena/`;
  await new AthenaClient(settings).send(
    new CreateWorkGroupCommand({
      Name: athenaWorkgroup,
      Configuration: { ResultConfiguration: { OutputLocation }, EnforceWorkGroupConfiguration: true },
    }),
  );
  return {
    environment: "test",
    region,
    zone,
    role,
    glueDatabase,
    athenaWorkgroup,
    buckets: {
      bronze: bucket("bronze"),
      silver: bucket("silver"),
      gold: bucket("gold"),
      artifacts: bucket("artifacts"),
    },
    tables: {
      recommendations: `test-${zone}-recommendations`,
      models: `test-${zone}-models`,
      profiles: `test-${zone}-profiles`,
    },
    warehouse: "none",
    simulatedWarehouse: true,
    endpoint,
    credentials: CREDENTIALS,
  };
}

/** Makes a zone's global tables at its primary region, with a replica in each other region. */
export async function buildTables(primary: BuiltRegion, replicas: readonly string[]): Promise<void> {
  const client = new DynamoDBClient({
    region: primary.region,
    credentials: CREDENTIALS,
    ...(primary.endpoint === undefined ? {} : { endpoint: primary.endpoint }),
  });
  const keys: Record<keyof DailyRegion["tables"], readonly string[]> = {
    recommendations: ["user_key", "model_version"],
    models: ["name", "version"],
    profiles: ["user_key"],
  };
  for (const [part, names] of Object.entries(keys)) {
    const TableName = primary.tables[part as keyof typeof keys];
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: names.map((AttributeName, n) => ({ AttributeName, KeyType: n === 0 ? "HASH" : "RANGE" })),
        AttributeDefinitions: names.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
        StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
      }),
    );
    for (const RegionName of replicas) {
      await client.send(new UpdateTableCommand({ TableName, ReplicaUpdates: [{ Create: { RegionName } }] }));
    }
  }
  client.destroy();
}

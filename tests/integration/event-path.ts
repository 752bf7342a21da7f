import { randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { CreateStreamCommand, KinesisClient } from "@aws-sdk/client-kinesis";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, PutBucketNotificationConfigurationCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { buildSync } from "esbuild";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { IngestRegion } from "../../local/datapath/ingest";

const credentials = { accessKeyId: "test", secretAccessKey: "test" };

/** What a region's stack would make for the event path, made by hand in an emulator. */
export async function makeEventPath(
  endpoint: string,
  region: string,
  stateDir: string,
  functionZip?: Uint8Array,
): Promise<IngestRegion> {
  const common = { region, endpoint, credentials, requestHandler: new NodeHttpHandler({}) };
  const id = `${region}-${randomBytes(4).toString("hex")}`;
  const [s3, kms, sqs] = [
    new S3Client({ ...common, forcePathStyle: true }),
    new KMSClient(common),
    new SQSClient(common),
  ];
  const [kinesis, lambda] = [new KinesisClient(common), new LambdaClient(common)];

  const buckets = { raw: `raw-${id}`, bronze: `bronze-${id}`, quarantine: `quarantine-${id}` };
  for (const Bucket of Object.values(buckets)) await s3.send(new CreateBucketCommand({ Bucket }));
  const { QueueUrl: intakeQueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: `intake-${id}` }));
  const { QueueUrl: handoverQueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: `handover-${id}` }));
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: buckets.bronze,
      NotificationConfiguration: {
        QueueConfigurations: [
          {
            QueueArn: `arn:aws:sqs:${region}:000000000000:intake-${id}`,
            Events: ["s3:ObjectCreated:*"],
            Filter: { Key: { FilterRules: [{ Name: "prefix", Value: "landing/" }] } },
          },
        ],
      },
    }),
  );
  const alias = `alias/pseudonym-${id}`;
  const { KeyMetadata } = await kms.send(
    new CreateKeyCommand({ KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" }),
  );
  await kms.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: KeyMetadata?.KeyId }));
  const stream = `events-${id}`;
  await kinesis.send(new CreateStreamCommand({ StreamName: stream, ShardCount: 2 }));
  const transformFunction = `transform-${id}`;
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: transformFunction,
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Role: "arn:aws:iam::000000000000:role/transform",
      Timeout: 60,
      MemorySize: 512,
      Environment: { Variables: { PSEUDONYM_KEY_ALIAS: alias } },
      Code: { ZipFile: functionZip ?? zipOf("index.js", transformBundle()) },
    }),
  );
  for (const client of [s3, kms, sqs, kinesis, lambda]) client.destroy();
  return {
    region,
    zone: "us",
    endpoint,
    stream,
    transformFunction,
    buckets,
    intakeQueueUrl,
    handoverQueueUrl,
    stateDir,
  };
}

/** The transform bundled as the kit does it for Lambda. */
export function transformBundle(): Buffer {
  const { outputFiles } = buildSync({
    entryPoints: ["services/transform/handler.ts"],
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    minify: true,
    external: ["@aws-sdk/*"],
    write: false,
  });
  return Buffer.from(outputFiles[0]?.contents ?? []);
}

/** A zip archive of one stored file. */
export function zipOf(name: string, content: Buffer): Buffer {
  const file = Buffer.from(name);
  const fixed = Buffer.alloc(26);
  fixed.writeUInt16LE(20, 0);
  fixed.writeUInt32LE(crc32(content), 10);
  fixed.writeUInt32LE(content.length, 14);
  fixed.writeUInt32LE(content.length, 18);
  fixed.writeUInt16LE(file.length, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04"), fixed, file, content]);
  const made = Buffer.alloc(2);
  made.writeUInt16LE(20, 0);
  const central = Buffer.concat([Buffer.from("PK\x01\x02"), made, fixed, Buffer.alloc(14), file]);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}

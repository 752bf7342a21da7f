import type {
  CreateStreamCommandInput,
  EncryptionType,
  Kinesis,
  MetricsName,
  StreamMode,
} from "@aws-sdk/client-kinesis";
import { setTimeout as sleep } from "node:timers/promises";
import { orAbsent, ProviderError } from "../../failures";
import { asText } from "../../values";
import { arnBy, emulated, type Found, type ServiceTable } from "../define";
import type { Resource } from "../resource";
import { present } from "../shape";
import { settleTags } from "../tags";

/** Between two looks at a stream that is being made or changed, ms; and how many looks. */
const POLL = { everyMs: 50, times: 200 };

export const kinesis: ServiceTable = {
  "aws:kinesis/stream:Stream": emulated({
    autoName: { property: "name", max: 128 },
    replaceOn: ["name"],
    defaults: { encryptionType: "NONE", retentionPeriod: 24, enforceConsumerDeletion: false },
    outputs: { arn: arnBy("kinesis", "stream/", "name"), shardCount: () => 0, streamModeDetails: streamMode },
    find: findStream,
    make: async (r) => {
      const client = await r.aws().kinesis();
      await client.createStream({
        StreamName: r.text("name"),
        ...present({ ShardCount: r.number("shardCount"), StreamModeDetails: requestedMode(r) }),
      });
      await active(client, r.text("name"));
      return { id: r.arn("kinesis", `stream/${r.text("name")}`) };
    },
    settle: settleStream,
    drop: async (r) => {
      const client = await r.aws().kinesis();
      await client.deleteStream({ StreamName: r.text("name"), EnforceConsumerDeletion: true });
      for (let i = 0; i < POLL.times; i++) {
        if ((await orAbsent(client.describeStreamSummary({ StreamName: r.text("name") }))) === undefined) return;
        await sleep(POLL.everyMs);
      }
    },
  }),

  "aws:kinesis/streamConsumer:StreamConsumer": emulated({
    autoName: { property: "name", max: 128 },
    replaceOn: ["name", "streamArn"],
    outputs: { arn: (r) => r.id, creationTimestamp: () => "" },
    find: async (r) => {
      const client = await r.aws().kinesis();
      const where = { StreamARN: r.text("streamArn"), ConsumerName: r.text("name") };
      const consumer = (await orAbsent(client.describeStreamConsumer(where)))?.ConsumerDescription;
      if (consumer?.ConsumerARN === undefined) return undefined;
      const since = consumer.ConsumerCreationTimestamp?.toISOString() ?? "";
      return { id: consumer.ConsumerARN, props: { arn: consumer.ConsumerARN, creationTimestamp: since } };
    },
    make: async (r) => {
      const client = await r.aws().kinesis();
      const made = await client.registerStreamConsumer({
        StreamARN: r.text("streamArn"),
        ConsumerName: r.text("name"),
      });
      return { id: made.Consumer?.ConsumerARN ?? "" };
    },
    drop: async (r) => {
      const client = await r.aws().kinesis();
      await client.deregisterStreamConsumer({ StreamARN: r.text("streamArn"), ConsumerName: r.text("name") });
    },
  }),
};

function requestedMode(r: Resource): CreateStreamCommandInput["StreamModeDetails"] {
  const mode = asText(r.block("streamModeDetails")["streamMode"]);
  return mode === undefined ? undefined : { StreamMode: mode as StreamMode };
}

function streamMode(): { readonly streamMode: string } {
  return { streamMode: "PROVISIONED" };
}

async function active(client: Kinesis, name: string): Promise<void> {
  for (let i = 0; i < POLL.times; i++) {
    const summary = await client.describeStreamSummary({ StreamName: name });
    if (summary.StreamDescriptionSummary?.StreamStatus === "ACTIVE") return;
    await sleep(POLL.everyMs);
  }
  throw new ProviderError(`stream ${name} did not become active in ${(POLL.everyMs * POLL.times) / 1000} s`);
}

async function findStream(r: Resource): Promise<Found | undefined> {
  const client = await r.aws().kinesis();
  const summary = (await orAbsent(client.describeStreamSummary({ StreamName: r.text("name") })))
    ?.StreamDescriptionSummary;
  if (summary?.StreamARN === undefined || summary.StreamStatus === "DELETING") return undefined;
  return {
    id: summary.StreamARN,
    props: {
      arn: summary.StreamARN,
      name: summary.StreamName ?? r.text("name"),
      retentionPeriod: summary.RetentionPeriodHours ?? 24,
      encryptionType: summary.EncryptionType ?? "NONE",
    },
  };
}

async function settleStream(r: Resource): Promise<void> {
  const client = await r.aws().kinesis();
  const where = { StreamName: r.text("name") };
  const now = (await client.describeStreamSummary(where)).StreamDescriptionSummary;
  const hours = r.number("retentionPeriod") ?? 24;
  const before = now?.RetentionPeriodHours ?? 24;
  if (hours > before) await client.increaseStreamRetentionPeriod({ ...where, RetentionPeriodHours: hours });
  if (hours < before) await client.decreaseStreamRetentionPeriod({ ...where, RetentionPeriodHours: hours });

  const encryption = r.maybeText("encryptionType") ?? "NONE";
  const key = { EncryptionType: "KMS" as EncryptionType, KeyId: r.maybeText("kmsKeyId") ?? now?.KeyId };
  if (encryption === "KMS" && (now?.EncryptionType !== "KMS" || now.KeyId !== key.KeyId)) {
    await client.startStreamEncryption({ ...where, ...key });
  }
  if (encryption === "NONE" && now?.EncryptionType === "KMS") await client.stopStreamEncryption({ ...where, ...key });

  const shards = r.number("shardCount");
  const provisioned = requestedMode(r)?.StreamMode !== "ON_DEMAND";
  if (provisioned && shards !== undefined && now?.OpenShardCount !== undefined && now.OpenShardCount !== shards) {
    await client.updateShardCount({ ...where, TargetShardCount: shards, ScalingType: "UNIFORM_SCALING" });
  }
  const metrics = r.texts("shardLevelMetrics");
  if (metrics.length > 0) {
    await client.enableEnhancedMonitoring({ ...where, ShardLevelMetrics: metrics as MetricsName[] });
  }
  await settleTags(
    r,
    (Tags) => client.addTagsToStream({ ...where, Tags }),
    (TagKeys) => client.removeTagsFromStream({ ...where, TagKeys }),
  );
  await active(client, r.text("name"));
}

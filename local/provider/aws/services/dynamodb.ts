import type {
  AttributeValue,
  CreateTableCommandInput,
  DynamoDB,
  GlobalSecondaryIndex,
  ReplicationGroupUpdate,
  TableDescription,
} from "@aws-sdk/client-dynamodb";
import { setTimeout as sleep } from "node:timers/promises";
import { orAbsent, ProviderError } from "../../failures";
import { asText, asTexts, isProps, type Props, type Value } from "../../values";
import { emulated, type Found, type ServiceTable } from "../define";
import { anyOf, lowered, valueAt, type ReplaceIf } from "../replacement";
import type { Resource } from "../resource";
import { present, tagList } from "../shape";
import { settleTags } from "../tags";

/** Between two looks at a table that is being made or changed, ms; and how many looks. */
const POLL = { everyMs: 50, times: 400 };

/** A table is restored when it is made; taking the source out of the program later changes nothing. */
const restoredFromAnother =
  (key: string): ReplaceIf =>
  (olds, news) =>
    news[key] !== undefined && valueAt(olds, key) !== news[key] ? [key] : [];

export const dynamodb: ServiceTable = {
  "aws:dynamodb/table:Table": emulated({
    autoName: { property: "name", max: 255 },
    replaceOn: [
      "name",
      "hashKey",
      "rangeKey",
      "localSecondaryIndexes",
      "importTable.s3BucketSource",
      "restoreDateTime",
      "restoreToLatestTime",
    ],
    replaceIf: anyOf(
      lowered("warmThroughput.readUnitsPerSecond"),
      lowered("warmThroughput.writeUnitsPerSecond"),
      restoredFromAnother("restoreSourceName"),
      restoredFromAnother("restoreSourceTableArn"),
    ),
    defaults: { billingMode: "PROVISIONED" },
    required: ["attributes", "hashKey"],
    outputs: {
      arn: (r) => r.arn("dynamodb", `table/${r.text("name")}`),
      streamArn: () => "",
      streamLabel: () => "",
      streamViewType: () => "",
      readCapacity: () => 0,
      writeCapacity: () => 0,
    },
    changing: ["streamArn", "streamLabel"],
    find: findTable,
    make: async (r) => {
      const client = await r.aws().dynamodb();
      await client.createTable(tableOf(r));
      await active(client, r.text("name"));
      return { id: r.text("name") };
    },
    settle: settleTable,
    drop: async (r) => {
      const client = await r.aws().dynamodb();
      const TableName = r.text("name");
      const now = (await orAbsent(client.describeTable({ TableName })))?.Table;
      if (now === undefined) return;
      if (r.flag("deletionProtectionEnabled") === true) {
        throw new ProviderError(
          `cannot delete table ${TableName}: ValidationException: deletion protection is on; turn deletionProtectionEnabled off first`,
        );
      }
      for (const region of replicasOf(now, r)) await replica(client, TableName, { Delete: { RegionName: region } });
      await client.deleteTable({ TableName });
      for (let i = 0; i < POLL.times; i++) {
        if ((await orAbsent(client.describeTable({ TableName }))) === undefined) return;
        await sleep(POLL.everyMs);
      }
    },
  }),

  "aws:dynamodb/tableItem:TableItem": emulated({
    replaceOn: ["tableName", "hashKey", "rangeKey"],
    key: ["tableName", "item"],
    outputs: { hashKeyValue: () => "", rangeKeyValue: () => "" },
    find: async (r) => {
      const client = await r.aws().dynamodb();
      const found = await orAbsent(client.getItem({ TableName: r.text("tableName"), Key: itemKey(r) }));
      return found?.Item === undefined ? undefined : { id: itemId(r) };
    },
    make: async (r) => {
      await putItem(r);
      return { id: itemId(r) };
    },
    settle: (r) => (r.fresh ? Promise.resolve() : putItem(r)),
    drop: async (r) => {
      const client = await r.aws().dynamodb();
      await client.deleteItem({ TableName: r.text("tableName"), Key: itemKey(r) });
    },
  }),
};

async function active(client: DynamoDB, name: string): Promise<TableDescription> {
  for (let i = 0; i < POLL.times; i++) {
    const { Table } = await client.describeTable({ TableName: name });
    const replicas = Table?.Replicas ?? [];
    const settled = replicas.every(({ ReplicaStatus }) => ReplicaStatus === undefined || ReplicaStatus === "ACTIVE");
    if (Table?.TableStatus === "ACTIVE" && settled) return Table;
    await sleep(POLL.everyMs);
  }
  throw new ProviderError(`table ${name} did not become active in ${(POLL.everyMs * POLL.times) / 1000} s`);
}

async function findTable(r: Resource): Promise<Found | undefined> {
  const client = await r.aws().dynamodb();
  const table = (await orAbsent(client.describeTable({ TableName: r.text("name") })))?.Table;
  if (table === undefined || table.TableStatus === "DELETING") return undefined;
  return {
    id: r.text("name"),
    props: {
      arn: table.TableArn ?? "",
      streamArn: table.LatestStreamArn ?? "",
      streamLabel: table.LatestStreamLabel ?? "",
      billingMode: table.BillingModeSummary?.BillingMode ?? "PROVISIONED",
      ...(table.DeletionProtectionEnabled === undefined
        ? {}
        : { deletionProtectionEnabled: table.DeletionProtectionEnabled }),
    },
  };
}

/** A table with replicas must stream both images, whether the program says so or not. */
function streamOf(r: Resource): CreateTableCommandInput["StreamSpecification"] {
  const replicated = r.list("replicas").length > 0;
  if (r.flag("streamEnabled") !== true && !replicated) return undefined;
  const view = r.maybeText("streamViewType") ?? "NEW_AND_OLD_IMAGES";
  return { StreamEnabled: true, StreamViewType: view as "NEW_AND_OLD_IMAGES" };
}

function keySchema(
  hash: Value | undefined,
  range: Value | undefined,
): NonNullable<CreateTableCommandInput["KeySchema"]> {
  const [one, other] = [asText(hash), asText(range)];
  return [
    ...(one === undefined ? [] : [{ AttributeName: one, KeyType: "HASH" as const }]),
    ...(other === undefined ? [] : [{ AttributeName: other, KeyType: "RANGE" as const }]),
  ];
}

function throughput(
  read: Value | undefined,
  write: Value | undefined,
): { ReadCapacityUnits: number; WriteCapacityUnits: number } {
  return { ReadCapacityUnits: Number(read ?? 1), WriteCapacityUnits: Number(write ?? 1) };
}

function indexOf(index: Props, provisioned: boolean, tableHash?: Value): GlobalSecondaryIndex {
  const other = asTexts(index["nonKeyAttributes"]);
  return {
    IndexName: asText(index["name"]),
    KeySchema: keySchema(index["hashKey"] ?? tableHash, index["rangeKey"]),
    Projection: {
      ProjectionType: asText(index["projectionType"]) as "ALL",
      ...(other.length === 0 ? {} : { NonKeyAttributes: other }),
    },
    ...(provisioned ? { ProvisionedThroughput: throughput(index["readCapacity"], index["writeCapacity"]) } : {}),
  };
}

function encryptionOf(r: Resource): CreateTableCommandInput["SSESpecification"] {
  const { enabled, kmsKeyArn } = r.block("serverSideEncryption");
  if (enabled !== true) return undefined;
  return { Enabled: true, SSEType: "KMS", ...present({ KMSMasterKeyId: asText(kmsKeyArn) }) };
}

function tableOf(r: Resource): CreateTableCommandInput {
  const provisioned = r.text("billingMode") === "PROVISIONED";
  const global = r.list("globalSecondaryIndexes").map((index) => indexOf(index, provisioned));
  const local = r.list("localSecondaryIndexes").map((index) => indexOf(index, false, r.props["hashKey"]));
  return {
    TableName: r.text("name"),
    AttributeDefinitions: attributes(r),
    KeySchema: keySchema(r.props["hashKey"], r.props["rangeKey"]),
    BillingMode: provisioned ? "PROVISIONED" : "PAY_PER_REQUEST",
    Tags: tagList(r.tags),
    ...(provisioned ? { ProvisionedThroughput: throughput(r.props["readCapacity"], r.props["writeCapacity"]) } : {}),
    ...(global.length === 0 ? {} : { GlobalSecondaryIndexes: global }),
    ...(local.length === 0 ? {} : { LocalSecondaryIndexes: local }),
    ...present({
      StreamSpecification: streamOf(r),
      SSESpecification: encryptionOf(r),
      DeletionProtectionEnabled: r.flag("deletionProtectionEnabled"),
      TableClass: r.maybeText("tableClass") as "STANDARD" | undefined,
    }),
  };
}

function attributes(r: Resource): NonNullable<CreateTableCommandInput["AttributeDefinitions"]> {
  return r.list("attributes").map(({ name, type }) => ({
    AttributeName: asText(name) ?? "",
    AttributeType: (asText(type) ?? "S") as "S",
  }));
}

async function settleTable(r: Resource): Promise<void> {
  const client = await r.aws().dynamodb();
  const TableName = r.text("name");
  const now = await active(client, TableName);
  if (!r.fresh) await settleShape(r, client, now);
  const { enabled, attributeName } = r.block("ttl");
  if (enabled === true || (!r.fresh && r.before["ttl"] !== undefined)) {
    await settleTtl(client, TableName, enabled === true, asText(attributeName) ?? asText(ttlBefore(r)) ?? "");
  }
  const recovery = r.block("pointInTimeRecovery")["enabled"];
  if (recovery !== undefined) {
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: recovery === true };
    await client.updateContinuousBackups({ TableName, PointInTimeRecoverySpecification });
  }
  await settleReplicas(r, client);
  const ResourceArn = now.TableArn ?? r.arn("dynamodb", `table/${TableName}`);
  if (r.fresh) return;
  await settleTags(
    r,
    (_, Tags) => client.tagResource({ ResourceArn, Tags }),
    (TagKeys) => client.untagResource({ ResourceArn, TagKeys }),
  );
}

function ttlBefore(r: Resource): Value | undefined {
  const before = r.before["ttl"];
  return isProps(before) ? before["attributeName"] : undefined;
}

/** DynamoDB refuses to set the time to live to what it is. */
async function settleTtl(client: DynamoDB, TableName: string, on: boolean, AttributeName: string): Promise<void> {
  const now = (await client.describeTimeToLive({ TableName })).TimeToLiveDescription;
  const isOn = now?.TimeToLiveStatus === "ENABLED" || now?.TimeToLiveStatus === "ENABLING";
  if (isOn === on && (!on || now?.AttributeName === AttributeName)) return;
  await client.updateTimeToLive({ TableName, TimeToLiveSpecification: { Enabled: on, AttributeName } });
}

/** Capacity, stream, protection and indexes: one change a call, as DynamoDB wants it. */
async function settleShape(r: Resource, client: DynamoDB, now: TableDescription): Promise<void> {
  const TableName = r.text("name");
  const provisioned = r.text("billingMode") === "PROVISIONED";
  const billing = now.BillingModeSummary?.BillingMode ?? "PROVISIONED";
  if (billing !== r.text("billingMode") || (provisioned && (r.changes("readCapacity") || r.changes("writeCapacity")))) {
    await client.updateTable({
      TableName,
      BillingMode: provisioned ? "PROVISIONED" : "PAY_PER_REQUEST",
      ...(provisioned ? { ProvisionedThroughput: throughput(r.props["readCapacity"], r.props["writeCapacity"]) } : {}),
    });
  }
  const guard = r.flag("deletionProtectionEnabled");
  if (guard !== undefined && guard !== (now.DeletionProtectionEnabled ?? false)) {
    await client.updateTable({ TableName, DeletionProtectionEnabled: guard });
  }
  const stream = streamOf(r);
  const streams = now.StreamSpecification?.StreamEnabled === true;
  if (stream !== undefined && !streams) await client.updateTable({ TableName, StreamSpecification: stream });
  if (stream === undefined && streams) {
    await client.updateTable({ TableName, StreamSpecification: { StreamEnabled: false } });
  }
  const wanted = new Map(r.list("globalSecondaryIndexes").map((index) => [asText(index["name"]) ?? "", index]));
  const there = new Set((now.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName ?? ""));
  for (const IndexName of [...there].filter((name) => !wanted.has(name))) {
    await client.updateTable({ TableName, GlobalSecondaryIndexUpdates: [{ Delete: { IndexName } }] });
    await active(client, TableName);
  }
  for (const [name, index] of wanted) {
    if (there.has(name)) continue;
    const Create = indexOf(index, provisioned) as Required<GlobalSecondaryIndex>;
    const AttributeDefinitions = attributes(r);
    await client.updateTable({ TableName, AttributeDefinitions, GlobalSecondaryIndexUpdates: [{ Create }] });
    await active(client, TableName);
  }
}

/** One replica at a time, in the regions' order: DynamoDB takes one change of the group at once. */
async function settleReplicas(r: Resource, client: DynamoDB): Promise<void> {
  const TableName = r.text("name");
  const there = replicasOf(await active(client, TableName), r);
  const wanted = r
    .list("replicas")
    .map(({ regionName, kmsKeyArn }) => [asText(regionName) ?? "", asText(kmsKeyArn)] as const);
  for (const RegionName of there.filter((region) => !wanted.some(([name]) => name === region))) {
    await replica(client, TableName, { Delete: { RegionName } });
  }
  for (const [RegionName, key] of [...wanted].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (there.includes(RegionName)) continue;
    await replica(client, TableName, { Create: { RegionName, ...present({ KMSMasterKeyId: key }) } });
  }
}

function replicasOf(table: TableDescription, r: Resource): string[] {
  const regions = (table.Replicas ?? []).map(({ RegionName }) => RegionName ?? "");
  return regions.filter((region) => region !== "" && region !== r.place.region).sort();
}

async function replica(client: DynamoDB, TableName: string, update: ReplicationGroupUpdate): Promise<void> {
  await client.updateTable({ TableName, ReplicaUpdates: [update] });
  await active(client, TableName);
}

function itemOf(r: Resource): Record<string, AttributeValue> {
  return JSON.parse(r.text("item")) as Record<string, AttributeValue>;
}

function itemKey(r: Resource): Record<string, AttributeValue> {
  const item = itemOf(r);
  const keys = [r.text("hashKey"), r.maybeText("rangeKey")].filter((key) => key !== undefined);
  return Object.fromEntries(keys.flatMap((key) => (item[key] === undefined ? [] : [[key, item[key]]])));
}

function itemId(r: Resource): string {
  const values = Object.values(itemKey(r)).map((value) => Object.values(value).join(""));
  return [r.text("tableName"), ...values].join("|");
}

async function putItem(r: Resource): Promise<void> {
  const client = await r.aws().dynamodb();
  await client.putItem({ TableName: r.text("tableName"), Item: itemOf(r) });
}

import type {
  BucketLifecycleConfiguration,
  BucketLoggingStatus,
  CORSConfiguration,
  NotificationConfiguration,
  ObjectLockConfiguration,
  OwnershipControls,
  ReplicationConfiguration,
  S3,
  ServerSideEncryptionConfiguration,
  VersioningConfiguration,
} from "@aws-sdk/client-s3";
import { orAbsent } from "../failures";
import { asTextMap, isProps, without, type Props } from "../values";
import { emulated, validated, type ServiceTable } from "./define";
import { jsonText, sameJson } from "./json";
import type { Resource } from "./resource";
import { awsShape, present, tagList } from "./shape";

/** How one setting of a bucket is read, put and taken away. */
interface Setting {
  /** Whether it is there, or what it says now. */
  readonly get: (client: S3, bucket: string, r: Resource) => Promise<boolean | Props>;
  readonly put: (client: S3, bucket: string, r: Resource) => Promise<unknown>;
  readonly remove: (client: S3, bucket: string) => Promise<unknown>;
  readonly defaults?: Props;
}

/** Resources that are one setting of a bucket: id and key are the bucket's name. */
export const bucketSettings: ServiceTable = {
  "aws:s3/bucketVersioning:BucketVersioning": setting({
    get: async (client, Bucket) => {
      const { Status } = await client.getBucketVersioning({ Bucket });
      return Status !== undefined && { versioningConfiguration: { status: Status } };
    },
    put: (client, Bucket, r) => {
      const VersioningConfiguration = awsShape(r.block("versioningConfiguration")) as VersioningConfiguration;
      // S3 has no call for "Disabled": it is how a bucket begins.
      const status = r.block("versioningConfiguration")["status"];
      return status === "Disabled"
        ? Promise.resolve()
        : client.putBucketVersioning({ Bucket, VersioningConfiguration });
    },
    remove: (client, Bucket) =>
      client.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: "Suspended" } }),
  }),

  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": setting({
    get: async (client, Bucket) => (await orAbsent(client.getBucketEncryption({ Bucket }))) !== undefined,
    put: (client, Bucket, r) => {
      const spelling = { kmsMasterKeyId: "KMSMasterKeyID", sseAlgorithm: "SSEAlgorithm" };
      const Rules = r.list("rules").map((rule) => without(rule, "blockedEncryptionTypes"));
      const ServerSideEncryptionConfiguration = {
        Rules: awsShape(Rules, spelling),
      } as ServerSideEncryptionConfiguration;
      return client.putBucketEncryption({ Bucket, ServerSideEncryptionConfiguration });
    },
    remove: (client, Bucket) => client.deleteBucketEncryption({ Bucket }),
  }),

  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": setting({
    defaults: {
      blockPublicAcls: false,
      blockPublicPolicy: false,
      ignorePublicAcls: false,
      restrictPublicBuckets: false,
    },
    get: async (client, Bucket) => {
      const now = (await orAbsent(client.getPublicAccessBlock({ Bucket })))?.PublicAccessBlockConfiguration;
      if (now === undefined) return false;
      return {
        blockPublicAcls: now.BlockPublicAcls ?? false,
        blockPublicPolicy: now.BlockPublicPolicy ?? false,
        ignorePublicAcls: now.IgnorePublicAcls ?? false,
        restrictPublicBuckets: now.RestrictPublicBuckets ?? false,
      };
    },
    put: (client, Bucket, r) =>
      client.putPublicAccessBlock({
        Bucket,
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: r.flag("blockPublicAcls") ?? false,
          BlockPublicPolicy: r.flag("blockPublicPolicy") ?? false,
          IgnorePublicAcls: r.flag("ignorePublicAcls") ?? false,
          RestrictPublicBuckets: r.flag("restrictPublicBuckets") ?? false,
        },
      }),
    remove: (client, Bucket) => client.deletePublicAccessBlock({ Bucket }),
  }),

  "aws:s3/bucketPolicy:BucketPolicy": setting({
    get: async (client, Bucket, r) => {
      const policy = (await orAbsent(client.getBucketPolicy({ Bucket })))?.Policy;
      return policy !== undefined && { policy: sameJson(r.props["policy"], policy) };
    },
    put: (client, Bucket, r) => client.putBucketPolicy({ Bucket, Policy: jsonText(r.props["policy"]) }),
    remove: (client, Bucket) => client.deleteBucketPolicy({ Bucket }),
  }),

  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": setting({
    defaults: { transitionDefaultMinimumObjectSize: "all_storage_classes_128K" },
    get: async (client, Bucket) => (await orAbsent(client.getBucketLifecycleConfiguration({ Bucket }))) !== undefined,
    put: (client, Bucket, r) => {
      const Rules = r.list("rules").map((rule) => awsShape({ filter: {}, ...tagged(rule), ...ruleId(rule) }, IDS));
      const LifecycleConfiguration = { Rules } as BucketLifecycleConfiguration;
      return client.putBucketLifecycleConfiguration({ Bucket, LifecycleConfiguration });
    },
    remove: (client, Bucket) => client.deleteBucketLifecycle({ Bucket }),
  }),

  "aws:s3/bucketLogging:BucketLogging": setting({
    get: async (client, Bucket) => (await client.getBucketLogging({ Bucket })).LoggingEnabled !== undefined,
    put: (client, Bucket, r) => {
      const { targetObjectKeyFormat } = r.props;
      const BucketLoggingStatus = {
        LoggingEnabled: {
          TargetBucket: r.text("targetBucket"),
          TargetPrefix: r.text("targetPrefix"),
          ...present({ TargetObjectKeyFormat: awsShape(targetObjectKeyFormat) }),
        },
      } as BucketLoggingStatus;
      return client.putBucketLogging({ Bucket, BucketLoggingStatus });
    },
    remove: (client, Bucket) => client.putBucketLogging({ Bucket, BucketLoggingStatus: {} }),
  }),

  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": setting({
    get: async (client, Bucket) => (await orAbsent(client.getBucketOwnershipControls({ Bucket }))) !== undefined,
    put: (client, Bucket, r) => {
      const OwnershipControls = { Rules: [awsShape(r.block("rule"))] } as OwnershipControls;
      return client.putBucketOwnershipControls({ Bucket, OwnershipControls });
    },
    remove: (client, Bucket) => client.deleteBucketOwnershipControls({ Bucket }),
  }),

  "aws:s3/bucketNotification:BucketNotification": setting({
    defaults: { eventbridge: false },
    get: async (client, Bucket) => {
      const now = await client.getBucketNotificationConfiguration({ Bucket });
      const all = [now.LambdaFunctionConfigurations, now.QueueConfigurations, now.TopicConfigurations];
      return now.EventBridgeConfiguration !== undefined || all.some((list) => list !== undefined && list.length > 0);
    },
    put: (client, Bucket, r) =>
      client.putBucketNotificationConfiguration({ Bucket, NotificationConfiguration: notification(r) }),
    remove: (client, Bucket) => client.putBucketNotificationConfiguration({ Bucket, NotificationConfiguration: {} }),
  }),

  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": setting({
    get: async (client, Bucket) => (await orAbsent(client.getBucketReplication({ Bucket }))) !== undefined,
    put: (client, Bucket, r) => {
      const spelling = { ...IDS, replicaKmsKeyId: "ReplicaKmsKeyID" };
      const Rules = r.list("rules").map((rule) => awsShape({ ...tagged(rule), ...ruleId(rule) }, spelling));
      const ReplicationConfiguration = { Role: r.text("role"), Rules } as ReplicationConfiguration;
      return client.putBucketReplication({ Bucket, ReplicationConfiguration });
    },
    remove: (client, Bucket) => client.deleteBucketReplication({ Bucket }),
  }),

  "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": setting({
    get: async (client, Bucket) => (await orAbsent(client.getBucketCors({ Bucket }))) !== undefined,
    put: (client, Bucket, r) => {
      const CORSConfiguration = { CORSRules: awsShape(r.list("corsRules"), IDS) } as CORSConfiguration;
      return client.putBucketCors({ Bucket, CORSConfiguration });
    },
    remove: (client, Bucket) => client.deleteBucketCors({ Bucket }),
  }),

  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": setting({
    defaults: { objectLockEnabled: "Enabled" },
    get: async (client, Bucket) => (await orAbsent(client.getObjectLockConfiguration({ Bucket }))) !== undefined,
    put: (client, Bucket, r) => {
      const ObjectLockConfiguration = {
        ObjectLockEnabled: "Enabled",
        ...(r.has("rule") ? { Rule: awsShape(r.block("rule")) } : {}),
      } as ObjectLockConfiguration;
      return client.putObjectLockConfiguration({ Bucket, ObjectLockConfiguration });
    },
    remove: (client, Bucket) =>
      client.putObjectLockConfiguration({ Bucket, ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" } }),
  }),

  "aws:s3/bucketAcl:BucketAcl": setting({
    get: async (client, Bucket) => (await orAbsent(client.getBucketAcl({ Bucket }))) !== undefined,
    put: (client, Bucket, r) => client.putBucketAcl({ Bucket, ACL: (r.maybeText("acl") ?? "private") as "private" }),
    remove: (client, Bucket) => client.putBucketAcl({ Bucket, ACL: "private" }),
  }),

  "aws:s3/inventory:Inventory": validated({
    autoName: { property: "name", max: 64 },
    replaceOn: ["bucket", "name"],
    defaults: { enabled: true },
    id: (r) => `${r.text("bucket")}:${r.text("name")}`,
  }),
  "aws:s3/bucketMetric:BucketMetric": validated({
    autoName: { property: "name", max: 64 },
    replaceOn: ["bucket", "name"],
    id: (r) => `${r.text("bucket")}:${r.text("name")}`,
  }),
  "aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration": validated({
    autoName: { property: "name", max: 64 },
    replaceOn: ["bucket", "name"],
    defaults: { status: "Enabled" },
    id: (r) => `${r.text("bucket")}:${r.text("name")}`,
  }),
};

/** S3 spells a rule's id in capitals. */
const IDS = { id: "ID" } as const;

function setting({ get, put, remove, defaults = {} }: Setting): ServiceTable[string] {
  return emulated({
    replaceOn: ["bucket"],
    key: ["bucket"],
    defaults,
    find: async (r) => {
      const client = await r.aws().s3();
      const now = (await orAbsent(get(client, r.text("bucket"), r))) ?? false;
      if (now === false) return undefined;
      return { id: r.text("bucket"), ...(typeof now === "object" ? { props: now } : {}) };
    },
    make: async (r) => {
      await put(await r.aws().s3(), r.text("bucket"), r);
      return { id: r.text("bucket") };
    },
    settle: async (r) => {
      if (!r.fresh) await put(await r.aws().s3(), r.text("bucket"), r);
    },
    drop: async (r) => {
      await orAbsent(remove(await r.aws().s3(), r.text("bucket")));
    },
  });
}

/** A rule's id is required by S3's newer interfaces: without one, Pulumi's provider makes one up. */
function ruleId(rule: Props): Props {
  return rule["id"] === undefined ? { id: "rule" } : {};
}

/** Tags in a filter are a map for Pulumi and a list for S3. */
function tagged(rule: Props): Props {
  const filter = rule["filter"];
  if (!isProps(filter) || !isProps(filter["and"])) return rule;
  const { tags, ...and } = filter["and"];
  if (tags === undefined) return rule;
  const listed = tagList(asTextMap(tags)).map(({ Key, Value }) => ({ key: Key, value: Value }));
  return { ...rule, filter: { ...filter, and: { ...and, tags: listed } } };
}

function notification(r: Resource): NotificationConfiguration {
  const shaped = (key: string): unknown[] =>
    r.list(key).map(({ filterPrefix, filterSuffix, id, ...rest }) => {
      const rules = [
        ...(filterPrefix === undefined ? [] : [{ Name: "prefix", Value: filterPrefix }]),
        ...(filterSuffix === undefined ? [] : [{ Name: "suffix", Value: filterSuffix }]),
      ];
      return {
        ...(awsShape(rest) as object),
        ...(id === undefined ? {} : { Id: id }),
        ...(rules.length === 0 ? {} : { Filter: { Key: { FilterRules: rules } } }),
      };
    });
  return {
    LambdaFunctionConfigurations: shaped("lambdaFunctions"),
    QueueConfigurations: shaped("queues"),
    TopicConfigurations: shaped("topics"),
    ...(r.flag("eventbridge") === true ? { EventBridgeConfiguration: {} } : {}),
  } as NotificationConfiguration;
}

import type { Call, CallNode, CallPlace, CallRow } from "../call";
import { assumes, at, bucketKey, delivers, deliveryKey, keyCall, list, onBehalfOf, text, via } from "../call-kit";
import type { Value } from "../value";

const NOTIFICATION = ["aws:s3/bucketNotification:BucketNotification"];
const REPLICATION = ["aws:s3/bucketReplicationConfig:BucketReplicationConfig"];
const INVENTORY = ["aws:s3/inventory:Inventory"];
const S3 = { service: "s3.amazonaws.com" };
const NOTIFY = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html";
const REPLICATE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html";
const REPLICATE_KEYS = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html";
const LOGGING = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html";
const LISTING = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/configure-inventory.html";

const bucketArn = (place: CallPlace, bucket: Value): Value =>
  typeof bucket === "string" && !bucket.startsWith("arn:") ? `arn:${place.partition}:s3:::${bucket}` : bucket;
const objects = (place: CallPlace, bucket: Value, prefix = ""): Value => {
  const arn = bucketArn(place, bucket);
  return typeof arn === "string" ? `${arn}/${prefix}*` : arn;
};

/** Targets of a bucket's notifications. */
function notified(kind: "queues" | "topics" | "lambdaFunctions", property: string, key: boolean): CallRow["calls"] {
  return ({ inputs }, place) => {
    const context = onBehalfOf(place, bucketArn(place, at(inputs, "bucket")));
    return list(inputs, kind).flatMap((one) =>
      key ? deliveryKey(place, S3, at(one, property), context) : delivers(S3, at(one, property), context),
    );
  };
}

interface Copy {
  readonly caller: { readonly role: Value };
  readonly from: Value;
  readonly rule: Value;
  readonly to: Value;
}

function copies({ inputs }: CallNode): readonly Copy[] {
  return list(inputs, "rules").map((rule) => ({
    caller: { role: at(inputs, "role") },
    from: at(inputs, "bucket"),
    rule,
    to: at(rule, "destination.bucket"),
  }));
}
const prefix = ({ rule }: Copy): string => text(rule, "filter.prefix") ?? "";
const copying =
  (calls: (copy: Copy, place: CallPlace) => readonly Call[]): CallRow["calls"] =>
  (node, place) =>
    copies(node).flatMap((copy) => calls(copy, place));

export const calls: readonly CallRow[] = [
  {
    id: "s3-access-log",
    types: ["aws:s3/bucketLogging:BucketLogging"],
    property: "targetBucket",
    title: "S3 writes access logs to the target bucket",
    source: LOGGING,
    calls: ({ inputs }, place) => [
      {
        caller: { service: "logging.s3.amazonaws.com" },
        actions: ["s3:PutObject"],
        resource: objects(place, at(inputs, "targetBucket"), text(inputs, "targetPrefix") ?? ""),
        context: onBehalfOf(place, bucketArn(place, at(inputs, "bucket"))),
      },
    ],
  },
  {
    id: "s3-access-log-key",
    types: ["aws:s3/bucketLogging:BucketLogging"],
    property: "targetBucket",
    title: "S3 writes access logs with the key of the target bucket",
    source: LOGGING,
    calls: ({ inputs }, place) =>
      bucketKey(place, { service: "logging.s3.amazonaws.com" }, at(inputs, "targetBucket"), ["kms:GenerateDataKey"], {
        context: onBehalfOf(place, bucketArn(place, at(inputs, "bucket"))),
      }),
  },
  {
    id: "s3-notify-queue",
    types: NOTIFICATION,
    property: "queues",
    title: "S3 sends to the queue",
    source: NOTIFY,
    calls: notified("queues", "queueArn", false),
  },
  {
    id: "s3-notify-queue-key",
    types: NOTIFICATION,
    property: "queues",
    title: "S3 uses the queue's key",
    source: NOTIFY,
    calls: notified("queues", "queueArn", true),
  },
  {
    id: "s3-notify-topic",
    types: NOTIFICATION,
    property: "topics",
    title: "S3 publishes to the topic",
    source: NOTIFY,
    calls: notified("topics", "topicArn", false),
  },
  {
    id: "s3-notify-topic-key",
    types: NOTIFICATION,
    property: "topics",
    title: "S3 uses the topic's key",
    source: NOTIFY,
    calls: notified("topics", "topicArn", true),
  },
  {
    id: "s3-notify-function",
    types: NOTIFICATION,
    property: "lambdaFunctions",
    title: "S3 invokes the function",
    source: NOTIFY,
    calls: notified("lambdaFunctions", "lambdaFunctionArn", false),
  },
  assumes(
    { id: "s3-replication-role", types: REPLICATION, property: "role", source: REPLICATE },
    { service: "s3.amazonaws.com" },
  ),
  {
    id: "s3-replication-source",
    types: REPLICATION,
    property: "bucket",
    title: "The replication's role reads the source",
    source: REPLICATE,
    calls: copying((copy, place) => [
      {
        caller: copy.caller,
        actions: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
        resource: bucketArn(place, copy.from),
      },
      {
        caller: copy.caller,
        actions: ["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"],
        resource: objects(place, copy.from, prefix(copy)),
      },
    ]),
  },
  {
    id: "s3-replication-destination",
    types: REPLICATION,
    property: "rules",
    title: "The replication's role writes the destination",
    source: REPLICATE,
    calls: copying((copy, place) => [
      {
        caller: copy.caller,
        actions: [
          "s3:ReplicateObject",
          "s3:ReplicateTags",
          ...(at(copy.rule, "deleteMarkerReplication.status") === "Enabled" ? ["s3:ReplicateDelete"] : []),
        ],
        resource: objects(place, copy.to, prefix(copy)),
      },
    ]),
  },
  {
    id: "s3-replication-source-key",
    types: REPLICATION,
    property: "rules",
    title: "The replication's role reads with the source's key",
    source: REPLICATE_KEYS,
    calls: copying(({ caller, from }, place) => bucketKey(place, caller, from, ["kms:Decrypt"])),
  },
  {
    id: "s3-replication-destination-key",
    types: REPLICATION,
    property: "rules",
    title: "The replication's role writes with the destination's key",
    source: REPLICATE_KEYS,
    calls: copying(({ caller, to, rule }, place) => {
      const key = at(rule, "destination.encryptionConfiguration.replicaKmsKeyId");
      const region = place.find(to, "aws:s3/bucket:Bucket")?.region ?? place.region;
      return key === undefined
        ? []
        : keyCall(place, caller, key, ["kms:Encrypt", "kms:GenerateDataKey"], {
            ...via(place, "s3", region),
            "kms:EncryptionContext:aws:s3:arn": bucketArn(place, to),
          });
    }),
  },
  {
    id: "s3-inventory-bucket",
    types: INVENTORY,
    property: "destination",
    title: "S3 writes the inventory to its bucket",
    source: LISTING,
    calls: ({ inputs }, place) => [
      {
        caller: S3,
        actions: ["s3:PutObject"],
        resource: objects(place, at(inputs, "destination.bucket.bucketArn"), inventoryPrefix(inputs)),
        context: {
          ...onBehalfOf(place, bucketArn(place, at(inputs, "bucket"))),
          "s3:x-amz-acl": "bucket-owner-full-control",
        },
      },
    ],
  },
  {
    id: "s3-inventory-key",
    types: INVENTORY,
    property: "destination",
    title: "S3 writes the inventory with its key",
    source: LISTING,
    calls: ({ inputs }, place) => {
      const own = at(inputs, "destination.bucket.encryption.sseKms.keyId");
      const context = onBehalfOf(place, bucketArn(place, at(inputs, "bucket")));
      const resource = own === undefined ? place.keyOf(at(inputs, "destination.bucket.bucketArn")) : place.key(own);
      return resource === undefined ? [] : [{ caller: S3, actions: ["kms:GenerateDataKey"], resource, context }];
    },
  },
  {
    id: "s3-object-key",
    types: ["aws:s3/bucketObjectv2:BucketObjectv2", "aws:s3/bucketObject:BucketObject"],
    property: "bucket",
    title: "Whoever applies the stack writes objects with the bucket's key",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
    calls: ({ inputs }, place) => {
      const own = at(inputs, "kmsKeyId");
      const caller = { deployer: true } as const;
      return own === undefined
        ? bucketKey(place, caller, at(inputs, "bucket"), ["kms:GenerateDataKey"])
        : keyCall(place, caller, own, ["kms:GenerateDataKey"], via(place, "s3"));
    },
  },
  {
    id: "s3-object-upload",
    types: ["aws:s3/bucketObjectv2:BucketObjectv2", "aws:s3/bucketObject:BucketObject"],
    property: "bucket",
    title: "Whoever applies the stack writes its objects",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html",
    calls: ({ inputs }, place) => {
      const bucket = bucketArn(place, at(inputs, "bucket"));
      const key = at(inputs, "key");
      return [
        {
          caller: { deployer: true },
          actions: ["s3:PutObject"],
          resource: typeof bucket === "string" && typeof key === "string" ? `${bucket}/${key}` : bucket,
        },
      ];
    },
  },
];

function inventoryPrefix(inputs: Value): string {
  const own = text(inputs, "destination.bucket.prefix");
  return own === undefined || own === "" ? "" : `${own.replace(/\/$/, "")}/`;
}

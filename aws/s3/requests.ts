import { isBlock, list, text, UNKNOWN } from "../value";
import type { Properties, Value } from "../value";
import { fromJson, json, request, turned, type } from "../requests/spec";
import type { RequestSpec, RequestTable, Target, TypeRequests } from "../requests/spec";

const LOCK = {
  objectLockLegalHoldStatus: "ObjectLockLegalHoldStatus",
  objectLockMode: "ObjectLockMode",
  objectLockRetainUntilDate: "ObjectLockRetainUntilDate",
};

const OBJECT: TypeRequests = type(
  request("s3:PutObject", {
    ...LOCK,
    source: "Body",
    content: "Body",
    contentBase64: "Body",
    kmsKeyId: "SSEKMSKeyId",
    tags: turned("Tagging", queryOf),
    websiteRedirect: "WebsiteRedirectLocation",
  }),
  {
    etag: "compared with the object's, to see a change",
    sourceHash: "kept in the state, to see a change",
    forceDestroy: "said when the object is deleted",
  },
);

/** The settings that a bucket may carry itself: each is a request of its own, as it is for the type of its own. */
const BUCKET = [
  request("s3:CreateBucket", {
    bucket: "Bucket",
    tags: "CreateBucketConfiguration.Tags",
    objectLockEnabled: "ObjectLockEnabledForBucket",
  }),
  setting("PutBucketAccelerateConfiguration", "accelerationStatus", "AccelerateConfiguration.Status"),
  setting("PutBucketAcl", "acl", "ACL"),
  setting("PutBucketAcl", "grants", turned("AccessControlPolicy.Grants", grantsOf)),
  setting("PutBucketCors", "corsRules", "CORSConfiguration.CORSRules"),
  request(
    "s3:PutBucketLifecycleConfiguration",
    {
      bucket: "Bucket",
      lifecycleRules: "LifecycleConfiguration.Rules",
      "lifecycleRules.abortIncompleteMultipartUploadDays": "AbortIncompleteMultipartUpload.DaysAfterInitiation",
      "lifecycleRules.enabled": turned("Status", enabledOr("Disabled")),
      "lifecycleRules.noncurrentVersionExpiration.days": "NoncurrentDays",
      "lifecycleRules.noncurrentVersionTransitions.days": "NoncurrentDays",
      "lifecycleRules.prefix": turned("Filter", (_prefix, _inputs, rule) => filterOf(rule)),
      "lifecycleRules.tags": turned("Filter", (_tags, _inputs, rule) => filterOf(rule)),
    },
    { when: ["lifecycleRules"] },
  ),
  setting("PutBucketLogging", "logging", "BucketLoggingStatus.LoggingEnabled"),
  setting("PutObjectLockConfiguration", "objectLockConfiguration", "ObjectLockConfiguration"),
  setting("PutBucketPolicy", "policy", json("Policy")),
  request(
    "s3:PutBucketReplication",
    {
      bucket: "Bucket",
      replicationConfiguration: "ReplicationConfiguration",
      "replicationConfiguration.rules.deleteMarkerReplicationStatus": "DeleteMarkerReplication.Status",
      "replicationConfiguration.rules.destination.accountId": "Account",
      "replicationConfiguration.rules.destination.metrics.minutes": "EventThreshold.Minutes",
      "replicationConfiguration.rules.destination.replicaKmsKeyId": "EncryptionConfiguration.ReplicaKmsKeyID",
      "replicationConfiguration.rules.destination.replicationTime.minutes": "Time.Minutes",
      "replicationConfiguration.rules.filter": turned("Filter", filterOf),
      "replicationConfiguration.rules.sourceSelectionCriteria.sseKmsEncryptedObjects.enabled": turned(
        "Status",
        enabledOr("Disabled"),
      ),
    },
    { when: ["replicationConfiguration"] },
  ),
  setting("PutBucketRequestPayment", "requestPayer", "RequestPaymentConfiguration.Payer"),
  request(
    "s3:PutBucketEncryption",
    {
      bucket: "Bucket",
      serverSideEncryptionConfiguration: "ServerSideEncryptionConfiguration",
      "serverSideEncryptionConfiguration.rule.blockedEncryptionTypes": "BlockedEncryptionTypes.EncryptionType",
    },
    { when: ["serverSideEncryptionConfiguration"] },
  ),
  request(
    "s3:PutBucketVersioning",
    {
      bucket: "Bucket",
      versioning: "VersioningConfiguration",
      "versioning.enabled": turned("Status", enabledOr("Suspended")),
      "versioning.mfaDelete": turned("MFADelete", enabledOr("Disabled")),
    },
    { when: ["versioning"] },
  ),
  request(
    "s3:PutBucketWebsite",
    {
      bucket: "Bucket",
      website: "WebsiteConfiguration",
      "website.errorDocument": "ErrorDocument.Key",
      "website.indexDocument": "IndexDocument.Suffix",
      "website.redirectAllRequestsTo": "RedirectAllRequestsTo.HostName",
      "website.routingRules": fromJson("RoutingRules"),
    },
    { when: ["website"] },
  ),
];

export const requests: RequestTable = {
  "aws:s3/bucket:Bucket": type(BUCKET, {
    bucketPrefix: "the name is made of it",
    forceDestroy: "said when the bucket is deleted",
  }),
  "aws:s3/bucketAcl:BucketAcl": type(request("s3:PutBucketAcl")),
  "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": type(
    request("s3:PutBucketCors", { corsRules: "CORSConfiguration.CORSRules" }),
  ),
  "aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration": type(
    request(
      "s3:PutBucketIntelligentTieringConfiguration",
      {
        name: ["Id", "IntelligentTieringConfiguration.Id"],
        filter: turned("IntelligentTieringConfiguration.Filter", filterOf),
        status: "IntelligentTieringConfiguration.Status",
        tierings: "IntelligentTieringConfiguration.Tierings",
      },
      { adds: { Id: UNKNOWN, IntelligentTieringConfiguration: { Id: UNKNOWN, Status: "Enabled" } } },
    ),
  ),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": type(
    request("s3:PutBucketLifecycleConfiguration", { rules: "LifecycleConfiguration.Rules" }),
    { timeouts: "how long the provider waits" },
  ),
  "aws:s3/bucketLogging:BucketLogging": type(
    request(
      "s3:PutBucketLogging",
      {
        targetBucket: "BucketLoggingStatus.LoggingEnabled.TargetBucket",
        targetGrants: "BucketLoggingStatus.LoggingEnabled.TargetGrants",
        targetObjectKeyFormat: "BucketLoggingStatus.LoggingEnabled.TargetObjectKeyFormat",
        targetPrefix: "BucketLoggingStatus.LoggingEnabled.TargetPrefix",
      },
      // An empty prefix is sent, too.
      { adds: { BucketLoggingStatus: { LoggingEnabled: { TargetPrefix: "" } } } },
    ),
  ),
  "aws:s3/bucketMetric:BucketMetric": type(
    request(
      "s3:PutBucketMetricsConfiguration",
      { name: ["Id", "MetricsConfiguration.Id"], filter: turned("MetricsConfiguration.Filter", filterOf) },
      { adds: { Id: UNKNOWN, MetricsConfiguration: { Id: UNKNOWN } } },
    ),
  ),
  "aws:s3/bucketNotification:BucketNotification": type(
    request(
      "s3:PutBucketNotificationConfiguration",
      {
        eventbridge: turned("NotificationConfiguration.EventBridgeConfiguration", (on) =>
          on === true ? {} : undefined,
        ),
        lambdaFunctions: "NotificationConfiguration.LambdaFunctionConfigurations",
        queues: "NotificationConfiguration.QueueConfigurations",
        topics: "NotificationConfiguration.TopicConfigurations",
        ...Object.fromEntries(
          ["lambdaFunctions", "queues", "topics"].flatMap((kind) => [
            [`${kind}.filterPrefix`, turned("Filter.Key.FilterRules", keyRule("prefix"))],
            [`${kind}.filterSuffix`, turned("Filter.Key.FilterRules", keyRule("suffix"))],
          ]),
        ),
      },
      { adds: { NotificationConfiguration: {} } },
    ),
  ),
  "aws:s3/bucketObject:BucketObject": OBJECT,
  "aws:s3/bucketObjectv2:BucketObjectv2": type(OBJECT.requests, {
    ...OBJECT.notSent,
    overrideProvider: "says which tags the provider adds",
  }),
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": type(
    request(
      "s3:PutObjectLockConfiguration",
      { objectLockEnabled: "ObjectLockConfiguration.ObjectLockEnabled", rule: "ObjectLockConfiguration.Rule" },
      { adds: { ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" } } },
    ),
  ),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": type(
    request("s3:PutBucketOwnershipControls", { rule: "OwnershipControls.Rules" }),
  ),
  "aws:s3/bucketPolicy:BucketPolicy": type(request("s3:PutBucketPolicy", { policy: json("Policy") })),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": type(
    request(
      "s3:PutPublicAccessBlock",
      Object.fromEntries(
        ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"].map((member) => [
          `${member.charAt(0).toLowerCase()}${member.slice(1)}`,
          `PublicAccessBlockConfiguration.${member}`,
        ]),
      ),
      { adds: { PublicAccessBlockConfiguration: {} } },
    ),
    { skipDestroy: "said when the block is taken away" },
  ),
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": type(
    request("s3:PutBucketReplication", {
      role: "ReplicationConfiguration.Role",
      rules: "ReplicationConfiguration.Rules",
    }),
  ),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": type(
    request("s3:PutBucketEncryption", {
      rules: "ServerSideEncryptionConfiguration.Rules",
      "rules.blockedEncryptionTypes": "BlockedEncryptionTypes.EncryptionType",
    }),
  ),
  "aws:s3/bucketVersioning:BucketVersioning": type(
    request("s3:PutBucketVersioning", {
      // A bucket that never had versions is left as it is.
      "versioningConfiguration.status": turned("Status", (status) => (status === "Disabled" ? undefined : status)),
    }),
  ),
  "aws:s3/inventory:Inventory": type(
    request(
      "s3:PutBucketInventoryConfiguration",
      {
        name: ["Id", "InventoryConfiguration.Id"],
        destination: "InventoryConfiguration.Destination",
        "destination.bucket": "S3BucketDestination",
        "destination.bucket.bucketArn": "Bucket",
        enabled: "InventoryConfiguration.IsEnabled",
        filter: "InventoryConfiguration.Filter",
        includedObjectVersions: "InventoryConfiguration.IncludedObjectVersions",
        optionalFields: "InventoryConfiguration.OptionalFields",
        schedule: "InventoryConfiguration.Schedule",
      },
      { adds: { Id: UNKNOWN, InventoryConfiguration: { Id: UNKNOWN, IsEnabled: true } } },
    ),
  ),
};

function setting(operation: string, property: string, target: Target): RequestSpec {
  return request(`s3:${operation}`, { bucket: "Bucket", [property]: target }, { when: [property] });
}

function enabledOr(off: string): (enabled: Value) => Value {
  return (enabled) => (enabled === true ? "Enabled" : off);
}

/** S3 wants one condition by itself, and several in one that holds them all. */
function filterOf(filter: Value): Value {
  if (!isBlock(filter)) return filter;
  const { prefix, tags, accessPoint } = filter;
  const ends: Properties = {
    ...(prefix === undefined || prefix === "" ? {} : { Prefix: prefix }),
    ...(accessPoint === undefined ? {} : { AccessPointArn: accessPoint }),
  };
  if (tags === UNKNOWN) return { And: { ...ends, Tags: UNKNOWN } };
  const pairs = isBlock(tags) ? Object.entries(tags).map(([Key, Value]): Properties => ({ Key, Value })) : [];
  if (pairs.length + Object.keys(ends).length > 1) return { And: { ...ends, Tags: pairs } };
  return pairs[0] === undefined ? ends : { Tag: pairs[0] };
}

function keyRule(Name: string): (text: Value) => Value {
  return (text) => (text === "" ? undefined : [{ Name, Value: text }]);
}

/** One grant for each permission of a grantee. */
function grantsOf(grants: Value): Value {
  return list({ grants }, "grants").flatMap((grant): Value[] => {
    if (!isBlock(grant)) return [grant];
    const { permissions, ...Grantee } = grant;
    return list({ permissions }, "permissions").map((Permission) => ({ Grantee, Permission }));
  });
}

/** An object's tags are sent in a header, as a query is written. */
function queryOf(tags: Value): Value {
  if (!isBlock(tags)) return tags;
  if (Object.values(tags).includes(UNKNOWN)) return UNKNOWN;
  const query = new URLSearchParams();
  for (const key of Object.keys(tags)) query.set(key, text(tags, key) ?? "");
  return query.toString();
}

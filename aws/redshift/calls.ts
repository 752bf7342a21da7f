import type { Caller, CallNode, CallPlace, CallRow } from "../call";
import {
  asRole,
  bucketKey,
  objectArn,
  READ_KEY,
  assumes,
  at,
  given,
  keyCall,
  list,
  onBehalfOf,
  text,
  via,
} from "../call-kit";

const CLUSTER = ["aws:redshift/cluster:Cluster"];
const NAMESPACE = ["aws:redshiftserverless/namespace:Namespace"];
const ROLE_SOURCE = "https://docs.aws.amazon.com/redshift/latest/mgmt/authorizing-redshift-service.html";
const KEY_SOURCE = "https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-db-encryption.html";
const forAws = { "kms:GrantIsForAWSResource": "true" };

const TABLE = ["aws:glue/catalogTable:CatalogTable"];
const LOADING = "https://docs.aws.amazon.com/redshift/latest/dg/copy-usage_notes-access-permissions.html";

/** Roles of the region's clusters that read the objects of a table of the catalogue, and their bucket. */
function loads(table: CallNode, place: CallPlace): readonly { readonly caller: Caller; readonly bucket: string }[] {
  const prefix = objectArn(place, at(table.inputs, "storageDescriptor.location"));
  if (prefix === undefined) return [];
  const readers = place.rolesThatMay("s3:GetObject", `${prefix.replace(/\/$/, "")}/*`);
  return place
    .of(...CLUSTER, ...NAMESPACE)
    .filter(({ region }) => region === table.region)
    .flatMap(({ inputs }) => list(inputs, "iamRoles"))
    .filter((role) => readers.includes(role))
    .map((role) => ({ caller: asRole(role), bucket: prefix.replace(/\/.*$/s, "") }));
}

export const calls: readonly CallRow[] = [
  assumes(
    { id: "redshift-role", types: CLUSTER, property: "iamRoles", source: ROLE_SOURCE },
    { service: "redshift.amazonaws.com" },
  ),
  assumes(
    { id: "redshift-default-role", types: CLUSTER, property: "defaultIamRoleArn", source: ROLE_SOURCE },
    { service: "redshift.amazonaws.com" },
  ),
  assumes(
    { id: "redshiftserverless-role", types: NAMESPACE, property: "iamRoles", source: ROLE_SOURCE },
    { service: "redshift-serverless.amazonaws.com" },
  ),
  {
    id: "redshift-key",
    types: CLUSTER,
    property: "kmsKeyId",
    title: "Whoever makes the cluster gives Redshift its key",
    source: KEY_SOURCE,
    calls: (node, place) =>
      given(node, "kmsKeyId").flatMap((key) =>
        keyCall(
          place,
          { deployer: true },
          key,
          ["kms:CreateGrant", "kms:DescribeKey", "kms:Decrypt", "kms:GenerateDataKey"],
          {
            ...via(place, "redshift"),
            ...forAws,
          },
        ),
      ),
  },
  {
    id: "redshiftserverless-key",
    types: NAMESPACE,
    property: "kmsKeyId",
    title: "Whoever makes the namespace gives Redshift its key",
    source: KEY_SOURCE,
    calls: (node, place) =>
      given(node, "kmsKeyId").flatMap((key) =>
        keyCall(
          place,
          { deployer: true },
          key,
          ["kms:CreateGrant", "kms:DescribeKey", "kms:Decrypt", "kms:GenerateDataKey"],
          {
            ...via(place, "redshift-serverless"),
            ...forAws,
          },
        ),
      ),
  },
  {
    id: "redshift-password-key",
    types: CLUSTER,
    property: "masterPasswordSecretKmsKeyId",
    title: "Whoever makes the cluster encrypts its password with the key",
    source: "https://docs.aws.amazon.com/redshift/latest/mgmt/redshift-secrets-manager-integration.html",
    calls: (node, place) =>
      given(node, "masterPasswordSecretKmsKeyId").flatMap((key) =>
        keyCall(
          place,
          { deployer: true },
          key,
          ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
          { ...via(place, "secretsmanager"), ...forAws },
        ),
      ),
  },
  {
    id: "redshift-copy-grant-key",
    types: ["aws:redshift/snapshotCopyGrant:SnapshotCopyGrant"],
    property: "kmsKeyId",
    title: "Whoever makes the grant gives Redshift the key of copied snapshots",
    source: "https://docs.aws.amazon.com/redshift/latest/mgmt/cross-region-snapshot-copy.html",
    calls: (node, place) =>
      given(node, "kmsKeyId").flatMap((key) =>
        keyCall(place, { deployer: true }, key, ["kms:CreateGrant", "kms:DescribeKey"], {
          ...via(place, "redshift"),
          ...forAws,
        }),
      ),
  },
  {
    id: "redshift-log-bucket",
    types: ["aws:redshift/logging:Logging"],
    property: "bucketName",
    title: "Redshift writes its log to the bucket",
    source: "https://docs.aws.amazon.com/redshift/latest/mgmt/db-auditing.html",
    calls: ({ inputs }, place) => {
      const bucket = text(inputs, "bucketName");
      if (bucket === undefined) return [];
      const caller = { service: "redshift.amazonaws.com" };
      const arn = `arn:${place.partition}:s3:::${bucket}`;
      const cluster = at(inputs, "clusterIdentifier");
      const context = onBehalfOf(
        place,
        typeof cluster === "string" ? place.arn("redshift", `cluster:${cluster}`) : cluster,
      );
      return [
        { caller, actions: ["s3:PutObject"], resource: `${arn}/${text(inputs, "s3KeyPrefix") ?? ""}*`, context },
        { caller, actions: ["s3:GetBucketAcl"], resource: arn, context },
      ];
    },
  },
  {
    id: "redshift-load-bucket",
    types: TABLE,
    property: "storageDescriptor.location",
    title: "The cluster's role lists the bucket of the tables whose objects it reads",
    source: LOADING,
    calls: (node, place) =>
      loads(node, place).map(({ caller, bucket }) => ({
        caller,
        actions: ["s3:ListBucket", "s3:GetBucketLocation"],
        resource: bucket,
      })),
  },
  {
    id: "redshift-load-key",
    types: TABLE,
    property: "storageDescriptor.location",
    title: "The cluster's role reads with the key of the tables whose objects it reads",
    source: LOADING,
    calls: (node, place) =>
      loads(node, place).flatMap(({ caller, bucket }) => bucketKey(place, caller, bucket, READ_KEY)),
  },
];

import type { CallNode, CallPlace, CallRow } from "../call";
import {
  asRole,
  addressesIn,
  assumes,
  at,
  bucketKey,
  given,
  json,
  keyCall,
  list,
  objectArn,
  READ_KEY,
  text,
  USE_KEY,
  via,
  WRITE_KEY,
} from "../call-kit";
import type { Value } from "../value";

const CLUSTER = ["aws:emr/cluster:Cluster"];
const ROLE_SOURCE = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-iam-role.html";
const PROFILE_SOURCE = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-iam-role-for-ec2.html";
const ENCRYPTION_SOURCE = "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-encryption-enable.html";
const DATA_KEY = [
  "kms:Decrypt",
  "kms:DescribeKey",
  "kms:Encrypt",
  "kms:GenerateDataKey",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
];

const serviceRole = (node: CallNode): Value => at(node.inputs, "serviceRole");
const nodeRole = (node: CallNode, place: CallPlace): Value =>
  place.roleOfProfile(at(node.inputs, "ec2Attributes.instanceProfile"));

/** The cluster's security configuration, as a block. */
function security(node: CallNode, place: CallPlace): Value {
  const found = place.find(
    at(node.inputs, "securityConfiguration"),
    "aws:emr/securityConfiguration:SecurityConfiguration",
  );
  return found === undefined ? undefined : json(at(found.inputs, "configuration"));
}

const AT_REST = "EncryptionConfiguration.AtRestEncryptionConfiguration";
const localDisk = (node: CallNode, place: CallPlace): Value =>
  at(security(node, place), `${AT_REST}.LocalDiskEncryptionConfiguration.AwsKmsKey`);
const objects = (node: CallNode, place: CallPlace): Value =>
  at(security(node, place), `${AT_REST}.S3EncryptionConfiguration.AwsKmsKey`);
const certificate = (node: CallNode, place: CallPlace): Value =>
  at(
    security(node, place),
    "EncryptionConfiguration.InTransitEncryptionConfiguration.TLSCertificateConfiguration.S3Object",
  );

/** Addresses that nodes read when they start: scripts and their arguments. */
const bootstrap = ({ inputs }: CallNode): readonly string[] =>
  list(inputs, "bootstrapActions").flatMap((one) =>
    [at(one, "path"), ...list(one, "args")].flatMap((value) => (typeof value === "string" ? addressesIn(value) : [])),
  );
const steps = ({ inputs }: CallNode): readonly string[] =>
  list(inputs, "steps").flatMap((one) =>
    [at(one, "hadoopJarStep.jar"), ...list(one, "hadoopJarStep.args")].flatMap((value) =>
      typeof value === "string" ? addressesIn(value) : [],
    ),
  );

function reads(addresses: (node: CallNode, place: CallPlace) => readonly Value[]): CallRow["calls"] {
  return (node, place) =>
    addresses(node, place).flatMap((address) => {
      const resource = objectArn(place, address);
      return resource === undefined
        ? []
        : [{ caller: { role: nodeRole(node, place) }, actions: ["s3:GetObject"], resource, fromVpc: true }];
    });
}

function readsWithKey(addresses: (node: CallNode, place: CallPlace) => readonly Value[]): CallRow["calls"] {
  return (node, place) =>
    addresses(node, place).flatMap((address) =>
      bucketKey(place, { role: nodeRole(node, place) }, address, READ_KEY, { fromVpc: true }),
    );
}

export const calls: readonly CallRow[] = [
  assumes(
    { id: "emr-service-role", types: CLUSTER, property: "serviceRole", source: ROLE_SOURCE },
    { service: "elasticmapreduce.amazonaws.com" },
  ),
  assumes(
    {
      id: "emr-autoscaling-role",
      types: CLUSTER,
      property: "autoscalingRole",
      source: "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-automatic-scaling.html",
    },
    { service: "application-autoscaling.amazonaws.com", account: "no" },
  ),
  assumes(
    { id: "emr-node-role", types: CLUSTER, property: "ec2Attributes.instanceProfile", source: PROFILE_SOURCE },
    { service: "ec2.amazonaws.com", account: "no", roles: (node, place) => [nodeRole(node, place)] },
  ),
  {
    id: "emr-service-describe",
    types: CLUSTER,
    property: "serviceRole",
    title: "EMR's role describes the network that it starts nodes in",
    source: "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEMRServicePolicy_v2.html",
    calls: (node) => [
      {
        caller: { role: serviceRole(node) },
        actions: ["ec2:DescribeInstances", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"],
        resource: "*",
      },
    ],
  },
  {
    id: "emr-service-pass-role",
    types: CLUSTER,
    property: "ec2Attributes.instanceProfile",
    title: "EMR's role passes the nodes' role to EC2",
    source: "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-iam-role.html",
    calls: (node, place) => [
      {
        caller: { role: serviceRole(node) },
        actions: ["iam:PassRole"],
        resource: nodeRole(node, place),
        context: { "iam:PassedToService": "ec2.amazonaws.com" },
      },
    ],
  },
  {
    id: "emr-service-volume-key",
    types: CLUSTER,
    property: "securityConfiguration",
    title: "EMR's role starts nodes whose volumes have a key",
    source: ENCRYPTION_SOURCE,
    calls: (node, place) => {
      const caller = asRole(serviceRole(node));
      const key = localDisk(node, place);
      if (key === undefined) return [];
      return [
        ...keyCall(place, caller, key, [...DATA_KEY, "kms:GenerateDataKeyWithoutPlaintext"], via(place, "ec2")),
        ...keyCall(place, caller, key, ["kms:CreateGrant"], {
          ...via(place, "ec2"),
          "kms:GrantIsForAWSResource": "true",
        }),
      ];
    },
  },
  {
    id: "emr-node-disk-key",
    types: CLUSTER,
    property: "securityConfiguration",
    title: "Nodes encrypt their disks with the key",
    source: ENCRYPTION_SOURCE,
    calls: (node, place) => {
      const key = localDisk(node, place);
      return key === undefined ? [] : keyCall(place, { role: nodeRole(node, place) }, key, USE_KEY);
    },
  },
  {
    id: "emr-node-object-key",
    types: CLUSTER,
    property: "securityConfiguration",
    title: "Nodes encrypt the objects that they write with the key",
    source: ENCRYPTION_SOURCE,
    calls: (node, place) => {
      const key = objects(node, place);
      return key === undefined ? [] : keyCall(place, { role: nodeRole(node, place) }, key, USE_KEY, via(place, "s3"));
    },
  },
  {
    id: "emr-node-certificate",
    types: CLUSTER,
    property: "securityConfiguration",
    title: "Nodes read the certificate of their encryption in transit",
    source: ENCRYPTION_SOURCE,
    calls: reads((node, place) => [certificate(node, place)]),
  },
  {
    id: "emr-node-certificate-key",
    types: CLUSTER,
    property: "securityConfiguration",
    title: "Nodes read with the key of their certificate",
    source: ENCRYPTION_SOURCE,
    calls: readsWithKey((node, place) => [certificate(node, place)]),
  },
  {
    id: "emr-bootstrap-object",
    types: CLUSTER,
    property: "bootstrapActions",
    title: "Nodes read what their bootstrap actions name",
    source: "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-bootstrap.html",
    calls: reads(bootstrap),
  },
  {
    id: "emr-bootstrap-key",
    types: CLUSTER,
    property: "bootstrapActions",
    title: "Nodes read with the key of what their bootstrap actions name",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
    calls: readsWithKey(bootstrap),
  },
  {
    id: "emr-step-object",
    types: CLUSTER,
    property: "steps",
    title: "Nodes read the programs of the cluster's steps",
    source: PROFILE_SOURCE,
    calls: reads(steps),
  },
  {
    id: "emr-step-key",
    types: CLUSTER,
    property: "steps",
    title: "Nodes read with the key of the programs of the cluster's steps",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
    calls: readsWithKey(steps),
  },
  {
    id: "emr-log-bucket",
    types: CLUSTER,
    property: "logUri",
    title: "Nodes write the cluster's log",
    source: "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-debugging.html",
    calls: (node, place) => {
      const address = text(node.inputs, "logUri");
      const prefix = objectArn(place, address);
      return prefix === undefined
        ? []
        : [
            {
              caller: { role: nodeRole(node, place) },
              actions: ["s3:PutObject"],
              resource: `${prefix}*`,
              fromVpc: true,
            },
          ];
    },
  },
  {
    id: "emr-log-key",
    types: CLUSTER,
    property: "logUri",
    title: "Nodes write with the key of the cluster's log",
    source: "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-plan-debugging.html",
    calls: (node, place) => {
      const [own] = given(node, "logEncryptionKmsKeyId");
      const caller = asRole(nodeRole(node, place));
      if (own !== undefined) return keyCall(place, caller, own, WRITE_KEY, via(place, "s3"));
      return bucketKey(place, caller, at(node.inputs, "logUri"), WRITE_KEY);
    },
  },
];

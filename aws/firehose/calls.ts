import type { Call, CallNode, CallPlace, CallRow } from "../call";
import {
  asRole,
  assumes,
  at,
  bucketKey,
  given,
  keyCall,
  list,
  logGroupArn,
  text,
  thingKey,
  USE_KEY,
  via,
} from "../call-kit";
import type { Value } from "../value";

const STREAM = ["aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"];
const SOURCE = "https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html";

/** Blocks of a delivery stream that name a destination. */
const DESTINATIONS = [
  "extendedS3Configuration",
  "opensearchConfiguration",
  "opensearchserverlessConfiguration",
  "elasticsearchConfiguration",
  "redshiftConfiguration",
  "httpEndpointConfiguration",
];

interface Block {
  readonly block: Value;
  readonly role: Value;
}

function blocks({ inputs }: CallNode): readonly Block[] {
  return DESTINATIONS.flatMap((path) => {
    const block = at(inputs, path);
    return block === undefined || block === null ? [] : [{ block, role: at(block, "roleArn") }];
  });
}

/** Buckets that a stream delivers to: the destination itself, what failed, the backup of the source. */
function buckets(node: CallNode, which: "destination" | "backup"): readonly Block[] {
  if (which === "destination") {
    const block = at(node.inputs, "extendedS3Configuration");
    return block === undefined ? [] : [{ block, role: at(block, "roleArn") }];
  }
  return blocks(node).flatMap(({ block, role }) =>
    ["s3BackupConfiguration", "s3Configuration"].flatMap((path) => {
      const inner = at(block, path);
      return inner === undefined || inner === null ? [] : [{ block: inner, role: at(inner, "roleArn") ?? role }];
    }),
  );
}

function writes({ block, role }: Block): readonly Call[] {
  const bucket = at(block, "bucketArn");
  return [
    {
      caller: { role },
      actions: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
      resource: bucket,
    },
    ...prefixes(block).map((prefix): Call => ({
      caller: { role },
      actions: ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
      resource: typeof bucket === "string" ? `${bucket}/${prefix}*` : bucket,
    })),
  ];
}

/** The fixed part of each prefix; objects lie under it. */
function prefixes(block: Value): readonly string[] {
  const all = ["prefix", "errorOutputPrefix"].flatMap((property) => {
    const prefix = text(block, property);
    return prefix === undefined ? [] : [prefix.replace(/!\{.*$/s, "")];
  });
  return all.length === 0 ? [""] : [...new Set(all)];
}

function bucketKeys(place: CallPlace, { block, role }: Block): readonly Call[] {
  const own = at(block, "kmsKeyArn");
  const bucket = at(block, "bucketArn");
  if (own === undefined || own === null) return bucketKey(place, { role }, bucket, USE_KEY);
  return keyCall(place, { role }, own, USE_KEY, { ...via(place, "s3"), "kms:EncryptionContext:aws:s3:arn": bucket });
}

const functions = (block: Value): readonly Value[] =>
  list(block, "processingConfiguration.processors").flatMap((processor) =>
    list(processor, "parameters").flatMap((parameter) =>
      at(parameter, "parameterName") === "LambdaArn" ? [at(parameter, "parameterValue")] : [],
    ),
  );

export const calls: readonly CallRow[] = [
  assumes(
    { id: "firehose-role", types: STREAM, property: "roleArn", source: SOURCE },
    {
      service: "firehose.amazonaws.com",
      roles: (node) => [
        ...new Set([...blocks(node).map(({ role }) => role), ...given(node, "kinesisSourceConfiguration.roleArn")]),
      ],
    },
  ),
  {
    id: "firehose-source",
    types: STREAM,
    property: "kinesisSourceConfiguration",
    title: "Firehose's role reads its source stream",
    source: SOURCE,
    calls: (node) =>
      given(node, "kinesisSourceConfiguration.kinesisStreamArn").map((resource) => ({
        caller: { role: at(node.inputs, "kinesisSourceConfiguration.roleArn") },
        actions: ["kinesis:DescribeStream", "kinesis:GetShardIterator", "kinesis:GetRecords", "kinesis:ListShards"],
        resource,
      })),
  },
  {
    id: "firehose-source-key",
    types: STREAM,
    property: "kinesisSourceConfiguration",
    title: "Firehose's role reads with the key of its source stream",
    source: SOURCE,
    calls: (node, place) =>
      given(node, "kinesisSourceConfiguration.kinesisStreamArn").flatMap((stream) =>
        thingKey(place, { role: at(node.inputs, "kinesisSourceConfiguration.roleArn") }, stream, "kinesis", [
          "kms:Decrypt",
        ]).map((call) => ({ ...call, context: { ...call.context, "kms:EncryptionContext:aws:kinesis:arn": stream } })),
      ),
  },
  {
    id: "firehose-bucket",
    types: STREAM,
    property: "extendedS3Configuration",
    title: "Firehose's role writes to its bucket",
    source: SOURCE,
    calls: (node) => buckets(node, "destination").flatMap(writes),
  },
  {
    id: "firehose-bucket-key",
    types: STREAM,
    property: "extendedS3Configuration",
    title: "Firehose's role writes with the key of its bucket",
    source: SOURCE,
    calls: (node, place) => buckets(node, "destination").flatMap((one) => bucketKeys(place, one)),
  },
  {
    id: "firehose-backup",
    types: STREAM,
    property: "s3BackupConfiguration",
    title: "Firehose's role writes its backup, or what it could not deliver",
    source: SOURCE,
    calls: (node) => buckets(node, "backup").flatMap(writes),
  },
  {
    id: "firehose-backup-key",
    types: STREAM,
    property: "s3BackupConfiguration",
    title: "Firehose's role writes its backup with the bucket's key",
    source: SOURCE,
    calls: (node, place) => buckets(node, "backup").flatMap((one) => bucketKeys(place, one)),
  },
  {
    id: "firehose-function",
    types: STREAM,
    property: "processingConfiguration",
    title: "Firehose's role invokes its function",
    source: SOURCE,
    calls: (node) =>
      blocks(node).flatMap(({ block, role }) =>
        functions(block).map((resource) => ({
          caller: { role },
          actions: ["lambda:InvokeFunction", "lambda:GetFunctionConfiguration"],
          resource,
        })),
      ),
  },
  {
    id: "firehose-log",
    types: STREAM,
    property: "cloudwatchLoggingOptions",
    title: "Firehose's role writes its errors to the log group",
    source: SOURCE,
    calls: (node, place) =>
      [...blocks(node), ...buckets(node, "backup")].flatMap(({ block, role }) => {
        const options = at(block, "cloudwatchLoggingOptions");
        const group = logGroupArn(place, at(options, "logGroupName"));
        const stream = text(options, "logStreamName");
        return at(options, "enabled") !== true || typeof group !== "string"
          ? []
          : [{ caller: { role }, actions: ["logs:PutLogEvents"], resource: `${group}:log-stream:${stream ?? "*"}` }];
      }),
  },
  {
    id: "firehose-schema",
    types: STREAM,
    property: "dataFormatConversionConfiguration",
    title: "Firehose's role reads the schema of its conversion",
    source: SOURCE,
    calls: ({ inputs }, place) => {
      const schema = at(inputs, "extendedS3Configuration.dataFormatConversionConfiguration.schemaConfiguration");
      const database = at(schema, "databaseName");
      const table = at(schema, "tableName");
      if (typeof database !== "string" || typeof table !== "string") return [];
      const caller = asRole(at(schema, "roleArn"));
      const actions = ["glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions"];
      return ["catalog", `database/${database}`, `table/${database}/${table}`].map((resource) => ({
        caller,
        actions,
        resource: place.arn("glue", resource),
      }));
    },
  },
  {
    id: "firehose-domain",
    types: STREAM,
    property: "opensearchConfiguration",
    title: "Firehose's role describes its domain and writes to it",
    source: SOURCE,
    calls: ({ inputs }) => {
      const domain = at(inputs, "opensearchConfiguration.domainArn");
      if (domain === undefined) return [];
      const caller = asRole(at(inputs, "opensearchConfiguration.roleArn"));
      const under = (path: string): Value => (typeof domain === "string" ? `${domain}${path}` : domain);
      return [
        { caller, actions: ["es:DescribeDomain", "es:DescribeDomains", "es:DescribeDomainConfig"], resource: domain },
        { caller, actions: ["es:ESHttpPost", "es:ESHttpPut"], resource: under("/*") },
        { caller, actions: ["es:ESHttpGet"], resource: under("/_all/_settings") },
        { caller, actions: ["es:ESHttpGet"], resource: under("/_cluster/stats") },
      ];
    },
  },
  {
    id: "firehose-network",
    types: STREAM,
    property: "opensearchConfiguration.vpcConfig",
    title: "Firehose's role makes network interfaces in the VPC",
    source: SOURCE,
    calls: ({ inputs }, place) => {
      const vpc = at(inputs, "opensearchConfiguration.vpcConfig");
      if (vpc === undefined || vpc === null) return [];
      return [
        {
          caller: { role: at(vpc, "roleArn") },
          actions: [
            "ec2:DescribeVpcs",
            "ec2:DescribeVpcAttribute",
            "ec2:DescribeSubnets",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeNetworkInterfaces",
          ],
          resource: "*",
        },
        {
          caller: { role: at(vpc, "roleArn") },
          actions: ["ec2:CreateNetworkInterface", "ec2:CreateNetworkInterfacePermission", "ec2:DeleteNetworkInterface"],
          resource: place.arn("ec2", "network-interface/*"),
        },
      ];
    },
  },
  {
    id: "firehose-own-key",
    types: STREAM,
    property: "serverSideEncryption.keyArn",
    title: "Whoever makes the delivery stream gives Firehose its key",
    source: "https://docs.aws.amazon.com/firehose/latest/dev/encryption.html",
    calls: (node, place) =>
      given(node, "serverSideEncryption.keyArn").flatMap((key) =>
        keyCall(place, { deployer: true }, key, ["kms:CreateGrant"], { "kms:GrantIsForAWSResource": "true" }),
      ),
  },
];

import * as pulumi from "@pulumi/pulumi";
import type * as aws from "@pulumi/aws";
import type { Allow } from "../kit/iam";
import type { Scope } from "../kit/scope";

/** A Kinesis stream that Firehose reads. */
export interface StreamSource {
  /** @default "kinesis" */
  readonly kind?: "kinesis";
  readonly streamArn: pulumi.Input<string>;
  readonly keyArn: pulumi.Input<string>;
}

/** A topic of an MSK cluster that Firehose reads over the cluster's private connectivity; it delivers to S3 only. */
export interface KafkaSource {
  readonly kind: "kafka";
  readonly clusterArn: pulumi.Input<string>;
  readonly topic: string;
}

type Configuration = aws.kinesis.FirehoseDeliveryStreamArgs;

/** The block of the delivery stream that names its source. */
export function sourceBlock(
  source: StreamSource | KafkaSource,
  roleArn: pulumi.Input<string>,
): Pick<Configuration, "kinesisSourceConfiguration" | "mskSourceConfiguration"> {
  return source.kind === "kafka"
    ? {
        mskSourceConfiguration: {
          mskClusterArn: source.clusterArn,
          topicName: source.topic,
          authenticationConfiguration: { connectivity: "PRIVATE", roleArn },
        },
      }
    : // With a Kinesis source the records are encrypted by the stream's key; server-side encryption of its own is refused.
      { kinesisSourceConfiguration: { kinesisStreamArn: source.streamArn, roleArn } };
}

// What reading needs: docs.aws.amazon.com/firehose/latest/dev/controlling-access.html

export function readSource(scope: Scope, source: StreamSource | KafkaSource): Allow[] {
  return source.kind === "kafka" ? readTopic(source) : readStream(scope, source);
}

export function readStream(scope: Scope, source: StreamSource): Allow[] {
  return [
    {
      sid: "ReadStream",
      actions: ["kinesis:DescribeStream", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"],
      resources: [source.streamArn],
    },
    {
      sid: "DecryptStream",
      actions: ["kms:Decrypt"],
      resources: [source.keyArn],
      conditions: { StringEquals: { "kms:ViaService": `kinesis.${scope.region}.amazonaws.com` } },
    },
  ];
}

/** Topics and consumer groups have ARNs made of their cluster's: `cluster/<name>/<uuid>` becomes `topic/<name>/<uuid>/...`. */
function readTopic({ clusterArn, topic }: KafkaSource): Allow[] {
  const within = (kind: string, name: string): pulumi.Output<string> =>
    pulumi.output(clusterArn).apply((arn) => `${arn.replace(":cluster/", `:${kind}/`)}/${name}`);
  return [
    {
      sid: "FindCluster",
      actions: [
        "kafka:GetBootstrapBrokers",
        "kafka:DescribeCluster",
        "kafka:DescribeClusterV2",
        "kafka-cluster:Connect",
      ],
      resources: [clusterArn],
    },
    {
      sid: "ReadTopic",
      actions: [
        "kafka-cluster:DescribeTopic",
        "kafka-cluster:DescribeTopicDynamicConfiguration",
        "kafka-cluster:ReadData",
      ],
      resources: [within("topic", topic)],
    },
    // Firehose makes up the name of its consumer group.
    { sid: "ReadOffsets", actions: ["kafka-cluster:DescribeGroup"], resources: [within("group", "*")] },
  ];
}

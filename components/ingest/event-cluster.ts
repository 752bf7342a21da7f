import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { LogRetentionDays } from "../network/logs";
import { nameOf } from "../kit/names";
import { problem, type Problem } from "../kit/refuse";
import { dataTags, keepData, type Scope } from "../kit/scope";
import { wantInteger, wantMatch } from "../kit/want";

/** Apache Kafka as MSK has it: docs.aws.amazon.com/msk/latest/developerguide/supported-kafka-versions.html */
export const KAFKA_VERSIONS = ["3.6.0", "3.7.x", "3.8.x", "3.9.x"] as const;
/** The version that MSK recommends, by the same page. */
const USUAL_VERSION = "3.8.x";
/** Copies of each event, on brokers of different zones. */
export const COPIES = 3;
/** docs.aws.amazon.com/msk/latest/developerguide/limits.html: brokers of a cluster, and GiB of one. */
const BROKERS = { min: COPIES, max: 60 } as const;
const STORAGE_GIB = { min: 1, max: 16_384, usual: 1000 } as const;
const ZONES = { min: 2, max: 3 } as const;

/** Brokers of one's own, that are paid while they run. */
export interface ProvisionedKafka {
  readonly mode: "provisioned";
  /** e.g. `kafka.m7g.large`. */
  readonly brokerType: string;
  /** A multiple of `zones`, 3 or more. */
  readonly brokers: number;
  /** Zones in which the subnets lie: 2 or 3. */
  readonly zones: number;
  /** Of {@link KAFKA_VERSIONS}. @default "3.8.x" */
  readonly kafkaVersion?: string;
  /** GiB of each broker. @default 1000 */
  readonly storageGib?: number;
  readonly logs: { readonly keyArn: pulumi.Input<string>; readonly retentionDays?: LogRetentionDays };
}

/** Capacity that follows the load, encrypted by AWS's own key. */
export interface ServerlessKafka {
  readonly mode: "serverless";
}

/** Problems of the brokers, by path below `cluster`. */
export function checkProvisioned(cluster: ProvisionedKafka, keyArn: pulumi.Input<string> | undefined): Problem[] {
  const { brokers, zones, brokerType, kafkaVersion = USUAL_VERSION, storageGib = STORAGE_GIB.usual } = cluster;
  const known: readonly string[] = KAFKA_VERSIONS;
  return [
    ...wantMatch(
      "cluster.brokerType",
      brokerType,
      /^kafka\.[a-z0-9]+\.[a-z0-9]+$/,
      "a broker type like kafka.m7g.large",
    ),
    ...wantInteger("cluster.zones", zones, "zones", ZONES),
    ...wantInteger("cluster.brokers", brokers, "brokers", BROKERS),
    ...(Number.isInteger(brokers) && zones > 0 && brokers % zones !== 0
      ? [problem("cluster.brokers", `a multiple of the ${zones} zones`, brokers)]
      : []),
    ...wantInteger("cluster.storageGib", storageGib, "GiB", STORAGE_GIB),
    ...(known.includes(kafkaVersion)
      ? []
      : [problem("cluster.kafkaVersion", `one of ${KAFKA_VERSIONS.join(", ")}`, kafkaVersion)]),
    ...(keyArn === undefined
      ? [problem("keyArn", "a key of the events: brokers of one's own take one", "nothing")]
      : []),
  ];
}

/** What a topic is made on. */
export interface KafkaCluster {
  readonly arn: pulumi.Output<string>;
  readonly bootstrapBrokers: pulumi.Output<string>;
}

export interface ClusterParts {
  readonly scope: Scope;
  readonly subnetIds: pulumi.Input<string[]>;
  readonly securityGroupId: pulumi.Input<string>;
}

/** Clients signed by IAM alone, over TLS, by AWS's own key: MSK Serverless has no setting for another one. */
export function createServerless(name: string, parts: ClusterParts, parent: pulumi.Resource): KafkaCluster {
  const { scope, subnetIds, securityGroupId } = parts;
  const cluster = new aws.msk.ServerlessCluster(
    name,
    {
      clusterName: nameOf(scope, "events", "kafkaCluster"),
      clientAuthentication: { sasl: { iam: { enabled: true } } },
      vpcConfigs: [{ subnetIds, securityGroupIds: [securityGroupId] }],
      tags: dataTags("identifier"),
    },
    { parent, ...keepData(scope) },
  );
  return { arn: cluster.arn, bootstrapBrokers: cluster.bootstrapBrokersSaslIam };
}

/**
 * What every topic has unless it says else: no event is acknowledged that a lost zone would take along, and no topic comes to
 * be by a misspelt name.
 */
const SERVER_PROPERTIES = [
  "auto.create.topics.enable=false",
  `default.replication.factor=${COPIES}`,
  `min.insync.replicas=${COPIES - 1}`,
  "unclean.leader.election.enable=false",
].join("\n");

/** The same with brokers of one's own: a key of the events at rest, TLS between brokers too, and their logs. */
export function createProvisioned(
  name: string,
  parts: ClusterParts & { readonly keyArn: pulumi.Input<string> | undefined },
  wanted: ProvisionedKafka,
  parent: pulumi.Resource,
): KafkaCluster {
  const { scope, subnetIds, securityGroupId, keyArn } = parts;
  const version = wanted.kafkaVersion ?? USUAL_VERSION;
  const logs = new aws.cloudwatch.LogGroup(
    name,
    {
      name: nameOf(scope, "ingest/events-kafka", "logGroup"),
      kmsKeyId: wanted.logs.keyArn,
      retentionInDays: wanted.logs.retentionDays ?? 30,
    },
    { parent },
  );
  const configuration = new aws.msk.Configuration(
    name,
    {
      name: nameOf(scope, "events", "kafkaCluster"),
      description: "Three copies, two of them written before an event is taken",
      kafkaVersions: [version],
      serverProperties: SERVER_PROPERTIES,
    },
    { parent },
  );
  const cluster = new aws.msk.Cluster(
    name,
    {
      clusterName: nameOf(scope, "events", "kafkaCluster"),
      kafkaVersion: version,
      numberOfBrokerNodes: wanted.brokers,
      brokerNodeGroupInfo: {
        instanceType: wanted.brokerType,
        clientSubnets: subnetIds,
        securityGroups: [securityGroupId],
        storageInfo: { ebsStorageInfo: { volumeSize: wanted.storageGib ?? STORAGE_GIB.usual } },
        // By this Firehose comes, from its own network: docs.aws.amazon.com/firehose/latest/dev/controlling-access.html
        connectivityInfo: {
          publicAccess: { type: "DISABLED" },
          vpcConnectivity: { clientAuthentication: { sasl: { iam: true } } },
        },
      },
      clientAuthentication: { sasl: { iam: true }, unauthenticated: false },
      configurationInfo: { arn: configuration.arn, revision: configuration.latestRevision },
      encryptionInfo: {
        ...(keyArn === undefined ? {} : { encryptionAtRestKmsKeyArn: keyArn }),
        encryptionInTransit: { clientBroker: "TLS", inCluster: true },
      },
      enhancedMonitoring: "PER_TOPIC_PER_BROKER",
      loggingInfo: { brokerLogs: { cloudwatchLogs: { enabled: true, logGroup: logs.name } } },
      tags: dataTags("identifier"),
    },
    { parent, ...keepData(scope) },
  );
  return { arn: cluster.arn, bootstrapBrokers: cluster.bootstrapBrokersSaslIam };
}

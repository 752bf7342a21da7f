import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { nameOf } from "../kit/names";
import { refuse, type Problem } from "../kit/refuse";
import { keepData, type Scope } from "../kit/scope";
import { SECONDS } from "../kit/units";
import { wantInteger, wantMatch } from "../kit/want";
import {
  checkProvisioned,
  COPIES,
  createProvisioned,
  createServerless,
  type KafkaCluster,
  type ProvisionedKafka,
  type ServerlessKafka,
} from "./event-cluster";

/** Port on which brokers take clients that sign by IAM: docs.aws.amazon.com/msk/latest/developerguide/port-info.html */
const IAM_PORT = 9098;
// MSK Serverless quotas: 2,400 partitions that are not compacted; three copies, in three zones
const PARTITIONS = { min: 1, max: 2400, usual: 12 } as const;
const RETENTION_HOURS = { min: 1, max: 8760, usual: 48 } as const;

export interface EventTopicArgs {
  readonly scope: Scope;
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets in two zones at least: the cluster's addresses lie there. */
  readonly subnetIds: pulumi.Input<string[]>;
  /** Security groups that may connect, by a short name. @default none: Firehose comes by a connection of its own */
  readonly clients?: Readonly<Record<string, pulumi.Input<string>>>;
  /** What the topic is on. @default serverless */
  readonly cluster?: ServerlessKafka | ProvisionedKafka;
  /** Key of the events on brokers of one's own; a serverless cluster takes none but AWS's. */
  readonly keyArn?: pulumi.Input<string>;
  /** Users are spread over so many; MSK Serverless takes 5 MiB/s into each. @default 12 */
  readonly partitions?: number;
  /** Hours that an event can be read again. @default 48 */
  readonly retentionHours?: number;
}

/** Problems of the arguments, by path. */
export function checkEventTopic(args: EventTopicArgs): Problem[] {
  const { partitions, retentionHours, clients = {}, cluster, keyArn } = args;
  return [
    ...(cluster?.mode === "provisioned" ? checkProvisioned(cluster, keyArn) : []),
    ...wantInteger("partitions", partitions ?? PARTITIONS.usual, "partitions", PARTITIONS),
    ...wantInteger("retentionHours", retentionHours ?? RETENTION_HOURS.usual, "hours", RETENTION_HOURS),
    ...Object.keys(clients).flatMap((client) =>
      wantMatch(`clients.${client}`, client, /^[a-z][a-z0-9-]{0,31}$/, "a lower-case name"),
    ),
  ];
}

/**
 * Events for readers that speak Kafka: an MSK cluster, serverless or with brokers of one's own, that takes only clients signed
 * by IAM, over TLS, with one topic keyed by user.
 */
export class EventTopic extends pulumi.ComponentResource {
  readonly clusterArn: pulumi.Output<string>;
  readonly bootstrapBrokers: pulumi.Output<string>;
  readonly topic: string;

  constructor(name: string, args: EventTopicArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`event topic "${name}"`, checkEventTopic(args));
    super("meridian:ingest:EventTopic", name, {}, opts);
    const group = this.createSecurityGroup(name, args);
    const cluster = this.createCluster(name, args, group);
    this.letFirehoseConnect(name, cluster);
    this.topic = "events";
    this.createTopic(name, args, cluster);
    this.clusterArn = cluster.arn;
    this.bootstrapBrokers = cluster.bootstrapBrokers;
    this.registerOutputs({
      clusterArn: this.clusterArn,
      bootstrapBrokers: this.bootstrapBrokers,
      topic: this.topic,
    });
  }

  private createSecurityGroup(name: string, { scope, vpcId, clients = {} }: EventTopicArgs): aws.ec2.SecurityGroup {
    const group = new aws.ec2.SecurityGroup(
      name,
      {
        name: nameOf(scope, "events", "securityGroup"),
        description: "Kafka brokers of the event stream",
        vpcId,
        revokeRulesOnDelete: true,
      },
      { parent: this },
    );
    for (const [client, source] of Object.entries(clients)) {
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-${client}`,
        {
          securityGroupId: group.id,
          referencedSecurityGroupId: source,
          ipProtocol: "tcp",
          fromPort: IAM_PORT,
          toPort: IAM_PORT,
          description: `Kafka from ${client}`,
        },
        { parent: this },
      );
    }
    return group;
  }

  private createCluster(name: string, args: EventTopicArgs, group: aws.ec2.SecurityGroup): KafkaCluster {
    const { scope, subnetIds, keyArn, cluster = { mode: "serverless" } } = args;
    const parts = { scope, subnetIds, securityGroupId: group.id };
    return cluster.mode === "serverless"
      ? createServerless(name, parts, this)
      : createProvisioned(name, { ...parts, keyArn }, cluster, this);
  }

  /** Firehose reaches private brokers by a connection that this lets it make: docs.aws.amazon.com/firehose/latest/dev/controlling-access.html */
  private letFirehoseConnect(name: string, cluster: KafkaCluster): void {
    const policy = pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "FirehoseConnects",
          Effect: "Allow",
          Principal: { Service: "firehose.amazonaws.com" },
          Action: "kafka:CreateVpcConnection",
          Resource: cluster.arn,
        },
      ],
    });
    new aws.msk.ClusterPolicy(name, { clusterArn: cluster.arn, policy }, { parent: this });
  }

  private createTopic(name: string, args: EventTopicArgs, cluster: KafkaCluster): void {
    const hours = args.retentionHours ?? RETENTION_HOURS.usual;
    new aws.msk.Topic(
      name,
      {
        clusterArn: cluster.arn,
        name: this.topic,
        partitionCount: args.partitions ?? PARTITIONS.usual,
        replicationFactor: COPIES,
        configs: JSON.stringify({ "retention.ms": String(hours * SECONDS.hour * 1000) }),
      },
      { parent: this, ...keepData(args.scope) },
    );
  }
}

import { Etl } from "../../components/etl/etl";
import { planEtl } from "../../components/etl/plan";
import { nameOf } from "../../components/kit/names";
import { packProgram } from "../../components/kit/program";
import { tableKeyAlias } from "../../components/tables/table-keys";
import { planTraining } from "../../components/training/plan";
import { Training } from "../../components/training/training";
import { DailyWorkflow } from "../../components/workflow/workflow";
import { workloadOf } from "./place";
import type { Ground, Place } from "./place";

export function createEtl(
  { scope, topology, plan, normal, tables, buckets, opts }: Place,
  { keys, network, lake }: Pick<Ground, "keys" | "network" | "lake">,
): Etl {
  const { etl, size } = topology;
  const { bronze, silver, gold, artifacts } = buckets;
  return new Etl(
    "etl",
    {
      scope,
      releaseLabel: etl.releaseLabel,
      instanceTypes: plan.types.etl,
      capacity: planEtl(normal, size, etl.maxCapacityUnits),
      vpcId: network.vpcId,
      subnetIds: network.privateSubnetIds,
      keyArn: keys.behaviour.arn,
      buckets: { bronze, silver, gold, artifacts, logs: nameOf(scope, "logs", "bucket") },
      profilesTable: tables.profiles,
      tablesKeyAlias: tableKeyAlias(scope),
      program: packProgram(workloadOf("etl")),
    },
    { ...opts, dependsOn: [lake] },
  );
}

export function createTraining(
  { scope, topology, plan, tables, buckets, opts }: Place,
  { keys, network, lake, queues }: Pick<Ground, "keys" | "network" | "lake" | "queues">,
): Training {
  const { training, size, traffic } = topology;
  const { gold, artifacts } = buckets;
  const sizing = planTraining(traffic, size, training.maxInstances);
  return new Training(
    "training",
    {
      scope,
      instanceTypes: plan.types.training,
      vpcId: network.vpcId,
      subnetIds: network.privateSubnetIds,
      keyArn: keys.behaviour.arn,
      buckets: { gold, artifacts },
      tables,
      tablesKeyAlias: tableKeyAlias(scope),
      queue: { arn: queues.training.arn, url: queues.training.url, name: queues.training.name },
      maxInstances: training.maxInstances,
      listLength: traffic.recommendationsPerUser,
      ...(topology.tables.ttlDays === undefined ? {} : { listTtlDays: topology.tables.ttlDays }),
      onDemandBase: sizing.onDemandBase,
    },
    { ...opts, dependsOn: [lake] },
  );
}

/** The daily train-and-score, by schedule in a zone's primary region. */
export function createWorkflow(
  { scope, plan, tables, buckets, opts }: Place,
  { keys, queues, alarms }: Pick<Ground, "keys" | "queues" | "alarms">,
  etl: Etl,
): DailyWorkflow {
  const { bronze, silver, gold } = buckets;
  const { profiles, models } = tables;
  return new DailyWorkflow(
    "daily",
    {
      scope,
      role: plan.role,
      keyArn: keys.behaviour.arn,
      etl: { clusterId: etl.clusterId },
      buckets: { bronze, silver, gold },
      tables: { profiles, models },
      tablesKeyAlias: tableKeyAlias(scope),
      queue: { arn: queues.training.arn, url: queues.training.url },
      messagingKeyArn: keys.technical.arn,
      failureTopicArn: alarms.arn,
      deadLetterQueueArn: queues.failed.arn,
    },
    opts,
  );
}

import type { EtlJobArgs, EtlRunner } from "../../components/etl/contract";
import { Etl } from "../../components/etl/etl";
import { planEtl, serverlessCapacity } from "../../components/etl/plan";
import { sparkProgram } from "../../components/etl/program";
import { ServerlessEtl } from "../../components/etl/serverless";
import { TransientEtl } from "../../components/etl/transient";
import { goldFolder } from "../../contracts/lake/pipeline";
import { nameOf } from "../../components/kit/names";
import { tableKeyAlias } from "../../components/tables/table-keys";
import { planTraining } from "../../components/training/plan";
import type { TrainingArgs } from "../../components/training/contract";
import { Training } from "../../components/training/training";
import { variantModels } from "../../contracts/models/variants";
import { DailyWorkflow } from "../../components/workflow/workflow";
import type { TrainingPlan } from "../../regions/topology/model";
import type { Ground, Place } from "./place";

/** Bronze to silver and gold: on a cluster that waits, on one that each run makes, or on none of ours. */
export function createEtl(
  { scope, topology, plan, normal, tables, buckets, opts }: Place,
  { keys, network, lake, queues }: Pick<Ground, "keys" | "network" | "lake" | "queues">,
): EtlRunner {
  const { etl, size } = topology;
  const { bronze, silver, gold, artifacts } = buckets;
  const job: Omit<EtlJobArgs, "subnetIds"> = {
    scope,
    releaseLabel: etl.releaseLabel,
    capacity: planEtl(normal, size, etl.maxCapacityUnits),
    vpcId: network.vpcId,
    keyArn: keys.behaviour.arn,
    buckets: { bronze, silver, gold, artifacts, logs: nameOf(scope, "logs", "bucket") },
    goldFolder: goldFolder(plan.name),
    profilesTable: tables.profiles,
    handover: { arn: queues.handover.arn, keyArn: keys.technical.arn },
    tablesKeyAlias: tableKeyAlias(scope),
    program: sparkProgram(),
  };
  const after = { ...opts, dependsOn: [lake] };
  switch (etl.mode) {
    case "cluster":
      return new Etl("etl", { ...job, subnetIds: network.privateSubnetIds, instanceTypes: plan.types.etl }, after)
        .runner;
    case "transient":
      return new TransientEtl(
        "etl",
        { ...job, subnetIds: network.privateSubnetIds, instanceTypes: plan.types.etl },
        after,
      ).runner;
    case "serverless":
      return new ServerlessEtl(
        "etl",
        { ...job, subnetIds: network.privateSubnetIds, capacity: serverlessCapacity(job.capacity) },
        after,
      ).runner;
  }
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
      ...machinesFor(training, plan.types.training),
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
      ...(training.searchBudget === undefined ? {} : { searchBudget: training.searchBudget }),
      ...(training.trackingUrl === undefined ? {} : { trackingUrl: training.trackingUrl }),
    },
    { ...opts, dependsOn: [lake] },
  );
}

/** All types that the region has, spot above the base; or of one type and on demand, as a warm pool wants them. */
function machinesFor(
  { warmInstances }: TrainingPlan,
  types: readonly string[],
): Pick<TrainingArgs, "instanceTypes" | "onDemandPercentAboveBase" | "warmPool"> {
  if (warmInstances === 0) return { instanceTypes: types };
  return {
    instanceTypes: types.slice(0, 1),
    onDemandPercentAboveBase: 100,
    warmPool: { minInstances: warmInstances },
  };
}

/** The daily train-and-score, by schedule in a zone's primary region. */
export function createWorkflow(
  { scope, plan, topology, tables, buckets, opts }: Place,
  { keys, queues, alarms }: Pick<Ground, "keys" | "queues" | "alarms">,
  etl: EtlRunner,
): DailyWorkflow {
  const { bronze, silver, gold } = buckets;
  const { profiles, models } = tables;
  return new DailyWorkflow(
    "daily",
    {
      scope,
      role: plan.role,
      keyArn: keys.behaviour.arn,
      etl: etl.kind === "cluster" ? { clusterId: etl.clusterId } : etl,
      buckets: { bronze, silver, gold },
      goldFolder: goldFolder(plan.name),
      tables: { profiles, models },
      tablesKeyAlias: tableKeyAlias(scope),
      queue: { arn: queues.training.arn, url: queues.training.url },
      handoverQueueUrl: queues.handover.url,
      messagingKeyArn: keys.technical.arn,
      failureTopicArn: alarms.arn,
      deadLetterQueueArn: queues.failed.arn,
      models: variantModels(topology.serving.variants.map(({ name }) => name)),
    },
    opts,
  );
}

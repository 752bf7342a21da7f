import type { EtlJobArgs, EtlRunner } from "../../components/etl/contract";
import { Etl } from "../../components/etl/etl";
import { planEtl, serverlessCapacity } from "../../components/etl/plan";
import { sparkProgram } from "../../components/etl/program";
import { ServerlessEtl } from "../../components/etl/serverless";
import { TransientEtl } from "../../components/etl/transient";
import { goldFolder } from "../../contracts/lake/pipeline";
import { planTraining } from "../../components/training/plan";
import type { TrainingArgs } from "../../components/training/contract";
import { dailyRun } from "../../components/workflow/workflow";
import { Training } from "../../components/training/training";
import { variantModels } from "../../contracts/models/variants";
import { DailyWorkflow } from "../../components/workflow/workflow";
import type { TrainingPlan } from "../../regions/topology/sections/training";
import { tableRef } from "./context";
import type { Ground, RegionContext } from "./context";

/** Bronze to silver and gold: on a cluster that waits, on one that each run makes, or on none of ours. */
export function createEtl(
  here: RegionContext,
  { keys, network, lake, queues }: Pick<Ground, "keys" | "network" | "lake" | "queues">,
): EtlRunner {
  const { scope, topology, plan, normal, opts } = here;
  const { etl, size } = topology;
  const { bronze, silver, gold, artifacts, logs } = lake.buckets;
  const job: Omit<EtlJobArgs, "subnetIds"> = {
    scope,
    releaseLabel: etl.releaseLabel,
    capacity: planEtl(normal, size, etl.maxCapacityUnits),
    vpcId: network.vpcId,
    key: keys.behaviour,
    buckets: {
      bronze: bronze.ref,
      silver: silver.ref,
      gold: gold.ref,
      artifacts: artifacts.ref,
      logs: logs.ref,
    },
    goldFolder: goldFolder(plan.name),
    profiles: tableRef(here, "profiles"),
    handover: queues.handover.ref,
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
  here: RegionContext,
  { keys, network, lake, queues }: Pick<Ground, "keys" | "network" | "lake" | "queues">,
): Training {
  const { scope, topology, plan, opts } = here;
  const { training, size, traffic } = topology;
  const { gold, artifacts } = lake.buckets;
  const sizing = planTraining(traffic, size, training.maxInstances);
  return new Training(
    "training",
    {
      scope,
      ...machinesFor(training, plan.types.training),
      vpcId: network.vpcId,
      subnetIds: network.privateSubnetIds,
      volumeKey: keys.behaviour,
      buckets: { gold: gold.ref, artifacts: artifacts.ref },
      tables: {
        recommendations: tableRef(here, "recommendations"),
        models: tableRef(here, "models"),
        shards: tableRef(here, "shards"),
      },
      dailyRun: dailyRun(scope),
      queue: queues.training.ref,
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
  here: RegionContext,
  { keys, queues, alarms, lake }: Pick<Ground, "keys" | "queues" | "alarms" | "lake">,
  etl: EtlRunner,
): DailyWorkflow {
  const { scope, plan, topology, opts } = here;
  const { bronze, silver, gold } = lake.buckets;
  return new DailyWorkflow(
    "daily",
    {
      scope,
      role: plan.role,
      key: keys.behaviour,
      etl,
      buckets: { bronze: bronze.ref, silver: silver.ref, gold: gold.ref },
      goldFolder: goldFolder(plan.name),
      tables: { profiles: tableRef(here, "profiles"), models: tableRef(here, "models") },
      queue: queues.training.ref,
      handoverQueueUrl: queues.handover.url,
      failureTopic: alarms.ref,
      deadLetters: queues.failed.ref,
      models: variantModels(topology.serving.variants.map(({ name }) => name)),
    },
    opts,
  );
}

import { planWarehouse, snapshotHours } from "../../components/warehouse/plan";
import { Warehouse } from "../../components/warehouse/warehouse";
import type { WarehouseDeployment, WorkloadQueue } from "../../components/warehouse/warehouse";
import type { Ground, Place } from "./place";

/** Seconds of an analyst's question; the cluster's own limit is an hour. */
const QUESTION_SECONDS = 900;

/**
 * A load that waits makes every answer old, so loads go first; added capacity takes analysts' questions that wait, and
 * auditors have time.
 */
const QUEUES: readonly WorkloadQueue[] = [
  { name: "loads", roles: ["loader"], priority: "high" },
  { name: "questions", roles: ["analyst"], concurrencyScaling: true, abortAfterSeconds: QUESTION_SECONDS },
  { name: "audits", roles: ["auditor"], priority: "low" },
];

/** The analysts' warehouse, loaded from silver and gold. */
export function createWarehouse(here: Place, { keys, network }: Pick<Ground, "keys" | "network">): Warehouse {
  const { scope, buckets, opts } = here;
  return new Warehouse(
    "warehouse",
    {
      scope,
      deployment: deploymentOf(here),
      vpcId: network.vpcId,
      subnetIds: network.isolatedSubnetIds,
      keyArn: keys.behaviour.arn,
      buckets: { silver: buckets.silver, gold: buckets.gold },
    },
    opts,
  );
}

function deploymentOf({ topology, normal }: Place): WarehouseDeployment {
  const sized = planWarehouse(normal, topology.size, topology.warehouse);
  return sized.mode === "serverless"
    ? { mode: "serverless", baseCapacityRpu: sized.baseCapacityRpu }
    : {
        mode: "provisioned",
        nodeType: sized.nodeType,
        nodes: sized.nodes,
        snapshotEveryHours: snapshotHours(sized.rpoMinutes),
        ...(sized.queues === "roles" ? { queues: QUEUES } : {}),
      };
}

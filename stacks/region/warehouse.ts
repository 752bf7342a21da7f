import { DEFAULT_PARAMETERS, keptTable } from "../../contracts/lake/pipeline";
import { LAKE_TABLES } from "../../contracts/lake/tables";
import { redshiftTable } from "../../contracts/events/definitions";
import { nameOf } from "../../components/kit/names";
import type { Catalogue } from "../../components/lake/catalogue";
import { LOAD_CALL, preparation, WAREHOUSE_ROLES } from "../../components/warehouse/statements";
import type { WarehouseRole } from "../../components/warehouse/statements";
import { iamRoleName, iamRolePart, WarehouseUsers } from "../../components/warehouse/users";
import { planWarehouse, snapshotHours } from "../../components/warehouse/plan";
import { Warehouse } from "../../components/warehouse/warehouse";
import type { WarehouseDeployment, WorkloadQueue } from "../../components/warehouse/warehouse";
import { WarehouseLoad } from "../../components/workflow/warehouse-load";
import type { DailyWorkflow } from "../../components/workflow/workflow";
import type { Ground, RegionContext } from "./context";

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
export function createWarehouse(
  here: RegionContext,
  { keys, network, lake }: Pick<Ground, "keys" | "network" | "lake">,
  catalogue: Catalogue,
): Warehouse {
  const { scope, opts } = here;
  return new Warehouse(
    "warehouse",
    {
      scope,
      deployment: deploymentOf(here),
      vpcId: network.vpcId,
      subnetIds: network.isolatedSubnetIds,
      key: keys.behaviour,
      catalogue: catalogue.ref,
      buckets: { silver: lake.buckets.silver.ref, gold: lake.buckets.gold.ref },
    },
    opts,
  );
}

/** Who may ask the warehouse, and as whom. */
export function createWarehouseUsers({ scope, opts }: RegionContext, { ref }: Warehouse): WarehouseUsers {
  return new WarehouseUsers("warehouse-users", { scope, warehouse: ref }, opts);
}

/** Schemas, roles and grants each night, and each day that a daily run has made. */
export function createWarehouseLoad(
  { scope, buckets, opts }: RegionContext,
  { keys, queues, alarms }: Pick<Ground, "keys" | "queues" | "alarms">,
  { warehouse, catalogue, workflow }: Loaded,
): WarehouseLoad {
  const iamRoles = Object.fromEntries(WAREHOUSE_ROLES.map((role) => [role, iamRoleName(scope, role)])) as Record<
    WarehouseRole,
    string
  >;
  return new WarehouseLoad(
    "warehouse-load",
    {
      scope,
      key: keys.behaviour,
      warehouse: {
        ref: warehouse.ref,
        adminSecret: warehouse.adminSecret,
        preparation: preparation({
          iamRoles,
          glueDatabase: nameOf(scope, "lake", "glueDatabase"),
          silverBucket: buckets.silver,
          eventsPrefix: keptTable("silver_events").prefix,
          lateDays: DEFAULT_PARAMETERS.late_days,
          eventsTable: redshiftTable("mart", "events"),
        }),
        statement: LOAD_CALL,
        loaderRolePart: iamRolePart("loader"),
      },
      catalogue: {
        ref: catalogue.ref,
        tables: LAKE_TABLES.filter(({ partitionKeys }) => partitionKeys.some(({ name: key }) => key === "date")).map(
          (table) => ({ name: table.name, location: `s3://${buckets[table.store]}/${table.prefix}` }),
        ),
      },
      dailyMachineArn: workflow.stateMachineArn,
      failureTopic: alarms.ref,
      deadLetters: queues.failed.ref,
    },
    { ...opts, dependsOn: [catalogue] },
  );
}

/** What is loaded, from what, and after what. */
export interface Loaded {
  readonly warehouse: Warehouse;
  readonly catalogue: Catalogue;
  readonly workflow: DailyWorkflow;
}

function deploymentOf({ topology, normal }: RegionContext): WarehouseDeployment {
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

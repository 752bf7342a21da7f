import { apiDomains } from "./api-domains";
import { cacheGroups } from "./cache-groups";
import { controlPlane } from "./control-plane";
import { disjointBlocks } from "./disjoint-blocks";
import { failoverLoad } from "./failover-load";
import { failoverQuotas } from "./failover-quotas";
import { glueSchemas } from "./glue-schemas";
import { modelDigests } from "./model-digests";
import { offeredTypes } from "./offered-types";
import { originFailover } from "./origin-failover";
import { regionBudgets } from "./region-budgets";
import { replicaElsewhere } from "./replica-elsewhere";
import { replicaKey } from "./replica-key";
import { replicaRegions } from "./replica-regions";
import { residency } from "./residency";
import type { FleetRule } from "./rule";
import { searchRecovery } from "./search-recovery";
import { siblingArns } from "./sibling-arns";
import { snapshotCopy } from "./snapshot-copy";
import { storePromises } from "./store-promises";
import { streamReplication } from "./stream-replication";
import { survivingCapacity } from "./surviving-capacity";

/** Every cross-stack rule, in the order of the report. */
export const FLEET_RULES: readonly FleetRule[] = [
  residency,
  storePromises,
  siblingArns,
  controlPlane,
  survivingCapacity,
  offeredTypes,
  failoverQuotas,
  streamReplication,
  failoverLoad,
  replicaElsewhere,
  replicaKey,
  replicaRegions,
  glueSchemas,
  cacheGroups,
  modelDigests,
  snapshotCopy,
  searchRecovery,
  apiDomains,
  originFailover,
  disjointBlocks,
  regionBudgets,
];

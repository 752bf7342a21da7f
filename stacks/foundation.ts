import { EdgeZone } from "../components/edge/zone";
import { keyPolicy } from "../components/keys/policy";
import { PseudonymKey } from "../components/keys/pseudonym";
import { ServiceLinkedRoles } from "../components/keys/service-linked-roles";
import { RegionBudget } from "../components/observability/budget";
import { ImageRepositories } from "../components/serving/images";
import { WORLD_TABLES } from "../components/tables/specs";
import { TableKeys } from "../components/tables/table-keys";
import { GlobalTables } from "../components/tables/tables";
import type { RegionName } from "../regions/names";
import type { Residency, Topology } from "../regions/topology/model";
import type { FoundationOutputs } from "../contracts/outputs/foundation";
import type { Exported } from "./exported";
import { tableNames, worldScope } from "./resource-names";
import { stackProviders } from "./providers";
import { homeScope, zoneScope } from "./scope";
import type { StackOptions } from "./scope";

/**
 * `<env>.foundation`: what must stand before any region: the DNS zone, images, the pseudonym key of each residency
 * zone, the global tables (which have one owner: a replica in another state would be deleted by it), and budgets.
 */
export function foundation(topology: Topology, options: StackOptions): Exported<FoundationOutputs> {
  const scope = homeScope(topology, options);
  const opts = { providers: stackProviders(scope) };
  const regions = topology.regions.map(({ name }) => name);

  if (topology.serviceLinkedRoles.length > 0) {
    new ServiceLinkedRoles("service-roles", { services: topology.serviceLinkedRoles }, opts);
  }
  const zone = new EdgeZone("zone", { scope, domain: topology.domain }, opts);
  const images = new ImageRepositories("images", { scope, replicaRegions: others(regions, topology.home) }, opts);
  const keys = new TableKeys("table-keys", { scope, regions, policyFor: (there) => keyPolicy(there, []) }, opts);

  for (const residency of topology.residency) {
    const zonal = { scope: zoneScope(topology, residency, options), replicaRegions: replicasOf(residency) };
    new PseudonymKey(`pseudonym-${residency.zone}`, zonal, opts);
    new GlobalTables(
      `tables-${residency.zone}`,
      {
        ...zonal,
        keyArns: keys.arns,
        consistency: topology.tables.consistency,
        ttl: topology.tables.ttlDays !== undefined,
        ...(topology.tables.witness === undefined ? {} : { witnessRegion: topology.tables.witness }),
      },
      opts,
    );
  }
  new GlobalTables(
    "tables-world",
    {
      scope: worldScope(topology, options),
      replicaRegions: others(regions, topology.home),
      keyArns: keys.arns,
      tables: WORLD_TABLES,
    },
    opts,
  );

  for (const region of regions) {
    new RegionBudget(
      `budget-${region}`,
      { scope: { ...scope, region }, monthlyUsd: topology.monthlyBudgetUsdPerRegion, ownerEmail: topology.ownerEmail },
      opts,
    );
  }

  return {
    environment: topology.environment,
    zoneId: zone.zoneId,
    nameServers: zone.nameServers,
    tables: Object.fromEntries(
      topology.residency.map((residency) => [residency.zone, tableNames(topology, residency, options)]),
    ),
    imageRepositories: images.urls,
  };
}

function others(regions: readonly RegionName[], but: RegionName): readonly RegionName[] {
  return regions.filter((region) => region !== but);
}

function replicasOf({ regions, primary }: Residency): readonly RegionName[] {
  return others(regions, primary);
}

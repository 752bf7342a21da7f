import { GlobalEdge } from "../components/edge/global";
import { nameOf } from "../components/kit/names";
import { arnOf, bucketArnOf } from "../components/kit/arn";
import { FleetDashboard } from "../components/observability/fleet";
import { lakeBucketRef } from "../components/lake/lake";
import { BucketReplication } from "../components/lake/replication";
import type { ReplicaSite } from "../components/lake/replication";
import { SnapshotCopy } from "../components/warehouse/snapshot-copy";
import { variantsIn } from "../regions/topology/derive";
import type { RegionPlan, Residency, Topology } from "../regions/topology/model";
import type { MeshOutputs } from "../contracts/outputs/mesh";
import type { Exported } from "./exported";
import { tableNames } from "./resource-names";
import { stackProviders } from "./providers";
import { foundationOutput } from "./reference";
import { homeScope, planOf, regionScope } from "./scope";
import type { StackOptions } from "./scope";

/**
 * Buckets that a zone's regions share: raw, so that events outlive the stream of a lost region; gold, so that any region
 * of the zone can train on all of the zone's data; artifacts, so that it can serve the model that another one trained.
 */
export const REPLICATED = ["raw", "gold", "artifacts"] as const;

/** `<env>.mesh`: what joins regions that exist: replication within each residency zone, names, and the global edge. */
export function mesh(topology: Topology, options: StackOptions): Exported<MeshOutputs> {
  const scope = homeScope(topology, options);
  const opts = { providers: stackProviders(scope) };
  const replications = topology.residency.flatMap((residency) =>
    residency.regions.flatMap((region) =>
      replicateFrom(topology, planOf(topology, region), peersOf(residency, region), options, opts),
    ),
  );
  for (const residency of topology.residency) copySnapshots(topology, residency, options, opts);
  const zoneId = foundationOutput(topology, "zoneId");
  const edges = topology.residency.map((residency) => {
    const primary = regionScope(topology, planOf(topology, residency.primary), options);
    const edge = new GlobalEdge(
      `edge-${residency.zone}`,
      {
        scope: primary,
        domain: topology.domain,
        zoneId,
        // The standby second: what is tried after the primary does not change when the zone gets a region.
        regions: [...new Set([residency.primary, residency.standby ?? residency.primary, ...residency.regions])],
        // The log of CloudFront's web ACL is in us-east-1, and callers' addresses are personal data.
        webAclLog: residency.law === "none",
        logBucketArn: bucketArnOf(primary, nameOf(primary, "logs", "bucket")),
      },
      opts,
    );
    return { residency, edge };
  });
  const dashboard = watchFleet(topology, edges, options, opts);
  return {
    environment: topology.environment,
    domain: topology.domain,
    distributionDomains: Object.fromEntries(
      edges.map(({ residency, edge }) => [residency.zone, edge.distributionDomain]),
    ),
    publicUrls: Object.fromEntries(edges.map(({ residency, edge }) => [residency.zone, `https://${edge.publicHost}`])),
    replications,
    dashboard: dashboard.dashboardName,
  };
}

/** One page over all regions; what it shows of them is found by computed names. */
function watchFleet(
  topology: Topology,
  edges: readonly { readonly residency: Residency; readonly edge: GlobalEdge }[],
  options: StackOptions,
  opts: { readonly providers: ReturnType<typeof stackProviders> },
): FleetDashboard {
  return new FleetDashboard(
    "fleet",
    {
      scope: homeScope(topology, options),
      promises: topology.promises,
      regions: topology.regions.map((plan) => {
        const scope = regionScope(topology, plan, options);
        return {
          region: plan.name,
          zone: plan.zone,
          stream: nameOf(scope, "events", "stream"),
          deliveryStreams: {
            curated: nameOf(scope, "events-curated", "deliveryStream"),
            raw: nameOf(scope, "events-raw", "deliveryStream"),
          },
          endpointName: nameOf(scope, "recommendations", "endpoint"),
          variantNames: variantsIn(topology, plan).map(({ name }) => name),
          dashboard: nameOf(scope, "region", "dashboard"),
        };
      }),
      zones: edges.map(({ residency, edge }) => ({
        zone: residency.zone,
        primary: residency.primary,
        replicas: peersOf(residency, residency.primary),
        distributionId: edge.distributionId,
        healthCheckIds: edge.healthCheckIds,
        tables: { ...tableNames(topology, residency, options) },
      })),
    },
    opts,
  );
}

function peersOf({ regions }: Residency, region: string): readonly string[] {
  return regions.filter((peer) => peer !== region);
}

/**
 * Each provisioned warehouse's snapshots go to the zone's primary region, and the primary's own to the standby: where
 * they go does not change when the zone gets a region. Serverless warehouses are loaded anew from gold.
 */
function copySnapshots(
  topology: Topology,
  { regions, primary, standby }: Residency,
  options: StackOptions,
  opts: { readonly providers: ReturnType<typeof stackProviders> },
): void {
  if (topology.warehouse.mode !== "provisioned" || standby === undefined) return;
  for (const region of regions) {
    const destination = region === primary ? standby : primary;
    const there = regionScope(topology, planOf(topology, destination), options);
    new SnapshotCopy(
      `copy-snapshots-${region}`,
      {
        scope: regionScope(topology, planOf(topology, region), options),
        destination,
        keyAlias: nameOf(there, "behaviour", "keyAlias"),
      },
      opts,
    );
  }
}

function replicateFrom(
  topology: Topology,
  plan: RegionPlan,
  peers: readonly string[],
  options: StackOptions,
  opts: { readonly providers: ReturnType<typeof stackProviders> },
): readonly string[] {
  if (peers.length === 0) return [];
  return REPLICATED.flatMap((part) => {
    const site = (region: string): ReplicaSite => {
      const there = regionScope(topology, planOf(topology, region), options);
      return { region, bucket: lakeBucketRef(there, part) };
    };
    const source = site(plan.name);
    const scope = regionScope(topology, plan, options);
    const destinations = peers.map(site);
    new BucketReplication(
      `replicate-${part}-${plan.name}`,
      {
        scope,
        part,
        source,
        destinations,
        rpoSeconds: topology.promises.rpoSeconds,
        // The region's own topic, by its computed name.
        alarmTopicArn: arnOf(scope, "sns", nameOf(scope, "alarms", "topic")),
      },
      opts,
    );
    return destinations.map(({ bucket }) => `${source.bucket.name} -> ${bucket.name}`);
  });
}

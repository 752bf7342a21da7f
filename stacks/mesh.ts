import { GlobalEdge } from "../components/edge/global";
import { nameOf } from "../components/kit/names";
import type { DataClass } from "../components/kit/scope";
import { bucketArnOf } from "../components/kit/arn";
import { BucketReplication } from "../components/lake/replication";
import type { ReplicaSite } from "../components/lake/replication";
import type { RegionPlan, Topology } from "../regions/topology/model";
import type { Exported, MeshOutputs } from "./contracts";
import { stackProviders } from "./providers";
import { foundationOutput } from "./reference";
import { homeScope, planOf, regionScope } from "./scope";
import type { StackOptions } from "./scope";

/**
 * Buckets that a zone's regions share, and the class of the key that encrypts each: gold, so that any region of the zone
 * can train on all of the zone's data, and artifacts, so that it can serve the model that another one trained.
 */
const REPLICATED: Readonly<Record<"gold" | "artifacts", DataClass>> = { gold: "behaviour", artifacts: "behaviour" };

/** `<env>.mesh`: what joins regions that stand: replication within each residency zone, names, and the global edge. */
export function mesh(topology: Topology, options: StackOptions): Exported<MeshOutputs> {
  const scope = homeScope(topology, options);
  const opts = { providers: stackProviders(scope) };
  const replications = topology.residency.flatMap(({ regions }) =>
    regions.flatMap((region) =>
      replicateFrom(
        topology,
        planOf(topology, region),
        regions.filter((peer) => peer !== region),
        options,
        opts,
      ),
    ),
  );
  const edge = new GlobalEdge(
    "edge",
    {
      scope,
      domain: topology.domain,
      zoneId: foundationOutput(topology, "zoneId"),
      regions: topology.regions.map(({ name }) => name),
      logBucketArn: bucketArnOf(scope, nameOf(scope, "logs", "bucket")),
    },
    opts,
  );
  return {
    environment: topology.environment,
    domain: topology.domain,
    distributionDomain: edge.distributionDomain,
    replications,
  };
}

function replicateFrom(
  topology: Topology,
  plan: RegionPlan,
  peers: readonly string[],
  options: StackOptions,
  opts: { readonly providers: ReturnType<typeof stackProviders> },
): readonly string[] {
  if (peers.length === 0) return [];
  return Object.entries(REPLICATED).flatMap(([part, dataClass]) => {
    const site = (region: string): ReplicaSite => {
      const there = regionScope(topology, planOf(topology, region), options);
      return { region, bucket: nameOf(there, part, "bucket"), keyAlias: nameOf(there, dataClass, "keyAlias") };
    };
    const source = site(plan.name);
    const destinations = peers.map(site);
    new BucketReplication(
      `replicate-${part}-${plan.name}`,
      {
        scope: regionScope(topology, plan, options),
        part,
        source,
        destinations,
        rpoSeconds: topology.promises.rpoSeconds,
      },
      opts,
    );
    return destinations.map(({ bucket }) => `${source.bucket} -> ${bucket}`);
  });
}

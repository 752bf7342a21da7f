import type { RegionPlan, Topology } from "./model";
import { formatStackName } from "../names";
import { scaleTraffic } from "../traffic";

/** One region on the plan screen. Flows per second at the daily peak. */
export interface RegionSummary {
  readonly region: string;
  readonly zone: string;
  readonly role: string;
  readonly cidr: string;
  readonly availabilityZones: number;
  readonly stack: string;
  /** Part of the fleet's traffic, 0..1. */
  readonly share: number;
  readonly failoverShare: number;
  readonly peakEventsPerSecond: number;
  readonly peakRecommendationsPerSecond: number;
  /** The peak when the largest peer of the zone is lost: what the region is built for. */
  readonly failoverEventsPerSecond: number;
  readonly failoverRecommendationsPerSecond: number;
}

export interface ZoneSummary {
  readonly zone: string;
  readonly law: string;
  readonly primary: string;
  readonly regions: readonly string[];
  readonly share: number;
}

/** A topology as figures and words, for screens and documents. Plain data. */
export interface TopologySummary {
  readonly environment: string;
  readonly cloud: string;
  readonly size: string;
  readonly account: string;
  readonly home: string;
  readonly failover: boolean;
  readonly disposable: boolean;
  /** In the order in which they come up. */
  readonly stacks: readonly string[];
  readonly regions: readonly RegionSummary[];
  readonly zones: readonly ZoneSummary[];
  readonly traffic: {
    readonly users: number;
    readonly items: number;
    readonly eventsPerDay: number;
    readonly peakEventsPerSecond: number;
    /** Raw JSON a day, bytes. */
    readonly bytesPerDay: number;
    readonly peakRecommendationsPerSecond: number;
  };
  readonly promises: Topology["promises"];
  readonly monthlyBudgetUsd: number;
}

/** Summarises a topology. Pure. */
export function summarise(topology: Topology): TopologySummary {
  const { environment, regions, residency, traffic } = topology;
  const eventsPerDay = traffic.eventsPerSecond * 86_400;
  const inner = regions.map(({ name }) => formatStackName({ kind: "region", environment, region: name }));
  return {
    environment,
    cloud: topology.cloud,
    size: topology.size,
    account: topology.account,
    home: topology.home,
    failover: topology.failover,
    disposable: topology.disposable,
    stacks: [
      formatStackName({ kind: "foundation", environment }),
      ...inner,
      formatStackName({ kind: "mesh", environment }),
    ],
    regions: regions.map((region) => summariseRegion(topology, region)),
    zones: residency.map(({ zone, law, primary, regions: members }) => ({
      zone,
      law,
      primary,
      regions: members,
      share: regions.filter((region) => region.zone === zone).reduce((sum, { share }) => sum + share, 0),
    })),
    traffic: {
      users: traffic.users,
      items: traffic.items,
      eventsPerDay,
      peakEventsPerSecond: traffic.eventsPerSecond * traffic.peakFactor,
      bytesPerDay: eventsPerDay * traffic.eventBytes,
      peakRecommendationsPerSecond: traffic.recommendationsPerSecond * traffic.peakFactor,
    },
    promises: topology.promises,
    monthlyBudgetUsd: topology.monthlyBudgetUsdPerRegion * regions.length,
  };
}

function summariseRegion({ environment, traffic }: Topology, region: RegionPlan): RegionSummary {
  const peak = scaleTraffic(traffic, region.share * traffic.peakFactor);
  const failover = scaleTraffic(traffic, region.failoverShare * traffic.peakFactor);
  return {
    region: region.name,
    zone: region.zone,
    role: region.role,
    cidr: region.cidr,
    availabilityZones: region.availabilityZones.length,
    stack: formatStackName({ kind: "region", environment, region: region.name }),
    share: region.share,
    failoverShare: region.failoverShare,
    peakEventsPerSecond: peak.eventsPerSecond,
    peakRecommendationsPerSecond: peak.recommendationsPerSecond,
    failoverEventsPerSecond: failover.eventsPerSecond,
    failoverRecommendationsPerSecond: failover.recommendationsPerSecond,
  };
}

/**
 * The traffic profile: the one set of figures from which every part is sized. Figures are for the whole fleet; a
 * region's part is its `share` (see topology/model.ts).
 */
export interface TrafficProfile {
  /** Clickstream events per second, averaged over a day. */
  readonly eventsPerSecond: number;
  /** Peak of the day over its average, >= 1. */
  readonly peakFactor: number;
  /** Size of one event as JSON, bytes. */
  readonly eventBytes: number;
  /** People with at least one event in the training window. */
  readonly users: number;
  /** Items that can be recommended. */
  readonly items: number;
  /** Requests for recommendations per second, averaged over a day. */
  readonly recommendationsPerSecond: number;
  /** Items in one recommendation list. */
  readonly recommendationsPerUser: number;
  /** Days for which events are kept in the lake. */
  readonly retentionDays: number;
}

/** Scales the flows (not the populations) of a profile, e.g. to a region's share or to what it carries after a failover. */
export function scaleTraffic(profile: TrafficProfile, factor: number): TrafficProfile {
  return {
    ...profile,
    eventsPerSecond: profile.eventsPerSecond * factor,
    recommendationsPerSecond: profile.recommendationsPerSecond * factor,
  };
}

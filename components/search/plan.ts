import type { FleetSize } from "../../regions/topology/model";
import type { TrafficProfile } from "../../regions/traffic";
import { BYTES, SECONDS } from "../kit/units";

/** Days of real-time events that can be searched; older ones are in the lake. */
export const SEARCH_DAYS = 7;

/**
 * Storage over source data: one replica (2), indexing overhead (1.1), space that OpenSearch and the system keep
 * (1.25). docs.aws.amazon.com/opensearch-service/latest/developerguide/sizing-domains.html
 */
export const STORAGE_FACTOR = 2 * 1.1 * 1.25;

/** GiB of gp3 on one data node that are planned for at most, whatever its size. */
export const MAX_VOLUME_GIB = 1024;

/** Smallest volume that is worth a node, GiB. */
export const MIN_VOLUME_GIB = 20;

export interface SearchSizing {
  readonly dataNodes: number;
  readonly zones: 1 | 2 | 3;
  readonly volumeGiB: number;
  /** 0 or 3: two could not agree when one is lost. */
  readonly dedicatedMasters: 0 | 3;
}

/**
 * `storage = eventsPerSecond x 86,400 x eventBytes x SEARCH_DAYS x STORAGE_FACTOR`, over nodes of at most 1 TiB; in
 * production a multiple of three nodes over three zones, and dedicated masters. Where a region gives fewer availability
 * zones (us-west-1 has two), the domain stands in those: it takes one subnet in each of its zones.
 * @param dataNodes the topology's wish; more are taken when the data asks for it.
 * @param availabilityZones that the region's network has.
 */
export function planSearch(
  traffic: TrafficProfile,
  size: FleetSize,
  dataNodes: number,
  availabilityZones = 3,
): SearchSizing {
  const gibibytes =
    (traffic.eventsPerSecond * SECONDS.day * traffic.eventBytes * SEARCH_DAYS * STORAGE_FACTOR) / BYTES.GiB;
  const need = Math.max(dataNodes, Math.ceil(gibibytes / MAX_VOLUME_GIB));
  const wanted = size === "standard" ? 3 : need > 1 ? 2 : 1;
  const zones = wanted <= availabilityZones ? wanted : 2;
  const nodes = Math.ceil(need / zones) * zones;
  return {
    dataNodes: nodes,
    zones,
    volumeGiB: Math.max(MIN_VOLUME_GIB, Math.ceil(gibibytes / nodes)),
    dedicatedMasters: size === "standard" ? 3 : 0,
  };
}

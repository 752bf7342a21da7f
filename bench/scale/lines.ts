import type { RegionPlan, Topology } from "../../regions/topology/model";
import { scaleTraffic } from "../../regions/traffic";
import { batch, stream } from "./events";
import type { Section } from "./line";
import { api, cache, requests, tables } from "./serving";

/** The scale-up of a topology; the flows of one region are those that it carries when its largest peer is lost. */
export function scaleUp(topology: Topology, region: RegionPlan): readonly Section[] {
  const { traffic } = topology;
  const normal = scaleTraffic(traffic, region.share);
  const failover = scaleTraffic(traffic, region.failoverShare);
  return [
    requests(topology, region),
    api(topology, region, { normal, failover }),
    cache(topology, failover),
    tables(topology, failover),
    stream(topology, normal),
    batch(topology, normal),
  ];
}

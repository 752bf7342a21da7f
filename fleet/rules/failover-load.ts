import { SHARD } from "../../regions/capacity";
import { scaleTraffic } from "../../regions/traffic";
import type { Topology } from "../../regions/topology/model";
import { number, text } from "../graph";
import type { FleetRule } from "./rule";

const STREAM = "aws:kinesis/stream:Stream";

/** K4. */
export const failoverLoad: FleetRule = {
  id: "K4",
  name: "fleet-stream-failover-load",
  title: "Each region's stream takes the peak that comes when its largest peer is lost",
  severity: "high",
  level: "mandatory",
  source: ["new"],
  why: "Adding shards is a control-plane call that takes minutes; until then the collector refuses what does not fit.",
  fix: "Plan the stream for the region's failover share (components/ingest/plan.ts does), or use on-demand capacity",
  spares: "On-demand streams, which double by themselves.",
  check({ graph, topology }, judge) {
    for (const plan of topology.regions) {
      const stack = graph.region(plan.name);
      const streams = stack?.of(STREAM) ?? [];
      if (stack !== undefined && streams.length === 0) judge.missing(stack.stack, "ingest", "a stream in every region");
      const peak = peakOf(topology, plan.failoverShare);
      for (const stream of streams) {
        if (text(stream.inputs, "streamModeDetails.streamMode") === "ON_DEMAND") continue;
        const shards = number(stream.inputs, "shardCount");
        const need = Math.max(peak.records / SHARD.recordsPerSecond, peak.bytes / SHARD.bytesPerSecond);
        if (shards !== undefined && shards >= need) continue;
        judge.against(
          stream,
          "shardCount",
          `at least ${Math.ceil(need)} shards for ${Math.ceil(peak.records)} records/s after a failover`,
        );
      }
    }
  },
};

function peakOf({ traffic }: Topology, share: number): { readonly records: number; readonly bytes: number } {
  const { eventsPerSecond, peakFactor, eventBytes } = scaleTraffic(traffic, share);
  return { records: eventsPerSecond * peakFactor, bytes: eventsPerSecond * peakFactor * eventBytes };
}

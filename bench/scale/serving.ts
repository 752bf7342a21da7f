import {
  HOT_USERS,
  LIST_ITEM_BYTES,
  LIST_OVERHEAD_BYTES,
  NODE_MEMORY_GIB,
  planCache,
  RESERVED_MEMORY,
} from "../../components/cache/plan";
import { BYTES, SECONDS } from "../../components/kit/units";
import { planApi, planVariants, REQUESTS_PER_REPLICA_SECOND, TARGET_UTILISATION } from "../../components/serving/plan";
import { planTables } from "../../components/tables/plan";
import { INVOCATIONS_PER_INSTANCE_SECOND } from "../../regions/capacity";
import type { RegionPlan, Topology } from "../../regions/topology/model";
import { variantsIn } from "../../regions/topology/derive";
import { MEASURED } from "./measured";

import { line, PROFILE, shown, type Section, type Traffic } from "./line";
/** Part of the requests that the cache answers, as planned with: a day's lists, twenty of a user, five minutes fresh. */
const HIT_RATE = 0.8;
/** Hours in which a night's lists are written to each region's table. */
const WRITE_HOURS = 2;

/** From people to requests. */
export function requests({ traffic }: Topology, { name, share, failoverShare }: RegionPlan): Section {
  const { users, recommendationsPerSecond: lists, eventsPerSecond: events, peakFactor } = traffic;
  const each = (perSecond: number): number => (perSecond * SECONDS.day) / users;
  const a = shown;
  return {
    title: "From people to requests",
    lines: [
      line("People", "as given", users, "users", PROFILE),
      line(
        "Lists that one asks for",
        `${a(lists)} requests/s x 86,400 s / ${a(users)} users`,
        each(lists),
        "lists a user and day",
        PROFILE,
      ),
      line(
        "Events that one makes",
        `${a(events)} events/s x 86,400 s / ${a(users)} users`,
        each(events),
        "events a user and day",
        PROFILE,
      ),
      line("Requests, mean of the day", "as given", lists, "requests/s", PROFILE),
      line(
        "Requests at the day's peak",
        `${a(lists)} requests/s x ${a(peakFactor)}`,
        lists * peakFactor,
        "requests/s",
        PROFILE,
      ),
      line(
        `${name} at its peak`,
        `the same x share ${a(share)}`,
        lists * peakFactor * share,
        "requests/s",
        "`regions/topology/derive.ts`, normaliseShares",
      ),
      line(
        `${name} at its peak, its largest peer lost`,
        `the same x share ${a(failoverShare)}`,
        lists * peakFactor * failoverShare,
        "requests/s",
        "`regions/topology/derive.ts`, failoverShare",
      ),
    ],
  };
}

/** Cores of the API in one region. */
export function api(
  topology: Topology,
  region: RegionPlan,
  { normal, failover }: { readonly normal: Traffic; readonly failover: Traffic },
): Section {
  const { size } = topology;
  const peak = failover.recommendationsPerSecond * failover.peakFactor;
  const { replicas, nodes } = planApi(normal, failover, size);
  const variants = planVariants(failover, size, variantsIn(topology, region));
  const [champion] = variants;
  const plan = "`components/serving/plan.ts`, planApi";
  const cores = (rate: number): number => peak / (rate * TARGET_UTILISATION);
  const a = shown;
  const load = `${a(peak)} requests/s / (rate x ${TARGET_UTILISATION})`;
  return {
    title: "Cores of the API, one region after a failover",
    lines: [
      line(
        "Cores as measured, mixed",
        load.replace("rate", `${a(MEASURED.mixed.value)} requests/s`),
        cores(MEASURED.mixed.value),
        "cores",
        MEASURED.mixed.source,
      ),
      line(
        "Cores as measured, every request a cache miss",
        load.replace("rate", `${a(MEASURED.look.value)} requests/s`),
        cores(MEASURED.look.value),
        "cores",
        MEASURED.look.source,
      ),
      line(
        "Cores as planned",
        load.replace("rate", `${a(REQUESTS_PER_REPLICA_SECOND)} requests/s`),
        cores(REQUESTS_PER_REPLICA_SECOND),
        "replicas of 1 vCPU",
        plan,
      ),
      line("Replicas at least", "for the mean of normal times; three zones", replicas.min, "replicas", plan),
      line("Replicas at most", "twice what is planned, for rollouts and a zone lost", replicas.max, "replicas", plan),
      line("Nodes at most", `${a(replicas.max)} replicas / 3 a node`, nodes.max, "nodes", plan),
      line(
        "Endpoint instances to begin with, all variants",
        `${a(peak)} requests/s x weight / (${INVOCATIONS_PER_INSTANCE_SECOND} x ${TARGET_UTILISATION}), each variant`,
        variants.reduce((sum, { minInstances }) => sum + minInstances, 0),
        "instances",
        `\`components/serving/plan.ts\`, planVariants: as if every request were live; ${champion?.name ?? ""} ${a(champion?.minInstances ?? 0)}`,
      ),
    ],
  };
}

/** Memory of the cache in one region. */
export function cache({ size, cache: chosen }: Topology, failover: Traffic): Section {
  const { users, recommendationsPerUser: items } = failover;
  const list = LIST_OVERHEAD_BYTES + LIST_ITEM_BYTES * items;
  const sizing = planCache(failover, size, chosen.nodeType, chosen.replicasPerShard);
  const memory = NODE_MEMORY_GIB[chosen.nodeType] ?? NaN;
  const plan = "`components/cache/plan.ts`, planCache";
  const reads = failover.recommendationsPerSecond * failover.peakFactor;
  const a = shown;
  return {
    title: "Cache memory, one region",
    lines: [
      line("One list", `${LIST_OVERHEAD_BYTES} B + ${items} items x ${LIST_ITEM_BYTES} B`, list, "B", plan),
      line(
        "Lists worth keeping",
        `${a(users)} users x ${HOT_USERS} x ${a(list)} B`,
        (users * HOT_USERS * list) / BYTES.GiB,
        "GiB",
        plan,
      ),
      line(
        "Room in a shard",
        `${a(memory)} GiB (${chosen.nodeType}) x (1 - ${RESERVED_MEMORY})`,
        memory * (1 - RESERVED_MEMORY),
        "GiB",
        plan,
      ),
      line("Shards", "lists / room, at least 2 in production", sizing.shards, "shards", plan),
      line(
        "Nodes",
        `${sizing.shards} shards x (1 + ${sizing.replicasPerShard} replicas)`,
        sizing.shards * (1 + sizing.replicasPerShard),
        "nodes",
        plan,
      ),
      line(
        "Of an API core, spent on reads at the peak",
        `${a(reads)} keys/s / ${a(MEASURED.cacheKeys.value)} keys/s`,
        reads / MEASURED.cacheKeys.value,
        "cores",
        MEASURED.cacheKeys.source,
      ),
    ],
  };
}

/** Units of the tables. */
export function tables({ traffic }: Topology, failover: Traffic): Section {
  const seconds = WRITE_HOURS * SECONDS.hour;
  const whole = planTables(traffic, seconds);
  const region = planTables(failover, seconds);
  const plan = "`components/tables/plan.ts`, planTables";
  const a = shown;
  return {
    title: "Table reads and writes",
    lines: [
      line("One list", `200 B + ${traffic.recommendationsPerUser} items x 48 B`, whole.listBytes, "B", plan),
      line(
        "Reads, one region after a failover, cache away",
        "peak requests/s x 1 unit of 4 KB x 1/2",
        region.readUnitsPerSecond,
        "read units/s",
        plan,
      ),
      line(
        "The same with the cache",
        `x (1 - ${HIT_RATE})`,
        region.readUnitsPerSecond * (1 - HIT_RATE),
        "read units/s",
        `hit rate ${HIT_RATE}: an assumption`,
      ),
      line(
        "Writes of one night, all zones",
        `${a(traffic.users)} users x ${a(Math.ceil(whole.listBytes / 1024))} units of 1 KB`,
        whole.writeUnitsPerRun,
        "write units",
        plan,
      ),
      line(
        `The same within ${WRITE_HOURS} h`,
        `${a(whole.writeUnitsPerRun)} / ${a(seconds)} s`,
        whole.writeUnitsPerSecond,
        "write units/s",
        plan,
      ),
      line(
        "Rows of two model versions",
        `${a(traffic.users)} users x ${a(whole.listBytes)} B x 2`,
        (traffic.users * whole.listBytes * 2) / BYTES.GiB,
        "GiB, and as much in each replica",
        plan,
      ),
    ],
  };
}

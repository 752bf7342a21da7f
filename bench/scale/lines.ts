import {
  HOT_USERS,
  LIST_ITEM_BYTES,
  LIST_OVERHEAD_BYTES,
  NODE_MEMORY_GIB,
  planCache,
  RESERVED_MEMORY,
} from "../../components/cache/plan";
import { BYTES_PER_VCPU_SECOND, DAILY_JOB_HOURS, HEADROOM, planEtl } from "../../components/etl/plan";
import {
  planBuffering,
  planShards,
  planTransformConcurrency,
  TRANSFORM_RECORDS_PER_SECOND,
} from "../../components/ingest/plan";
import { BYTES, SECONDS } from "../../components/kit/units";
import { planApi, planVariants, REQUESTS_PER_REPLICA_SECOND, TARGET_UTILISATION } from "../../components/serving/plan";
import { planTables } from "../../components/tables/plan";
import {
  FACTORS,
  INTERACTIONS_PER_USER,
  planTraining,
  SCORING_HOURS,
  USERS_PER_INSTANCE_SECOND,
  USERS_PER_SHARD,
} from "../../components/training/plan";
import { INVOCATIONS_PER_INSTANCE_SECOND, SHARD_UTILISATION } from "../../regions/capacity";
import type { RegionPlan, Topology } from "../../regions/topology/model";
import { variantsIn } from "../../regions/topology/derive";
import { scaleTraffic } from "../../regions/traffic";
import { MEASURED } from "./measured";

/** One number of the page: what it is, how it comes about, and where its parts are from. */
export interface Line {
  readonly what: string;
  readonly formula: string;
  readonly value: number;
  readonly unit: string;
  readonly source: string;
}

export interface Section {
  readonly title: string;
  readonly lines: readonly Line[];
}

/** Part of the requests that the cache answers, as planned with: a day's lists, twenty of a user, five minutes fresh. */
const HIT_RATE = 0.8;
/** Hours in which a night's lists are written to each region's table. */
const WRITE_HOURS = 2;

/** A number as the page writes it: whole from 100 on, else three digits. */
export function shown(value: number): string {
  if (value !== 0 && Math.abs(value) < 100) return String(Number(value.toPrecision(3)));
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

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

type Traffic = Topology["traffic"];
const PROFILE = "`regions/topologies/prod.yaml`, traffic";

function requests({ traffic }: Topology, { name, share, failoverShare }: RegionPlan): Section {
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

function api(
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

function cache({ size, cache: chosen }: Topology, failover: Traffic): Section {
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

function tables({ traffic }: Topology, failover: Traffic): Section {
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

function stream({ traffic, promises, regions }: Topology, normal: Traffic): Section {
  const { eventsPerSecond: events, peakFactor, eventBytes } = traffic;
  const peak = normal.eventsPerSecond * normal.peakFactor;
  const buffering = planBuffering(normal, promises.dataFreshnessHours * SECONDS.hour, false);
  const plan = "`components/ingest/plan.ts`";
  const a = shown;
  return {
    title: "Stream",
    lines: [
      line(
        "Bytes at the peak, all regions",
        `${a(events)} events/s x ${a(peakFactor)} x ${a(eventBytes)} B`,
        (events * peakFactor * eventBytes) / BYTES.MiB,
        "MiB/s",
        PROFILE,
      ),
      line(
        "Bytes of a day, all regions",
        `${a(events)} events/s x 86,400 s x ${a(eventBytes)} B`,
        (events * SECONDS.day * eventBytes) / BYTES.GiB,
        "GiB a day",
        PROFILE,
      ),
      line(
        "Events at the peak, one region",
        `${a(normal.eventsPerSecond)} events/s x ${a(peakFactor)}`,
        peak,
        "events/s",
        PROFILE,
      ),
      line(
        "Kinesis shards, one region",
        `max(bytes/s / 1 MiB, events/s / 1,000) / ${SHARD_UTILISATION}`,
        planShards(normal),
        "shards",
        `${plan}, planShards`,
      ),
      line(
        "Kinesis shards, all regions",
        "each region by its share",
        regions.reduce((sum, { share }) => sum + planShards(scaleTraffic(traffic, share)), 0),
        "shards",
        `${plan}, planShards`,
      ),
      line(
        "Firehose buffer",
        "what comes in an interval, 1 to 128 MiB",
        buffering.sizeMiB,
        `MiB or ${buffering.intervalSeconds} s`,
        `${plan}, planBuffering`,
      ),
      line(
        "Transforms at once",
        `2 streams x ${a(peak)} events/s / ${a(TRANSFORM_RECORDS_PER_SECOND)}`,
        planTransformConcurrency(normal),
        "calls",
        `${plan}, planTransformConcurrency: a tenth of what is measured`,
      ),
      line(
        "Of a core, as measured",
        `${a(peak)} events/s / ${a(MEASURED.transform.value)}`,
        peak / MEASURED.transform.value,
        "cores",
        MEASURED.transform.source,
      ),
    ],
  };
}

function batch({ traffic, size, training, etl }: Topology, normal: Traffic): Section {
  const { users, items } = traffic;
  const plan = planTraining(traffic, size, training.maxInstances);
  const need = Math.ceil(users / (USERS_PER_INSTANCE_SECOND * SCORING_HOURS * SECONDS.hour));
  const interactions = users * INTERACTIONS_PER_USER;
  const coreHours = (interactions * MEASURED.als.value) / SECONDS.hour;
  const daily = normal.eventsPerSecond * SECONDS.day * normal.eventBytes;
  const units = planEtl(normal, size, etl.maxCapacityUnits).maximumUnits;
  const source = "`components/training/plan.ts`, planTraining";
  const a = shown;
  return {
    title: "A night: ETL, training, scoring",
    lines: [
      line(
        "ETL, one region's day",
        `${a(daily / BYTES.GiB)} GiB / (${DAILY_JOB_HOURS} h x ${a(BYTES_PER_VCPU_SECOND / BYTES.MiB)} MiB/s) x ${HEADROOM}`,
        units,
        `vCPU for ${DAILY_JOB_HOURS} h`,
        "`components/etl/plan.ts`, planEtl",
      ),
      line("Interactions", `${a(users)} users x ${INTERACTIONS_PER_USER}`, interactions / 1e6, "million", source),
      line(
        "Memory of training",
        `(interactions x 16 B + (${a(users)} + ${a(items)}) x ${FACTORS} x 4 B) x 2`,
        plan.memoryGiB,
        "GiB, were one zone to hold all",
        source,
      ),
      line(
        "Training",
        `interactions x ${(MEASURED.als.value * 1e6).toPrecision(3)} us a core`,
        coreHours,
        "core hours",
        MEASURED.als.source,
      ),
      line(
        "Training on 32 vCPUs, half of which help",
        "core hours / 16",
        coreHours / 16,
        "h",
        "r7i.8xlarge; half: solving is bound by memory, an assumption",
      ),
      line("Shards of scoring", `${a(users)} users / ${a(USERS_PER_SHARD)}`, plan.shards, "shards", source),
      line(
        `Instances that score within ${SCORING_HOURS} h`,
        `${a(users)} users / (${a(USERS_PER_INSTANCE_SECOND)} users/s x 3,600 s)`,
        need,
        "instances",
        source,
      ),
      line(
        "Scoring",
        `${a(users)} users / ${a(USERS_PER_INSTANCE_SECOND)} users/s`,
        users / USERS_PER_INSTANCE_SECOND / SECONDS.hour,
        "instance hours",
        source,
      ),
    ],
  };
}

function line(what: string, formula: string, value: number, unit: string, source: string): Line {
  return { what, formula, value, unit, source };
}

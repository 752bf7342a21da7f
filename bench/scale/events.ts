import { BYTES_PER_VCPU_SECOND, DAILY_JOB_HOURS, HEADROOM, planEtl } from "../../components/etl/plan";
import {
  planBuffering,
  planShards,
  planTransformConcurrency,
  TRANSFORM_RECORDS_PER_SECOND,
} from "../../components/ingest/plan";
import { BYTES, SECONDS } from "../../components/kit/units";
import {
  FACTORS,
  INTERACTIONS_PER_USER,
  planTraining,
  SCORING_HOURS,
  USERS_PER_INSTANCE_SECOND,
  USERS_PER_SHARD,
} from "../../components/training/plan";
import { SHARD_UTILISATION } from "../../regions/capacity";
import type { Topology } from "../../regions/topology/model";
import { scaleTraffic } from "../../regions/traffic";
import { MEASURED } from "./measured";

import { line, PROFILE, shown, type Section, type Traffic } from "./line";
/** Shards and bytes of the stream. */
export function stream({ traffic, promises, regions }: Topology, normal: Traffic): Section {
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

/** What a night takes. */
export function batch({ traffic, size, training, etl }: Topology, normal: Traffic): Section {
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

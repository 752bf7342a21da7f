import type { FleetSize } from "../../regions/topology/model";
import type { TrafficProfile } from "../../regions/traffic";
import { BYTES, SECONDS } from "../kit/units";

/**
 * Bytes of uncompressed JSON that one virtual CPU of Spark cleans, joins and writes as Parquet in a second. A
 * conservative planning figure: TPC-DS-like scans reach 20-50 MB/s a core, JSON parsing halves it, the shuffle of
 * sessions halves it again. Replace by the first measured day.
 */
export const BYTES_PER_VCPU_SECOND = 5 * BYTES.MiB;

/** Hours within which the daily job should end, so that it can be run again on the same day. */
export const DAILY_JOB_HOURS = 2;

/** Factor over the computed need: skew of partitions and one retried stage. */
export const HEADROOM = 1.5;

/** Limits of the cluster in instance-fleet units; a unit is one virtual CPU. */
export interface EtlCapacity {
  /** Kept while the cluster idles. */
  readonly minimumUnits: number;
  readonly maximumUnits: number;
  /** Of `maximumUnits`, at most so many on demand: the rest is spot, or nothing. */
  readonly maximumOnDemandUnits: number;
  /** Of `maximumUnits`, at most so many on core nodes, which hold HDFS and must not be lost. */
  readonly maximumCoreUnits: number;
}

/** Virtual CPUs of an instance type's size suffix; EC2 doubles them from `large` (2) up, `<n>xlarge` has 4n. */
export function vcpusOf(instanceType: string): number {
  const size = instanceType.split(".")[1] ?? "";
  if (size === "medium") return 1;
  if (size === "large") return 2;
  const times = /^(\d*)xlarge$/.exec(size);
  if (times === null) return NaN;
  return 4 * (times[1] === "" ? 1 : Number(times[1]));
}

/**
 * Virtual CPUs for one day's events:
 * `eventsPerSecond x 86,400 s x eventBytes / (DAILY_JOB_HOURS x 3,600 s x BYTES_PER_VCPU_SECOND) x HEADROOM`.
 * @param ceiling the topology's `etl.maxCapacityUnits`.
 */
export function planEtl(traffic: TrafficProfile, size: FleetSize, ceiling: number): EtlCapacity {
  const dailyBytes = traffic.eventsPerSecond * SECONDS.day * traffic.eventBytes;
  const need = (dailyBytes / (DAILY_JOB_HOURS * SECONDS.hour * BYTES_PER_VCPU_SECOND)) * HEADROOM;
  // EMR wants at least one unit of each limit; an xlarge node is 4 units, and production keeps two.
  const minimumUnits = Math.min(size === "standard" ? 8 : 4, ceiling);
  const maximumUnits = Math.min(Math.max(minimumUnits, Math.ceil(need)), ceiling);
  return {
    minimumUnits,
    maximumUnits,
    maximumOnDemandUnits: Math.max(minimumUnits, Math.ceil(maximumUnits / 4)),
    maximumCoreUnits: Math.max(minimumUnits, Math.ceil(maximumUnits / 4)),
  };
}

/** A driver and an executor of 4 virtual CPUs, the sizes that EMR Serverless takes by itself. */
export const LEAST_SERVERLESS_VCPUS = 8;

/** The same limit for EMR Serverless, which keeps nothing while it idles and runs no job in less than 8 virtual CPUs. */
export function serverlessCapacity(capacity: EtlCapacity): EtlCapacity {
  return { ...capacity, maximumUnits: Math.max(LEAST_SERVERLESS_VCPUS, capacity.maximumUnits) };
}

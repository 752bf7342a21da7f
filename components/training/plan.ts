import type { FleetSize } from "../../regions/topology/model";
import type { TrafficProfile } from "../../regions/traffic";
import { BYTES, SECONDS } from "../kit/units";

/** Users in one shard of batch scoring: minutes of work, so that a lost spot instance loses minutes. */
export const USERS_PER_SHARD = 50_000;

/**
 * Users scored by one instance in a second: top-20 of 100,000 items x 64 factors takes about 1 ms a user and core
 * (exact search in SIMD), and the smallest instance of the family in use has 4 cores; half is left for I/O.
 */
export const USERS_PER_INSTANCE_SECOND = 2000;

/** Hours within which all users should be scored. */
export const SCORING_HOURS = 1;

/** ALS factors: the length of a user's or item's vector. */
export const FACTORS = 64;

/** Bytes of one stored interaction in compressed sparse rows, both orientations: 2 x (int32 index + float32 weight). */
const BYTES_PER_INTERACTION = 16;

/** Copies of the matrices that live at once while training: data, factors, and the solver's work. */
const WORKING_COPIES = 2;

/** Distinct items that an average user has touched within the training window. */
export const INTERACTIONS_PER_USER = 40;

export interface TrainingPlan {
  /** Shards of the daily scoring run. */
  readonly shards: number;
  /** Instances that finish within {@link SCORING_HOURS}. */
  readonly instances: number;
  /** Memory that the training instance needs, GiB. */
  readonly memoryGiB: number;
  /** Instances that are always on demand while the group is not empty. */
  readonly onDemandBase: number;
}

/**
 * The daily run: `shards = users / USERS_PER_SHARD`,
 * `instances = users / (USERS_PER_INSTANCE_SECOND x SCORING_HOURS x 3600 s)`,
 * `memory = (users x INTERACTIONS_PER_USER x 16 B + (users + items) x FACTORS x 4 B) x WORKING_COPIES`.
 * @param ceiling the topology's `training.maxInstances`.
 */
export function planTraining(traffic: TrafficProfile, size: FleetSize, ceiling: number): TrainingPlan {
  const bytes =
    (traffic.users * INTERACTIONS_PER_USER * BYTES_PER_INTERACTION + (traffic.users + traffic.items) * FACTORS * 4) *
    WORKING_COPIES;
  const need = Math.ceil(traffic.users / (USERS_PER_INSTANCE_SECOND * SCORING_HOURS * SECONDS.hour));
  return {
    shards: Math.max(1, Math.ceil(traffic.users / USERS_PER_SHARD)),
    instances: Math.min(Math.max(size === "standard" ? 2 : 1, need), ceiling),
    memoryGiB: Math.max(1, Math.ceil(bytes / BYTES.GiB)),
    onDemandBase: 1,
  };
}

/** One step of a step-scaling policy: when `from` to `to` instances are missing, add `add`. */
export interface ScalingStep {
  readonly from: number;
  /** Exclusive; absent = no end. */
  readonly to?: number;
  readonly add: number;
}

/**
 * Steps that double: 1, 2, 4, ... missing instances add as many, so that a group of any size is complete after a few
 * evaluations and never overshoots. Up to 1,000 instances make 10 steps, within AWS's 20 a policy
 * (docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html). They only ever add: an instance is
 * never taken from its shard by a shrinking backlog.
 */
export function scalingSteps(maxInstances: number): ScalingStep[] {
  const count = Math.floor(Math.log2(Math.max(1, maxInstances))) + 1;
  return Array.from({ length: count }, (_, index) => {
    const from = 2 ** index;
    return index === count - 1 ? { from, add: from } : { from, to: from * 2, add: from };
  });
}

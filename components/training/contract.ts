import type * as pulumi from "@pulumi/pulumi";
import type { Program } from "../kit/program";
import type { Scope } from "../kit/scope";
import type { BucketRef } from "../parts/refs/bucket";
import type { KeyRef } from "../parts/refs/key";
import type { MachineRef } from "../parts/refs/machine";
import type { QueueRef } from "../parts/refs/queue";
import type { TableRef } from "../parts/refs/table";

/** Tables of the zone that scoring writes. */
export interface TrainingTables {
  readonly recommendations: TableRef;
  readonly models: TableRef;
  readonly shards: TableRef;
}

/**
 * Instances that have been through their first boot and are stopped, paying for their disks only: a run starts in the
 * time of a boot and not of an installation. They are on demand and of one type, since AWS puts no spot instances into
 * a warm pool, and are made anew when the program changes; so are workers at work, whose shards others take up.
 * docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html
 */
export interface WarmPool {
  /** Instances kept ready, at least 1 and at most `maxInstances`. */
  readonly minInstances: number;
  /** Seconds that a first boot may take before the instance is taken as it is. @default 900 */
  readonly bootSeconds?: number;
}

/** Arguments of `Training`. */
export interface TrainingArgs {
  readonly scope: Scope;
  /** Memory-optimised (R family) EC2 types, in order of preference. */
  readonly instanceTypes: readonly string[];
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets, one for each zone. */
  readonly subnetIds: pulumi.Input<string[]>;
  /** Key of the volumes; its policy admits Auto Scaling. */
  readonly volumeKey: KeyRef;
  readonly buckets: {
    /** Read: interactions and features. */
    readonly gold: BucketRef;
    /** Written: models and checkpoints; read: programs. */
    readonly artifacts: BucketRef;
  };
  readonly tables: TrainingTables;
  /** The daily run, whose tasks wait for the workers' answers. */
  readonly dailyRun: MachineRef;
  /** One message a shard of the run. */
  readonly queue: QueueRef;
  /** The worker's programs; the archive's root holds an executable `start`. @default this room's worker */
  readonly program?: Program;
  /** Where the workers' Python packages come from. @default the public index, which needs a way out */
  readonly packageIndexUrl?: string;
  /** Items in each user's list. @default 50 */
  readonly listLength?: number;
  /** Days after which a list expires. @default never */
  readonly listTtlDays?: number;
  /** Trials of the search for the model's parameters. @default a few numbers of factors only */
  readonly searchBudget?: number;
  /** Address of an MLflow tracking server that hears of every training. @default none */
  readonly trackingUrl?: string;
  /** Lists that one worker writes each second at most. @default no limit: tables on demand grow */
  readonly writesPerSecond?: number;
  /** Most instances at once. */
  readonly maxInstances: number;
  /** Shards waiting for each running instance that are enough to start another. @default 2 */
  readonly shardsPerInstance?: number;
  /** Instances that are on demand before any spot is used. @default 1 */
  readonly onDemandBase?: number;
  /** Percent on demand above the base. @default 0 */
  readonly onDemandPercentAboveBase?: number;
  /** GiB of gp3 for checkpoints and the matrices' spill. @default 100 */
  readonly diskGiB?: number;
  /** @default none: each run boots its instances from nothing */
  readonly warmPool?: WarmPool;
  /** Minutes of an empty queue after which the group goes to zero. @default 15 */
  readonly idleMinutes?: number;
}

export const DEFAULTS = {
  shardsPerInstance: 2,
  onDemandBase: 1,
  onDemandPercentAboveBase: 0,
  diskGiB: 100,
  idleMinutes: 15,
  bootSeconds: 900,
} as const;

import type * as pulumi from "@pulumi/pulumi";
import type { Keys } from "../../components/keys/keys";
import type { Scope } from "../../components/kit/scope";
import { SECONDS } from "../../components/kit/units";
import type { Lake } from "../../components/lake/lake";
import type { Queue } from "../../components/messaging/queue";
import type { Topic } from "../../components/messaging/topic";
import type { Network } from "../../components/network/network";
import { TableRef } from "../../components/parts/refs/table";
import { tableKeyAlias } from "../../components/tables/table-keys";
import { imageUri } from "../../components/serving/images";
import type { RegionPlan, Topology } from "../../regions/topology/model";
import { scaleTraffic } from "../../regions/traffic";
import type { TrafficProfile } from "../../regions/traffic";
import type { BucketNames, TableNames } from "../../contracts/outputs/names";
import { bucketNames, tableNames } from "../resource-names";
import { stackProviders } from "../providers";
import { homeScope, regionScope, residencyOf } from "../scope";
import type { StackOptions } from "../scope";

/** Version of the container images that this code runs; pushed by the release, tags are immutable. */
export const IMAGE_VERSION = "0.1.0";

/** A region, and what all its components need to know of it. */
export interface RegionContext {
  readonly topology: Topology;
  readonly plan: RegionPlan;
  readonly scope: Scope;
  /** The scope of the home region, where the images are. */
  readonly home: Scope;
  readonly opts: pulumi.ComponentResourceOptions;
  /** What the region carries in normal times. */
  readonly normal: TrafficProfile;
  /** What it must carry when its largest peer is lost. */
  readonly failover: TrafficProfile;
  /** Names of its zone's tables. */
  readonly tables: TableNames;
  /** Names of its buckets. */
  readonly buckets: BucketNames;
}

/** What most other components use. */
export interface Ground {
  readonly keys: Keys;
  readonly alarms: Topic;
  readonly queues: Queues;
  readonly lake: Lake;
  readonly network: Network;
}

/** The region's queues: work for the verifier, what it verified, work for training, and calls that nobody could deliver. */
export interface Queues {
  readonly intake: Queue;
  readonly handover: Queue;
  readonly training: Queue;
  readonly failed: Queue;
}

/** The place of one region, with the providers of its stack. */
export function placeOf(topology: Topology, plan: RegionPlan, options: StackOptions): RegionContext {
  const scope = regionScope(topology, plan, options);
  return {
    topology,
    plan,
    scope,
    home: homeScope(topology, options),
    opts: { providers: { ...stackProviders(scope) } },
    normal: scaleTraffic(topology.traffic, plan.share),
    failover: scaleTraffic(topology.traffic, plan.failoverShare),
    tables: tableNames(topology, residencyOf(topology, plan), options),
    buckets: bucketNames(scope),
  };
}

/** Age of the newest training data that is promised, seconds. */
export function freshnessSeconds({ topology }: RegionContext): number {
  return topology.promises.dataFreshnessHours * SECONDS.hour;
}

/** The region's own replica of a table, whose owner is the foundation. */
export function tableRef({ scope, tables }: RegionContext, table: keyof TableNames): TableRef {
  return new TableRef(scope, { name: tables[table], keyAlias: tableKeyAlias(scope) });
}

/** The region's own copy of an image. */
export function imageOf({ home, plan }: RegionContext, image: "api" | "inference"): string {
  return imageUri(home, plan.name, image, IMAGE_VERSION);
}

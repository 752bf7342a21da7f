import type * as pulumi from "@pulumi/pulumi";
import type { Allow } from "../kit/iam";
import type { Program } from "../kit/program";
import type { Scope } from "../kit/scope";
import type { BucketRef } from "../parts/refs/bucket";
import type { KeyRef } from "../parts/refs/key";
import type { QueueRef } from "../parts/refs/queue";
import type { TableRef } from "../parts/refs/table";
import type { EtlCapacity } from "./plan";

/** Buckets that the job reads and writes. */
export interface EtlBuckets {
  /** Read: verified events. */
  readonly bronze: BucketRef;
  readonly silver: BucketRef;
  readonly gold: BucketRef;
  /** Read: programs, certificates. */
  readonly artifacts: BucketRef;
  /** Written: the cluster's own logs. */
  readonly logs: BucketRef;
}

/** What both engines are given. */
export interface EtlJobArgs {
  readonly scope: Scope;
  /** EMR release, e.g. `emr-7.9.0`. */
  readonly releaseLabel: string;
  readonly capacity: EtlCapacity;
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets; EMR picks the zone with the best capacity. They carry the tag {@link EMR_TAG}. */
  readonly subnetIds: pulumi.Input<string[]>;
  /** Key of the region's behavioural data: volumes, and what the job writes. */
  readonly key: KeyRef;
  readonly buckets: EtlBuckets;
  /** Folder of this region in the gold bucket, with a closing `/`. */
  readonly goldFolder: string;
  /** Receives users' key points. */
  readonly profiles: TableRef;
  /** The verifier sends here what it verified. */
  readonly handover: QueueRef;
  /** The Spark programs. */
  readonly program: Program;
}

/** Arguments of `Etl`. */
export interface EtlArgs extends EtlJobArgs {
  /** EC2 types of all nodes, in order of preference; several, so that spot capacity can be found. */
  readonly instanceTypes: readonly string[];
  /**
   * Key in the artifacts bucket of the zip with `privateKey.pem`, `certificateChain.pem` and `trustedCertificates.pem`
   * for encryption between nodes. It is made outside of Pulumi (docs/runbooks/etl-certificates.md), so that no private
   * key is in the state.
   * @default `etl/tls/<region>/certificates.zip`: a zone's artifacts buckets are copies of each other
   */
  readonly certificatesKey?: string;
  /**
   * Seconds without a running step after which EMR ends the cluster. More than a day, so that tomorrow's run finds
   * it; a cluster whose schedule is disabled stops costing.
   * @default 172800 (two days)
   */
  readonly idleTimeoutSeconds?: number;
  /** Percent of the on-demand price that is paid for spot at most. @default 100 */
  readonly spotPricePercent?: number;
}

/** Without this tag on groups, subnets and the cluster, AmazonEMRServicePolicy_v2 refuses to touch them. */
export const EMR_TAG = { "for-use-with-amazon-emr-managed-policies": "true" } as const;

/** Tag of a run's own cluster, by its platform's name: what a run may end. */
export const ETL_TAG = "meridian:etl";

/** Arguments of `TransientEtl`. */
export interface TransientEtlArgs
  extends EtlJobArgs, Pick<EtlArgs, "instanceTypes" | "certificatesKey" | "spotPricePercent"> {
  /** Seconds without a step after which EMR ends a cluster whose run did not. @default 900 */
  readonly forgottenSeconds?: number;
}

/** Arguments of `ServerlessEtl`; `capacity.maximumUnits` bounds its virtual CPUs, and nothing is kept while it idles. */
export interface ServerlessEtlArgs extends EtlJobArgs {
  /** @default "arm64" */
  readonly architecture?: "arm64" | "x86_64";
  /** GiB of memory to each virtual CPU, in the limit. @default 4 */
  readonly memoryGibPerVcpu?: number;
  /** GiB of disk to each virtual CPU, in the limit, for shuffle. @default 16: what a node of the cluster has to each */
  readonly diskGibPerVcpu?: number;
  /** Minutes without a job after which the application stops. @default 15 */
  readonly idleTimeoutMinutes?: number;
}

/** A JSON value. */
type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Where a day's job is run: what a caller needs to start it on any engine, and the right to. */
export type EtlRunner = { readonly allow: readonly Allow[] } & (
  | { readonly kind: "cluster"; readonly clusterId: pulumi.Output<string> }
  | {
      readonly kind: "transient";
      /** Name of the platform's clusters, and the value of their tag {@link ETL_TAG}. */
      readonly name: string;
      /** RunJobFlow's request without a name. */
      readonly request: pulumi.Output<Readonly<Record<string, Json>>>;
    }
  | {
      readonly kind: "serverless";
      readonly applicationId: pulumi.Output<string>;
      /** Role that each job is started with. */
      readonly roleArn: pulumi.Output<string>;
      /** `s3://` address of the job's entry point. */
      readonly entryPoint: string;
      /** Folder on each worker with the programs, their steps and their SQL. */
      readonly programsFolder: string;
      /** What each job's `sparkSubmitParameters` must have. */
      readonly submitParameters: string;
    }
);

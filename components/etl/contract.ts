import type * as pulumi from "@pulumi/pulumi";
import type { Program } from "../kit/program";
import type { Scope } from "../kit/scope";
import type { EtlCapacity } from "./plan";

/** Buckets that the job reads and writes, by name. */
export interface EtlBuckets {
  /** Read: verified events. */
  readonly bronze: string;
  readonly silver: string;
  readonly gold: string;
  /** Read: programs, certificates. */
  readonly artifacts: string;
  /** Written: the cluster's own logs. */
  readonly logs: string;
}

/** Arguments of `Etl`. */
export interface EtlArgs {
  readonly scope: Scope;
  /** EMR release, e.g. `emr-7.9.0`. */
  readonly releaseLabel: string;
  /** EC2 types of all nodes, in order of preference; several, so that spot capacity can be found. */
  readonly instanceTypes: readonly string[];
  readonly capacity: EtlCapacity;
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets; EMR picks the zone with the best capacity. They carry the tag {@link EMR_TAG}. */
  readonly subnetIds: pulumi.Input<string[]>;
  /** KMS key of the region's behavioural data. */
  readonly keyArn: pulumi.Input<string>;
  readonly buckets: EtlBuckets;
  /** DynamoDB table that receives users' key points. */
  readonly profilesTable: string;
  /** Alias of the tables' key in this region. @default none: the tables use a key of AWS's own */
  readonly tablesKeyAlias?: string;
  /** The Spark programs. */
  readonly program: Program;
  /**
   * Key in the artifacts bucket of the zip with `privateKey.pem`, `certificateChain.pem` and `trustedCertificates.pem`
   * for encryption between nodes. It is made outside of Pulumi (docs/runbooks/etl-certificates.md), so that no private
   * key stands in state.
   * @default `etl/tls/certificates.zip`
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

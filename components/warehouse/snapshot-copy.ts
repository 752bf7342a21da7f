import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { arnOf } from "../kit/arn";
import { nameOf } from "../kit/names";
import { finding, refuse, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantInteger } from "../kit/want";

export interface SnapshotCopyArgs {
  /** Scope of the cluster's region. */
  readonly scope: Scope;
  /** Another region of the same residency zone. */
  readonly destination: string;
  /** `alias/...` of the key that encrypts the copies there: the alias is computed, the id is another stack's. */
  readonly keyAlias: string;
  /** Days for which a copy is kept. @default 7 */
  readonly retentionDays?: number;
}

/** ModifySnapshotCopyRetentionPeriod: 1 to 35 days for automated snapshots. */
const RETENTION_DAYS = { min: 1, max: 35, usual: 7 } as const;

/** Findings about the arguments, by path. */
export function checkSnapshotCopy({ scope, destination, retentionDays }: SnapshotCopyArgs): Finding[] {
  return [
    ...(destination === scope.region ? [finding("destination", "a region other than the cluster's", destination)] : []),
    ...wantInteger("retentionDays", retentionDays ?? RETENTION_DAYS.usual, "days", RETENTION_DAYS),
  ];
}

/**
 * Copies every automated snapshot of a region's cluster to another region of its zone. It joins two regions, so it
 * belongs to the mesh stack, after both stand.
 */
export class SnapshotCopy extends pulumi.ComponentResource {
  readonly destination: string;

  constructor(name: string, args: SnapshotCopyArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`snapshot copy "${name}"`, checkSnapshotCopy(args));
    super("meridian:warehouse:SnapshotCopy", name, {}, opts);
    const { scope, destination, keyAlias } = args;
    const grant = new aws.redshift.SnapshotCopyGrant(
      name,
      {
        snapshotCopyGrantName: nameOf(scope, "warehouse-copy", "redshift"),
        kmsKeyId: arnOf(scope, "kms", keyAlias, { region: destination }),
        // The grant lives where the copies do, beside their key.
        region: destination,
      },
      { parent: this },
    );
    new aws.redshift.SnapshotCopy(
      name,
      {
        region: scope.region,
        clusterIdentifier: nameOf(scope, "warehouse", "redshift"),
        destinationRegion: destination,
        retentionPeriod: args.retentionDays ?? RETENTION_DAYS.usual,
        snapshotCopyGrantName: grant.snapshotCopyGrantName,
      },
      { parent: this },
    );
    this.destination = destination;
    this.registerOutputs({ destination });
  }
}

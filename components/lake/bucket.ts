import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { nameOf } from "../kit/names";
import { finding, refuse, type Finding } from "../kit/refuse";
import type { DataClass } from "../../contracts/data-class";
import { dataTags, keepData, type Scope } from "../kit/scope";
import { wantInteger, wantMatch } from "../kit/want";
import { BucketRef } from "../parts/refs/bucket";
import type { KeyRef } from "../parts/refs/key";
import { bucketPolicy, type BucketWriter } from "./bucket-policy";
import type { Lifecycle } from "./plan";

/** Another life for the objects under a path, e.g. a copy that is soon worthless. */
export interface PrefixLifecycle {
  /** e.g. `backup/`. */
  readonly prefix: string;
  readonly expireDays: number;
}

/**
 * Write once, read many: no version goes, nor is replaced, before its time. It is chosen when the bucket is made: a
 * bucket never loses it again (docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html).
 */
export interface ObjectLock {
  /** `governance`: those with s3:BypassGovernanceRetention may still delete. `compliance`: nobody may, the root user included. */
  readonly mode: "governance" | "compliance";
  /** Days from its creation for which each version is held. */
  readonly days: number;
}

/** S3 Inventory: a list of all versions in the bucket, as Parquet, in another bucket of the region. */
export interface Inventory {
  readonly bucketArn: pulumi.Input<string>;
  /** Path in that bucket without slashes at its ends. */
  readonly prefix: string;
  readonly frequency: "daily" | "weekly";
}

export interface LakeBucketArgs {
  readonly scope: Scope;
  /** Part of the name, e.g. `bronze`. */
  readonly part: string;
  readonly dataClass: DataClass;
  /**
   * How objects are encrypted: by a KMS key with an S3 bucket key, or by S3's own keys. Access-log targets take only
   * the second (docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html).
   */
  readonly encryption: { readonly by: "kms"; readonly key: KeyRef } | { readonly by: "s3" };
  readonly lifecycle: Lifecycle;
  /** @default none */
  readonly prefixLifecycles?: readonly PrefixLifecycle[];
  /** Bucket that takes the access logs, under `access/<part>/`. @default none: for that bucket itself only */
  readonly accessLogBucket?: pulumi.Input<string>;
  /** AWS services that write here by themselves. @default none */
  readonly writers?: readonly BucketWriter[];
  /** @default none */
  readonly objectLock?: ObjectLock;
  /** @default none */
  readonly inventory?: Inventory;
}

// docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html: retention of 1 day to 100 years
const LOCK_DAYS = { min: 1, max: 36_500 } as const;
const LOCK_MODES = { governance: "GOVERNANCE", compliance: "COMPLIANCE" } as const;
const INVENTORY_FREQUENCIES = { daily: "Daily", weekly: "Weekly" } as const;

/** What is listed of each version: enough to find what is unencrypted, uncopied, too old or held. */
const INVENTORY_FIELDS = [
  "Size",
  "LastModifiedDate",
  "StorageClass",
  "ETag",
  "ReplicationStatus",
  "EncryptionStatus",
  "BucketKeyStatus",
  "ObjectLockMode",
  "ObjectLockRetainUntilDate",
];

/** Findings about a lock, by path: it may not hold data longer than it is kept, nor data that is to go with its stack. */
export function checkObjectLock(
  path: string,
  { mode, days }: ObjectLock,
  scope: Scope,
  keptDays: number | undefined,
): Finding[] {
  const max = Math.min(LOCK_DAYS.max, keptDays ?? LOCK_DAYS.max);
  return [
    ...wantInteger(`${path}.days`, days, "days", { min: LOCK_DAYS.min, max }),
    ...(mode === "compliance" && scope.data === "disposable"
      ? [finding(`${path}.mode`, '"governance" where the data is disposable: nobody could delete it', mode)]
      : []),
  ];
}

/** Findings about the arguments, by path. */
export function checkLakeBucket(args: LakeBucketArgs): Finding[] {
  const { scope, lifecycle, prefixLifecycles = [], writers = [], objectLock, inventory } = args;
  const { infrequentDays, archiveDays, expireDays, previousVersionsDays } = lifecycle;
  const findings = [
    ...wantInteger("lifecycle.previousVersionsDays", previousVersionsDays, "days", { min: 1 }),
    ...(infrequentDays === undefined
      ? []
      : wantInteger("lifecycle.infrequentDays", infrequentDays, "days", { min: 30 })),
    ...(expireDays === undefined ? [] : wantInteger("lifecycle.expireDays", expireDays, "days", { min: 1 })),
  ];
  if (objectLock !== undefined) {
    findings.push(...checkObjectLock("objectLock", objectLock, scope, expireDays));
    if (writers.some(({ kind }) => kind === "access-logs"))
      findings.push(finding("objectLock", "none on a bucket that takes access logs: S3 delivers none there", "a lock"));
  }
  if (inventory !== undefined) {
    const path = /^[a-z0-9]([a-z0-9/_-]*[a-z0-9])?$/;
    findings.push(...wantMatch("inventory.prefix", inventory.prefix, path, "a path without slashes at its ends"));
  }
  const order = [infrequentDays, archiveDays, expireDays].filter((days) => days !== undefined);
  if (order.some((days, index) => index > 0 && days <= (order[index - 1] ?? 0))) {
    findings.push(finding("lifecycle", "infrequent before archive before expiry", order.join(", ")));
  }
  for (const [index, { prefix, expireDays: days }] of prefixLifecycles.entries()) {
    if (!prefix.endsWith("/"))
      findings.push(finding(`prefixLifecycles[${index}].prefix`, "a path ending in /", prefix));
    findings.push(...wantInteger(`prefixLifecycles[${index}].expireDays`, days, "days", { min: 1 }));
  }
  return findings;
}

/**
 * A private, versioned, encrypted bucket that only talks TLS, with its lifecycle and access logs. Versioning is on from
 * the first day, since replication (made in the mesh stack) needs it.
 */
export class LakeBucket extends pulumi.ComponentResource {
  readonly bucketName: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** What users of the bucket need. */
  readonly ref: BucketRef;
  /** The bucket's settings stay as long as the bucket does: without them it would stand open, in plain text. */
  readonly #kept: pulumi.CustomResourceOptions;

  constructor(name: string, args: LakeBucketArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`bucket "${name}"`, checkLakeBucket(args));
    super("meridian:lake:LakeBucket", name, {}, opts);
    this.#kept = { parent: this, ...keepData(args.scope) };
    const bucket = this.createBucket(name, args);
    const closed = this.blockPublicAccess(name, bucket);
    this.ownObjects(name, bucket);
    this.encrypt(name, args, bucket);
    const versioning = this.keepVersions(name, bucket);
    this.createPolicy(name, args, bucket, closed);
    this.createLifecycle(name, args, bucket, versioning);
    this.logAccess(name, args, bucket);
    this.lockObjects(name, args, bucket, versioning);
    this.listObjects(name, args, bucket);
    this.bucketName = bucket.bucket;
    this.arn = bucket.arn;
    this.ref = new BucketRef(args.scope, {
      name: nameOf(args.scope, args.part, "bucket"),
      id: bucket.bucket,
      ...(args.encryption.by === "kms" ? { key: args.encryption.key } : {}),
    });
    this.registerOutputs({ bucketName: this.bucketName, arn: this.arn });
  }

  private createBucket(name: string, { scope, part, dataClass, objectLock }: LakeBucketArgs): aws.s3.Bucket {
    return new aws.s3.Bucket(
      name,
      {
        bucket: nameOf(scope, part, "bucket"),
        forceDestroy: scope.data === "disposable",
        ...(objectLock === undefined ? {} : { objectLockEnabled: true }),
        tags: dataTags(dataClass),
      },
      { parent: this, ...keepData(scope) },
    );
  }

  private blockPublicAccess(name: string, bucket: aws.s3.Bucket): aws.s3.BucketPublicAccessBlock {
    return new aws.s3.BucketPublicAccessBlock(
      name,
      {
        bucket: bucket.bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      this.#kept,
    );
  }

  /** No access control lists: the bucket's policy is all there is. */
  private ownObjects(name: string, bucket: aws.s3.Bucket): void {
    new aws.s3.BucketOwnershipControls(
      name,
      { bucket: bucket.bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      this.#kept,
    );
  }

  private encrypt(name: string, { encryption }: LakeBucketArgs, bucket: aws.s3.Bucket): void {
    new aws.s3.BucketServerSideEncryptionConfiguration(
      name,
      {
        bucket: bucket.bucket,
        rules: [
          encryption.by === "kms"
            ? {
                applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: encryption.key.arn },
                // One call of KMS for many objects instead of one for each.
                bucketKeyEnabled: true,
              }
            : { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
        ],
      },
      this.#kept,
    );
  }

  private keepVersions(name: string, bucket: aws.s3.Bucket): aws.s3.BucketVersioning {
    return new aws.s3.BucketVersioning(
      name,
      { bucket: bucket.bucket, versioningConfiguration: { status: "Enabled" } },
      this.#kept,
    );
  }

  private createPolicy(
    name: string,
    { scope, writers = [] }: LakeBucketArgs,
    bucket: aws.s3.Bucket,
    closed: aws.s3.BucketPublicAccessBlock,
  ): void {
    new aws.s3.BucketPolicy(
      name,
      { bucket: bucket.bucket, policy: bucketPolicy(scope, bucket.arn, writers) },
      // S3 refuses two changes of one bucket's access at the same time.
      { ...this.#kept, dependsOn: [closed] },
    );
  }

  private createLifecycle(
    name: string,
    { lifecycle, prefixLifecycles = [] }: LakeBucketArgs,
    bucket: aws.s3.Bucket,
    versioning: aws.s3.BucketVersioning,
  ): void {
    const { infrequentDays, archiveDays, expireDays, previousVersionsDays } = lifecycle;
    new aws.s3.BucketLifecycleConfiguration(
      name,
      {
        bucket: bucket.bucket,
        rules: [
          {
            id: "all",
            status: "Enabled",
            filter: { prefix: "" },
            transitions: [
              ...(infrequentDays === undefined ? [] : [{ days: infrequentDays, storageClass: "STANDARD_IA" }]),
              ...(archiveDays === undefined ? [] : [{ days: archiveDays, storageClass: "GLACIER_IR" }]),
            ],
            ...(expireDays === undefined ? {} : { expiration: { days: expireDays } }),
            noncurrentVersionExpiration: { noncurrentDays: previousVersionsDays },
            // Parts of an upload that was given up are paid for until somebody removes them.
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
          },
          ...prefixLifecycles.map(({ prefix, expireDays: days }) => ({
            id: prefix.replaceAll("/", "-").replace(/-$/, ""),
            status: "Enabled",
            filter: { prefix },
            expiration: { days },
          })),
        ],
      },
      { ...this.#kept, dependsOn: [versioning] },
    );
  }

  private lockObjects(
    name: string,
    { objectLock }: LakeBucketArgs,
    bucket: aws.s3.Bucket,
    versioning: aws.s3.BucketVersioning,
  ): void {
    if (objectLock === undefined) return;
    new aws.s3.BucketObjectLockConfiguration(
      name,
      {
        bucket: bucket.bucket,
        rule: { defaultRetention: { mode: LOCK_MODES[objectLock.mode], days: objectLock.days } },
      },
      { ...this.#kept, dependsOn: [versioning] },
    );
  }

  private listObjects(name: string, { scope, inventory }: LakeBucketArgs, bucket: aws.s3.Bucket): void {
    if (inventory === undefined) return;
    new aws.s3.Inventory(
      name,
      {
        bucket: bucket.bucket,
        name: "all",
        includedObjectVersions: "All",
        optionalFields: INVENTORY_FIELDS,
        schedule: { frequency: INVENTORY_FREQUENCIES[inventory.frequency] },
        destination: {
          bucket: {
            bucketArn: inventory.bucketArn,
            accountId: scope.account,
            format: "Parquet",
            prefix: inventory.prefix,
            encryption: { sseS3: {} },
          },
        },
      },
      { parent: this },
    );
  }

  private logAccess(name: string, { part, accessLogBucket }: LakeBucketArgs, bucket: aws.s3.Bucket): void {
    if (accessLogBucket === undefined) return;
    new aws.s3.BucketLogging(
      name,
      { bucket: bucket.bucket, targetBucket: accessLogBucket, targetPrefix: `access/${part}/` },
      this.#kept,
    );
  }
}

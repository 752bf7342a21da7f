import * as pulumi from "@pulumi/pulumi";
import { CLOUDFRONT_REGION } from "../../aws/facts";
import type { DataClass } from "../../contracts/data-class";
import { finding, refuse, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantInteger } from "../kit/want";
import { nameOf } from "../kit/names";
import { BucketRef } from "../parts/refs/bucket";
import { KeyRef } from "../parts/refs/key";
import { checkObjectLock, LakeBucket, type Inventory, type LakeBucketArgs, type ObjectLock } from "./bucket";
import type { BucketWriter } from "./bucket-policy";
import { planLifecycle } from "./plan";

/** The buckets of a region's lake. */
export const LAKE_PARTS = ["raw", "bronze", "silver", "gold", "quarantine", "results", "artifacts", "logs"] as const;

export type LakePart = (typeof LAKE_PARTS)[number];

/** What each bucket holds, and so by which of its region's keys it is encrypted; logs take S3's own keys only. */
export const LAKE_CLASSES: Readonly<Record<LakePart, DataClass>> = {
  raw: "identifier",
  bronze: "behaviour",
  silver: "behaviour",
  gold: "behaviour",
  quarantine: "identifier",
  results: "behaviour",
  artifacts: "technical",
  logs: "technical",
};

/** A bucket of some region's lake, for another stack: name and key by computed names. */
export function lakeBucketRef(scope: Scope, part: Exclude<LakePart, "logs">): BucketRef {
  const key = KeyRef.byAlias(scope, nameOf(scope, LAKE_CLASSES[part], "keyAlias"));
  return new BucketRef(scope, { name: nameOf(scope, part, "bucket"), key });
}

/** The parts that can be locked: not the log bucket, which S3 then refuses, nor results, which Athena replaces. */
export type LockablePart = Exclude<LakePart, "logs" | "results">;

export interface LakeArgs {
  readonly scope: Scope;
  /** The region's keys, one for each class of data. */
  readonly keys: Readonly<Record<DataClass, KeyRef>>;
  /** Days that events are kept: in bronze, silver and gold. */
  readonly retentionDays: number;
  /** Days that unmasked copies are kept (raw, quarantine): as short as a replay needs. @default 30, or all that is kept when that is less */
  readonly rawRetentionDays?: number;
  /** Days that access and flow logs are kept. @default 365 */
  readonly logRetentionDays?: number;
  /** Days that query results are kept. @default 30 */
  readonly resultRetentionDays?: number;
  /**
   * Buckets whose objects are held for a time after they were written, by part. Only when the bucket is made: on one that
   * stands it would mean a new bucket. @default none
   */
  readonly objectLock?: Readonly<Partial<Record<LockablePart, ObjectLock>>>;
  /**
   * Folders of the bronze bucket that hold copies only, and the days for which they do.
   * @default none
   */
  readonly copies?: Readonly<Record<string, number>>;
  /** Lists what all other buckets hold into the log bucket, under `inventory/`. @default no lists */
  readonly inventory?: Inventory["frequency"];
}

/** The arguments with their defaults. */
function days(args: LakeArgs): Required<Omit<LakeArgs, "scope" | "keys" | "objectLock" | "inventory" | "copies">> {
  return {
    retentionDays: args.retentionDays,
    rawRetentionDays: args.rawRetentionDays ?? Math.min(30, args.retentionDays),
    logRetentionDays: args.logRetentionDays ?? 365,
    resultRetentionDays: args.resultRetentionDays ?? 30,
  };
}

/** Days of Firehose's own copy of what it transformed: Firehose B's copy in `raw` outlives it. */
const BACKUP_DAYS = 7;
/** Days of models and programs that were replaced: enough to go back. */
const ARTIFACT_VERSIONS_DAYS = 180;

/** Findings about the arguments, by path. */
export function checkLake(args: LakeArgs): Finding[] {
  const { retentionDays, rawRetentionDays, logRetentionDays, resultRetentionDays } = days(args);
  return [
    ...wantInteger("retentionDays", retentionDays, "days", { min: 1 }),
    ...wantInteger("rawRetentionDays", rawRetentionDays, "days", { min: 1, max: retentionDays }),
    ...wantInteger("logRetentionDays", logRetentionDays, "days", { min: 1 }),
    ...wantInteger("resultRetentionDays", resultRetentionDays, "days", { min: 1 }),
    ...Object.entries(args.objectLock ?? {}).flatMap(([part, lock]) => {
      const path = `objectLock.${part}`;
      if (part === "raw" || part === "quarantine") return checkObjectLock(path, lock, args.scope, rawRetentionDays);
      if (part === "artifacts") return checkObjectLock(path, lock, args.scope, undefined);
      if (part === "bronze" || part === "silver" || part === "gold")
        return checkObjectLock(path, lock, args.scope, retentionDays);
      return [finding(path, "raw, bronze, silver, gold, quarantine or artifacts", part)];
    }),
  ];
}

/** The buckets of a region, from the raw copy to the models, each with the key and the life of what it holds. */
export class Lake extends pulumi.ComponentResource {
  readonly buckets: Readonly<Record<LakePart, LakeBucket>>;

  constructor(name: string, args: LakeArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`lake "${name}"`, checkLake(args));
    super("meridian:lake:Lake", name, {}, opts);
    this.buckets = this.createBuckets(name, args);
    this.registerOutputs({
      buckets: Object.fromEntries(LAKE_PARTS.map((part) => [part, this.buckets[part].bucketName])),
    });
  }

  private createBuckets(name: string, args: LakeArgs): Readonly<Record<LakePart, LakeBucket>> {
    const { scope, keys } = args;
    const { retentionDays, rawRetentionDays, logRetentionDays, resultRetentionDays } = days(args);
    const locks: Readonly<Partial<Record<LakePart, ObjectLock>>> = args.objectLock ?? {};
    const make = (
      part: LakePart,
      rest: Omit<LakeBucketArgs, "scope" | "part" | "dataClass" | "encryption">,
    ): LakeBucket => {
      const dataClass = LAKE_CLASSES[part];
      const objectLock = locks[part];
      return new LakeBucket(
        `${name}-${part}`,
        {
          scope,
          part,
          dataClass,
          encryption: part === "logs" ? { by: "s3" } : { by: "kms", key: keys[dataClass] },
          ...rest,
          ...(objectLock === undefined ? {} : { objectLock }),
        },
        { parent: this },
      );
    };
    const logs = make("logs", {
      lifecycle: planLifecycle(logRetentionDays),
      writers: [
        { kind: "access-logs", prefix: "access/" },
        { kind: "delivery-logs", prefix: "flow/" },
        // CloudFront delivers from us-east-1, whatever region the bucket is in.
        { kind: "delivery-logs", prefix: "cloudfront/", sourceRegion: CLOUDFRONT_REGION },
        ...(args.inventory === undefined ? [] : [inventoryWriter(scope)]),
      ],
    });
    const watched = {
      accessLogBucket: logs.bucketName,
      ...(args.inventory === undefined
        ? {}
        : { inventory: { bucketArn: logs.arn, prefix: INVENTORY, frequency: args.inventory } }),
    };
    const short = planLifecycle(rawRetentionDays);
    const long = planLifecycle(retentionDays);
    return {
      logs,
      raw: make("raw", {
        lifecycle: short,
        prefixLifecycles: [{ prefix: "backup/", expireDays: Math.min(BACKUP_DAYS, rawRetentionDays) }],
        ...watched,
      }),
      // `landing/` is what Firehose wrote before the verifier took it over; errors hold records as they came.
      bronze: make("bronze", {
        lifecycle: long,
        prefixLifecycles: [
          { prefix: "landing/", expireDays: rawRetentionDays },
          { prefix: "errors/", expireDays: rawRetentionDays },
          ...Object.entries(args.copies ?? {}).map(([folder, expireDays]) => ({ prefix: `${folder}/`, expireDays })),
        ],
        ...watched,
      }),
      silver: make("silver", { lifecycle: long, ...watched }),
      gold: make("gold", { lifecycle: long, ...watched }),
      quarantine: make("quarantine", { lifecycle: short, ...watched }),
      results: make("results", { lifecycle: planLifecycle(resultRetentionDays), ...watched }),
      artifacts: make("artifacts", {
        lifecycle: { previousVersionsDays: ARTIFACT_VERSIONS_DAYS },
        ...watched,
      }),
    };
  }
}

/** Path of the lists in the log bucket. */
const INVENTORY = "inventory";

function inventoryWriter(scope: Scope): BucketWriter {
  const listed = LAKE_PARTS.filter((part) => part !== "logs");
  return { kind: "inventory", prefix: `${INVENTORY}/`, sources: listed.map((part) => nameOf(scope, part, "bucket")) };
}

import assert from "node:assert/strict";
import fc from "fast-check";
import { LakeBucket } from "../../../components/lake/bucket";
import { Catalogue, projectionParameters, type CatalogueTable } from "../../../components/lake/catalogue";
import { Lake, lakeBucketRef, LAKE_CLASSES, LAKE_PARTS } from "../../../components/lake/lake";
import { planLifecycle, planScanLimit } from "../../../components/lake/plan";
import { Workgroup } from "../../../components/lake/workgroup";
import { DISPOSABLE, SCOPE, statements, tooWide, TRAFFIC } from "../../kit/builders";
import { assertEveryChildIsOwned, record, type Recording } from "../../kit/recorder";
import { KEYS } from "../../kit/refs";
import { assertRefused } from "../../kit/refusals";
import { assertTaken } from "../../kit/taken";

const BUCKET = "aws:s3/bucket:Bucket";
const ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
const LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
const POLICY = "aws:s3/bucketPolicy:BucketPolicy";
const LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration";
const INVENTORY = "aws:s3/inventory:Inventory";

const lake = (args: Partial<ConstructorParameters<typeof Lake>[1]> = {}): Promise<Recording<Lake>> =>
  record(({ opts }) => new Lake("lake", { scope: SCOPE, keys: KEYS, retentionDays: 365, ...args }, opts));

describe("the lake", () => {
  it("has eight buckets, each kept, closed, owned, versioned, encrypted, with policy and lifecycle", async () => {
    const recording = await lake();
    assertEveryChildIsOwned(recording);
    const perBucket = LAKE_PARTS.flatMap((part) => [
      `aws:s3/bucket:Bucket lake-${part} < lake-${part} | protect | retain`,
      `${LIFECYCLE} lake-${part} < lake-${part} | protect | retain`,
      `aws:s3/bucketOwnershipControls:BucketOwnershipControls lake-${part} < lake-${part} | protect | retain`,
      `${POLICY} lake-${part} < lake-${part} | protect | retain`,
      `aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock lake-${part} < lake-${part} | protect | retain`,
      `${ENCRYPTION} lake-${part} < lake-${part} | protect | retain`,
      `aws:s3/bucketVersioning:BucketVersioning lake-${part} < lake-${part} | protect | retain`,
      `meridian:lake:LakeBucket lake-${part} < lake`,
      ...(part === "logs" ? [] : [`aws:s3/bucketLogging:BucketLogging lake-${part} < lake-${part} | protect | retain`]),
    ]);
    assert.deepEqual(recording.snapshot(), [...perBucket, "meridian:lake:Lake lake < (stack)"].sort());
  });

  it("names each bucket and tags it with the class of what it holds", async () => {
    const recording = await lake();
    const tags = Object.fromEntries(
      recording
        .all(BUCKET)
        .map(({ inputs }) => [
          String(inputs["bucket"]),
          (inputs["tags"] as Record<string, string>)["meridian:data-class"],
        ]),
    );
    const name = (part: string): string => `meridian-test-us-east-1-${part}-${SCOPE.account}`;
    assert.deepEqual(tags, {
      [name("raw")]: "identifier",
      [name("quarantine")]: "identifier",
      [name("bronze")]: "behaviour",
      [name("silver")]: "behaviour",
      [name("gold")]: "behaviour",
      [name("results")]: "behaviour",
      [name("artifacts")]: "technical",
      [name("logs")]: "technical",
    });
  });

  it("hands out each bucket with the key that encrypts it, and the same under another stack's name for it", async () => {
    const { result } = await lake();
    for (const part of LAKE_PARTS) {
      const { ref } = result.buckets[part];
      assert.equal(ref.key, part === "logs" ? undefined : KEYS[LAKE_CLASSES[part]]);
      assert.equal(ref.name, `meridian-test-us-east-1-${part}-${SCOPE.account}`);
      if (part !== "logs") assert.equal(lakeBucketRef(SCOPE, part).arn, ref.arn);
    }
  });

  it("encrypts by the key of the class with a bucket key; the log bucket by S3's own, since log delivery takes no other", async () => {
    const recording = await lake();
    const rule = (part: string): unknown =>
      (recording.only(ENCRYPTION, `lake-${part}`).inputs["rules"] as unknown[])[0];
    const kms = (arn: unknown): unknown => ({
      applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: arn },
      bucketKeyEnabled: true,
    });
    assert.deepEqual(rule("raw"), kms(KEYS.identifier.arn));
    assert.deepEqual(rule("silver"), kms(KEYS.behaviour.arn));
    assert.deepEqual(rule("artifacts"), kms(KEYS.technical.arn));
    assert.deepEqual(rule("logs"), { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } });
  });

  it("closes every bucket to the public in all four ways", async () => {
    const recording = await lake();
    for (const { inputs } of recording.all("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")) {
      assert.deepEqual(inputs, {
        bucket: inputs["bucket"],
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      });
    }
  });

  it("denies plain HTTP and old TLS everywhere, and lets log services write their paths only", async () => {
    const recording = await lake();
    for (const { name, inputs, dependencies } of recording.all(POLICY)) {
      const block = recording.only("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", name);
      assert.ok(dependencies.includes(block.urn), "S3 refuses two changes of one bucket's access at the same time");
      const all = statements(inputs["policy"]);
      assert.deepEqual(
        all.slice(0, 2).map(({ Sid, Effect }) => [Sid, Effect]),
        [
          ["OnlyTls", "Deny"],
          ["OnlyTls12", "Deny"],
        ],
      );
      assert.deepEqual(
        all.slice(2).map(({ Sid }) => Sid),
        name === "lake-logs"
          ? ["AccessLogs", "DeliveryLogs", "DeliveryCheck", "DeliveryLogsCloudfront", "DeliveryCheckCloudfront"]
          : [],
      );
      assert.deepEqual(tooWide(inputs["policy"]), []);
    }
  });

  it("lets CloudFront deliver its logs, which come from us-east-1 whatever region the bucket is in", async () => {
    const policy = (await lake()).only("aws:s3/bucketPolicy:BucketPolicy", "lake-logs").inputs["policy"];
    const cloudfront = statements(policy).find(({ Sid }) => Sid === "DeliveryLogsCloudfront");
    assert.match(String(cloudfront?.Resource), /\/cloudfront\/\*$/);
    assert.deepEqual(cloudfront?.Condition, {
      StringEquals: { "aws:SourceAccount": SCOPE.account },
      ArnLike: { "aws:SourceArn": `arn:aws:logs:us-east-1:${SCOPE.account}:*` },
    });
  });

  it("keeps unmasked copies shorter than the rest", async () => {
    const recording = await lake({ rawRetentionDays: 14 });
    const expiry = (part: string): unknown =>
      (
        recording.only(LIFECYCLE, `lake-${part}`).inputs["rules"] as { id: string; expiration?: { days: number } }[]
      ).map(({ id, expiration }) => [id, expiration?.days]);
    assert.deepEqual(expiry("raw"), [
      ["all", 14],
      ["backup", 7],
    ]);
    assert.deepEqual(expiry("bronze"), [
      ["all", 365],
      ["landing", 14],
      ["errors", 14],
    ]);
    assert.deepEqual(expiry("quarantine"), [["all", 14]]);
    assert.deepEqual(expiry("gold"), [["all", 365]]);
    assert.deepEqual(expiry("artifacts"), [["all", undefined]]);
  });

  it("holds versions for a time where asked, from the bucket's first day, and changes nothing else", async () => {
    const recording = await lake({
      objectLock: { raw: { mode: "compliance", days: 30 }, artifacts: { mode: "governance", days: 90 } },
    });
    assertEveryChildIsOwned(recording);
    const locks = recording.all(LOCK).map(({ name, inputs, protect }) => [name, inputs["rule"], protect]);
    assert.deepEqual(locks, [
      ["lake-raw", { defaultRetention: { mode: "COMPLIANCE", days: 30 } }, true],
      ["lake-artifacts", { defaultRetention: { mode: "GOVERNANCE", days: 90 } }, true],
    ]);
    for (const { name, dependencies } of recording.all(LOCK)) {
      const versioning = recording.only("aws:s3/bucketVersioning:BucketVersioning", name);
      assert.ok(dependencies.includes(versioning.urn), "S3 locks only what has versions");
    }
    const made = recording.all(BUCKET).filter(({ inputs }) => inputs["objectLockEnabled"] !== undefined);
    assert.deepEqual(
      made.map(({ name, inputs }) => [name, inputs["objectLockEnabled"]]),
      [
        ["lake-raw", true],
        ["lake-artifacts", true],
      ],
    );
    const plain = (await lake()).snapshot();
    assert.deepEqual(
      recording.snapshot().filter((line) => !line.startsWith(LOCK)),
      plain,
    );
    assertTaken(recording);
  });

  it("refuses a lock that outlives the data, that S3 or Athena could not work with, or that nobody could undo", async () => {
    const lock = { mode: "governance", days: 31 } as const;
    await assertRefused(
      ({ opts }) =>
        new Lake(
          "lake",
          {
            scope: DISPOSABLE,
            keys: KEYS,
            retentionDays: 365,
            objectLock: {
              raw: lock,
              quarantine: { ...lock, days: 0 },
              bronze: { mode: "governance", days: 366 },
              artifacts: { mode: "compliance", days: 36_501 },
              ...({ logs: lock, results: lock } as object),
            },
          },
          opts,
        ),
      [
        "objectLock.raw.days",
        "objectLock.quarantine.days",
        "objectLock.bronze.days",
        "objectLock.artifacts.days",
        "objectLock.artifacts.mode",
        "objectLock.logs",
        "objectLock.results",
      ],
    );
    await assertRefused(
      ({ opts }) =>
        new LakeBucket(
          "b",
          {
            scope: SCOPE,
            part: "b",
            dataClass: "technical",
            encryption: { by: "s3" },
            lifecycle: { expireDays: 10, previousVersionsDays: 1 },
            writers: [{ kind: "access-logs", prefix: "access/" }],
            objectLock: { mode: "governance", days: 11 },
            inventory: { bucketArn: "arn:aws:s3:::logs", prefix: "/inventory/", frequency: "daily" },
          },
          opts,
        ),
      ["objectLock.days", "objectLock", "inventory.prefix"],
    );
  });

  it("lists every version of every other bucket into the log bucket, which takes the lists of those only", async () => {
    const recording = await lake({ inventory: "weekly" });
    assertEveryChildIsOwned(recording);
    const listed = LAKE_PARTS.filter((part) => part !== "logs");
    assert.deepEqual(
      recording
        .all(INVENTORY)
        .map(({ name }) => name)
        .sort(),
      listed.map((part) => `lake-${part}`).sort(),
    );
    const { inputs, protect } = recording.only(INVENTORY, "lake-gold");
    const bucket = (part: string): string => `meridian-test-us-east-1-${part}-${SCOPE.account}`;
    assert.equal(protect, false, "no store: the lists can be switched off, and those that were made stay");
    assert.deepEqual(
      [inputs["bucket"], inputs["name"], inputs["includedObjectVersions"], inputs["schedule"]],
      [bucket("gold"), "all", "All", { frequency: "Weekly" }],
    );
    assert.deepEqual(inputs["destination"], {
      bucket: {
        bucketArn: `arn:aws:s3:::${bucket("logs")}`,
        accountId: SCOPE.account,
        format: "Parquet",
        prefix: "inventory",
        encryption: { sseS3: {} },
      },
    });
    const policy = recording.only(POLICY, "lake-logs").inputs["policy"];
    const statement = statements(policy).find(({ Sid }) => Sid === "Inventory");
    assert.equal(statement?.Resource, `arn:aws:s3:::${bucket("logs")}/inventory/*`);
    assert.deepEqual(statement.Condition, {
      StringEquals: { "aws:SourceAccount": SCOPE.account, "s3:x-amz-acl": "bucket-owner-full-control" },
      ArnLike: { "aws:SourceArn": listed.map((part) => `arn:aws:s3:::${bucket(part)}`) },
    });
    assert.deepEqual(tooWide(policy), []);
    assertTaken(recording);
  });

  it("lets disposable data go with its buckets", async () => {
    const recording = await lake({ scope: DISPOSABLE });
    for (const bucket of recording.all(BUCKET)) {
      assert.deepEqual([bucket.protect, bucket.retainOnDelete, bucket.inputs["forceDestroy"]], [false, false, true]);
    }
    for (const bucket of (await lake()).all(BUCKET)) assert.equal(bucket.inputs["forceDestroy"], false);
  });

  it("works with a retention shorter than the defaults", async () => {
    const recording = await lake({ retentionDays: 7 });
    const rules = recording.only(LIFECYCLE, "lake-raw").inputs["rules"] as { transitions: unknown[] }[];
    assert.deepEqual(rules[0]?.transitions, []);
  });

  it("refuses periods that make no sense", async () => {
    await assertRefused(
      ({ opts }) =>
        new Lake(
          "lake",
          {
            scope: SCOPE,
            keys: KEYS,
            retentionDays: 10,
            rawRetentionDays: 11,
            logRetentionDays: 0,
            resultRetentionDays: 1.5,
          },
          opts,
        ),
      ["rawRetentionDays", "logRetentionDays", "resultRetentionDays"],
    );
    await assertRefused(
      ({ opts }) =>
        new LakeBucket(
          "b",
          {
            scope: SCOPE,
            part: "b",
            dataClass: "technical",
            encryption: { by: "s3" },
            lifecycle: { infrequentDays: 20, archiveDays: 15, expireDays: 400, previousVersionsDays: 0 },
            prefixLifecycles: [{ prefix: "x", expireDays: 0 }],
          },
          opts,
        ),
      [
        "lifecycle",
        "lifecycle.infrequentDays",
        "lifecycle.previousVersionsDays",
        "prefixLifecycles[0].prefix",
        "prefixLifecycles[0].expireDays",
      ],
    );
  });
});

describe("the catalogue", () => {
  const EVENTS: CatalogueTable = {
    name: "silver_events",
    description: "Clean events",
    location: "s3://silver/events/",
    format: "parquet",
    columns: [{ name: "event_id", type: "string", comment: "Id" }],
    partitionKeys: [{ name: "date", type: "string" }],
    projection: { date: { type: "date", from: "2026-01-01" } },
  };
  const ARGS = { scope: SCOPE, key: KEYS.technical, tables: [EVENTS] };

  it("is encrypted and has a database with its tables", async () => {
    const recording = await record(({ opts }) => new Catalogue("cat", ARGS, opts));
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:glue/catalogDatabase:CatalogDatabase cat < cat",
      "aws:glue/catalogTable:CatalogTable cat-silver-events < cat",
      "aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings cat < cat",
      "meridian:lake:Catalogue cat < (stack)",
    ]);
    const { inputs } = recording.only("aws:glue/catalogTable:CatalogTable");
    assert.equal(inputs["databaseName"], "meridian_test_us_east_1_lake");
    assert.deepEqual(inputs["parameters"], {
      EXTERNAL: "TRUE",
      classification: "parquet",
      "projection.enabled": "true",
      "projection.date.type": "date",
      "projection.date.format": "yyyy-MM-dd",
      "projection.date.range": "2026-01-01,NOW",
    });
    const storage = inputs["storageDescriptor"] as Record<string, unknown>;
    assert.equal(storage["location"], EVENTS.location);
    assert.deepEqual(storage["columns"], [{ name: "event_id", type: "string", comment: "Id" }]);
    assert.match(JSON.stringify(storage["serDeInfo"]), /ParquetHiveSerDe/);
  });

  it("reads JSON by the JSON SerDe, and lists partitions where none are projected", async () => {
    const tables: CatalogueTable[] = [{ ...EVENTS, projection: {}, format: "json" }];
    const recording = await record(({ opts }) => new Catalogue("cat", { ...ARGS, tables }, opts));
    const { inputs } = recording.only("aws:glue/catalogTable:CatalogTable");
    assert.deepEqual(inputs["parameters"], { EXTERNAL: "TRUE", classification: "json" });
    assert.match(JSON.stringify(inputs["storageDescriptor"]), /openx.data.jsonserde/);
  });

  it("projects hours as two digits", () => {
    assert.deepEqual(projectionParameters({ hour: { type: "integer", from: 0, to: 23, digits: 2 } }), {
      "projection.enabled": "true",
      "projection.hour.type": "integer",
      "projection.hour.range": "0,23",
      "projection.hour.digits": "2",
    });
  });

  it("refuses doubled tables and columns, names that Hive does not take, projections of no key", async () => {
    const bad: CatalogueTable = {
      ...EVENTS,
      name: "Bad",
      columns: [
        { name: "date", type: "string" },
        { name: "User-Id", type: "string" },
      ],
      projection: { hour: { type: "integer", from: 0, to: 23, digits: 2 } },
    };
    await assertRefused(
      ({ opts }) => new Catalogue("cat", { ...ARGS, tables: [EVENTS, EVENTS, bad] }, opts),
      ["tables[1]", "tables[2].name", "tables[2].columns[2]", "tables[2].columns.User-Id", "tables[2].projection.hour"],
    );
  });
});

describe("a workgroup", () => {
  const ARGS = {
    scope: SCOPE,
    part: "analysts",
    resultsBucket: "results",
    keyArn: KEYS.behaviour.arn,
    scanLimitBytes: 10 ** 9,
  };

  it("binds its users to a scan limit and to encrypted results", async () => {
    const recording = await record(({ opts }) => new Workgroup("wg", ARGS, opts));
    assertEveryChildIsOwned(recording);
    const { inputs } = recording.only("aws:athena/workgroup:Workgroup");
    assert.equal(inputs["name"], "meridian-test-us-east-1-analysts");
    assert.equal(inputs["forceDestroy"], false);
    assert.deepEqual(inputs["configuration"], {
      enforceWorkgroupConfiguration: true,
      publishCloudwatchMetricsEnabled: true,
      bytesScannedCutoffPerQuery: 10 ** 9,
      engineVersion: { selectedEngineVersion: "Athena engine version 3" },
      resultConfiguration: {
        outputLocation: "s3://results/analysts/",
        expectedBucketOwner: SCOPE.account,
        encryptionConfiguration: { encryptionOption: "SSE_KMS", kmsKeyArn: KEYS.behaviour.arn },
      },
    });
  });

  it("refuses a limit below Athena's least", async () => {
    await assertRefused(
      ({ opts }) => new Workgroup("wg", { ...ARGS, scanLimitBytes: 9_999_999 }, opts),
      ["scanLimitBytes"],
    );
  });
});

describe("the lake's plan", () => {
  it("moves objects only when they then stay as long as AWS charges for", () => {
    for (let days = 1; days <= 4000; days += 1) {
      const { infrequentDays, archiveDays, expireDays, previousVersionsDays } = planLifecycle(days);
      assert.equal(expireDays, days);
      assert.ok(previousVersionsDays >= 1 && previousVersionsDays <= days);
      assert.equal(infrequentDays, days >= 60 ? 30 : undefined);
      assert.equal(archiveDays, days >= 180 ? 90 : undefined);
    }
  });

  it("lets a query scan more where there is more, never less than Athena's least", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(1_000_000), (a, b) => {
        const [less, more] = [a, b]
          .sort((x, y) => x - y)
          .map((eventsPerSecond) => planScanLimit({ ...TRAFFIC, eventsPerSecond }));
        assert.ok((less ?? 0) <= (more ?? 0) && (less ?? 0) >= 10_000_000);
      }),
    );
  });
});

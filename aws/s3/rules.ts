import { list, text } from "../value";
import type { Properties } from "../value";
import { absent, amount, given, outside, parts, repeated, unlike, when, whole, wrong } from "../rules/find";
import type { PropertyRule } from "../rules/rule";

export const BUCKET = "aws:s3/bucket:Bucket";
const LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
export const REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";
export const VERSIONING = "aws:s3/bucketVersioning:BucketVersioning";
const ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
export const LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration";
const TRANSITIONS =
  "https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html";
export const REPLICATES = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html";

/** Classes from the dearest to the cheapest: a transition goes down only. Source: TRANSITIONS. */
const CLASSES = [
  "STANDARD",
  "STANDARD_IA",
  "INTELLIGENT_TIERING",
  "ONEZONE_IA",
  "GLACIER_IR",
  "GLACIER",
  "DEEP_ARCHIVE",
];
/** Days that an object must have been kept before it goes to these classes. Source: TRANSITIONS. */
const MIN_DAYS: Readonly<Record<string, number>> = { STANDARD_IA: 30, ONEZONE_IA: 30 };

const rule = (more: Properties): Properties => ({
  id: "all",
  status: "Enabled",
  filter: { prefix: "" },
  ...more,
});
const lifecycle = (...rules: readonly Properties[]): Properties => ({ bucket: "lake", rules });
export const copy = (more: Properties = {}): Properties => ({
  id: "copy",
  status: "Enabled",
  priority: 1,
  filter: { prefix: "" },
  deleteMarkerReplication: { status: "Enabled" },
  destination: { bucket: "arn:aws:s3:::lake-copy" },
  ...more,
});
export const replication = (...rules: readonly Properties[]): Properties => ({
  bucket: "lake",
  role: "arn:aws:iam::111122223333:role/copy",
  rules,
});

/** S3: single resources. */
export const rules: readonly PropertyRule[] = [
  {
    id: "s3-bucket-name",
    types: [BUCKET],
    title:
      "A bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens, and none of the forms that are reserved",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html",
    check(inputs) {
      const name = text(inputs, "bucket");
      if (name === undefined) return [];
      const reserved =
        /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$|^\d+\.\d+\.\d+\.\d+$|\.\./;
      const broken = !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) || reserved.test(name);
      return when(
        broken,
        inputs,
        "bucket",
        "3 to 63 lower-case letters, digits, dots and hyphens, in no reserved form",
      );
    },
    failing: [{ bucket: "Lake" }, { bucket: "192.168.5.4" }, { bucket: "xn--lake" }],
    passing: [{ bucket: "meridian-lake-1" }],
  },
  {
    id: "s3-lifecycle-order",
    types: [LIFECYCLE],
    title: "Objects go to cheaper classes, later and later, and expire after the last one",
    source: TRANSITIONS,
    check: (inputs) =>
      parts(inputs, "rules").flatMap(({ path, block }) => {
        const steps = parts(block, "transitions").flatMap((step) => {
          const [days, place] = [amount(step.block, "days"), CLASSES.indexOf(text(step.block, "storageClass") ?? "")];
          return days === undefined || place < 0 ? [] : [{ ...step, days, place }];
        });
        const ordered = [...steps].sort((one, other) => one.days - other.days);
        const back = ordered.filter(({ place, days }, index) => {
          const before = ordered[index - 1];
          return before !== undefined && (place <= before.place || days === before.days);
        });
        const gone = amount(block, "expiration.days");
        const last = ordered.at(-1)?.days;
        return [
          ...back.flatMap((step) =>
            wrong(inputs, `${path}.${step.path}.storageClass`, "a cheaper class than before, on a later day"),
          ),
          ...when(
            gone !== undefined && last !== undefined && gone <= last,
            inputs,
            `${path}.expiration.days`,
            `more than ${last ?? 0}, the day of the last transition`,
          ),
        ];
      }),
    failing: [
      lifecycle(
        rule({
          transitions: [
            { days: 30, storageClass: "GLACIER_IR" },
            { days: 60, storageClass: "STANDARD_IA" },
          ],
        }),
      ),
      lifecycle(rule({ transitions: [{ days: 60, storageClass: "GLACIER" }], expiration: { days: 60 } })),
    ],
    passing: [
      lifecycle(
        rule({
          transitions: [
            { days: 30, storageClass: "STANDARD_IA" },
            { days: 90, storageClass: "GLACIER_IR" },
          ],
          expiration: { days: 365 },
        }),
      ),
    ],
  },
  {
    id: "s3-lifecycle-days",
    types: [LIFECYCLE],
    title: "Objects stay 30 days before they go to infrequent access",
    source: TRANSITIONS,
    check: (inputs) =>
      parts(inputs, "rules").flatMap(({ path, block }) =>
        [
          { name: "transitions", days: "days" },
          { name: "noncurrentVersionTransitions", days: "noncurrentDays" },
        ].flatMap(({ name, days }) =>
          parts(block, name).flatMap((step) => {
            const least = MIN_DAYS[text(step.block, "storageClass") ?? ""];
            const found = amount(step.block, days);
            return when(
              least !== undefined && found !== undefined && found < least,
              inputs,
              `${path}.${step.path}.${days}`,
              `at least ${least ?? 0} days`,
            );
          }),
        ),
      ),
    failing: [lifecycle(rule({ transitions: [{ days: 7, storageClass: "STANDARD_IA" }] }))],
    passing: [lifecycle(rule({ transitions: [{ days: 0, storageClass: "GLACIER" }] }))],
  },
  {
    id: "s3-lifecycle-rules",
    types: [LIFECYCLE],
    title: "At most 1,000 rules, each with an id of its own and something to do",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html",
    check(inputs) {
      const rules = parts(inputs, "rules");
      const ids = rules.flatMap(({ block }) => text(block, "id") ?? []);
      const actions = [
        "expiration",
        "transitions",
        "noncurrentVersionExpiration",
        "noncurrentVersionTransitions",
        "abortIncompleteMultipartUpload",
      ];
      return [
        ...when(repeated(ids).length > 0, inputs, "rules", "ids that differ", ids.join(", ")),
        ...when(rules.length > 1000, inputs, "rules", "at most 1000", String(rules.length)),
        ...rules.flatMap(({ path, block }) =>
          when(
            actions.every((action) => absent(block, action)),
            inputs,
            path,
            `one of ${actions.join(", ")}`,
            "none",
          ),
        ),
      ];
    },
    failing: [lifecycle(rule({ expiration: { days: 1 } }), rule({ expiration: { days: 2 } })), lifecycle(rule({}))],
    passing: [lifecycle(rule({ expiration: { days: 1 } }), rule({ id: "other", expiration: { days: 2 } }))],
  },
  {
    id: "s3-replication-rules",
    types: [REPLICATION],
    title: "Rules with a filter have a priority of their own and say what becomes of delete markers",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationRule.html",
    check(inputs) {
      const rules = parts(inputs, "rules");
      const priorities = rules.flatMap(({ block }) => amount(block, "priority") ?? []);
      return [
        ...when(repeated(priorities).length > 0, inputs, "rules", "priorities that differ", priorities.join(", ")),
        ...rules.flatMap(({ path, block }) =>
          when(
            !absent(block, "filter") && absent(block, "deleteMarkerReplication"),
            inputs,
            `${path}.deleteMarkerReplication`,
            "Enabled or Disabled, with a filter",
          ),
        ),
      ];
    },
    failing: [replication(copy(), copy({ id: "other" })), replication(copy({ deleteMarkerReplication: null }))],
    passing: [replication(copy(), copy({ id: "other", priority: 2 }))],
  },
  {
    id: "s3-replication-time",
    types: [REPLICATION],
    title: "Replication time control is 15 minutes and comes with metrics",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html",
    check: (inputs) =>
      parts(inputs, "rules").flatMap(({ path, block }) => {
        if (text(block, "destination.replicationTime.status") !== "Enabled") return [];
        return [
          ...when(
            absent(block, "destination.metrics"),
            inputs,
            `${path}.destination.metrics`,
            "metrics, with replication time control",
          ),
          ...outside(inputs, `${path}.destination.replicationTime.time.minutes`, 15, 15, "minutes"),
        ];
      }),
    failing: [
      replication(
        copy({
          destination: {
            bucket: "arn:aws:s3:::lake-copy",
            replicationTime: { status: "Enabled", time: { minutes: 15 } },
          },
        }),
      ),
    ],
    passing: [
      replication(
        copy({
          destination: {
            bucket: "arn:aws:s3:::lake-copy",
            metrics: { status: "Enabled", eventThreshold: { minutes: 15 } },
            replicationTime: { status: "Enabled", time: { minutes: 15 } },
          },
        }),
      ),
    ],
  },
  {
    id: "s3-replication-keys",
    types: [REPLICATION],
    title: "A rule that copies objects under KMS names the replica's key, and the reverse",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html",
    check: (inputs) =>
      parts(inputs, "rules").flatMap(({ path, block }) => {
        const selected = text(block, "sourceSelectionCriteria.sseKmsEncryptedObjects.status") === "Enabled";
        const key = "destination.encryptionConfiguration.replicaKmsKeyId";
        const criteria = "sourceSelectionCriteria.sseKmsEncryptedObjects";
        return [
          ...when(selected && absent(block, key), inputs, `${path}.${key}`, "a key, as objects under KMS are copied"),
          ...when(
            given(block, key) && absent(block, criteria),
            inputs,
            `${path}.${criteria}`,
            "Enabled, as a replica's key is named",
          ),
        ];
      }),
    failing: [
      replication(copy({ sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } } })),
      replication(
        copy({
          destination: {
            bucket: "arn:aws:s3:::lake-copy",
            encryptionConfiguration: { replicaKmsKeyId: "arn:aws:kms:us-west-2:111122223333:key/a" },
          },
        }),
      ),
    ],
    passing: [replication(copy())],
  },
  {
    id: "s3-encryption-key",
    types: [ENCRYPTION],
    title: "A key is named only with encryption by KMS",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_ServerSideEncryptionByDefault.html",
    check: (inputs) =>
      parts(inputs, "rules").flatMap(({ path, block }) =>
        when(
          text(block, "applyServerSideEncryptionByDefault.sseAlgorithm") === "AES256" &&
            given(block, "applyServerSideEncryptionByDefault.kmsMasterKeyId"),
          inputs,
          `${path}.applyServerSideEncryptionByDefault.kmsMasterKeyId`,
          "nothing, with AES256",
        ),
      ),
    failing: [
      {
        bucket: "lake",
        rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256", kmsMasterKeyId: "alias/lake" } }],
      },
    ],
    passing: [
      {
        bucket: "lake",
        rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: "alias/lake" } }],
      },
    ],
  },
  {
    id: "s3-object-lock-period",
    types: [LOCK],
    title: "Default retention is in days or in years, not in both",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_DefaultRetention.html",
    check(inputs) {
      const [days, years] = ["rule.defaultRetention.days", "rule.defaultRetention.years"] as const;
      if (absent(inputs, "rule.defaultRetention")) return [];
      return [
        ...when(given(inputs, days) && given(inputs, years), inputs, years, "nothing, with days"),
        ...when(
          given(inputs, "rule.defaultRetention") && absent(inputs, days) && absent(inputs, years),
          inputs,
          days,
          "days, or years",
        ),
      ];
    },
    failing: [{ bucket: "lake", rule: { defaultRetention: { mode: "COMPLIANCE", days: 30, years: 1 } } }],
    passing: [{ bucket: "lake", rule: { defaultRetention: { mode: "COMPLIANCE", days: 30 } } }],
  },
  {
    id: "s3-notification-events",
    types: ["aws:s3/bucketNotification:BucketNotification"],
    title: "Each notification has events and an id of its own",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html",
    check(inputs) {
      const targets = ["queues", "topics", "lambdaFunctions"].flatMap((kind) => parts(inputs, kind));
      const ids = targets.flatMap(({ block }) => text(block, "id") ?? []);
      return [
        ...when(repeated(ids).length > 0, inputs, targets[0]?.path ?? "", "ids that differ", ids.join(", ")),
        ...targets.flatMap(({ path, block }) => [
          ...when(whole(block, "events") && list(block, "events").length === 0, inputs, `${path}.events`, "an event"),
          ...list(block, "events").flatMap((_event, index) =>
            unlike(
              inputs,
              `${path}.events.${index}`,
              /^s3:[A-Za-z]+(:[A-Za-z*]+)?$/,
              "an event such as s3:ObjectCreated:*",
            ),
          ),
        ]),
      ];
    },
    failing: [
      { bucket: "lake", queues: [{ queueArn: "arn:aws:sqs:us-east-1:111122223333:work", events: ["ObjectCreated"] }] },
    ],
    passing: [
      {
        bucket: "lake",
        queues: [{ queueArn: "arn:aws:sqs:us-east-1:111122223333:work", events: ["s3:ObjectCreated:*"] }],
        eventbridge: false,
      },
    ],
  },
];

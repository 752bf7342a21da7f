import { text } from "../value";
import { absent, given, off, on, outside, unlike, when } from "../rules/find";
import type { PropertyRule } from "../rules/rule";

const KEY = "aws:kms/key:Key";
const REPLICA = "aws:kms/replicaKey:ReplicaKey";
const CREATE = "https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html";

/** What a key of each kind can be used for. Source: CREATE, `KeyUsage`. */
const USAGES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^SYMMETRIC_DEFAULT$/, ["ENCRYPT_DECRYPT"]],
  [/^HMAC_/, ["GENERATE_VERIFY_MAC"]],
  [/^RSA_/, ["ENCRYPT_DECRYPT", "SIGN_VERIFY"]],
  [/^ECC_NIST_/, ["SIGN_VERIFY", "KEY_AGREEMENT"]],
  [/^ECC_SECG_/, ["SIGN_VERIFY"]],
];

const specOf = (inputs: Parameters<typeof text>[0]): string | undefined =>
  absent(inputs, "customerMasterKeySpec") ? "SYMMETRIC_DEFAULT" : text(inputs, "customerMasterKeySpec");

/** KMS. */
export const rules: readonly PropertyRule[] = [
  {
    id: "kms-rotation-symmetric",
    types: [KEY],
    title: "Only symmetric keys for encryption rotate by themselves: no HMAC key, no asymmetric key",
    source: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
    check(inputs) {
      const spec = specOf(inputs);
      return when(
        on(inputs, "enableKeyRotation") && spec !== undefined && spec !== "SYMMETRIC_DEFAULT",
        inputs,
        "enableKeyRotation",
        `false, for ${spec ?? ""}`,
      );
    },
    failing: [{ customerMasterKeySpec: "HMAC_256", keyUsage: "GENERATE_VERIFY_MAC", enableKeyRotation: true }],
    passing: [{ enableKeyRotation: true }],
  },
  {
    id: "kms-rotation-period",
    types: [KEY],
    title: "A key rotates every 90 to 2,560 days, and a period is given only when it does",
    source: "https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html",
    check: (inputs) => [
      ...outside(inputs, "rotationPeriodInDays", 90, 2560, "days"),
      ...when(
        given(inputs, "rotationPeriodInDays") && off(inputs, "enableKeyRotation"),
        inputs,
        "enableKeyRotation",
        "true, with a period",
      ),
    ],
    failing: [{ enableKeyRotation: true, rotationPeriodInDays: 30 }, { rotationPeriodInDays: 365 }],
    passing: [{ enableKeyRotation: true, rotationPeriodInDays: 365 }],
  },
  {
    id: "kms-usage-by-spec",
    types: [KEY],
    title: "A key is used for what its kind can do, and a kind that is not symmetric says so",
    source: CREATE,
    check(inputs) {
      const spec = specOf(inputs);
      const [, allowed] = USAGES.find(([kind]) => spec !== undefined && kind.test(spec)) ?? [];
      if (allowed === undefined) return [];
      const usage = absent(inputs, "keyUsage") ? "ENCRYPT_DECRYPT" : text(inputs, "keyUsage");
      return when(
        usage !== undefined && !allowed.includes(usage),
        inputs,
        "keyUsage",
        `${allowed.join(" or ")}, for ${spec ?? ""}`,
      );
    },
    failing: [{ customerMasterKeySpec: "HMAC_256" }, { keyUsage: "SIGN_VERIFY" }],
    passing: [{ customerMasterKeySpec: "HMAC_256", keyUsage: "GENERATE_VERIFY_MAC" }],
  },
  {
    id: "kms-deletion-window",
    types: [KEY, REPLICA],
    title: "A key waits 7 to 30 days before it is deleted",
    source: "https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html",
    check: (inputs) => outside(inputs, "deletionWindowInDays", 7, 30, "days"),
    failing: [{ deletionWindowInDays: 3 }],
    passing: [{ deletionWindowInDays: 7 }],
  },
  {
    id: "kms-replica-region",
    types: [REPLICA],
    title: "A replica key stands in another region than its primary key",
    source: "https://docs.aws.amazon.com/kms/latest/APIReference/API_ReplicateKey.html",
    check(inputs, { region }) {
      const primary = text(inputs, "primaryKeyArn")?.split(":")[3];
      return when(primary === region, inputs, "primaryKeyArn", `a key of another region than ${region}`);
    },
    failing: [{ region: "us-east-1", primaryKeyArn: "arn:aws:kms:us-east-1:111122223333:key/mrk-a" }],
    passing: [{ region: "us-west-2", primaryKeyArn: "arn:aws:kms:us-east-1:111122223333:key/mrk-a" }],
  },
  {
    id: "kms-alias-name",
    types: ["aws:kms/alias:Alias"],
    title: "An alias begins with alias/, but not with alias/aws/",
    source: "https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html",
    check: (inputs) =>
      unlike(
        inputs,
        "name",
        /^alias\/(?!aws\/)[A-Za-z0-9/_-]{1,250}$/,
        "alias/ and letters, digits, /, _ or -, but not alias/aws/",
      ),
    failing: [
      { name: "lake", targetKeyId: "a" },
      { name: "alias/aws/lake", targetKeyId: "a" },
    ],
    passing: [{ name: "alias/lake", targetKeyId: "a" }],
  },
  {
    id: "kms-policy-size",
    types: [KEY, REPLICA],
    title: "A key's policy has at most 32 KB",
    source: "https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html",
    check(inputs) {
      const size = Buffer.byteLength(text(inputs, "policy") ?? "");
      return when(size > 32_768, inputs, "policy", "at most 32,768 bytes", `${size} bytes`);
    },
    failing: [{ policy: `{"Version":"2012-10-17","Statement":[],"Id":"${"x".repeat(33_000)}"}` }],
    passing: [{ policy: '{"Version":"2012-10-17","Statement":[]}' }],
  },
];

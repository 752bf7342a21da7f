import { ACCOUNT, allow, deny, KEY, OTHER, role, ROLE, service, stranger, to, user, when } from "./case";
import type { Case } from "./case";

const KMS = "kms/latest/developerguide/";
const EVALUATION = `${KMS}policy-evaluation.html`;
const DEFAULT = `${KMS}key-policy-default.html`;
const GRANTS = `${KMS}grants.html`;
const VIA = `${KMS}conditions-kms.html`;
const ALIASES = `${KMS}alias-authorization.html`;
const LOGS = "AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html";
const VOLUMES = "autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html";

const root = { AWS: `arn:aws:iam::${ACCOUNT}:root` };
const enabled = allow("kms:*", "*", to(root));
const decrypt = [allow("kms:Decrypt", KEY)];
const base = { action: "kms:Decrypt", resource: KEY } as const;
const group = `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/meridian/x`;
const logsKey = allow(["kms:Encrypt", "kms:Decrypt"], "*", {
  ...to({ Service: "logs.eu-west-1.amazonaws.com" }),
  ...when("ArnLike", "kms:EncryptionContext:aws:logs:arn", `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:*`),
});
const linked = `arn:aws:iam::${ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`;
const forAws = allow("kms:CreateGrant", "*", {
  ...to({ AWS: linked }),
  ...when("Bool", "kms:GrantIsForAWSResource", "true"),
});
const grant = (operations: readonly string[], more: object = {}) => ({
  urn: "",
  name: "g",
  grantee: ROLE,
  operations,
  ...more,
});

/** Keys: their policy decides whether IAM policies count at all. */
export const KMS_CASES: readonly Case[] = [
  {
    ...base,
    name: "the key's policy lets IAM policies decide, and one allows",
    source: DEFAULT,
    policies: { identity: decrypt, resource: [enabled] },
    want: "allowed",
  },
  {
    ...base,
    name: "the key's policy lets IAM policies decide, and none allows",
    source: DEFAULT,
    policies: { resource: [enabled] },
    want: "missing identity",
  },
  {
    ...base,
    name: "IAM policies do not count when the key's policy does not say so",
    source: EVALUATION,
    policies: { identity: decrypt, resource: [allow("kms:*", "*", to({ AWS: `arn:aws:iam::${ACCOUNT}:role/admin` }))] },
    want: "missing resource",
  },
  {
    ...base,
    name: "the key's policy names the role: no IAM policy needed",
    source: EVALUATION,
    policies: { resource: [allow("kms:Decrypt", "*", to({ AWS: ROLE }))] },
    want: "allowed",
  },
  {
    ...base,
    name: "the key's policy names the user",
    source: EVALUATION,
    who: user,
    policies: { resource: [allow("kms:Decrypt", "*", to({ AWS: `arn:aws:iam::${ACCOUNT}:user/ann` }))] },
    want: "allowed",
  },
  {
    ...base,
    name: "the key's policy enables IAM for other actions only",
    source: DEFAULT,
    policies: { identity: decrypt, resource: [allow("kms:DescribeKey", "*", to(root))] },
    want: "missing resource",
  },
  {
    ...base,
    name: "a deny in the key's policy",
    source: EVALUATION,
    policies: { identity: decrypt, resource: [enabled, deny("kms:Decrypt", "*", to({ AWS: ROLE }))] },
    want: "denied",
  },
  {
    ...base,
    name: "an IAM policy about another key",
    source: EVALUATION,
    policies: { identity: [allow("kms:Decrypt", KEY.replace("1234abcd", "ffffffff"))], resource: [enabled] },
    want: "missing identity",
  },
  {
    ...base,
    name: "an IAM policy about all keys of the region",
    source: EVALUATION,
    policies: { identity: [allow("kms:Decrypt", `arn:aws:kms:eu-west-1:${ACCOUNT}:key/*`)], resource: [enabled] },
    want: "allowed",
  },
  {
    ...base,
    name: "an IAM policy about keys of another region",
    source: EVALUATION,
    policies: { identity: [allow("kms:Decrypt", `arn:aws:kms:us-east-1:${ACCOUNT}:key/*`)], resource: [enabled] },
    want: "missing identity",
  },
  {
    ...base,
    name: "another account's role needs both",
    source: `${KMS}key-policy-modifying-external-accounts.html`,
    who: stranger,
    policies: { identity: decrypt, resource: [allow("kms:Decrypt", "*", to({ AWS: `arn:aws:iam::${OTHER}:root` }))] },
    want: "allowed",
  },
  {
    ...base,
    name: "another account's role with the key's policy alone",
    source: `${KMS}key-policy-modifying-external-accounts.html`,
    who: stranger,
    policies: { resource: [allow("kms:Decrypt", "*", to({ AWS: `arn:aws:iam::${OTHER}:root` }))] },
    want: "missing identity",
  },
  {
    ...base,
    name: "another account's role with its own policy alone",
    source: `${KMS}key-policy-modifying-external-accounts.html`,
    who: stranger,
    policies: { identity: decrypt, resource: [enabled] },
    want: "missing resource",
  },
  {
    ...base,
    name: "what names no key needs no key policy",
    source: EVALUATION,
    action: "kms:ListKeys",
    resource: "*",
    policies: { identity: [allow("kms:ListKeys")] },
    want: "allowed",
  },

  {
    ...base,
    name: "through the service that the policy names",
    source: VIA,
    context: { "kms:ViaService": "s3.eu-west-1.amazonaws.com" },
    policies: {
      identity: [allow("kms:Decrypt", KEY, when("StringEquals", "kms:ViaService", "s3.eu-west-1.amazonaws.com"))],
      resource: [enabled],
    },
    want: "allowed",
  },
  {
    ...base,
    name: "through another service",
    source: VIA,
    context: { "kms:ViaService": "sqs.eu-west-1.amazonaws.com" },
    policies: {
      identity: [allow("kms:Decrypt", KEY, when("StringEquals", "kms:ViaService", "s3.eu-west-1.amazonaws.com"))],
      resource: [enabled],
    },
    want: "missing identity",
  },
  {
    ...base,
    name: "directly, though the policy names a service",
    source: VIA,
    policies: {
      identity: [allow("kms:Decrypt", KEY, when("StringEquals", "kms:ViaService", "s3.eu-west-1.amazonaws.com"))],
      resource: [enabled],
    },
    want: "missing identity",
  },
  {
    ...base,
    name: "a service of any region by a wildcard",
    source: VIA,
    context: { "kms:ViaService": "s3.us-west-2.amazonaws.com" },
    policies: {
      identity: [allow("kms:Decrypt", KEY, when("StringLike", "kms:ViaService", "s3.*.amazonaws.com"))],
      resource: [enabled],
    },
    want: "allowed",
  },
  {
    ...base,
    name: "the caller's account as a condition of the key's policy",
    source: VIA,
    policies: {
      identity: decrypt,
      resource: [allow("kms:*", "*", { ...to({ AWS: "*" }), ...when("StringEquals", "kms:CallerAccount", ACCOUNT) })],
    },
    want: "allowed",
  },
  {
    ...base,
    name: "another caller's account",
    source: VIA,
    who: stranger,
    policies: {
      identity: decrypt,
      resource: [allow("kms:*", "*", { ...to({ AWS: "*" }), ...when("StringEquals", "kms:CallerAccount", ACCOUNT) })],
    },
    want: "missing resource",
  },

  {
    ...base,
    name: "a key by its alias",
    source: ALIASES,
    context: { "kms:ResourceAliases": ["alias/a", "alias/b"] },
    policies: {
      identity: [allow("kms:Decrypt", "*", when("ForAnyValue:StringEquals", "kms:ResourceAliases", "alias/b"))],
      resource: [enabled],
    },
    want: "allowed",
  },
  {
    ...base,
    name: "a key of another alias",
    source: ALIASES,
    context: { "kms:ResourceAliases": ["alias/a"] },
    policies: {
      identity: [allow("kms:Decrypt", "*", when("ForAnyValue:StringEquals", "kms:ResourceAliases", "alias/b"))],
      resource: [enabled],
    },
    want: "missing identity",
  },
  {
    ...base,
    name: "a key without an alias",
    source: ALIASES,
    policies: {
      identity: [allow("kms:Decrypt", "*", when("ForAnyValue:StringEquals", "kms:ResourceAliases", "alias/b"))],
      resource: [enabled],
    },
    want: "missing identity",
  },

  {
    ...base,
    name: "CloudWatch Logs for a log group that the key admits",
    source: LOGS,
    who: service("logs.eu-west-1.amazonaws.com"),
    context: { "kms:EncryptionContext:aws:logs:arn": group },
    policies: { resource: [enabled, logsKey] },
    want: "allowed",
  },
  {
    ...base,
    name: "CloudWatch Logs without the encryption context",
    source: LOGS,
    who: service("logs.eu-west-1.amazonaws.com"),
    policies: { resource: [enabled, logsKey] },
    want: "missing resource",
  },
  {
    ...base,
    name: "CloudWatch Logs of another region",
    source: LOGS,
    who: service("logs.us-east-1.amazonaws.com"),
    context: { "kms:EncryptionContext:aws:logs:arn": group },
    policies: { resource: [enabled, logsKey] },
    want: "missing resource",
  },
  {
    ...base,
    name: "CloudWatch Logs and a key that enables IAM only",
    source: LOGS,
    who: service("logs.eu-west-1.amazonaws.com"),
    context: { "kms:EncryptionContext:aws:logs:arn": group },
    policies: { resource: [enabled] },
    want: "missing resource",
  },
  {
    ...base,
    name: "a service that a key admits for the account",
    source: "sns/latest/dg/sns-key-management.html",
    who: service("cloudwatch.amazonaws.com"),
    context: { "aws:SourceAccount": ACCOUNT },
    policies: {
      resource: [
        allow("kms:Decrypt", "*", {
          ...to({ Service: "cloudwatch.amazonaws.com" }),
          ...when("StringEquals", "aws:SourceAccount", ACCOUNT),
        }),
      ],
    },
    want: "allowed",
  },

  {
    ...base,
    name: "a grant allows its operation",
    source: GRANTS,
    policies: { resource: [enabled], grants: [grant(["Decrypt"])] },
    want: "allowed",
  },
  {
    ...base,
    name: "a grant of another operation",
    source: GRANTS,
    policies: { resource: [enabled], grants: [grant(["Encrypt"])] },
    want: "missing identity",
  },
  {
    ...base,
    name: "a grant to somebody else",
    source: GRANTS,
    who: user,
    policies: { resource: [enabled], grants: [grant(["Decrypt"])] },
    want: "missing identity",
  },
  {
    ...base,
    name: "a deny beats a grant",
    source: GRANTS,
    policies: { resource: [enabled, deny("kms:Decrypt", "*", to("*"))], grants: [grant(["Decrypt"])] },
    want: "denied",
  },
  {
    ...base,
    name: "a grant whose encryption context is in the request's",
    source: `${KMS}create-grant-overview.html`,
    context: { "kms:EncryptionContext:app": "a", "kms:EncryptionContext:more": "b" },
    policies: {
      resource: [enabled],
      grants: [grant(["Decrypt"], { encryptionContext: { exact: false, pairs: { app: "a" } } })],
    },
    want: "allowed",
  },
  {
    ...base,
    name: "a grant whose encryption context must be the request's",
    source: `${KMS}create-grant-overview.html`,
    context: { "kms:EncryptionContext:app": "a", "kms:EncryptionContext:more": "b" },
    policies: {
      resource: [enabled],
      grants: [grant(["Decrypt"], { encryptionContext: { exact: true, pairs: { app: "a" } } })],
    },
    want: "missing identity",
  },
  {
    ...base,
    name: "a grant whose encryption context is another",
    source: `${KMS}create-grant-overview.html`,
    context: { "kms:EncryptionContext:app": "b" },
    policies: {
      resource: [enabled],
      grants: [grant(["Decrypt"], { encryptionContext: { exact: false, pairs: { app: "a" } } })],
    },
    want: "missing identity",
  },

  {
    ...base,
    name: "Auto Scaling makes a grant for an AWS resource",
    source: VOLUMES,
    action: "kms:CreateGrant",
    who: { kind: "role", arn: linked },
    context: { "kms:GrantIsForAWSResource": "true" },
    policies: { resource: [enabled, forAws] },
    want: "allowed",
  },
  {
    ...base,
    name: "Auto Scaling makes no grant for anything else",
    source: VOLUMES,
    action: "kms:CreateGrant",
    who: { kind: "role", arn: linked },
    policies: { resource: [enabled, forAws] },
    want: "missing identity",
  },
  {
    ...base,
    name: "Auto Scaling needs the key's policy to name its role",
    source: VOLUMES,
    who: { kind: "role", arn: linked },
    policies: { resource: [enabled] },
    want: "missing identity",
  },
  {
    ...base,
    name: "a boundary limits what the key's policy gives the role",
    source: EVALUATION,
    who: role,
    policies: { boundary: [allow("s3:*")], resource: [allow("kms:Decrypt", "*", to({ AWS: ROLE }))] },
    want: "missing boundary",
  },
];

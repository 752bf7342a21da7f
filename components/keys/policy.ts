import { dnsSuffixOf } from "../../aws/facts";
import { arnOf } from "../kit/arn";
import type { Scope } from "../kit/scope";
import type { KeyService } from "../parts/refs/key";

/**
 * What the account hands on through IAM: administration, and use by roles that name the key. Spelt out, so that a new
 * KMS action is not granted by chance (docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html).
 */
export const ADMINISTRATION = [
  "kms:CancelKeyDeletion",
  "kms:CreateAlias",
  "kms:DeleteAlias",
  "kms:DescribeKey",
  "kms:DisableKey",
  "kms:DisableKeyRotation",
  "kms:EnableKey",
  "kms:EnableKeyRotation",
  "kms:GetKeyPolicy",
  "kms:GetKeyRotationStatus",
  "kms:ListAliases",
  "kms:ListGrants",
  "kms:ListKeyPolicies",
  "kms:ListKeyRotations",
  "kms:ListResourceTags",
  "kms:PutKeyPolicy",
  "kms:ReplicateKey",
  "kms:RetireGrant",
  "kms:RevokeGrant",
  "kms:RotateKeyOnDemand",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateAlias",
  "kms:UpdateKeyDescription",
  "kms:UpdatePrimaryRegion",
] as const;

const ENCRYPTION = [
  "kms:CreateGrant",
  "kms:Decrypt",
  "kms:Encrypt",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
] as const;

const AUTHENTICATION = ["kms:GenerateMac", "kms:VerifyMac"] as const;

/** What a service does with a key: it makes data keys and reads them back, and asks whether the key is usable. */
const SERVICE_USE = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"] as const;
/** CloudWatch Logs also encrypts directly (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html). */
const LOGS_USE = [...SERVICE_USE, "kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"] as const;

interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Principal: Readonly<Record<string, string>>;
  readonly Action: readonly string[];
  /** In a key policy `*` is this key. */
  readonly Resource: "*";
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The policy of an encryption key: the account through IAM, and the named services for this account's resources only. */
export function keyPolicy(scope: Scope, services: readonly KeyService[]): string {
  return document([
    byTheAccount(scope, [...ADMINISTRATION, ...ENCRYPTION]),
    ...[...new Set(services)]
      .sort()
      .flatMap((service) => (service === "autoscaling" ? byAutoScaling(scope) : [byService(scope, service)])),
  ]);
}

/** The policy of a key that makes message authentication codes: the account through IAM, nobody else. */
export function macKeyPolicy(scope: Scope): string {
  return document([byTheAccount(scope, [...ADMINISTRATION, ...AUTHENTICATION])]);
}

function byTheAccount(scope: Scope, actions: readonly string[]): Statement {
  return {
    Sid: "ThroughIam",
    Effect: "Allow",
    Principal: { AWS: arnOf(scope, "iam", "root", { region: "" }) },
    Action: actions,
    Resource: "*",
  };
}

/** docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html */
function byAutoScaling(scope: Scope): Statement[] {
  const role = "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";
  const common = {
    Effect: "Allow",
    Principal: { AWS: arnOf(scope, "iam", role, { region: "" }) },
    Resource: "*",
  } as const;
  return [
    {
      ...common,
      Sid: "ForVolumes",
      Action: [
        ...SERVICE_USE,
        "kms:Encrypt",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
      ],
    },
    {
      ...common,
      Sid: "ForVolumeGrants",
      Action: ["kms:CreateGrant"],
      Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ];
}

function byService(scope: Scope, service: Exclude<KeyService, "autoscaling">): Statement {
  const sid = `For${service.replace(/(^|\.)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())}`;
  const statement = { Sid: sid, Effect: "Allow", Resource: "*" } as const;
  if (service === "logs") {
    return {
      ...statement,
      Principal: { Service: `logs.${scope.region}.${dnsSuffixOf(scope.partition)}` },
      Action: LOGS_USE,
      Condition: { ArnLike: { "kms:EncryptionContext:aws:logs:arn": arnOf(scope, "logs", "log-group:*") } },
    };
  }
  return {
    ...statement,
    Principal: { Service: `${service}.amazonaws.com` },
    Action: SERVICE_USE,
    Condition: { StringEquals: { "aws:SourceAccount": scope.account } },
  };
}

function document(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

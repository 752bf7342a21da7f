import type { CallRow } from "../call";
import { assumes, at, given, keyCall } from "../call-kit";

const VAULT = ["aws:backup/vault:Vault"];

export const calls: readonly CallRow[] = [
  assumes(
    {
      id: "backup-role",
      types: ["aws:backup/selection:Selection"],
      property: "iamRoleArn",
      source: "https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html",
    },
    { service: "backup.amazonaws.com", account: "no" },
  ),
  {
    id: "backup-vault-key",
    types: VAULT,
    property: "kmsKeyArn",
    title: "Whoever makes the vault gives AWS Backup its key",
    source: "https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html",
    calls: (node, place) =>
      given(node, "kmsKeyArn").flatMap((key) =>
        keyCall(
          place,
          { deployer: true },
          key,
          ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
          {
            "kms:GrantIsForAWSResource": "true",
          },
        ),
      ),
  },
  {
    id: "backup-notification",
    types: ["aws:backup/vaultNotifications:VaultNotifications"],
    property: "snsTopicArn",
    title: "AWS Backup publishes to the vault's topic",
    source: "https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-notifications.html",
    calls: ({ inputs }) => [
      {
        caller: { service: "backup.amazonaws.com" },
        actions: ["sns:Publish"],
        resource: at(inputs, "snsTopicArn"),
      },
    ],
  },
];

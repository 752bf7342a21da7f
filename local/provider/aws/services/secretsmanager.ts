import { orAbsent } from "../../failures";
import { uuidOf } from "../../identity";
import { always, emulated, validated, type ServiceTable } from "../define";
import type { Resource } from "../resource";
import { present, tagList } from "../shape";
import { settleTags } from "../tags";

export const secretsmanager: ServiceTable = {
  "aws:secretsmanager/secret:Secret": emulated({
    autoName: { property: "name", max: 512 },
    replaceOn: ["name", "namePrefix", "type"],
    defaults: { forceOverwriteReplicaSecret: false, recoveryWindowInDays: 30 },
    outputs: { arn: (r) => r.id, policy: always(""), type: always("") },
    find: async (r) => {
      const client = await r.aws().secretsmanager();
      const found = await orAbsent(client.describeSecret({ SecretId: r.id === "" ? r.text("name") : r.id }));
      if (found?.ARN === undefined || found.DeletedDate !== undefined) return undefined;
      return { id: found.ARN, props: { arn: found.ARN } };
    },
    make: async (r) => {
      const client = await r.aws().secretsmanager();
      const made = await client.createSecret({
        Name: r.text("name"),
        Tags: tagList(r.tags),
        ...present({ Description: r.maybeText("description"), KmsKeyId: r.maybeText("kmsKeyId") }),
      });
      return { id: made.ARN ?? "" };
    },
    settle: async (r) => {
      if (r.fresh) return;
      const client = await r.aws().secretsmanager();
      await client.updateSecret({
        SecretId: r.id,
        ...present({ Description: r.maybeText("description"), KmsKeyId: r.maybeText("kmsKeyId") }),
      });
      await settleTags(
        r,
        (_, Tags) => client.tagResource({ SecretId: r.id, Tags }),
        (TagKeys) => client.untagResource({ SecretId: r.id, TagKeys }),
      );
    },
    drop: async (r) => {
      const client = await r.aws().secretsmanager();
      const days = r.number("recoveryWindowInDays") ?? 30;
      const how = days === 0 ? { ForceDeleteWithoutRecovery: true } : { RecoveryWindowInDays: days };
      await client.deleteSecret({ SecretId: r.id, ...how });
    },
  }),

  "aws:secretsmanager/secretVersion:SecretVersion": emulated({
    replaceOn: ["secretId", "secretString", "secretBinary"],
    outputs: {
      arn: (r) => r.text("secretId"),
      secretArn: (r) => r.text("secretId"),
      versionId: versionOf,
      versionStages: always(["AWSCURRENT"]),
      hasSecretStringWo: always(false),
    },
    find: async (r) => {
      const client = await r.aws().secretsmanager();
      const found = await orAbsent(client.listSecretVersionIds({ SecretId: r.text("secretId") }));
      const version = r.id === "" ? versionOf(r) : (r.id.split("|")[1] ?? "");
      const there = found?.Versions?.some(({ VersionId }) => VersionId === version);
      return there === true ? { id: `${r.text("secretId")}|${version}` } : undefined;
    },
    make: async (r) => {
      const client = await r.aws().secretsmanager();
      const binary = r.maybeText("secretBinary");
      await client.putSecretValue({
        SecretId: r.text("secretId"),
        ClientRequestToken: versionOf(r),
        ...(binary === undefined
          ? { SecretString: r.maybeText("secretString") ?? r.maybeText("secretStringWo") ?? "" }
          : { SecretBinary: Buffer.from(binary, "base64") }),
      });
      return { id: `${r.text("secretId")}|${versionOf(r)}` };
    },
    // AWS deletes a version by taking its last label; the current one stays with its secret.
    drop: () => Promise.resolve(),
  }),

  "aws:secretsmanager/secretPolicy:SecretPolicy": validated({
    replaceOn: ["secretArn"],
    id: (r) => r.text("secretArn"),
  }),
  "aws:secretsmanager/secretRotation:SecretRotation": validated({
    replaceOn: ["secretId"],
    id: (r) => r.text("secretId"),
  }),
};

/** The version's id, made from the value, so that a repeated call puts the same version. */
function versionOf(r: Resource): string {
  return uuidOf(r.urn, r.props["secretString"] ?? r.props["secretStringWo"] ?? r.props["secretBinary"] ?? null);
}

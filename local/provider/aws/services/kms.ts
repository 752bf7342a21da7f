import type { KeyMetadata, KMS } from "@aws-sdk/client-kms";
import { orAbsent } from "../../failures";
import { always, emulated, type Found, type ServiceTable } from "../define";
import { jsonText } from "../json";
import { importMaterial } from "../kms-material";
import type { Resource } from "../resource";
import { present } from "../shape";

/** Tag by which a key finds its resource again: AWS makes up a key's id, so a killed run would make a second key. */
const OWNER_TAG = "meridian:urn";
/** Shortest wait before a key is deleted, days. Source: KMS ScheduleKeyDeletion. */
const PENDING_DAYS = 7;

export const kms: ServiceTable = {
  "aws:kms/key:Key": emulated({
    replaceOn: ["customerMasterKeySpec", "keyUsage", "multiRegion", "customKeyStoreId", "xksKeyId"],
    defaults: {
      bypassPolicyLockoutSafetyCheck: false,
      customerMasterKeySpec: "SYMMETRIC_DEFAULT",
      enableKeyRotation: false,
      isEnabled: true,
      keyUsage: "ENCRYPT_DECRYPT",
    },
    outputs: {
      arn: (r) => r.arn("kms", `key/${r.id}`),
      keyId: (r) => r.id,
      multiRegion: always(false),
      description: always(""),
      policy: rootPolicy,
      rotationPeriodInDays: always(365),
    },
    find: (r) => findKey(r),
    make: async (r) => {
      const client = await r.aws().kms();
      const made = await client.createKey({
        KeySpec: r.text("customerMasterKeySpec") as "SYMMETRIC_DEFAULT",
        KeyUsage: r.text("keyUsage") as "ENCRYPT_DECRYPT",
        MultiRegion: r.flag("multiRegion") ?? false,
        Origin: makesMacs(r) ? "EXTERNAL" : "AWS_KMS",
        Tags: keyTags(r),
        ...present({ Description: r.maybeText("description"), Policy: jsonText(r.props["policy"]) }),
      });
      return { id: made.KeyMetadata?.KeyId ?? "" };
    },
    settle: async (r) => {
      const client = await r.aws().kms();
      if (makesMacs(r)) {
        const { KeyMetadata } = await client.describeKey({ KeyId: r.id });
        if (KeyMetadata?.KeyState === "PendingImport") await importMaterial(client, r.id, ownerOf(r));
      }
      await settleKey(r, client);
      const rotates = (await orAbsent(client.getKeyRotationStatus({ KeyId: r.id })))?.KeyRotationEnabled ?? false;
      const wanted = r.flag("enableKeyRotation") ?? false;
      if (wanted && !rotates) await client.enableKeyRotation({ KeyId: r.id });
      if (!wanted && rotates) await client.disableKeyRotation({ KeyId: r.id });
    },
    drop: scheduleDeletion,
  }),

  "aws:kms/replicaKey:ReplicaKey": emulated({
    replaceOn: ["primaryKeyArn"],
    defaults: { bypassPolicyLockoutSafetyCheck: false, enabled: true },
    outputs: {
      arn: (r) => r.arn("kms", `key/${r.id}`),
      keyId: (r) => r.id,
      keyRotationEnabled: always(false),
      keySpec: always("SYMMETRIC_DEFAULT"),
      keyUsage: always("ENCRYPT_DECRYPT"),
      policy: rootPolicy,
    },
    find: async (r) => {
      const client = await r.aws().kms();
      const id = r.text("primaryKeyArn").split("/").at(-1) ?? "";
      const key = (await orAbsent(client.describeKey({ KeyId: id })))?.KeyMetadata;
      if (key?.KeyId === undefined || key.KeyState === "PendingDeletion") return undefined;
      // The emulator knows a multi-region key in every region only after it was replicated there.
      if (key.Arn !== undefined && !key.Arn.includes(`:${r.place.region}:`)) return undefined;
      const props = { keySpec: key.KeySpec ?? "SYMMETRIC_DEFAULT", keyUsage: key.KeyUsage ?? "ENCRYPT_DECRYPT" };
      return { id: key.KeyId, props: { ...keyProps(key), ...props } };
    },
    make: async (r) => {
      const primary = r.text("primaryKeyArn");
      const client = await r.aws(primary.split(":")[3]).kms();
      const made = await client.replicateKey({
        KeyId: primary.split("/").at(-1),
        ReplicaRegion: r.place.region,
        Tags: keyTags(r),
        ...present({ Description: r.maybeText("description"), Policy: jsonText(r.props["policy"]) }),
      });
      return { id: made.ReplicaKeyMetadata?.KeyId ?? primary.split("/").at(-1) ?? "" };
    },
    settle: async (r) => {
      await settleKey(r, await r.aws().kms());
    },
    drop: scheduleDeletion,
  }),

  "aws:kms/alias:Alias": emulated({
    autoName: { property: "name", max: 256, prefix: "alias/" },
    replaceOn: ["name"],
    outputs: {
      arn: (r) => r.arn("kms", r.text("name")),
      targetKeyArn: (r) => r.arn("kms", `key/${r.text("targetKeyId").split("/").at(-1) ?? ""}`),
    },
    changing: ["targetKeyArn"],
    find: async (r) => {
      const client = await r.aws().kms();
      for (let Marker: string | undefined; ;) {
        const page = await client.listAliases(present({ Marker }));
        const mine = page.Aliases?.find(({ AliasName }) => AliasName === r.text("name"));
        if (mine !== undefined) return { id: r.text("name") };
        if (page.Truncated !== true) return undefined;
        Marker = page.NextMarker;
      }
    },
    make: async (r) => {
      const client = await r.aws().kms();
      await client.createAlias({ AliasName: r.text("name"), TargetKeyId: r.text("targetKeyId") });
      return { id: r.text("name") };
    },
    settle: async (r) => {
      if (r.fresh) return;
      const client = await r.aws().kms();
      await client.updateAlias({ AliasName: r.text("name"), TargetKeyId: r.text("targetKeyId") });
    },
    drop: async (r) => {
      const client = await r.aws().kms();
      await client.deleteAlias({ AliasName: r.text("name") });
    },
  }),
};

/** HMAC keys, which the local cloud gives material of its own. */
function makesMacs(r: Resource): boolean {
  return r.text("keyUsage") === "GENERATE_VERIFY_MAC" && r.text("customerMasterKeySpec") === "HMAC_256";
}

/** What a tag can hold of a URN: its end, at most 256 characters. */
function ownerOf(r: Resource): string {
  return r.urn.slice(-256);
}

function keyTags(r: Resource): { TagKey: string; TagValue: string }[] {
  return Object.entries({ ...r.tags, [OWNER_TAG]: ownerOf(r) }).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}

function keyProps(key: KeyMetadata): { readonly arn: string; readonly keyId: string } {
  return { arn: key.Arn ?? "", keyId: key.KeyId ?? "" };
}

async function findKey(r: Resource): Promise<Found | undefined> {
  const client = await r.aws().kms();
  if (r.id !== "") {
    const key = (await orAbsent(client.describeKey({ KeyId: r.id })))?.KeyMetadata;
    const gone = key === undefined || key.KeyState === "PendingDeletion";
    return gone ? undefined : { id: r.id, props: keyProps(key) };
  }
  const owner = ownerOf(r);
  for (let Marker: string | undefined; ;) {
    const page = await client.listKeys(present({ Marker }));
    for (const { KeyId } of page.Keys ?? []) {
      const { Tags = [] } = (await orAbsent(client.listResourceTags({ KeyId }))) ?? {};
      if (!Tags.some(({ TagKey, TagValue }) => TagKey === OWNER_TAG && TagValue === owner)) continue;
      const key = (await client.describeKey({ KeyId })).KeyMetadata;
      // One that waits for its material was made by a run that was killed.
      const alive = key?.KeyState === "Enabled" || key?.KeyState === "PendingImport";
      if (key?.KeyId !== undefined && alive) return { id: key.KeyId, props: keyProps(key) };
    }
    if (page.Truncated !== true) return undefined;
    Marker = page.NextMarker;
  }
}

async function settleKey(r: Resource, client: KMS): Promise<void> {
  if (r.fresh) return;
  const KeyId = r.id;
  const policy = jsonText(r.props["policy"]);
  if (policy !== undefined) await client.putKeyPolicy({ KeyId, PolicyName: "default", Policy: policy });
  await client.updateKeyDescription({ KeyId, Description: r.maybeText("description") ?? "" });
  await client.tagResource({ KeyId, Tags: keyTags(r) });
  const enabled = (r.flag("isEnabled") ?? true) && (r.flag("enabled") ?? true);
  await (enabled ? client.enableKey({ KeyId }) : client.disableKey({ KeyId }));
}

async function scheduleDeletion(r: Resource): Promise<void> {
  const client = await r.aws().kms();
  const key = (await orAbsent(client.describeKey({ KeyId: r.id })))?.KeyMetadata;
  if (key === undefined || key.KeyState === "PendingDeletion") return;
  const PendingWindowInDays = r.number("deletionWindowInDays") ?? PENDING_DAYS;
  await client.scheduleKeyDeletion({ KeyId: r.id, PendingWindowInDays });
}

/** The policy AWS gives a key without one: the account, through IAM. */
function rootPolicy(r: Resource): string {
  const root = `arn:${r.place.partition}:iam::${r.place.account}:root`;
  const Statement = [
    { Sid: "Enable IAM User Permissions", Effect: "Allow", Principal: { AWS: root }, Action: "kms:*", Resource: "*" },
  ];
  return JSON.stringify({ Version: "2012-10-17", Id: "key-default-1", Statement });
}

import { createHmac, type KeyObject, createSecretKey } from "node:crypto";
import { GenerateMacCommand, type KMSClient } from "@aws-sdk/client-kms";
import { LRUCache } from "lru-cache";

/**
 * What the zone's key authenticates to give the salt. A new version makes new pseudonyms, which unlinks all that went
 * before.
 */
export const SALT_LABEL = "pseudonym/v1";

/** Users whose pseudonym is remembered, per container: about 200 bytes each. */
const REMEMBERED_USERS = 100_000;

/**
 * The residency zone's salt: the KMS HMAC key's MAC over a fixed label. It is stored nowhere else, neither in state nor in
 * configuration, and is equal in all regions of the zone because the key is a multi-region one.
 * @throws the KMS client's errors.
 */
export async function deriveSalt(kms: KMSClient, keyAlias: string, label = SALT_LABEL): Promise<KeyObject> {
  const { Mac } = await kms.send(
    new GenerateMacCommand({ KeyId: keyAlias, MacAlgorithm: "HMAC_SHA_256", Message: Buffer.from(label) }),
  );
  if (Mac === undefined) throw new Error(`KMS answered without a MAC for ${keyAlias}`);
  return createSecretKey(Mac);
}

/** Makes a user's pseudonym: hex HMAC-SHA256 of the id with the zone's salt; remembers the users seen last. */
export function pseudonymiser(salt: KeyObject): (userId: string) => string {
  const known = new LRUCache<string, string>({ max: REMEMBERED_USERS });
  return (userId) => {
    const found = known.get(userId);
    if (found !== undefined) return found;
    const key = createHmac("sha256", salt).update(userId).digest("hex");
    known.set(userId, key);
    return key;
  };
}

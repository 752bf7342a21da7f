import { constants, createHash, createPublicKey, publicEncrypt } from "node:crypto";
import type { KMS } from "@aws-sdk/client-kms";

/**
 * Gives a key of the local cloud its material: a hash of who owns it, so that the same program gives the same message
 * authentication codes, and so the same pseudonyms and the same tables, on every machine. It guards nothing: on AWS, KMS
 * makes the material and never shows it.
 */
export async function importMaterial(client: KMS, keyId: string, owner: string): Promise<void> {
  const { ImportToken, PublicKey = new Uint8Array() } = await client.getParametersForImport({
    KeyId: keyId,
    WrappingAlgorithm: "RSAES_OAEP_SHA_256",
    WrappingKeySpec: "RSA_2048",
  });
  const key = createPublicKey({ key: Buffer.from(PublicKey), format: "der", type: "spki" });
  const material = createHash("sha256").update(owner).digest();
  await client.importKeyMaterial({
    KeyId: keyId,
    ImportToken,
    EncryptedKeyMaterial: publicEncrypt(
      { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" },
      material,
    ),
    ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
  });
}

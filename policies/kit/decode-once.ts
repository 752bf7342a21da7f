import { createRequire } from "node:module";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";

/** The part of @pulumi/policy that turns what the engine sent into properties. */
interface Decoder {
  deserializeProperties(sent: Struct, keepSecrets?: boolean): Record<string, unknown>;
}

/**
 * Lets @pulumi/policy decode each resource once. It does so anew for every rule: with 46 rules that is most of the
 * time that a policy pack takes. Rules of this pack never change what they read, so they can share it; a repair, which
 * does change it, is given its own (`keepSecrets`). Without the decoder that the locked version has, nothing is shared.
 */
export function decodeOnce(): void {
  const decoder = decoderOf();
  const original = decoder?.deserializeProperties;
  if (decoder === undefined || original === undefined) return;
  const decoded = new WeakMap<Struct, Record<string, unknown>>();
  decoder.deserializeProperties = (sent, keepSecrets = false) => {
    if (keepSecrets) return original(sent, true);
    const known = decoded.get(sent) ?? original(sent, false);
    decoded.set(sent, known);
    return known;
  };
}

function decoderOf(): Partial<Decoder> | undefined {
  try {
    return createRequire(__filename)("@pulumi/policy/deserialize") as Partial<Decoder>;
  } catch {
    return undefined;
  }
}

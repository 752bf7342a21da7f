import { Secret } from "@pulumi/policy";
import { UNKNOWN, isBlock, type Value } from "./value";

/**
 * What the engine sends in place of an unknown boolean, number, string, array, asset, archive and object.
 * Source: github.com/pulumi/pulumi sdk/go/common/resource/plugin/rpc.go, `Unknown*Value`.
 */
const UNKNOWN_ON_THE_WIRE: ReadonlySet<unknown> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);
const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Reading this key of the properties that @pulumi/policy hands out gives what stands behind the proxy. Source: @pulumi/policy/proxy.js. */
const BEHIND_PROXY = "__getSpecialProxyTarget";

/**
 * Properties as a rule reads them. @pulumi/policy throws when a rule touches an unknown value and then reports the
 * violation as advisory only, whatever the rule's level (pulumi/pulumi-policy#258); so the values are taken from
 * behind its proxy, and each unknown becomes {@link UNKNOWN}.
 */
export function plain(raw: unknown): Value {
  if (UNKNOWN_ON_THE_WIRE.has(raw)) return UNKNOWN;
  if (raw === null || typeof raw === "boolean" || typeof raw === "number" || typeof raw === "string") return raw;
  if (typeof raw !== "object") return undefined;
  if (raw instanceof Secret) return plain(raw.value);
  const behind = (raw as Record<string, unknown>)[BEHIND_PROXY];
  if (behind !== undefined) return plain(behind);
  if (Array.isArray(raw)) return raw.map(plain);
  return Object.fromEntries(Object.entries(raw).map(([name, value]) => [name, plain(value)]));
}

/** The way back: a value as the engine takes it. */
export function wire(value: Value): unknown {
  if (value === UNKNOWN) return UNKNOWN_STRING;
  if (Array.isArray(value)) return value.map(wire);
  if (isBlock(value)) return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, wire(inner)]));
  return value;
}

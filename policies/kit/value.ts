import { Secret } from "@pulumi/policy";

/** Stands where a preview cannot know a value yet. It equals nothing but itself, so no comparison with it passes by chance. */
export const UNKNOWN: unique symbol = Symbol("not known until the update");

/** A property's value: JSON, or unknown at any depth. */
export type Value = undefined | null | boolean | number | string | typeof UNKNOWN | readonly Value[] | Properties;

/** Properties of a resource or of a block in it. */
export interface Properties {
  readonly [name: string]: Value;
}

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

/** Whether a value is a block of named properties. */
export function isBlock(value: Value): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The value at a dotted path, e.g. `viewerCertificate.minimumProtocolVersion` or `replicas.0.regionName`. Unknown when
 * anything on the way is unknown; undefined when it is not there.
 */
export function at(value: Value, path: string): Value {
  let here = value;
  for (const step of path.split(".")) {
    if (here === UNKNOWN) return UNKNOWN;
    if (Array.isArray(here)) here = (here as readonly Value[])[Number(step)];
    else if (isBlock(here)) here = here[step];
    else return undefined;
  }
  return here;
}

/** The elements of a list property: none when it is not set, one unknown element when the list is unknown. */
export function list(value: Value, path: string): readonly Value[] {
  const found = at(value, path);
  if (found === UNKNOWN) return [UNKNOWN];
  if (Array.isArray(found)) return found as readonly Value[];
  return [];
}

/** Whether a flag is known to be on. Some providers carry flags as strings. */
export function isOn(value: Value): boolean {
  return value === true || value === "true";
}

/** Whether a flag is known to be off. */
export function isOff(value: Value): boolean {
  return value === false || value === "false";
}

/** Whether a property is set at all. An unknown value counts: a key's ARN is not known before the key exists. */
export function isSet(value: Value): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== null && value !== "";
}

/** A value in a message. */
export function show(value: Value): string {
  if (value === UNKNOWN) return "a value that is not known until the update";
  if (value === undefined || value === null) return "nothing";
  return JSON.stringify(value, (_key, inner: unknown) => (inner === UNKNOWN ? "(not known yet)" : inner));
}

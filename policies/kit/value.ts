/** Stands where a preview cannot know a value yet. It equals nothing but itself, so no comparison with it passes by chance. */
export const UNKNOWN: unique symbol = Symbol("not known until the update");

/** A property's value: JSON, or unknown at any depth. */
export type Value = undefined | null | boolean | number | string | typeof UNKNOWN | readonly Value[] | Properties;

/** Properties of a resource or of a block in it. */
export interface Properties {
  readonly [name: string]: Value;
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

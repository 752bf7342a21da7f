/** Stands where only AWS knows a value: an id, an endpoint. It equals nothing but itself. */
export const UNKNOWN: unique symbol = Symbol("given by AWS when it is made");

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

/** The value at a dotted path, e.g. `replicas.0.regionName`; unknown when anything on the way is. */
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

/** The elements at a dotted path: none when it is not set, one unknown when the list is unknown. */
export function list(value: Value, path: string): readonly Value[] {
  const found = at(value, path);
  if (found === UNKNOWN) return [UNKNOWN];
  if (Array.isArray(found)) return found as readonly Value[];
  return found === undefined || found === null ? [] : [found];
}

/** The text at a dotted path; undefined when it is unknown, not set or no text. */
export function text(value: Value, path: string): string | undefined {
  const found = at(value, path);
  return typeof found === "string" ? found : undefined;
}

/** The number at a dotted path; undefined when it is unknown, not set or no number. */
export function number(value: Value, path: string): number | undefined {
  const found = at(value, path);
  return typeof found === "number" ? found : undefined;
}

/** Whether something stands at a path; an unknown value counts. */
export function isSet(value: Value): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== null && value !== "";
}

/** A value in a message. */
export function show(value: Value): string {
  if (value === UNKNOWN) return "a value that only AWS knows";
  if (value === undefined || value === null) return "nothing";
  return JSON.stringify(value, (_key, inner: unknown) => (inner === UNKNOWN ? "(unknown)" : inner));
}

/** Every known text in a value, with its dotted path. */
export function texts(value: Value, path = ""): readonly { readonly path: string; readonly text: string }[] {
  if (typeof value === "string") return [{ path, text: value }];
  const under = (key: string | number): string => (path === "" ? String(key) : `${path}.${key}`);
  if (Array.isArray(value)) return (value as readonly Value[]).flatMap((inner, index) => texts(inner, under(index)));
  if (isBlock(value)) return Object.entries(value).flatMap(([key, inner]) => texts(inner, under(key)));
  return [];
}

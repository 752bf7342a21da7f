import { UNKNOWN } from "../../../graph";
import type { Text } from "./truth";

/** The keys of a request, as a caller gives them; names are compared without case. */
export type ContextKeys = Readonly<Record<string, Text | readonly Text[]>>;

/** Values of one key: one, several, or what only AWS knows (then also whether the key is there at all). */
export type ContextValue = readonly string[] | typeof UNKNOWN;

/** The keys of a request by lower-case name. A key that is not in it is not in the request. */
export type Context = ReadonlyMap<string, ContextValue>;

/** Adds keys by lower-case name; later ones replace earlier ones. */
export function addKeys(context: Map<string, ContextValue>, keys: ContextKeys): void {
  for (const name in keys) {
    const value = keys[name];
    if (value === undefined) continue;
    context.set(name.toLowerCase(), valueOf(value));
  }
}

function valueOf(value: Text | readonly Text[]): ContextValue {
  if (value === UNKNOWN) return UNKNOWN;
  if (typeof value === "string") return [value];
  return value.every((one) => typeof one === "string") ? value : UNKNOWN;
}

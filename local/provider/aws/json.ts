import { same, type Value } from "../values";

/** A property as the text AWS takes: documents that programs give as objects are spelt as JSON. */
export function jsonText(value: Value | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The stored document where AWS's spelling of it means the same, else AWS's: another key order is no drift. */
export function sameJson(stored: Value | undefined, seen: string): Value {
  if (stored === undefined) return seen;
  return same(parsed(stored), parsed(seen)) ? stored : seen;
}

function parsed(value: Value): Value {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as Value;
  } catch {
    return value;
  }
}

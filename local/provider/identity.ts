import { createHash } from "node:crypto";
import type { Value } from "./values";

/** A digest in hex that is equal for equal parts, whatever the order of keys in them. */
export function digest(...parts: readonly Value[]): string {
  return createHash("sha256")
    .update(JSON.stringify(parts.map(sorted)))
    .digest("hex");
}

/** A UUID that is equal for equal parts. */
export function uuidOf(...parts: readonly Value[]): string {
  const hex = digest(...parts);
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}

/** Upper-case letters and digits, equal for equal parts: the look of IAM, Route 53 and CloudFront ids. */
export function idLetters(length: number, ...parts: readonly Value[]): string {
  return BigInt(`0x${digest(...parts)}`)
    .toString(36)
    .toUpperCase()
    .padStart(length, "0")
    .slice(-length);
}

function sorted(value: Value): Value {
  if (Array.isArray(value)) return value.map((item: Value) => sorted(item));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}

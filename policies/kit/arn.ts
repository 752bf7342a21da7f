import type { Value } from "./value";

/** The region in an ARN; undefined when the value is no ARN, or the service's ARNs carry none. */
export function arnRegion(value: Value): string | undefined {
  if (typeof value !== "string" || !value.startsWith("arn:")) return undefined;
  const region = value.split(":")[3];
  return region === undefined || region === "" ? undefined : region;
}

import { isAsset, isProps, type Props, type Value } from "../values";

/** Keys that the general rule (capitalise the first letter) gets wrong, over all AWS APIs that are called. */
const SPELT: Readonly<Record<string, string>> = {
  bucketArn: "BucketARN",
  roleArn: "RoleARN",
};

/**
 * Turns Pulumi's spelling of a block into AWS's: `bufferingSize` -> `BufferingSize`, at every depth. Maps whose keys
 * are data (tags, environment variables) must not pass through it.
 * @param spelling exceptions of the caller's API, by Pulumi's key; over {@link SPELT} when `arn` spellings differ
 */
export function awsShape(value: unknown, spelling: Readonly<Record<string, string>> = {}): unknown {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.map((item: Value) => awsShape(item, spelling));
  if (!isProps(value as Value) || isAsset(value as Value)) return value;
  return Object.fromEntries(
    Object.entries(value as Props).map(([key, item]) => [spelling[key] ?? capital(key), awsShape(item, spelling)]),
  );
}

/** Spelling of the older JSON APIs (Firehose), which write `ARN`. */
export const OLD_ARN: Readonly<Record<string, string>> = SPELT;

/** `bufferingSize` -> `BufferingSize`. */
export function capital(key: string): string {
  return key.charAt(0).toUpperCase() + key.slice(1);
}

/** A list of `{ Key, Value }`, as most services take tags. */
export function tagList(tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Picks what is set, so that optional members of a request stay absent. */
export function present<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** Some of a resource's properties. */
export function pick(props: Props, ...keys: readonly string[]): Props {
  return Object.fromEntries(keys.flatMap((key) => (props[key] === undefined ? [] : [[key, props[key]]])));
}

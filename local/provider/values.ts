/** A value as the engine sends it: JSON, with sentinels for what is not known yet and for assets. */
export type Value = null | boolean | number | string | readonly Value[] | Props;
/** Properties of a resource by Pulumi's names. */
export interface Props {
  readonly [key: string]: Value;
}

/** What stands for a value that only an update will know. Source: @pulumi/pulumi runtime/rpc, `unknownValue`. */
export const UNKNOWN_SENTINEL = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Key under which the engine marks special objects, and the marks. Source: @pulumi/pulumi runtime/rpc. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Inputs that the provider filled in, not the program: auto-names and defaults. Same key as the official plugin. */
export const DEFAULTS_KEY = "__defaults";

/** Whether a value is an object with properties. */
export function isProps(value: Value | undefined): value is Props {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is a file or text asset, or an archive. */
export function isAsset(value: Value | undefined): value is Props {
  return isProps(value) && (value[SIGNATURE] === ASSET || value[SIGNATURE] === ARCHIVE);
}

/** Whether a value is an archive: a folder, a zip file, or assets by path. */
export function isArchive(value: Value | undefined): value is Props {
  return isProps(value) && value[SIGNATURE] === ARCHIVE;
}

/** Whether anything in a value is not known yet. */
export function hasUnknown(value: Value | undefined): boolean {
  if (value === UNKNOWN_SENTINEL) return true;
  if (Array.isArray(value)) return value.some((item: Value) => hasUnknown(item));
  return isProps(value) && Object.values(value).some(hasUnknown);
}

/** A value without nulls in objects and without secret wrappers: how Pulumi's SDKs read both. */
export function plain(value: Value): Value {
  if (Array.isArray(value)) return value.map((item: Value) => plain(item));
  if (!isProps(value)) return value;
  if (value[SIGNATURE] === SECRET) return plain(value["value"] ?? null);
  return plainProps(value);
}

/** {@link plain}, of properties. */
export function plainProps(props: Props): Props {
  return Object.fromEntries(
    Object.entries(props)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, plain(value)]),
  );
}

/** Whether two values are the same to AWS: assets by hash, key order and provider-made defaults aside. */
export function same(one: Value | undefined, other: Value | undefined): boolean {
  if (one === other) return true;
  if (isAsset(one) && isAsset(other)) return one["hash"] !== undefined && one["hash"] === other["hash"];
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item: Value, i) => same(item, (other as readonly Value[])[i]));
  }
  if (!isProps(one) || !isProps(other)) return false;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)].filter((key) => key !== DEFAULTS_KEY));
  return [...keys].every((key) => same(one[key], other[key]));
}

/** Properties without some of them. */
export function without(props: Props, ...keys: readonly string[]): Props {
  return Object.fromEntries(Object.entries(props).filter(([key]) => !keys.includes(key)));
}

/** Reads a value as text: strings as they are, numbers and booleans spelt out, anything else as nothing. */
export function asText(value: Value | undefined): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** Reads a value as a map of strings, e.g. tags. */
export function asTextMap(value: Value | undefined): Record<string, string> {
  if (!isProps(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asText(item) ?? ""]));
}

/** Reads a value as a list of objects; an object by itself counts as a list of one. */
export function asList(value: Value | undefined): readonly Props[] {
  if (Array.isArray(value)) return value.filter(isProps);
  return isProps(value) ? [value] : [];
}

/** Reads a value as a list of strings. */
export function asTexts(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.flatMap((item: Value) => asText(item) ?? []) : [];
}

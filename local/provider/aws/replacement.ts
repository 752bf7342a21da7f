import { asText, isProps, type Props, type Value } from "../values";

/**
 * What a particular change forces, where the type's table alone cannot tell: paths of properties whose change replaces
 * the resource. What is not known yet forces nothing, as in the official plugin.
 */
export type ReplaceIf = (olds: Props, news: Props) => readonly string[];

/** The value at a path of property names, e.g. `encryptAtRest.enabled`; a list of one block counts as the block. */
export function valueAt(props: Props, path: string): Value | undefined {
  let here: Value | undefined = props;
  for (const key of path.split(".")) {
    if (Array.isArray(here)) here = (here as readonly Value[])[0];
    here = isProps(here) ? here[key] : undefined;
  }
  return here;
}

/** A flag that AWS turns on and never off again. */
export function turnedOff(path: string): ReplaceIf {
  return (olds, news) => (valueAt(olds, path) === true && valueAt(news, path) === false ? [path] : []);
}

/** A number that AWS only ever raises. */
export function lowered(path: string): ReplaceIf {
  return (olds, news) => {
    const [before, after] = [valueAt(olds, path), valueAt(news, path)];
    return typeof before === "number" && typeof after === "number" && after !== 0 && after < before ? [path] : [];
  };
}

/** A block that a resource is made with or without. */
export function cameOrWent(path: string): ReplaceIf {
  return (olds, news) => ((valueAt(olds, path) === undefined) === (valueAt(news, path) === undefined) ? [] : [path]);
}

/** An engine's version that AWS never takes back. Words before the number (`OpenSearch_2.19`) must be the same. */
export function downgraded(path: string): ReplaceIf {
  return (olds, news) => {
    const [before, after] = [versionOf(valueAt(olds, path)), versionOf(valueAt(news, path))];
    if (before === undefined || after === undefined || before.engine !== after.engine) return [];
    return isOlder(after.numbers, before.numbers) ? [path] : [];
  };
}

/** All that several conditions force. */
export function anyOf(...conditions: readonly ReplaceIf[]): ReplaceIf {
  return (olds, news) => conditions.flatMap((condition) => condition(olds, news));
}

/** Whether one version comes before another; a part that is missing counts as 0. */
export function isOlder(one: readonly number[], other: readonly number[]): boolean {
  for (let i = 0; i < Math.max(one.length, other.length); i++) {
    const [a, b] = [one[i] ?? 0, other[i] ?? 0];
    if (a !== b) return a < b;
  }
  return false;
}

/** Reads `7.1`, `OpenSearch_2.19` or `6.x`; nothing for anything else. */
export function versionOf(
  value: Value | undefined,
): { readonly engine: string; readonly numbers: readonly number[] } | undefined {
  const found = /^([A-Za-z]*)_?(\d+(?:\.\d+)*)/.exec(asText(value) ?? "");
  if (found === null) return undefined;
  return { engine: found[1] ?? "", numbers: (found[2] ?? "").split(".").map(Number) };
}

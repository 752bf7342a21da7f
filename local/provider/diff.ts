import { DEFAULTS_KEY, isAsset, isProps, same, type Props, type Value } from "./values";

/** What happens to one property. */
export type ChangeKind = "add" | "update" | "delete";

/** One property that differs. */
export interface Change {
  /** Path with dots and indexes, e.g. `attributes[0].name`. */
  readonly path: string;
  readonly kind: ChangeKind;
  /** Whether AWS cannot change it in place. */
  readonly replace: boolean;
}

/**
 * Compares two sets of checked inputs, property by property.
 * @param replaceOn paths that AWS cannot change in place; a path covers all below it, list indexes left out
 *   (`attributes` covers `attributes[0].name`, `ttl.enabled` only that).
 */
export function compare(olds: Props, news: Props, replaceOn: readonly string[]): readonly Change[] {
  const changes: Change[] = [];
  walk("", olds, news, (path, kind) => {
    const bare = path.replace(/\[\d+\]/g, "");
    const replace = replaceOn.some((fixed) => bare === fixed || bare.startsWith(`${fixed}.`));
    changes.push({ path, kind, replace });
  });
  return changes;
}

function walk(
  path: string,
  before: Value | undefined,
  after: Value | undefined,
  report: (path: string, kind: ChangeKind) => void,
): void {
  if (same(before, after)) return;
  if (isProps(before) && isProps(after) && !isAsset(before) && !isAsset(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    keys.delete(DEFAULTS_KEY);
    for (const key of [...keys].sort()) walk(step(path, key), before[key], after[key], report);
  } else if (Array.isArray(before) && Array.isArray(after)) {
    const [one, other] = [before as readonly Value[], after as readonly Value[]];
    for (let i = 0; i < Math.max(one.length, other.length); i++) walk(`${path}[${i}]`, one[i], other[i], report);
  } else {
    report(path, before === undefined ? "add" : after === undefined ? "delete" : "update");
  }
}

function step(path: string, key: string): string {
  const named = /^[A-Za-z_][\w-]*$/.test(key) ? key : `["${key}"]`;
  return path === "" || named.startsWith("[") ? `${path}${named}` : `${path}.${named}`;
}

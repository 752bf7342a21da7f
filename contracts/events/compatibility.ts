/** A change that breaks those who send or read events. */
export interface BreakingChange {
  /** Path of the property, e.g. `consent.analytics`; empty for the event itself. */
  readonly field: string;
  /** `want ..., got ...`. */
  readonly reason: string;
}

type Schema = Readonly<Record<string, unknown>>;

/** Keywords that say nothing about which events are valid. */
const ANNOTATIONS = new Set([
  "$schema",
  "$id",
  "$comment",
  "title",
  "description",
  "default",
  "examples",
  "deprecated",
]);
/** Keywords that are compared below; any other that differs cannot be judged. */
const COMPARED = new Set([
  ...["type", "properties", "required", "additionalProperties", "enum", "const"],
  ...["minLength", "maxLength", "minimum", "maximum", "x-data-class", "x-consent"],
]);
/** Bounds, and which way they may move: an event that was good stays good. */
const BOUNDS = { minLength: "down", minimum: "down", maxLength: "up", maximum: "up" } as const;
/** Its constant is the version itself: each version has a validator of its own. */
const VERSION_FIELD = "schemaVersion";

/**
 * What breaks when a JSON Schema of events takes the place of another: events that were good would be refused, readers
 * would miss what they count on, or data would change its class or consent. All of it, each with the field named; empty
 * for a compatible change, such as a new optional property, a new word of an enumeration or a wider bound.
 */
export function breakingChanges(before: Schema, after: Schema): BreakingChange[] {
  return compare("", before, after);
}

/** @throws Error that names each field whose change is breaking. */
export function assertCompatible(before: Schema, after: Schema): void {
  const found = breakingChanges(before, after);
  if (found.length === 0) return;
  const lines = found.map(({ field, reason }) => `  ${field === "" ? "event" : field}: ${reason}`);
  throw new Error(`breaking changes of the event contract need a new version:\n${lines.join("\n")}`);
}

function compare(field: string, before: Schema, after: Schema): BreakingChange[] {
  const found: BreakingChange[] = [];
  const breaks = (want: string, got: string, at = field): void => {
    found.push({ field: at, reason: `want ${want}, got ${got}` });
  };
  for (const keyword of ["type", "x-data-class", "x-consent"] as const) {
    if (before[keyword] !== after[keyword]) {
      breaks(`${keyword} ${spell(before[keyword])} as before`, spell(after[keyword]));
    }
  }
  if (before["const"] !== after["const"] && field !== VERSION_FIELD) {
    if (after["const"] !== undefined) breaks(`${spell(before["const"])} as before`, spell(after["const"]));
  }
  compareWords(before["enum"], after["enum"], breaks);
  for (const [keyword, way] of Object.entries(BOUNDS)) compareBound(keyword, way, before, after, breaks);
  if (before["additionalProperties"] !== false && after["additionalProperties"] === false) {
    breaks("other properties allowed as before", "them refused");
  }
  for (const keyword of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (ANNOTATIONS.has(keyword) || COMPARED.has(keyword)) continue;
    if (JSON.stringify(before[keyword]) !== JSON.stringify(after[keyword])) {
      breaks(`${keyword} ${spell(before[keyword])} as before`, spell(after[keyword]));
    }
  }
  return [...found, ...compareProperties(field, before, after)];
}

type Breaks = (want: string, got: string, at?: string) => void;

function compareWords(before: unknown, after: unknown, breaks: Breaks): void {
  if (!Array.isArray(after)) return;
  if (!Array.isArray(before)) {
    breaks("any value as before", `one of ${after.map(spell).join(", ")}`);
    return;
  }
  const gone = before.filter((word) => !after.includes(word));
  if (gone.length > 0) breaks(`${gone.map(spell).join(", ")} among its values as before`, "it left out");
}

function compareBound(keyword: string, way: "up" | "down", before: Schema, after: Schema, breaks: Breaks): void {
  const [old, now] = [before[keyword], after[keyword]];
  if (typeof now !== "number") return;
  const narrower = typeof old !== "number" || (way === "up" ? now < old : now > old);
  if (narrower) breaks(`${keyword} ${typeof old === "number" ? `${old} or wider` : "none"} as before`, String(now));
}

function compareProperties(field: string, before: Schema, after: Schema): BreakingChange[] {
  const [old, now] = [propertiesOf(before), propertiesOf(after)];
  const [oldRequired, nowRequired] = [requiredOf(before), requiredOf(after)];
  const found: BreakingChange[] = [];
  const path = (name: string): string => (field === "" ? name : `${field}.${name}`);
  for (const [name, property] of Object.entries(old)) {
    const next = now[name];
    if (next === undefined) {
      found.push({ field: path(name), reason: "want it kept, got it removed" });
      continue;
    }
    if (oldRequired.has(name) && !nowRequired.has(name)) {
      found.push({ field: path(name), reason: "want it required as before, got it optional" });
    }
    if (!oldRequired.has(name) && nowRequired.has(name)) {
      found.push({ field: path(name), reason: "want it optional as before, got it required" });
    }
    found.push(...compare(path(name), property, next));
  }
  for (const name of Object.keys(now)) {
    if (old[name] === undefined && nowRequired.has(name)) {
      found.push({ field: path(name), reason: "want a new property optional, got it required" });
    }
  }
  return found;
}

function propertiesOf(schema: Schema): Readonly<Record<string, Schema>> {
  return (schema["properties"] ?? {}) as Readonly<Record<string, Schema>>;
}

function requiredOf(schema: Schema): ReadonlySet<string> {
  return new Set((schema["required"] ?? []) as readonly string[]);
}

function spell(value: unknown): string {
  return value === undefined ? "none" : JSON.stringify(value);
}

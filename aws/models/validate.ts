import type { Finding } from "../../contracts/finding";
import { UNKNOWN } from "../value";
import { ModelError } from "./load";
import type { Member, ServiceModel, Shape } from "./model";
import { patternOf } from "./pattern";

/** What AWS would refuse: `path` is in the request, e.g. `StreamModeDetails.StreamMode`; `got` never holds a blob's content. */
export interface ModelFinding extends Finding {
  /** Kind of constraint that is broken. */
  readonly kind: "required" | "unknown" | "type" | "enum" | "range" | "length" | "pattern" | "union";
}

/**
 * Checks the input of an operation against AWS's published model. `UNKNOWN` stands for a value that only AWS knows: it
 * is there, and nothing more is asked of it. `undefined` is absent.
 * @throws ModelError for an operation that the service does not have.
 */
export function validateInput(model: ServiceModel, operation: string, input: unknown): readonly ModelFinding[] {
  const found = model.operations[operation];
  if (found === undefined)
    throw new ModelError(`AWS service ${model.service} (${model.version}) has no operation ${operation}`);
  if (found.input === undefined) return [];
  const findings: ModelFinding[] = [];
  check(model, found.input, input, "", findings);
  return findings;
}

function check(model: ServiceModel, member: Member, value: unknown, path: string, out: ModelFinding[]): void {
  if (value === UNKNOWN || value === undefined) return;
  const shape = model.shapes[member.shape];
  if (shape === undefined || shape.document === true || member.jsonvalue === true) return;
  switch (shape.type) {
    case "structure":
      structure(model, shape, value, path, out);
      return;
    case "list":
      list(model, shape, value, path, out);
      return;
    case "map":
      map(model, shape, value, path, out);
      return;
    case "string":
    case "character":
      string(shape, value, path, out);
      return;
    case "blob":
      blob(shape, value, path, out);
      return;
    case "boolean":
      if (typeof value !== "boolean") refuse(out, path, "type", "true or false", value);
      return;
    case "timestamp":
      if (!(value instanceof Date) && typeof value !== "string" && typeof value !== "number") {
        refuse(out, path, "type", "an instant", value);
      }
      return;
    case "byte":
    case "short":
    case "integer":
    case "long":
      number(shape, value, path, true, out);
      return;
    case "float":
    case "double":
      number(shape, value, path, false, out);
  }
}

function structure(model: ServiceModel, shape: Shape, value: unknown, path: string, out: ModelFinding[]): void {
  if (!isRecord(value)) {
    refuse(out, path, "type", "a structure", value);
    return;
  }
  const members = shape.members ?? {};
  const given = Object.entries(value).filter(([, inner]) => inner !== undefined);
  for (const name of shape.required ?? []) {
    if (value[name] === undefined) refuse(out, under(path, name), "required", "a value", undefined);
  }
  if (shape.union === true && given.length !== 1) {
    const names = given.map(([name]) => name).join(", ");
    out.push({
      path,
      kind: "union",
      want: `exactly one of ${Object.keys(members).join(", ")}`,
      got: names === "" ? "none" : names,
    });
  }
  for (const [name, inner] of given) {
    const member = members[name];
    if (member === undefined)
      refuse(out, under(path, name), "unknown", `one of ${Object.keys(members).join(", ")}`, name);
    else check(model, member, inner, under(path, name), out);
  }
}

function list(model: ServiceModel, shape: Shape, value: unknown, path: string, out: ModelFinding[]): void {
  if (!Array.isArray(value)) {
    refuse(out, path, "type", "a list", value);
    return;
  }
  const items: readonly unknown[] = value;
  length(shape, items.length, "elements", path, out);
  const { member } = shape;
  if (member !== undefined)
    for (const [index, item] of items.entries()) check(model, member, item, under(path, String(index)), out);
}

function map(model: ServiceModel, shape: Shape, value: unknown, path: string, out: ModelFinding[]): void {
  if (!isRecord(value)) {
    refuse(out, path, "type", "a map", value);
    return;
  }
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  length(shape, entries.length, "entries", path, out);
  for (const [name, inner] of entries) {
    if (shape.key !== undefined) check(model, shape.key, name, under(path, name), out);
    if (shape.value !== undefined) check(model, shape.value, inner, under(path, name), out);
  }
}

function string(shape: Shape, value: unknown, path: string, out: ModelFinding[]): void {
  const show = shape.sensitive === true ? HIDDEN : value;
  if (typeof value !== "string") {
    refuse(out, path, "type", "a text", show);
    return;
  }
  if (shape.enum !== undefined && !shape.enum.includes(value)) {
    refuse(out, path, "enum", `one of ${shape.enum.join(", ")}`, value);
    return;
  }
  length(shape, Array.from(value).length, "characters", path, out);
  const pattern = shape.pattern === undefined ? undefined : patternOf(shape.pattern);
  if (pattern?.test(value) === false) refuse(out, path, "pattern", `a text like ${shape.pattern ?? ""}`, show);
}

function blob(shape: Shape, value: unknown, path: string, out: ModelFinding[]): void {
  const bytes = value instanceof Uint8Array ? value.byteLength : typeof value === "string" ? value.length : undefined;
  // A stream's length is known at its end only.
  if (bytes !== undefined) length(shape, bytes, "bytes", path, out);
}

function number(shape: Shape, value: unknown, path: string, whole: boolean, out: ModelFinding[]): void {
  if (typeof value !== "number" || Number.isNaN(value) || (whole && !Number.isInteger(value))) {
    refuse(out, path, "type", whole ? "a whole number" : "a number", value);
    return;
  }
  const { min = -Infinity, max = Infinity } = shape;
  if (value < min || value > max) refuse(out, path, "range", bounds("", min, max), value);
}

function length(
  { min = 0, max = Infinity }: Shape,
  found: number,
  unit: string,
  path: string,
  out: ModelFinding[],
): void {
  if (found < min || found > max)
    out.push({ path, kind: "length", want: bounds(unit, min, max), got: `${found} ${unit}` });
}

function bounds(unit: string, min: number, max: number): string {
  const what = unit === "" ? "" : ` ${unit}`;
  if (max === Infinity) return `at least ${min}${what}`;
  return min === -Infinity || (min === 0 && unit !== "") ? `at most ${max}${what}` : `${min} to ${max}${what}`;
}

/** Stands for a secret in a message. */
const HIDDEN = "(sensitive)";
/** Values longer than this are cut in a message. */
const SHOWN = 80;

function refuse(out: ModelFinding[], path: string, kind: ModelFinding["kind"], want: string, value: unknown): void {
  const text = value === undefined ? "nothing" : shown(value);
  out.push({ path, kind, want, got: text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}...` });
}

function shown(value: unknown): string {
  const plain = (_key: string, inner: unknown): unknown => (inner === UNKNOWN ? "(unknown)" : inner);
  return typeof value === "function" || typeof value === "symbol" ? typeof value : JSON.stringify(value, plain);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof Date)
  );
}

function under(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

import type { Finding } from "../../contracts/finding";
import { isBlock, show, UNKNOWN } from "../value";
import type { Properties, Value } from "../value";
import type { Schema, VersionSchemas } from "./schemas";

/** What the Kubernetes API would refuse: `path` is in the object, e.g. `spec.template.spec.containers.0.name`. */
export interface ObjectFinding extends Finding {
  readonly kind: "required" | "unknown" | "type" | "enum";
}

/** What the API of a version would refuse about an object. Unknown values are never refused. */
export function objectFindings(schemas: VersionSchemas, object: Properties): readonly ObjectFinding[] {
  const { apiVersion, kind } = object;
  if (typeof apiVersion !== "string" || typeof kind !== "string") {
    return [{ path: "apiVersion", kind: "required", want: "apiVersion and kind", got: show(apiVersion) }];
  }
  const schema = schemas.kinds.get(`${apiVersion}/${kind}`);
  if (schema === undefined) {
    const want = `a kind that Kubernetes ${schemas.version} has`;
    return [{ path: "kind", kind: "unknown", want, got: `${apiVersion} ${kind}` }];
  }
  const findings: ObjectFinding[] = [];
  check(schemas, schema, object, "", findings);
  return findings;
}

function check(schemas: VersionSchemas, given: Schema, value: Value, path: string, out: ObjectFinding[]): void {
  if (value === UNKNOWN || value === undefined || value === null) return;
  const schema = given.$ref === undefined ? given : resolve(schemas, given.$ref);
  if (schema.oneOf !== undefined) {
    const tries = schema.oneOf.map((one) => {
      const found: ObjectFinding[] = [];
      check(schemas, one, value, path, found);
      return found;
    });
    if (!tries.some(({ length }) => length === 0)) out.push(...(tries[0] ?? []));
    return;
  }
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? []);
  const wanted = types.filter((type) => type !== "null");
  if (wanted.length > 0 && !wanted.some((type) => isOf(type, value))) {
    out.push({ path, kind: "type", want: wanted.map(inWords).join(" or "), got: show(value) });
    return;
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    out.push({ path, kind: "enum", want: `one of ${schema.enum.map(String).join(", ")}`, got: show(value) });
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items !== undefined)
      (value as readonly Value[]).forEach((item, index) => {
        check(schemas, items, item, under(path, String(index)), out);
      });
  } else if (isBlock(value)) fields(schemas, schema, value, path, out);
}

function fields(schemas: VersionSchemas, schema: Schema, block: Properties, path: string, out: ObjectFinding[]): void {
  const { properties = {}, required = [], additionalProperties = true } = schema;
  for (const name of required) {
    const value = block[name];
    if (value === undefined || value === null)
      out.push({ path: under(path, name), kind: "required", want: "a value", got: "nothing" });
  }
  for (const [name, value] of Object.entries(block)) {
    const inner = properties[name] ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);
    if (inner !== undefined) check(schemas, inner, value, under(path, name), out);
    else if (additionalProperties === false && value !== undefined)
      out.push({
        path: under(path, name),
        kind: "unknown",
        want: `one of ${Object.keys(properties).join(", ")}`,
        got: name,
      });
  }
}

/** A reference is `#/$defs/<name>`, whatever document it stands in. */
function resolve({ definitions, version }: VersionSchemas, ref: string): Schema {
  const name = ref.slice(ref.lastIndexOf("/") + 1);
  const found = definitions[name];
  if (found === undefined) throw new Error(`Kubernetes ${version}'s schemas refer to ${ref}, which they lack`);
  return found;
}

function isOf(type: string, value: Value): boolean {
  switch (type) {
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    case "integer":
      return typeof value === "number" && Number.isInteger(value);
    case "number":
      return typeof value === "number";
    case "array":
      return Array.isArray(value);
    case "object":
      return isBlock(value);
    default:
      return true;
  }
}

const WORDS: Readonly<Record<string, string>> = {
  string: "a text",
  boolean: "true or false",
  integer: "a whole number",
  number: "a number",
  array: "a list",
  object: "a block",
};

function inWords(type: string): string {
  return WORDS[type] ?? type;
}

function under(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

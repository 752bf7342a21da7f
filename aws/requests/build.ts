import type { Member, ServiceModel, Shape } from "../models";
import { at, isBlock, isSet, list, UNKNOWN } from "../value";
import type { Properties, Value } from "../value";
import type { OneTarget, RequestSpec, Target, TypeRequests } from "./spec";

/** A request as it would be sent. */
export interface BuiltRequest {
  readonly service: string;
  readonly operation: string;
  readonly input: Properties;
  /** Dotted path of each member that a property gave, and that property's dotted path. */
  readonly origins: ReadonlyMap<string, string>;
  /** Properties for which the operation has no member. */
  readonly homeless: readonly string[];
  /** Dotted paths of structures, `""` for the input itself, that have more members than are known yet. */
  readonly open: ReadonlySet<string>;
}

/** Properties of every type that say where and by whom, not what: AWS hears of them by the endpoint and the signature. */
const EVERYWHERE: ReadonlySet<string> = new Set(["region", "tagsAll", "namePrefix", "__defaults"]);

/** Whether a request of a type is sent for these inputs. */
export function isSent(spec: RequestSpec, inputs: Properties): boolean {
  const holds = (condition: string): boolean => {
    const [property = "", wanted] = condition.split("=");
    const value = inputs[property];
    if (wanted === undefined) return isSet(value) && value !== false;
    return value === UNKNOWN || (typeof value !== "object" && String(value) === wanted);
  };
  return !spec.unless.some(holds) && (spec.when.length === 0 || spec.when.some(holds));
}

/** The properties of these inputs that one of a type's requests carries. */
export function propertiesOf(spec: RequestSpec, { requests, notSent }: TypeRequests, inputs: Properties): Properties {
  const named = (one: RequestSpec): ReadonlySet<string> => new Set(Object.keys(one.members).map(top));
  const own = named(spec);
  const others = requests.slice(1).map(named);
  const carries = (property: string): boolean => {
    if (EVERYWHERE.has(property) || property in notSent) return false;
    if (own.has(property)) return true;
    return spec === requests[0] && !others.some((other) => other.has(property));
  };
  const carried = Object.fromEntries(Object.entries(inputs).filter(([property]) => carries(property)));
  const inner = new Set(Object.keys(notSent).filter((path) => path.includes(".")));
  return inner.size === 0 ? carried : (pruned(carried, "", inner) as Properties);
}

/** A value without what stands at these dotted paths. */
function pruned(value: Value, path: string, paths: ReadonlySet<string>): Value {
  if (Array.isArray(value)) return (value as readonly Value[]).map((item) => pruned(item, path, paths));
  if (!isBlock(value)) return value;
  const kept = Object.entries(value).filter(([key]) => !paths.has(under(path, key)));
  return Object.fromEntries(kept.map(([key, inner]) => [key, pruned(inner, under(path, key), paths)]));
}

/** The properties of each request that is sent: one set, or one for each known element of the list that is sent in pieces. */
export function inPieces({ each }: RequestSpec, properties: Properties): readonly Properties[] {
  if (each === undefined) return [properties];
  const rest = Object.fromEntries(Object.entries(properties).filter(([property]) => property !== each));
  return list(properties, each).flatMap((piece, index) =>
    piece === UNKNOWN ? [] : [{ ...rest, [under(each, String(index))]: piece }],
  );
}

/**
 * The request that a resource's properties stand for. Members get their names from AWS's model: `kmsKeyId` is
 * `KmsKeyId`, `KMSKeyId` or `kmsKeyId`, whichever the shape has, at every depth; the table names only the others.
 */
export function buildRequest(model: ServiceModel, spec: RequestSpec, properties: Properties): BuiltRequest {
  const builder = new Builder(model, spec, properties);
  const operation = model.operations[spec.operation];
  const input = operation?.input === undefined ? {} : builder.request(operation.input);
  const added = merged(spec.adds, input);
  return {
    service: spec.service,
    operation: spec.operation,
    input: added,
    origins: builder.origins,
    homeless: builder.homeless,
    open: builder.open,
  };
}

class Builder {
  readonly origins = new Map<string, string>();
  readonly homeless: string[] = [];
  readonly open = new Set<string>();

  constructor(
    private readonly model: ServiceModel,
    private readonly spec: RequestSpec,
    private readonly inputs: Properties,
  ) {}

  /** The whole input: `within` a member of it, when the table says so, but for what is named from its root. */
  request(input: Member): Properties {
    const { within } = this.spec;
    if (within === undefined) return this.blockOf(this.structure(input, this.inputs, "", ""));
    const steps = within.split(".");
    const goal = steps.reduce<Member | undefined>((here, step) => this.memberAt(here, step), input);
    if (goal === undefined) throw new TypeError(`${this.spec.operation} has no member ${within}`);
    const inner = this.structure(goal, this.inputs, "", within, (target) => !isRooted(target));
    const outer = this.structure(input, this.inputs, "", "", isRooted);
    return merged(this.blockOf(nested(steps, inner)), this.blockOf(outer));
  }

  private blockOf(value: Value): Properties {
    return isBlock(value) ? value : {};
  }

  /**
   * @param path the property's dotted path with list indices @param there the member's
   * @param before what the structure has already
   */
  private structure(
    member: Member,
    block: Properties,
    path: string,
    there: string,
    wanted: (target: OneTarget) => boolean = () => true,
    before: Properties = {},
  ): Value {
    const shape = this.model.shapes[member.shape];
    let built = before;
    for (const [key, value] of Object.entries(block)) {
      if (value === undefined || value === null) continue;
      const property = under(path, key);
      const named = this.spec.members[withoutIndices(property)] ?? this.spec.members[`*.${key}`];
      if (named === undefined && wanted === isRooted) continue;
      const target = named ?? memberNamed(shape, key);
      if (target === undefined) this.homeless.push(property);
      else
        for (const one of several(target).filter(wanted))
          built = merged(built, this.placed(member, one, value, property, there, { block, built }));
    }
    return built;
  }

  private placed(
    member: Member,
    target: OneTarget,
    value: Value,
    property: string,
    there: string,
    { block, built }: { readonly block: Properties; readonly built: Properties },
  ): Properties {
    if (target === "") {
      const only: Value = Array.isArray(value) && value.length === 1 ? (value as readonly Value[])[0] : value;
      if (only === UNKNOWN) this.open.add(there);
      return isBlock(only) ? this.blockOf(this.structure(member, only, property, there, undefined, built)) : {};
    }
    const name = nameOf(target).replace(ROOT, "");
    const steps = name.split(".");
    const goal = steps.reduce<Member | undefined>((here, step) => this.memberAt(here, step), member);
    if (goal === undefined) {
      this.homeless.push(property);
      return {};
    }
    const full = under(there, name);
    const given = typeof target === "string" || value === UNKNOWN ? value : target.turn(value, this.inputs, block);
    const before = steps.some(isIndex) ? undefined : at(built, name);
    const others: readonly Value[] = Array.isArray(before) ? (before as readonly Value[]) : [];
    const converted = this.value(goal, given, property, full, others.length);
    if (converted === undefined) return {};
    this.origins.set(full, property);
    // Two properties that make up one list, e.g. a load balancer's attributes, both stand in it.
    const all = Array.isArray(converted) ? [...others, ...(converted as readonly Value[])] : converted;
    return nested(steps, all) as Properties;
  }

  private memberAt(member: Member | undefined, step: string): Member | undefined {
    const shape = member === undefined ? undefined : this.model.shapes[member.shape];
    if (shape?.type === "map") return shape.value;
    return isIndex(step) ? shape?.member : shape?.members?.[step];
  }

  /** @param first index of a list's first element, where others stand before it */
  private value(member: Member, value: Value, property: string, there: string, first = 0): Value {
    if (value === UNKNOWN || value === undefined || value === null) return value ?? undefined;
    const shape = this.model.shapes[member.shape];
    if (shape === undefined) return value;
    this.origins.set(there, property);
    switch (shape.type) {
      case "structure":
        return this.block(member, shape, value, property, there);
      case "list":
        return this.elements(shape, value, property, there, first);
      case "map":
        return this.entries(shape, value, property, there);
      default:
        return scalar(shape, value);
    }
  }

  private block(member: Member, shape: Shape, value: Value, property: string, there: string): Value {
    if (Array.isArray(value)) {
      const items = value as readonly Value[];
      // CloudFront spells a list as its length and its elements.
      const counted = shape.members?.["Items"];
      if (isCounted(shape) && counted !== undefined) {
        const Items = this.value(counted, items, property, under(there, "Items"));
        const Enabled = shape.members?.["Enabled"] === undefined ? {} : { Enabled: items.length > 0 };
        return { ...Enabled, Quantity: items.length, ...(items.length === 0 ? {} : { Items }) };
      }
      return items.length === 1 ? this.value(member, items[0], under(property, "0"), there) : value;
    }
    if (!isBlock(value)) return value;
    const built = this.structure(member, value, property, there);
    if (!isCounted(shape) || !isBlock(built) || built["Quantity"] !== undefined) return built;
    const { Items = [] } = built;
    return { ...built, Quantity: Array.isArray(Items) ? Items.length : UNKNOWN };
  }

  private elements({ member, min = 0 }: Shape, value: Value, property: string, there: string, first: number): Value {
    if (member === undefined) return value;
    if (isBlock(value)) {
      const pair = pairOf(this.model.shapes[member.shape]);
      if (pair !== undefined)
        return Object.entries(value).map(([key, inner], index) => {
          this.origins.set(under(there, String(first + index)), under(property, key));
          return { [pair.key]: key, [pair.value]: typeof inner === "number" ? String(inner) : inner };
        });
    }
    const items: readonly Value[] = Array.isArray(value) ? (value as readonly Value[]) : [value];
    // A provider leaves an empty list out, since a request could not hold it.
    if (items.length === 0 && min > 0) return undefined;
    const single = !Array.isArray(value);
    return items.map((item, index) =>
      this.value(member, item, single ? property : under(property, String(index)), under(there, String(first + index))),
    );
  }

  private entries(shape: Shape, value: Value, property: string, there: string): Value {
    const { value: member, min = 0 } = shape;
    if (!isBlock(value) || member === undefined) return value;
    // As with a list: an empty map is left out where a request could not hold it.
    if (Object.keys(value).length === 0 && min > 0) return undefined;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        this.value(member, inner, under(property, key), under(there, key)),
      ]),
    );
  }
}

function isCounted({ members = {} }: Shape): boolean {
  return members["Quantity"] !== undefined && members["Items"] !== undefined;
}

/** Text, number or switch as the shape has it: Pulumi spells some numbers and switches as text, and some the other way. */
function scalar(shape: Shape, value: Value): Value {
  switch (shape.type) {
    case "string":
      if (value === "") return undefined;
      return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
    case "boolean":
      return value === "true" ? true : value === "false" ? false : value;
    case "byte":
    case "short":
    case "integer":
    case "long":
    case "float":
    case "double":
      if (value === "") return undefined;
      return typeof value === "string" && Number.isFinite(Number(value)) ? Number(value) : value;
    default:
      return value;
  }
}

/** The members of a structure that stands for one entry of a map, e.g. a tag. */
function pairOf(shape: Shape | undefined): { readonly key: string; readonly value: string } | undefined {
  const names = Object.keys(shape?.members ?? {});
  const key = names.find((name) => /key$|name$/i.test(name));
  const value = names.find((name) => /value$/i.test(name));
  return names.length === 2 && key !== undefined && value !== undefined ? { key, value } : undefined;
}

/** The member of a structure that a property's name means, whatever its case and number. */
export function memberNamed(shape: Shape | undefined, property: string): string | undefined {
  const names = Object.keys(shape?.members ?? {});
  for (const spelt of spellings(property.toLowerCase())) {
    const found = names.find((name) => name.toLowerCase() === spelt);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Pulumi makes a list's name plural, whatever AWS calls it. */
function spellings(name: string): readonly string[] {
  return [
    name,
    `${name}s`,
    ...(name.endsWith("s") ? [name.slice(0, -1)] : []),
    ...(name.endsWith("es") ? [name.slice(0, -2)] : []),
    ...(name.endsWith("ies") ? [`${name.slice(0, -3)}y`] : []),
    `${name}list`,
    ...(name.endsWith("s") ? [`${name.slice(0, -1)}list`] : []),
  ];
}

/** One block over another: what both have is merged when both are blocks or lists of one, else the upper one's stays. */
function merged(under: Properties, over: Properties): Properties {
  const all: Record<string, Value> = { ...under };
  for (const [key, value] of Object.entries(over)) all[key] = laid(all[key], value);
  return all;
}

function laid(below: Value, value: Value): Value {
  if (isBlock(below) && isBlock(value)) return merged(below, value);
  const [first, ...more] = Array.isArray(below) ? (below as readonly Value[]) : [];
  const [upper, ...others] = Array.isArray(value) ? (value as readonly Value[]) : [];
  return isBlock(first) && isBlock(upper) && more.length === 0 ? [merged(first, upper), ...others] : value;
}

/** A value at the end of a path of members. */
function nested(steps: readonly string[], value: Value): Value {
  return steps.reduceRight<Value>((inner, step) => (isIndex(step) ? [inner] : { [step]: inner }), value);
}

function nameOf(target: OneTarget): string {
  return typeof target === "string" ? target : target.member;
}

/** Begins the path of a member that is named from the root of its request. */
const ROOT = /^\//;

function isRooted(target: OneTarget): boolean {
  return ROOT.test(nameOf(target));
}

function isIndex(step: string): boolean {
  return /^\d+$/.test(step);
}

function several(target: Target): readonly OneTarget[] {
  return typeof target === "string" || "member" in target ? [target] : target;
}

function top(path: string): string {
  return path.split(".", 1)[0] ?? path;
}

function under(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function withoutIndices(path: string): string {
  return path.replaceAll(/\.\d+(?=\.|$)/g, "");
}

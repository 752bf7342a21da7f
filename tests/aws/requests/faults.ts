import type { Models, ServiceModel, Shape } from "../../../aws/models";
import { patternOf } from "../../../aws/models";
import { requestsFor, REQUESTS } from "../../../aws/requests";
import type { BuiltRequest, RequestSpec } from "../../../aws/requests";
import { UNKNOWN } from "../../../aws/value";
import type { Properties, Value } from "../../../aws/value";

/** Kinds of constraint that an AWS model states and a property's value can break. */
export type FaultKind = "required" | "enum" | "range" | "length" | "pattern";

/** A resource with one property that AWS's model refuses. */
export interface Fault {
  readonly type: string;
  readonly kind: FaultKind;
  /** Dotted path of the property that is wrong, or gone. */
  readonly property: string;
  /** The request and the member that refuse it. */
  readonly request: string;
  readonly member: string;
  readonly inputs: Properties;
}

/** Every single fault that the models of a resource's requests know, one for each property and kind. */
export function faultsOf(models: Models, type: string, inputs: Properties): readonly Fault[] {
  const specs = REQUESTS.get(type)?.requests ?? [];
  return requestsFor(models, type, inputs).flatMap((built) => {
    const model = models.service(built.service);
    const spec = specs.find(({ operation, service }) => operation === built.operation && service === built.service);
    return spec === undefined ? [] : faultsIn(models, model, spec, built, type, inputs);
  });
}

function faultsIn(
  models: Models,
  model: ServiceModel,
  spec: RequestSpec,
  built: BuiltRequest,
  type: string,
  inputs: Properties,
): readonly Fault[] {
  const request = `${built.service} ${built.operation}`;
  return [...built.origins].flatMap(([member, property]) => {
    if (isTurned(spec, property)) return [];
    const place = placeOf(model, spec.operation, member);
    if (place === undefined) return [];
    const wrong = wrongValues(place.shape).map(([kind, value]) => ({
      kind,
      inputs: withValue(inputs, property, value),
    }));
    const gone = place.required ? [{ kind: "required" as const, inputs: withValue(inputs, property, undefined) }] : [];
    return [...wrong, ...gone]
      .filter((fault) => fault.kind !== "required" || leavesGap(models, type, built, member, fault.inputs))
      .map((fault) => ({ type, property, request, member, ...fault }));
  });
}

/** Whether the request is still sent, and without the member: another property or the provider may give it too. */
function leavesGap(models: Models, type: string, built: BuiltRequest, member: string, inputs: Properties): boolean {
  const again = requestsFor(models, type, inputs).find(
    ({ service, operation }) => service === built.service && operation === built.operation,
  );
  if (again === undefined) return false;
  const parent = member.slice(0, Math.max(member.lastIndexOf("."), 0));
  // A block that is unknown may hold the member.
  if (again.open.has(parent)) return false;
  const name = member.slice(member.lastIndexOf(".") + 1);
  const around = parent === "" ? again.input : valueAt(again.input, parent);
  return typeof around === "object" && around !== null && !Array.isArray(around) && !(name in around);
}

/** A property whose member has a value of its own: what is wrong with one says nothing about the other. */
function isTurned({ members }: RequestSpec, property: string): boolean {
  const steps = property.replaceAll(/\.\d+(?=\.|$)/g, "").split(".");
  return steps.some((_step, index) => typeof members[steps.slice(0, index + 1).join(".")] === "object");
}

function placeOf(
  model: ServiceModel,
  operation: string,
  path: string,
): { readonly shape: Shape; readonly required: boolean } | undefined {
  let shape = model.shapes[model.operations[operation]?.input?.shape ?? ""];
  let required = false;
  for (const step of path.split(".")) {
    if (shape === undefined) return undefined;
    required = shape.type === "structure" && (shape.required ?? []).includes(step);
    const next =
      shape.type === "structure" ? shape.members?.[step] : shape.type === "list" ? shape.member : shape.value;
    shape = next === undefined ? undefined : model.shapes[next.shape];
  }
  return shape === undefined ? undefined : { shape, required };
}

/** Longest text or list that a fault makes. */
const MOST = 4096;

function wrongValues(shape: Shape): readonly (readonly [FaultKind, Value])[] {
  const { min, max } = shape;
  switch (shape.type) {
    case "string": {
      if (shape.enum !== undefined) return [["enum", "no-such-value"]];
      const long: readonly (readonly [FaultKind, Value])[] =
        max !== undefined && max < MOST ? [["length", "x".repeat(max + 1)]] : [];
      const against = shape.pattern === undefined ? undefined : patternOf(shape.pattern);
      const odd = ["no such ~ text \u0001", "\u0001", "-", "x"].find(
        (text) => text.length >= (min ?? 0) && text.length <= (max ?? MOST) && against?.test(text) === false,
      );
      return odd === undefined ? long : [...long, ["pattern", odd]];
    }
    case "integer":
    case "long":
    case "double":
    case "float":
      return [
        ...(min === undefined ? [] : [["range", min - 1] as const]),
        ...(max === undefined ? [] : [["range", max + 1] as const]),
      ];
    case "list":
      return max !== undefined && max < MOST ? [["length", Array.from({ length: max + 1 }, (): Value => UNKNOWN)]] : [];
    default:
      return [];
  }
}

function valueAt(value: Value, path: string): Value {
  return path.split(".").reduce<Value>((here, step) => {
    if (typeof here !== "object" || here === null) return undefined;
    return (here as Readonly<Record<string, Value>>)[step];
  }, value);
}

function withValue(inputs: Properties, path: string, value: Value): Properties {
  const [head = "", ...rest] = path.split(".");
  const inner = inputs[head];
  const next: Value =
    rest.length === 0 || typeof inner !== "object" || inner === null
      ? value
      : Array.isArray(inner)
        ? withElement(inner as readonly Value[], rest, value)
        : withValue(inner as Properties, rest.join("."), value);
  const others = Object.fromEntries(Object.entries(inputs).filter(([key]) => key !== head));
  return next === undefined ? others : { ...others, [head]: next };
}

function withElement(items: readonly Value[], [index = "", ...rest]: readonly string[], value: Value): Value {
  return items.flatMap((item, at): readonly Value[] => {
    if (at !== Number(index)) return [item];
    if (rest.length === 0) return value === undefined ? [] : [value];
    if (typeof item !== "object" || item === null || Array.isArray(item)) return [item];
    return [withValue(item as Properties, rest.join("."), value)];
  });
}

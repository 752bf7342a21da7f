import type { Resource } from "../../policies/kit/resource";
import { UNKNOWN, at, isBlock, show, type Properties, type Value } from "../../policies/kit/value";

/** One way to change a resource; gives nothing where there is nothing to change in this way. */
export interface Operator {
  /** Operator and path, e.g. `drop kmsKeyId`. */
  readonly label: string;
  apply(resource: Resource): Resource | undefined;
}

type Given = Value | ((resource: Resource) => Value);

const GONE = Symbol("taken away");

/** The property is not there any more. */
export function drop(path: string): Operator {
  return change(`drop ${path}`, path, (old) => (old === undefined ? undefined : GONE));
}

/** A flag turned over. Some providers carry flags as texts. */
export function flip(path: string): Operator {
  return change(`flip ${path}`, path, (old) => {
    if (typeof old === "boolean") return !old;
    return old === "true" ? "false" : old === "false" ? "true" : undefined;
  });
}

/** The value is not known before the update. */
export function hide(path: string): Operator {
  return change(`make ${path} unknown`, path, (old) => (old === undefined || old === UNKNOWN ? undefined : UNKNOWN));
}

/** Half as much. */
export function halve(path: string): Operator {
  return change(`halve ${path}`, path, (old) => (typeof old === "number" ? Math.floor(old / 2) : undefined));
}

/** Another value, which may depend on the resource; `what` says what kind of change it is. */
export function set(
  path: string,
  value: Given,
  what = `set ${path} to ${typeof value === "function" ? "another" : show(value)}`,
): Operator {
  return change(what, path, (_old, resource) => (typeof value === "function" ? value(resource) : value));
}

/** The resource stands in another region. */
export function move(region: string): Operator {
  return {
    label: `move to ${region}`,
    apply: (resource) =>
      resource.region === region ? undefined : { ...resource, region, props: { ...resource.props, region } },
  };
}

/** Several changes of one resource. */
export function all(...operators: readonly Operator[]): Operator {
  return {
    label: operators.map(({ label }) => label).join(", "),
    apply: (resource) =>
      operators.reduce<Resource | undefined>((now, one) => (now === undefined ? undefined : one.apply(now)), resource),
  };
}

/** Only on resources that fit. */
export function where(fits: (resource: Resource) => boolean, operator: Operator): Operator {
  return { label: operator.label, apply: (resource) => (fits(resource) ? operator.apply(resource) : undefined) };
}

/** The three ways in which a flag that must be on can be wrong. */
export function spoilFlag(path: string): readonly Operator[] {
  return [flip(path), drop(path), hide(path)];
}

function change(label: string, path: string, next: (old: Value, resource: Resource) => Value | typeof GONE): Operator {
  return {
    label,
    apply: (resource) => {
      const value = next(at(resource.props, path), resource);
      if (value === undefined) return undefined;
      const props = replaced(resource.props, path.split("."), value);
      return props === undefined ? undefined : { ...resource, props: props as Properties };
    },
  };
}

/** Nothing when the path leads through a value that is not known or not there. */
function replaced(from: Value, [step, ...rest]: readonly string[], value: Value | typeof GONE): Value {
  if (step === undefined) return value === GONE ? undefined : value;
  if (Array.isArray(from)) {
    const items = from as readonly Value[];
    const inner = replaced(items[Number(step)], rest, value);
    if (items.length <= Number(step) || (inner === undefined && rest.length > 0)) return undefined;
    return items.map((item, index) => (index === Number(step) ? inner : item));
  }
  if (from === UNKNOWN || (from !== undefined && !isBlock(from))) return undefined;
  const { [step]: old, ...others } = from ?? {};
  if (rest.length === 0 && value === GONE) return others;
  const inner = replaced(old, rest, value);
  return inner === undefined ? undefined : { ...others, [step]: inner };
}

import { BlockList, isIP } from "node:net";
import { isBlock, UNKNOWN } from "../../../graph";
import type { Value } from "../../../graph";
import type { Context, ContextValue } from "./context";
import { anyOf, compileArn, compilePattern } from "./pattern";
import type { Compare } from "./pattern";
import { and, not, or } from "./truth";
import type { Text, Truth } from "./truth";

/** One key of a condition block. */
export interface Condition {
  /** As the policy spells it, e.g. `ForAnyValue:StringLike`. */
  readonly operator: string;
  /** As the policy spells it. */
  readonly key: string;
  readonly values: readonly Text[];
  holds(context: Context): Truth;
}

interface Operator {
  /** Whether it holds when no value of the policy matches. */
  readonly negated: boolean;
  compile(value: Text, variables: boolean): Compare;
}

const equal = (caseSensitive: boolean) => (value: Text, variables: boolean) =>
  compilePattern(value, { wildcards: false, variables, caseSensitive });
const like = (value: Text, variables: boolean) => compilePattern(value, { wildcards: true, variables });
const arn = (value: Text, variables: boolean) => compileArn(value, { variables });

/** A comparison of numbers or instants; a text that is none of them does not match. */
function ordered(read: (text: string) => number, holds: (given: number, wanted: number) => boolean) {
  return (value: Text): Compare => {
    if (value === UNKNOWN) return () => undefined;
    const wanted = read(value);
    return (given) => {
      const found = read(given);
      return !Number.isNaN(found) && !Number.isNaN(wanted) && holds(found, wanted);
    };
  };
}

const numeric = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));
/** Milliseconds; a date is ISO 8601 or seconds since 1970. */
const instant = (text: string): number => (/^-?\d{5,}$/.test(text) ? Number(text) * 1000 : Date.parse(text));

const COMPARISONS: Readonly<Record<string, (given: number, wanted: number) => boolean>> = {
  Equals: (given, wanted) => given === wanted,
  LessThan: (given, wanted) => given < wanted,
  LessThanEquals: (given, wanted) => given <= wanted,
  GreaterThan: (given, wanted) => given > wanted,
  GreaterThanEquals: (given, wanted) => given >= wanted,
};

function orderedOperators(kind: string, read: (text: string) => number): readonly [string, Operator][] {
  return [
    ...Object.entries(COMPARISONS).map(([name, holds]): [string, Operator] => [
      `${kind}${name}`,
      { negated: false, compile: ordered(read, holds) },
    ]),
    [`${kind}NotEquals`, { negated: true, compile: ordered(read, (given, wanted) => given === wanted) }],
  ];
}

/** An address in a block; a single address is a block of itself. */
function address(value: Text): Compare {
  if (value === UNKNOWN) return () => undefined;
  const [network = "", bits] = value.split("/");
  const family = isIP(network);
  if (family === 0) return () => false;
  const kind = family === 4 ? "ipv4" : "ipv6";
  const block = new BlockList();
  block.addSubnet(network, bits === undefined ? (family === 4 ? 32 : 128) : Number(bits), kind);
  return (given) => isIP(given) === family && block.check(given, kind);
}

const bool = (value: Text): Compare =>
  value === UNKNOWN ? () => undefined : (given) => given.toLowerCase() === value.toLowerCase();

/**
 * Every operator but `Null`
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html).
 */
const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>(
  (
    [
      ["StringEquals", { negated: false, compile: equal(true) }],
      ["StringNotEquals", { negated: true, compile: equal(true) }],
      ["StringEqualsIgnoreCase", { negated: false, compile: equal(false) }],
      ["StringNotEqualsIgnoreCase", { negated: true, compile: equal(false) }],
      ["StringLike", { negated: false, compile: like }],
      ["StringNotLike", { negated: true, compile: like }],
      ["ArnEquals", { negated: false, compile: arn }],
      ["ArnNotEquals", { negated: true, compile: arn }],
      ["ArnLike", { negated: false, compile: arn }],
      ["ArnNotLike", { negated: true, compile: arn }],
      ["Bool", { negated: false, compile: bool }],
      ["BinaryEquals", { negated: false, compile: (value: Text) => equal(true)(value, false) }],
      ["IpAddress", { negated: false, compile: address }],
      ["NotIpAddress", { negated: true, compile: address }],
      ...orderedOperators("Numeric", numeric),
      ...orderedOperators("Date", instant),
    ] as const
  ).map(([name, operator]) => [name.toLowerCase(), operator]),
);

const SPELLING = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/i;

/** Compiles a condition block: all of its keys must hold. An unknown block, or operator, cannot be judged. */
export function compileConditions(block: Value, variables: boolean): readonly Condition[] {
  if (block === undefined || block === null) return [];
  if (!isBlock(block)) return [{ operator: "", key: "", values: [UNKNOWN], holds: () => undefined }];
  return Object.entries(block).flatMap(([operator, keys]) =>
    isBlock(keys)
      ? Object.entries(keys).map(([key, values]) => condition(operator, key, textsOf(values), variables))
      : [{ operator, key: "", values: [UNKNOWN], holds: (): Truth => undefined }],
  );
}

/** The texts of an element that may be one or several. Numbers and booleans are texts. */
export function textsOf(value: Value): readonly Text[] {
  if (Array.isArray(value)) return (value as readonly Value[]).map(textOf);
  return value === undefined || value === null ? [] : [textOf(value)];
}

function textOf(value: Value): Text {
  return typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "boolean"
      ? String(value)
      : UNKNOWN;
}

function condition(spelled: string, key: string, values: readonly Text[], variables: boolean): Condition {
  const about = { operator: spelled, key, values };
  const [, set = "", base = "", ifExists] = SPELLING.exec(spelled) ?? [];
  const name = key.toLowerCase();
  if (base.toLowerCase() === "null") {
    const absent = values.map((value) => (value === UNKNOWN ? undefined : value.toLowerCase() === "true"));
    return { ...about, holds: (context) => or(...absent.map((wanted) => isAbsent(context.get(name), wanted))) };
  }
  const operator = OPERATORS.get(base.toLowerCase());
  if (operator === undefined) return { ...about, holds: () => undefined };
  const matches = anyOf(values.map((value) => operator.compile(value, variables)));
  const ok: Compare = operator.negated ? (value, context) => not(matches(value, context)) : matches;
  const { missing, several } = quantifier(set.toLowerCase(), operator.negated);
  // AWS does not say what IfExists means with ForAnyValue, which does not hold for a key that is missing.
  const whenMissing = ifExists === undefined ? missing : set.toLowerCase() === "foranyvalue" ? undefined : true;
  return {
    ...about,
    holds: (context) => {
      const given = context.get(name);
      if (given === UNKNOWN) return undefined;
      if (given === undefined || given.length === 0) return whenMissing;
      const [only = "", ...more] = given;
      return more.length === 0 ? ok(only, context) : several(given.map((value) => ok(value, context)));
    },
  };
}

function isAbsent(value: ContextValue | undefined, wanted: Truth): Truth {
  if (value === UNKNOWN || wanted === undefined) return undefined;
  return (value === undefined) === wanted;
}

/**
 * What a key that is not in the request gives, and how the results of several values combine
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html).
 * Without a set operator several values are a mistake in the policy; a negated operator then asks all of them.
 */
function quantifier(
  set: string,
  negated: boolean,
): { readonly missing: boolean; readonly several: (results: readonly Truth[]) => Truth } {
  const all = (results: readonly Truth[]): Truth => and(...results);
  const any = (results: readonly Truth[]): Truth => or(...results);
  if (set === "forallvalues") return { missing: true, several: all };
  if (set === "foranyvalue") return { missing: false, several: any };
  return { missing: negated, several: negated ? all : any };
}

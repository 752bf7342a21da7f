import { UNKNOWN } from "../../../graph";
import type { Context } from "./context";
import { or } from "./truth";
import type { Text, Truth } from "./truth";

/** Compares a text with what a policy says; the context fills in its policy variables. */
export type Compare = (value: string, context: Context) => Truth;

type Token =
  { readonly literal: string } | { readonly variable: string; readonly otherwise: string | undefined } | "*" | "?";

// docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html: `${key}`, `${key, 'default'}`, and
// `${*}`, `${?}`, `${$}` for the characters themselves.
const TOKEN = /\$\{([^}]*)\}|[*?]|[^*?$]+|\$/g;
const DEFAULTED = /^(.*?)\s*,\s*'(.*)'$/s;

function tokens(pattern: string, { wildcards, variables }: Syntax): readonly Token[] {
  return Array.from(pattern.matchAll(TOKEN), ([whole, inner]): Token => {
    if (inner === undefined) return wildcards && (whole === "*" || whole === "?") ? whole : { literal: whole };
    if (!variables) return { literal: whole };
    if (inner === "*" || inner === "?" || inner === "$") return { literal: inner };
    const [, key = inner, otherwise] = DEFAULTED.exec(inner) ?? [];
    return { variable: key.trim().toLowerCase(), otherwise };
  });
}

interface Syntax {
  /** `*` and `?` match any characters and any one. */
  readonly wildcards: boolean;
  /** Policy variables, which only version 2012-10-17 of the policy language has. */
  readonly variables: boolean;
  /** @default true */
  readonly caseSensitive?: boolean;
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");

/** Compiles a text of a policy. A variable without a value and without a default matches nothing. */
export function compilePattern(pattern: Text, syntax: Syntax): Compare {
  if (pattern === UNKNOWN) return () => undefined;
  const parts = tokens(pattern, syntax);
  const { caseSensitive = true } = syntax;
  if (parts.every((part) => typeof part === "object" && "literal" in part)) {
    const literal = parts.map((part) => (part as { literal: string }).literal).join("");
    if (caseSensitive) return (value) => value === literal;
    const folded = literal.toLowerCase();
    return (value) => value.toLowerCase() === folded;
  }
  if (parts.length === 1 && parts[0] === "*") return () => true;
  const flags = caseSensitive ? "s" : "si";
  if (parts.every((part) => typeof part === "string" || "literal" in part)) {
    const expression = new RegExp(`^${parts.map(plain).join("")}$`, flags);
    return (value) => expression.test(value);
  }
  return (value, context) => {
    let source = "";
    for (const part of parts) {
      if (typeof part === "string" || "literal" in part) {
        source += plain(part);
        continue;
      }
      const found = context.get(part.variable);
      if (found === UNKNOWN) return undefined;
      // A key of several values cannot be a variable.
      const text = found === undefined || found.length !== 1 ? part.otherwise : found[0];
      if (text === undefined) return false;
      source += escape(text);
    }
    return new RegExp(`^${source}$`, flags).test(value);
  };
}

function plain(part: Token): string {
  if (part === "*") return ".*";
  if (part === "?") return ".";
  return "literal" in part ? escape(part.literal) : "";
}

/** Parts of an ARN: partition, service, region, account, resource. Undefined for a text of fewer parts. */
export function arnParts(arn: string): readonly string[] | undefined {
  const [scheme, partition, service, region, account, ...resource] = arn.split(":");
  if (scheme !== "arn" || partition === undefined || service === undefined) return undefined;
  if (region === undefined || account === undefined || resource.length === 0) return undefined;
  return [partition, service, region, account, resource.join(":")];
}

/**
 * Compiles an ARN of a policy: each of its six parts may have wildcards, and is compared on its own
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html, "ARN operators").
 */
export function compileArn(pattern: Text, syntax: { readonly variables: boolean }): Compare {
  if (pattern === UNKNOWN) return () => undefined;
  if (pattern === "*") return () => true;
  const parts = arnParts(pattern) ?? shortened(pattern);
  if (parts === undefined) return () => false;
  const compares = parts.map((part) => compilePattern(part, { wildcards: true, ...syntax }));
  return (value, context) => {
    const given = arnParts(value);
    if (given === undefined) return false;
    let whole: Truth = true;
    for (const [index, compare] of compares.entries()) {
      const one = compare(given[index] ?? "", context);
      if (one === false) return false;
      if (one === undefined) whole = undefined;
    }
    return whole;
  };
}

/** An ARN that ends in a wildcard before its last part, e.g. `arn:aws:s3*` or `arn:aws:sqs:*`: what follows is anything. */
function shortened(pattern: string): readonly string[] | undefined {
  const [scheme, ...parts] = pattern.split(":");
  if (scheme !== "arn" || !pattern.endsWith("*")) return undefined;
  return [...parts, ...Array.from({ length: 5 - parts.length }, () => "*")];
}

/** Compiles several of which any may match. */
export function anyOf(compares: readonly Compare[]): Compare {
  const [only, ...more] = compares;
  if (only !== undefined && more.length === 0) return only;
  return (value, context) => {
    let whole: Truth = false;
    for (const compare of compares) {
      whole = or(whole, compare(value, context));
      if (whole === true) return true;
    }
    return whole;
  };
}

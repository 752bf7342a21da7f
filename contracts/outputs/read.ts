import type { z } from "zod";
import { FindingsError } from "../finding";
import type { Finding } from "../finding";

/** Outputs of stacks that do not fit the contract of this version, e.g. since an older version applied them. */
export class OutputsError extends FindingsError {
  /** @param findings `where` is the stack, e.g. `local.eu-central-1`, `path` the output, e.g. `buckets.raw` */
  constructor(findings: readonly Finding[]) {
    super("outputs of stacks do not fit the contract of this version; apply these stacks again:", findings);
  }
}

/** What reading gives: the outputs, or everything that is wrong with them. */
export type Read<T> = { readonly outputs: T } | { readonly findings: readonly Finding[] };

/**
 * Reads a stack's outputs by the schema of its kind.
 * @example readOutputs("local.mesh", meshOutputsSchema, { environment: "local" })
 */
export function readOutputs<T>(stack: string, schema: z.ZodType<T>, given: unknown): Read<T> {
  const { data, error } = schema.safeParse(given);
  if (error === undefined) return { outputs: data };
  return {
    findings: error.issues.map((issue) => {
      const got = issue.path.reduce<unknown>(child, given);
      return {
        where: stack,
        path: issue.path.join("."),
        want: wanted(issue),
        got: got === undefined ? "nothing" : JSON.stringify(got),
      };
    }),
  };
}

function child(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<PropertyKey, unknown>>)[key]
    : undefined;
}

function wanted(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `type ${issue.expected}`;
    case "invalid_value":
      return `one of ${issue.values.map(String).join(", ")}`;
    default:
      return issue.message;
  }
}

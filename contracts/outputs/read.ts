import type { z } from "zod";

/** One output that does not fit: `path` begins with the stack, e.g. `local.eu-central-1: buckets.raw`. */
export interface OutputProblem {
  readonly path: string;
  /** `want ..., got ...`. */
  readonly reason: string;
}

/** Outputs of stacks that do not fit the contract of this version, e.g. since an older version applied them. */
export class OutputsError extends Error {
  constructor(readonly problems: readonly OutputProblem[]) {
    const lines = problems.map(({ path, reason }) => `\n  ${path}: ${reason}`);
    super(`outputs of stacks do not fit the contract of this version; apply these stacks again:${lines.join("")}`);
    this.name = "OutputsError";
  }
}

/** What reading gives: the outputs, or everything that is wrong with them. */
export type Read<T> = { readonly outputs: T } | { readonly problems: readonly OutputProblem[] };

/**
 * Reads a stack's outputs by the schema of its kind.
 * @example readOutputs("local.mesh", meshOutputsSchema, { environment: "local" })
 */
export function readOutputs<T>(stack: string, schema: z.ZodType<T>, given: unknown): Read<T> {
  const { data, error } = schema.safeParse(given);
  if (error === undefined) return { outputs: data };
  return {
    problems: error.issues.map((issue) => {
      const got = issue.path.reduce<unknown>(child, given);
      return {
        path: [stack, issue.path.join(".")].filter((part) => part !== "").join(": "),
        reason: `want ${wanted(issue)}, got ${got === undefined ? "nothing" : JSON.stringify(got)}`,
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

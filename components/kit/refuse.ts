import { InputPropertiesError } from "@pulumi/pulumi";

/** One thing wrong with an input: where it is, and what was wanted instead. */
export interface Problem {
  /** Path in the caller's terms, e.g. `variants[1].weight`. */
  readonly propertyPath: string;
  /** `want ..., got ...`. */
  readonly reason: string;
}

/** Words a problem the way all of Meridian does. Never pass a secret as `got`. */
export function problem(propertyPath: string, want: string, got: unknown): Problem {
  return { propertyPath, reason: `want ${want}, got ${typeof got === "string" ? `"${got}"` : String(got)}` };
}

/**
 * Refuses bad input, all problems at once. Does nothing when there are none.
 * @throws InputPropertiesError listing every problem by path.
 */
export function refuse(what: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const lines = problems.map(({ propertyPath, reason }) => `\n  ${propertyPath}: ${reason}`);
  throw new InputPropertiesError({ message: `${what} cannot be built:${lines.join("")}`, errors: [...problems] });
}

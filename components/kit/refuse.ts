import { InputPropertiesError } from "@pulumi/pulumi";
import { lineOf, reasonOf } from "../../contracts/finding";
import type { Finding } from "../../contracts/finding";

export type { Finding } from "../../contracts/finding";

/** A finding about an argument, by its path in the caller's terms. Never pass a secret as `got`. */
export function finding(path: string, want: string, got: unknown): Finding {
  return { path, want, got: typeof got === "string" ? `"${got}"` : String(got) };
}

/**
 * Refuses bad input, all findings at once. Does nothing when there are none.
 * @throws InputPropertiesError listing every finding by path.
 */
export function refuse(what: string, findings: readonly Finding[]): void {
  if (findings.length === 0) return;
  const lines = findings.map((found) => `\n  ${lineOf(found)}`);
  throw new InputPropertiesError({
    message: `${what} cannot be built:${lines.join("")}`,
    errors: findings.map((found) => ({ propertyPath: found.path, reason: reasonOf(found) })),
  });
}

import assert from "node:assert/strict";
import type { InputPropertiesError } from "@pulumi/pulumi";
import { record, type Harness } from "./recorder";

/** What is read of an `InputPropertiesError`. */
type Refusal = Pick<InputPropertiesError, "message" | "errors">;

/**
 * The program is refused, naming exactly these paths, and registers nothing: a refusal comes before `super()`.
 */
export async function assertRefused(
  program: (harness: Harness) => unknown,
  paths: readonly string[],
): Promise<Refusal> {
  let refusal: unknown;
  const recording = await record((harness) => {
    try {
      program(harness);
    } catch (error) {
      refusal = error;
    }
  });
  assert.ok(refusal instanceof Error, "want a refusal, got none");
  const { message, errors } = refusal as Error & { readonly errors?: Refusal["errors"] };
  assert.ok(Array.isArray(errors), `want an InputPropertiesError, got ${String(refusal)}`);
  assert.deepEqual(errors.map(({ propertyPath }) => propertyPath).sort(), [...paths].sort());
  assert.ok(errors.every(({ reason }) => reason.startsWith("want ")));
  assert.deepEqual(recording.snapshot(), []);
  return { message, errors };
}

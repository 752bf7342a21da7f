import assert from "node:assert/strict";
import { requestFindings, requestsFor } from "../../../aws/requests";
import type { Properties } from "../../../aws/value";
import { models } from "../published";

/** What is asked for, by operation: one case of a table-driven test. */
export interface Sent {
  readonly says: string;
  readonly type: string;
  readonly inputs: Properties;
  readonly requests: readonly (readonly [operation: string, input: Properties])[];
}

/** One test for each case: these requests are sent, all of which AWS's models take. */
export function sends(cases: readonly Sent[]): void {
  for (const { says, type, inputs, requests } of cases)
    it(says, () => {
      assert.deepEqual(
        requestsFor(models, type, inputs).map(({ operation, input }) => [operation, defined(input)]),
        requests.map(([operation, input]) => [operation, input]),
      );
      assert.deepEqual(requestFindings(models, type, inputs), []);
    });
}

/** Without the members that are left out. */
function defined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(defined);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([key, inner]) => [key, defined(inner)]),
  );
}

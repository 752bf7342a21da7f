import assert from "node:assert/strict";
import { requestFindingText, REQUESTS, requestFindings } from "../../aws/requests";
import { ruleFindings } from "../../aws/rules";
import type { Properties } from "../../aws/value";
import { models } from "../aws/published";
import type { Recording } from "./recorder";

/**
 * AWS would take every resource that was recorded: its type is described, and neither AWS's service models nor the rules
 * between properties refuse its inputs. For options that no topology turns on, which no preview of a stack reaches.
 */
export function assertTaken(recording: Recording, region = "us-east-1"): void {
  const problems = recording.resources
    .filter(({ type }) => type.startsWith("aws:"))
    .flatMap(({ type, name, inputs }) => {
      if (!REQUESTS.has(type)) return [`${type} ${name}: no request is described`];
      const given = inputs as Properties;
      return [
        ...requestFindings(models, type, given).map((found) => `${type} ${name}: ${requestFindingText(found)}`),
        ...ruleFindings(type, given, { region }).map(
          ({ rule, path, want, got }) => `${type} ${name}.${path}: want ${want}, got ${got} (${rule.id})`,
        ),
      ];
    });
  assert.deepEqual(problems, []);
}

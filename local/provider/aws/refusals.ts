import { refusalText, requestRefusals } from "../../../aws/requests";
import { ruleRefusals } from "../../../aws/rules";
import { awsModels } from "../models";
import type { Failure } from "../provider";
import { awsProperties } from "../properties";
import type { Props } from "../values";

/**
 * What AWS would refuse about a resource: its requests by AWS's published models, and what AWS enforces between
 * properties. What is not known yet is never refused.
 */
export function refusedByAws(type: string, inputs: Props, region: string): readonly Failure[] {
  const properties = awsProperties(inputs);
  const requests = requestRefusals(awsModels(), type, properties).map((refusal) => ({
    property: refusal.property,
    reason: refusalText(refusal),
  }));
  const rules = ruleRefusals(type, properties, { region }).map(({ rule, property, want, got }) => ({
    property,
    reason: `${rule.title} (${rule.id}, ${rule.source}): want ${want}, got ${got}`,
  }));
  return [...requests, ...rules];
}

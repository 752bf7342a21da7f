import { requestFindingText, requestFindings } from "../../../aws/requests";
import { ruleFindings } from "../../../aws/rules";
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
  const requests = requestFindings(awsModels(), type, properties).map((found) => ({
    property: found.path,
    reason: requestFindingText(found),
  }));
  const rules = ruleFindings(type, properties, { region }).map(({ rule, path, want, got }) => ({
    property: path,
    reason: `${rule.title} (${rule.id}, ${rule.source}): want ${want}, got ${got}`,
  }));
  return [...requests, ...rules];
}

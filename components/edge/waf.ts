import { CLOUDFRONT_REGION } from "../../aws/facts";
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { nameOf } from "../kit/names";
import { keepData, type Scope } from "../kit/scope";

export interface WebAclArgs {
  readonly scope: Scope;
  readonly wafScope: "REGIONAL" | "CLOUDFRONT";
  /** Requests of one address in five minutes after which it is blocked. */
  readonly rateLimit: number;
  /** Part of the names, e.g. `edge`. */
  readonly part: string;
  /** Whether stopped requests are written down, with their callers' addresses, in the web ACL's region. */
  readonly log: boolean;
  readonly logRetentionDays: number;
}

/** Limits of a rate rule: docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html */
export const RATE_LIMIT = { min: 10, max: 2_000_000_000, usual: 2000 } as const;

/** AWS's rule groups, in the order of evaluation; together 925 of the 1,500 capacity units that cost no extra. */
const MANAGED_RULES = [
  "AWSManagedRulesAmazonIpReputationList",
  "AWSManagedRulesCommonRuleSet",
  "AWSManagedRulesKnownBadInputsRuleSet",
] as const;

/** Rules that only count: a batch of events is larger than the 8 KiB that the common rules allow in a body. */
const OVERRIDES: Readonly<
  Record<string, aws.types.input.wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverride[]>
> = {
  AWSManagedRulesCommonRuleSet: [{ name: "SizeRestrictions_BODY", actionToUse: { count: {} } }],
};

/** A web ACL that lets in all but known attackers, bad inputs and floods, counts what it blocks, and logs it if asked. */
export function createWebAcl(name: string, args: WebAclArgs, parent: pulumi.Resource): aws.wafv2.WebAcl {
  const { scope, part } = args;
  const region = args.wafScope === "CLOUDFRONT" ? CLOUDFRONT_REGION : scope.region;
  const acl = new aws.wafv2.WebAcl(
    name,
    {
      name: nameOf(scope, part, "webAcl"),
      description: `Guards ${part}`,
      region,
      scope: args.wafScope,
      defaultAction: { allow: {} },
      rules: [
        {
          name: "rate",
          priority: 0,
          action: { block: { customResponse: { responseCode: 429 } } },
          statement: {
            rateBasedStatement: { limit: args.rateLimit, aggregateKeyType: "IP", evaluationWindowSec: 300 },
          },
          visibilityConfig: visibility("rate"),
        },
        ...MANAGED_RULES.map((group, index) => ({
          name: group,
          priority: index + 1,
          overrideAction: { none: {} },
          statement: {
            managedRuleGroupStatement: { vendorName: "AWS", name: group, ruleActionOverrides: OVERRIDES[group] ?? [] },
          },
          visibilityConfig: visibility(group),
        })),
      ],
      visibilityConfig: visibility(part),
    },
    { parent },
  );
  if (args.log) logBlocked(name, args, acl, parent);
  return acl;
}

/** A log group must stand in its web ACL's region: docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html */
function logBlocked(name: string, args: WebAclArgs, acl: aws.wafv2.WebAcl, parent: pulumi.Resource): void {
  const { scope, part } = args;
  const region = args.wafScope === "CLOUDFRONT" ? CLOUDFRONT_REGION : scope.region;
  const logs = new aws.cloudwatch.LogGroup(
    `${name}-waf`,
    // AWS WAF writes to groups with this prefix only.
    { name: `aws-waf-logs-${nameOf(scope, part, "webAcl")}`, region, retentionInDays: args.logRetentionDays },
    { parent, ...keepData(scope) },
  );
  new aws.wafv2.WebAclLoggingConfiguration(
    name,
    {
      region,
      resourceArn: acl.arn,
      logDestinationConfigs: [logs.arn],
      // Only what was stopped or counted: passed requests are in the access log.
      loggingFilter: {
        defaultBehavior: "DROP",
        filters: [
          {
            behavior: "KEEP",
            requirement: "MEETS_ANY",
            conditions: [{ actionCondition: { action: "BLOCK" } }, { actionCondition: { action: "COUNT" } }],
          },
        ],
      },
      redactedFields: [{ singleHeader: { name: "authorization" } }, { singleHeader: { name: "cookie" } }],
    },
    { parent },
  );
}

function visibility(metricName: string): aws.types.input.wafv2.WebAclVisibilityConfig {
  return { cloudwatchMetricsEnabled: true, sampledRequestsEnabled: false, metricName };
}

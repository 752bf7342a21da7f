import type { Properties } from "../value";
import { DYNAMODB } from "./dynamodb";
import { ELASTICACHE } from "./elasticache";
import { ELASTICACHE_STACK } from "./elasticache-stack";
import { FIREHOSE } from "./firehose";
import { KINESIS } from "./kinesis";
import { LAMBDA, LAMBDA_STACK } from "./lambda";
import { MESSAGING, MESSAGING_STACK } from "./messaging";
import { REDSHIFT } from "./redshift";
import { SAGEMAKER, SAGEMAKER_STACK } from "./sagemaker";
import { SCALING } from "./scaling";
import { EC2, EC2_STACK } from "./ec2";
import { EKS, EKS_STACK } from "./eks";
import { EMR, EMR_STACK } from "./emr";
import { KMS } from "./kms";
import { OPENSEARCH } from "./opensearch";
import { S3 } from "./s3";
import { S3_STACK } from "./s3-stack";
import type { Finding, Neighbours, Node, Place, PropertyRule, StackRule } from "./rule";

export type { ExampleNode, Finding, Neighbours, Node, Place, PropertyRule, StackRule } from "./rule";

/** Rules between properties of one resource. */
export const PROPERTY_RULES: readonly PropertyRule[] = [
  ...KINESIS,
  ...FIREHOSE,
  ...DYNAMODB,
  ...ELASTICACHE,
  ...REDSHIFT,
  ...SAGEMAKER,
  ...SCALING,
  ...LAMBDA,
  ...MESSAGING,
  ...S3,
  ...KMS,
  ...EKS,
  ...EC2,
  ...EMR,
  ...OPENSEARCH,
];

/** Rules between resources of one stack. */
export const STACK_RULES: readonly StackRule[] = [
  ...ELASTICACHE_STACK,
  ...SAGEMAKER_STACK,
  ...LAMBDA_STACK,
  ...MESSAGING_STACK,
  ...S3_STACK,
  ...EKS_STACK,
  ...EC2_STACK,
  ...EMR_STACK,
];

/** Every rule that AWS enforces and its service models do not state. */
export const ALL_RULES: readonly (PropertyRule | StackRule)[] = [...PROPERTY_RULES, ...STACK_RULES];

/** A property that AWS would refuse. */
export interface RuleRefusal extends Finding {
  readonly rule: PropertyRule | StackRule;
}

/** A resource of a stack that AWS would refuse. */
export interface StackRefusal extends RuleRefusal {
  readonly node: Node;
}

const BY_TYPE = new Map<string, readonly PropertyRule[]>();
for (const rule of PROPERTY_RULES)
  for (const type of rule.types) BY_TYPE.set(type, [...(BY_TYPE.get(type) ?? []), rule]);

/** What AWS would refuse about a resource by itself. Unknown values are never refused. */
export function ruleRefusals(type: string, inputs: Properties, place: Place): readonly RuleRefusal[] {
  return (BY_TYPE.get(type) ?? []).flatMap((rule) => rule.check(inputs, place).map((found) => ({ rule, ...found })));
}

/** What AWS would refuse about the resources of a stack together; `ruleRefusals` says it of each by itself. */
export function stackRefusals(stack: Neighbours): readonly StackRefusal[] {
  return STACK_RULES.flatMap((rule) =>
    stack.of(...rule.types).flatMap((node) => rule.across(node, stack).map((found) => ({ rule, node, ...found }))),
  );
}

import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Reach } from "../kit/grant";
import { nameOf } from "../kit/names";
import type { Scope } from "../kit/scope";

export interface ClosedGroupArgs {
  readonly scope: Scope;
  /** Part of the name, e.g. `cache`. */
  readonly part: string;
  readonly description: string;
  readonly vpcId: pulumi.Input<string>;
  /** Whether AWS adds rules by itself, or groups name each other: they are revoked first on delete. @default false */
  readonly revokeRulesOnDelete?: boolean;
  /** @default none */
  readonly tags?: Readonly<Record<string, string>>;
}

/** A security group without a rule: each rule is a resource of its own, so that adding one leaves the others alone. */
export function createClosedGroup(name: string, args: ClosedGroupArgs, parent: pulumi.Resource): aws.ec2.SecurityGroup {
  const { scope, part, description, vpcId, revokeRulesOnDelete, tags } = args;
  return new aws.ec2.SecurityGroup(
    name,
    {
      name: nameOf(scope, part, "securityGroup"),
      description,
      vpcId,
      ...(revokeRulesOnDelete === true ? { revokeRulesOnDelete } : {}),
      ...(tags === undefined ? {} : { tags }),
    },
    { parent },
  );
}

/** HTTPS to anywhere: AWS's APIs, since the gateway endpoints of S3 and DynamoDB have public addresses. */
export function openHttps(
  name: string,
  group: aws.ec2.SecurityGroup,
  description: string,
  parent: pulumi.Resource,
): aws.vpc.SecurityGroupEgressRule {
  return new aws.vpc.SecurityGroupEgressRule(
    name,
    { securityGroupId: group.id, cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp", fromPort: 443, toPort: 443, description },
    { parent },
  );
}

/** Lets the clients in one group reach a port. */
export function letIn(
  name: string,
  { securityGroupId, port }: Reach,
  from: pulumi.Input<string>,
  description: string,
  parent: pulumi.Resource,
): aws.vpc.SecurityGroupIngressRule {
  return new aws.vpc.SecurityGroupIngressRule(
    name,
    { securityGroupId, referencedSecurityGroupId: from, ipProtocol: "tcp", fromPort: port, toPort: port, description },
    { parent },
  );
}

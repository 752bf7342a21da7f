import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { createClosedGroup, letIn, openHttps } from "../parts/security-group";
import { EMR_TAG, type EtlArgs } from "./contract";

export interface Groups {
  readonly primary: aws.ec2.SecurityGroup;
  readonly core: aws.ec2.SecurityGroup;
  readonly service: aws.ec2.SecurityGroup;
}

/** Port on which EMR's service takes what the primary node reports. */
const SERVICE_PORT = 9443;

/** Groups of our own: the ones that EMR makes by itself block the deletion of the network. */
export function createSecurityGroups(name: string, args: EtlArgs, parent: pulumi.Resource): Groups {
  const group = (part: string, description: string): aws.ec2.SecurityGroup =>
    createClosedGroup(
      `${name}-${part}`,
      {
        scope: args.scope,
        part: `etl-${part}`,
        description,
        vpcId: args.vpcId,
        // EMR adds rules between these groups itself; they refer to each other and would block their deletion.
        revokeRulesOnDelete: true,
        tags: EMR_TAG,
      },
      parent,
    );
  const groups = {
    primary: group("primary", "EMR primary node"),
    core: group("core", "EMR core and task nodes"),
    service: group("service-access", "EMR service in a private subnet"),
  };
  const nodes = { primary: groups.primary, core: groups.core };
  for (const [from, source] of Object.entries(nodes)) {
    for (const [to, target] of Object.entries(nodes)) {
      new aws.vpc.SecurityGroupEgressRule(
        `${name}-${from}-to-${to}`,
        {
          securityGroupId: source.id,
          referencedSecurityGroupId: target.id,
          ipProtocol: "-1",
          description: "Spark and HDFS between nodes",
        },
        { parent },
      );
    }
    openHttps(
      `${name}-${from}-https`,
      source,
      "AWS APIs: the gateway endpoints of S3 and DynamoDB have public addresses",
      parent,
    );
    new aws.vpc.SecurityGroupEgressRule(
      `${name}-service-to-${from}`,
      {
        securityGroupId: groups.service.id,
        referencedSecurityGroupId: source.id,
        ipProtocol: "tcp",
        fromPort: 8443,
        toPort: 8443,
        description: "EMR service to its agents",
      },
      { parent },
    );
  }
  // The two rules that EMR does not add: docs.aws.amazon.com/emr/latest/ManagementGuide/emr-man-sec-groups.html
  new aws.vpc.SecurityGroupEgressRule(
    `${name}-primary-out-to-service`,
    {
      securityGroupId: groups.primary.id,
      referencedSecurityGroupId: groups.service.id,
      ipProtocol: "tcp",
      fromPort: SERVICE_PORT,
      toPort: SERVICE_PORT,
      description: "EMR primary node to the service",
    },
    { parent },
  );
  letIn(
    `${name}-primary-to-service`,
    { securityGroupId: groups.service.id, port: SERVICE_PORT },
    groups.primary.id,
    "EMR primary node to the service",
    parent,
  );
  return groups;
}

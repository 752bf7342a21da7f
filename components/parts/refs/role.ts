import type * as pulumi from "@pulumi/pulumi";
import type { Allow } from "../../kit/iam";

/** A service that a role is handed to. */
export type PassedTo = "ec2.amazonaws.com" | "elasticmapreduce.amazonaws.com" | "emr-serverless.amazonaws.com";

/** The right to hand a role to one service, and to no other. */
export function allowPassRole(roleArn: pulumi.Input<string>, to: PassedTo): Allow {
  return {
    sid: "PassRole",
    actions: ["iam:PassRole"],
    resources: [roleArn],
    conditions: { StringEquals: { "iam:PassedToService": to } },
  };
}

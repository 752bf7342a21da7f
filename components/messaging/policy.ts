import * as pulumi from "@pulumi/pulumi";
import type { Scope } from "../kit/scope";

/** An AWS service that sends to a queue or publishes to a topic. */
export interface Sender {
  /** Service principal, e.g. `s3.amazonaws.com`. */
  readonly service: string;
  /** The one resource on whose behalf it may. @default any of this account */
  readonly sourceArn?: pulumi.Input<string>;
}

const SEND = { sqs: "sqs:SendMessage", sns: "sns:Publish" } as const;
/** What plain HTTP is denied: every action that moves a message. */
const MOVE = {
  sqs: ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"],
  sns: ["sns:Publish", "sns:Subscribe"],
} as const;

/** A resource policy: no plain HTTP for anybody (FSBP SQS/SNS encryption in transit), and the named services may send. */
export function resourcePolicy(
  scope: Scope,
  kind: "sqs" | "sns",
  resourceArn: pulumi.Input<string>,
  senders: readonly Sender[],
): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "OnlyTls",
        Effect: "Deny",
        Principal: "*",
        Action: MOVE[kind],
        Resource: resourceArn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
      ...senders.map(({ service, sourceArn }, index) => ({
        Sid: `Sender${index + 1}`,
        Effect: "Allow",
        Principal: { Service: service },
        Action: SEND[kind],
        Resource: resourceArn,
        Condition: {
          StringEquals: { "aws:SourceAccount": scope.account },
          ...(sourceArn === undefined ? {} : { ArnEquals: { "aws:SourceArn": sourceArn } }),
        },
      })),
    ],
  });
}

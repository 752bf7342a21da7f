import * as pulumi from "@pulumi/pulumi";
import { finding, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import type { KeyRef, KeyService } from "../parts/refs/key";

/** An AWS service that sends to a queue or publishes to a topic. */
export type Sender = Extract<KeyService, "cloudwatch" | "events" | "s3">;

/** Senders that the key does not admit: their messages would be lost without a trace. */
export function checkSenders(path: string, senders: readonly Sender[], key: KeyRef): Finding[] {
  return senders.flatMap((sender, index) =>
    key.admits.has(sender)
      ? []
      : [finding(`${path}[${index}]`, `a service that the key admits (${[...key.admits].join(", ")})`, sender)],
  );
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
      ...senders.map((sender, index) => ({
        Sid: `Sender${index + 1}`,
        Effect: "Allow",
        Principal: { Service: `${sender}.amazonaws.com` },
        Action: SEND[kind],
        Resource: resourceArn,
        Condition: { StringEquals: { "aws:SourceAccount": scope.account } },
      })),
    ],
  });
}

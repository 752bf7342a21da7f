import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { nameOf } from "../kit/names";
import { refuse, type Problem } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantDistinct, wantMatch } from "../kit/want";
import { resourcePolicy, type Sender } from "./policy";

export interface TopicArgs {
  readonly scope: Scope;
  /** What the topic is for, e.g. `alarms`: part of its name. */
  readonly part: string;
  /** KMS key of the messages. Services that publish must be allowed in the key's policy. */
  readonly keyArn: pulumi.Input<string>;
  /** Services that may publish. @default none */
  readonly publishers?: readonly Sender[];
  /** Addresses that are told; each must confirm by the mail that it gets. @default none */
  readonly emails?: readonly string[];
}

/** Problems of the arguments, by path. */
export function checkTopic({ emails = [] }: TopicArgs): Problem[] {
  return [
    ...wantDistinct("emails", emails, "addresses", 0),
    ...emails.flatMap((email, index) =>
      wantMatch(`emails[${index}]`, email, /^[^\s@]+@[^\s@]+\.[^\s@]+$/, "a mail address"),
    ),
  ];
}

/** An encrypted topic that only talks TLS. */
export class Topic extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;

  constructor(name: string, args: TopicArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`topic "${name}"`, checkTopic(args));
    super("meridian:messaging:Topic", name, {}, opts);
    const topic = this.createTopic(name, args);
    this.createPolicy(name, args, topic);
    this.createSubscriptions(name, args, topic);
    this.arn = topic.arn;
    this.name = topic.name;
    this.registerOutputs({ arn: this.arn, name: this.name });
  }

  private createTopic(name: string, { scope, part, keyArn }: TopicArgs): aws.sns.Topic {
    return new aws.sns.Topic(
      name,
      { name: nameOf(scope, part, "topic"), kmsMasterKeyId: keyArn, signatureVersion: 2 },
      { parent: this },
    );
  }

  private createPolicy(name: string, { scope, publishers }: TopicArgs, topic: aws.sns.Topic): void {
    new aws.sns.TopicPolicy(
      name,
      { arn: topic.arn, policy: resourcePolicy(scope, "sns", topic.arn, publishers ?? []) },
      { parent: this },
    );
  }

  private createSubscriptions(name: string, { emails = [] }: TopicArgs, topic: aws.sns.Topic): void {
    for (const [index, endpoint] of emails.entries()) {
      new aws.sns.TopicSubscription(
        `${name}-mail-${index + 1}`,
        { topic: topic.arn, protocol: "email", endpoint },
        { parent: this },
      );
    }
  }
}

import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { nameOf } from "../kit/names";
import { refuse, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantDistinct, wantMatch } from "../kit/want";
import type { KeyRef } from "../parts/refs/key";
import { TopicRef } from "../parts/refs/topic";
import { checkSenders, resourcePolicy, type Sender } from "./policy";

export interface TopicArgs {
  readonly scope: Scope;
  /** What the topic is for, e.g. `alarms`: part of its name. */
  readonly part: string;
  /** KMS key of the messages; its policy admits the services that publish. */
  readonly key: KeyRef;
  /** Services that may publish. @default none */
  readonly publishers?: readonly Sender[];
  /** Mail addresses of subscribers; each must confirm by the mail that it gets. @default none */
  readonly emails?: readonly string[];
}

/** Findings about the arguments, by path. */
export function checkTopic({ emails = [], publishers = [], key }: TopicArgs): Finding[] {
  return [
    ...checkSenders("publishers", publishers, key),
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
  /** What users of the topic need. */
  readonly ref: TopicRef;

  constructor(name: string, args: TopicArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`topic "${name}"`, checkTopic(args));
    super("meridian:messaging:Topic", name, {}, opts);
    const topic = this.createTopic(name, args);
    this.createPolicy(name, args, topic);
    this.createSubscriptions(name, args, topic);
    this.arn = topic.arn;
    this.name = topic.name;
    this.ref = new TopicRef({ arn: topic.arn, key: args.key });
    this.registerOutputs({ arn: this.arn, name: this.name });
  }

  private createTopic(name: string, { scope, part, key }: TopicArgs): aws.sns.Topic {
    return new aws.sns.Topic(
      name,
      { name: nameOf(scope, part, "topic"), kmsMasterKeyId: key.arn, signatureVersion: 2 },
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

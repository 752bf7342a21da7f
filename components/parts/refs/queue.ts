import type * as pulumi from "@pulumi/pulumi";
import type { Grant } from "../../kit/grant";
import type { KeyRef } from "./key";

/** What a queue is known by. */
export interface QueueNames {
  readonly name: pulumi.Input<string>;
  readonly arn: pulumi.Input<string>;
  readonly url: pulumi.Input<string>;
  readonly key: KeyRef;
  /** The queue's policy: S3 tries the queue when a notification is made. */
  readonly policy: pulumi.Resource;
}

/** An encrypted queue as its users know it; a program finds it by its URL. */
export class QueueRef {
  readonly name: pulumi.Input<string>;
  readonly arn: pulumi.Input<string>;
  readonly url: pulumi.Input<string>;
  readonly key: KeyRef;
  readonly policy: pulumi.Resource;

  constructor({ name, arn, url, key, policy }: QueueNames) {
    this.name = name;
    this.arn = arn;
    this.url = url;
    this.key = key;
    this.policy = policy;
  }

  /** Rights of a sender: docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html */
  allowSend(): Grant {
    return this.#grant("SendMessages", ["sqs:SendMessage"], this.key.allowEncrypt("sqs"));
  }

  /** Receive and delete; for a consumer that finishes within the visibility timeout. */
  allowTake(): Grant {
    return this.#grant("TakeMessages", ["sqs:DeleteMessage", "sqs:ReceiveMessage"], this.key.allowDecrypt("sqs"));
  }

  /** Take, hold longer than the visibility timeout, and see how much waits. */
  allowConsume(): Grant {
    const actions = [
      "sqs:ChangeMessageVisibility",
      "sqs:DeleteMessage",
      "sqs:GetQueueAttributes",
      "sqs:ReceiveMessage",
    ];
    return this.#grant("ConsumeMessages", actions, this.key.allowDecrypt("sqs"));
  }

  #grant(sid: string, actions: readonly string[], key: Grant["allow"][number]): Grant {
    return { allow: [{ sid, actions, resources: [this.arn] }, key], address: this.url };
  }
}

import type * as pulumi from "@pulumi/pulumi";
import type { Grant } from "../../kit/grant";
import type { KeyRef } from "./key";

/** An encrypted topic as its users know it. */
export class TopicRef {
  readonly arn: pulumi.Input<string>;
  readonly key: KeyRef;

  constructor({ arn, key }: { readonly arn: pulumi.Input<string>; readonly key: KeyRef }) {
    this.arn = arn;
    this.key = key;
  }

  /** Rights of a publisher: docs.aws.amazon.com/sns/latest/dg/sns-key-management.html */
  allowPublish(): Grant {
    return {
      allow: [
        { sid: "PublishMessages", actions: ["sns:Publish"], resources: [this.arn] },
        this.key.allowEncrypt("sns"),
      ],
      address: this.arn,
    };
  }
}

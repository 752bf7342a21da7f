import type * as pulumi from "@pulumi/pulumi";
import type { Grant } from "../../kit/grant";
import type { KeyRef } from "./key";

/** An encrypted Kinesis stream as its users know it. */
export class StreamRef {
  readonly name: pulumi.Input<string>;
  readonly arn: pulumi.Input<string>;
  readonly key: KeyRef;

  constructor(named: {
    readonly name: pulumi.Input<string>;
    readonly arn: pulumi.Input<string>;
    readonly key: KeyRef;
  }) {
    this.name = named.name;
    this.arn = named.arn;
    this.key = named.key;
  }

  /** One record a request: API Gateway's own integration. */
  allowPutOne(): Grant {
    return this.#put(["kinesis:PutRecord"]);
  }

  /** Records in batches. */
  allowPut(): Grant {
    return this.#put(["kinesis:PutRecords"]);
  }

  /** Polls shards, as Firehose does: docs.aws.amazon.com/firehose/latest/dev/controlling-access.html */
  allowRead(): Grant {
    const actions = ["kinesis:DescribeStream", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"];
    return {
      allow: [{ sid: "ReadStream", actions, resources: [this.arn] }, this.key.allowDecrypt("kinesis")],
      address: this.name,
    };
  }

  /** docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html: producers need GenerateDataKey only. */
  #put(actions: readonly string[]): Grant {
    return {
      allow: [{ sid: "PutRecords", actions, resources: [this.arn] }, this.key.allowEncryptOnly("kinesis")],
      address: this.name,
    };
  }
}

import * as pulumi from "@pulumi/pulumi";
import type { Grant } from "../../kit/grant";

/** A Lambda function as its callers know it. */
export class FunctionRef {
  readonly arn: pulumi.Input<string>;

  constructor(arn: pulumi.Input<string>) {
    this.arn = arn;
  }

  /** Firehose's transformation: docs.aws.amazon.com/firehose/latest/dev/controlling-access.html */
  allowTransform(): Grant {
    return {
      allow: [
        {
          sid: "TransformRecords",
          actions: ["lambda:GetFunctionConfiguration", "lambda:InvokeFunction"],
          resources: [pulumi.interpolate`${this.arn}:$LATEST`],
        },
      ],
      address: this.arn,
    };
  }
}

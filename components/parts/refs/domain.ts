import * as pulumi from "@pulumi/pulumi";
import type { Grant } from "../../kit/grant";

/** An OpenSearch domain as its users know it. */
export class DomainRef {
  readonly arn: pulumi.Input<string>;

  constructor(arn: pulumi.Input<string>) {
    this.arn = arn;
  }

  /** What Firehose asks for: docs.aws.amazon.com/firehose/latest/dev/controlling-access.html */
  allowDelivery(): Grant {
    return {
      allow: [
        {
          sid: "DescribeDomain",
          actions: ["es:DescribeDomain", "es:DescribeDomainConfig", "es:DescribeDomains"],
          resources: [this.arn],
        },
        {
          sid: "WriteDocuments",
          actions: ["es:ESHttpGet", "es:ESHttpPost", "es:ESHttpPut"],
          resources: [pulumi.interpolate`${this.arn}/*`],
        },
      ],
      address: this.arn,
    };
  }
}

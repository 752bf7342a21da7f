import * as pulumi from "@pulumi/pulumi";
import { arnOf } from "../../kit/arn";
import type { Grant } from "../../kit/grant";
import type { Scope } from "../../kit/scope";

/** A SageMaker endpoint as its callers know it. */
export class EndpointRef {
  readonly name: pulumi.Input<string>;
  readonly #scope: Scope;

  constructor(scope: Scope, name: pulumi.Input<string>) {
    this.#scope = scope;
    this.name = name;
  }

  allowInvoke(): Grant {
    return {
      allow: [
        {
          sid: "InvokeEndpoint",
          actions: ["sagemaker:InvokeEndpoint"],
          resources: [pulumi.interpolate`${arnOf(this.#scope, "sagemaker", "endpoint/")}${this.name}`],
        },
      ],
      address: this.name,
    };
  }
}

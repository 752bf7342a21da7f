import type * as pulumi from "@pulumi/pulumi";
import type { Grant } from "../../kit/grant";
import type { KeyRef } from "./key";

/** A secret as its readers know it. */
export class SecretRef {
  readonly arn: pulumi.Input<string>;
  readonly #key: KeyRef;

  constructor({ arn, key }: { readonly arn: pulumi.Input<string>; readonly key: KeyRef }) {
    this.arn = arn;
    this.#key = key;
  }

  allowRead(): Grant {
    return {
      allow: [
        { sid: "ReadSecrets", actions: ["secretsmanager:GetSecretValue"], resources: [this.arn] },
        this.#key.allowDecrypt("secretsmanager"),
      ],
      address: this.arn,
    };
  }
}

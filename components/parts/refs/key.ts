import { dnsSuffixOf } from "../../../aws/facts";
import type * as pulumi from "@pulumi/pulumi";
import { arnOf } from "../../kit/arn";
import { capitalised } from "../../kit/names";
import type { Grant } from "../../kit/grant";
import type { Allow } from "../../kit/iam";
import type { Scope } from "../../kit/scope";

/**
 * AWS services that use a key on their own behalf. `autoscaling` starts instances with encrypted volumes; it does so by
 * its service-linked role, which must exist in the account.
 */
export type KeyService = "autoscaling" | "cloudwatch" | "events" | "logs" | "s3";

/** Service through which a caller uses a key: the first part of `kms:ViaService`. */
export type Via = "dynamodb" | "ec2" | "glue" | "kinesis" | "s3" | "secretsmanager" | "sns" | "sqs";

/**
 * A KMS key as its users know it: by its ARN, or, where another stack made it, by its alias, since the id is random
 * (docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html).
 */
export class KeyRef {
  /** ARN of the key, or of its alias: what a resource's `kmsKeyId` takes. */
  readonly arn: pulumi.Input<string>;
  /** Services that the key's own policy admits. */
  readonly admits: ReadonlySet<KeyService>;
  readonly #scope: Scope;
  readonly #region: string;
  readonly #alias: string | undefined;

  private constructor(
    scope: Scope,
    region: string,
    named: { readonly arn: pulumi.Input<string>; readonly alias?: string; readonly admits: Iterable<KeyService> },
  ) {
    this.#scope = scope;
    this.#region = region;
    this.#alias = named.alias;
    this.arn = named.arn;
    this.admits = new Set(named.admits);
  }

  /** A key of this stack. */
  static of(scope: Scope, arn: pulumi.Input<string>, admits: Iterable<KeyService> = []): KeyRef {
    return new KeyRef(scope, scope.region, { arn, admits });
  }

  /** A key of another stack, or another region, by its alias (`alias/...`). */
  static byAlias(scope: Scope, alias: string, region: string = scope.region): KeyRef {
    return new KeyRef(scope, region, { arn: arnOf(scope, "kms", alias, { region }), alias, admits: [] });
  }

  /** The right to make data keys, and to read them back as multipart uploads and queues do. */
  allowEncrypt(via: Via): Allow {
    return this.allowUse("Encrypt", ["kms:Decrypt", "kms:GenerateDataKey"], via);
  }

  /** The right to make data keys only: for services that never read back what the caller wrote. */
  allowEncryptOnly(via: Via): Allow {
    return this.allowUse("Encrypt", ["kms:GenerateDataKey"], via);
  }

  allowDecrypt(via: Via): Allow {
    return this.allowUse("Decrypt", ["kms:Decrypt"], via);
  }

  /** Lambda decrypts a function's environment as the function's role, not through a service's name. */
  allowDecryptEnvironment(): Allow {
    return this.allowUse("DecryptEnvironment", ["kms:Decrypt"]);
  }

  /** Message authentication codes, for keys of that kind; a program names the key by its alias. */
  allowMac(): Grant {
    return { allow: [this.allowUse("GenerateMac", ["kms:GenerateMac"])], address: this.#alias ?? this.arn };
  }

  /**
   * Volumes that a service attaches with the caller's rights: EC2 makes the data key and gets a grant for the life of the
   * instance (docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html).
   */
  allowVolumes(): readonly Allow[] {
    return [
      this.allowUse("EncryptVolumes", [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
      ]),
      this.allowUse("GrantVolumes", ["kms:CreateGrant"], undefined, { Bool: { "kms:GrantIsForAWSResource": "true" } }),
    ];
  }

  /**
   * Any use of the key that its policy leaves to IAM; for the owner's own grants.
   * @param via service through which alone the key may be used.
   */
  allowUse(sid: string, actions: readonly string[], via?: Via, conditions: Allow["conditions"] = {}): Allow {
    const equals =
      via === undefined ? {} : { "kms:ViaService": `${via}.${this.#region}.${dnsSuffixOf(this.#scope.partition)}` };
    const all = {
      ...(this.#alias === undefined ? {} : { "ForAnyValue:StringEquals": { "kms:ResourceAliases": this.#alias } }),
      ...(via === undefined ? {} : { StringEquals: equals }),
      ...conditions,
    };
    return {
      sid: via === undefined ? sid : `${sid}In${capitalised(via)}`,
      actions,
      resources: [this.#alias === undefined ? this.arn : arnOf(this.#scope, "kms", "key/*", { region: this.#region })],
      ...(Object.keys(all).length === 0 ? {} : { conditions: all }),
    };
  }
}

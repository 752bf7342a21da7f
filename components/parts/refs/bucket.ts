import * as pulumi from "@pulumi/pulumi";
import { bucketArnOf } from "../../kit/arn";
import type { Grant } from "../../kit/grant";
import type { Allow } from "../../kit/iam";
import type { Scope } from "../../kit/scope";
import type { KeyRef } from "./key";

/** Which objects of a bucket, e.g. `features/*`. */
type Paths = readonly [string, ...string[]];

/**
 * A bucket as its users know it. Each grant has the right to use the bucket's own key, whatever the class of its data.
 */
export class BucketRef {
  readonly name: string;
  readonly arn: string;
  /** The name as an output of the bucket, so that who uses it waits for the bucket. Equals `name` across stacks. */
  readonly id: pulumi.Input<string>;
  /** The ARN likewise: for properties of resources; policies take `arn`, which is known before. */
  readonly resourceArn: pulumi.Output<string>;
  /** Key of the objects; undefined where S3's own keys are used. */
  readonly key: KeyRef | undefined;
  readonly #scope: Scope;

  constructor(
    scope: Scope,
    named: { readonly name: string; readonly id?: pulumi.Input<string>; readonly key?: KeyRef },
  ) {
    this.#scope = scope;
    this.name = named.name;
    this.arn = bucketArnOf(scope, named.name);
    this.id = named.id ?? named.name;
    this.resourceArn = pulumi.output(this.id).apply((id) => bucketArnOf(scope, id));
    this.key = named.key;
  }

  /** GetObject. A program that must tell a missing object from a forbidden one needs allowList(), too. */
  allowRead(...paths: Paths): Grant {
    return this.#grant([this.#objects("ReadObjects", ["s3:GetObject"], paths)], "decrypt");
  }

  /** ListObjectsV2, and the answer "no such key" in place of "denied". */
  allowList(): Grant {
    return this.#grant([this.#whole("ListBuckets", ["s3:ListBucket"])]);
  }

  /** ListObjectsV2 and the bucket's region, which EMRFS, Redshift and Firehose ask for first. */
  allowBrowse(): Grant {
    return this.#grant([this.#whole("BrowseBuckets", ["s3:GetBucketLocation", "s3:ListBucket"])]);
  }

  /** PutObject, in parts where objects are large; a failed upload is taken back. */
  allowWrite(...paths: Paths): Grant {
    return this.#grant([this.#objects("WriteObjects", ["s3:AbortMultipartUpload", "s3:PutObject"], paths)], "encrypt");
  }

  /** PutObject of small objects, which are never uploaded in parts. */
  allowPut(...paths: Paths): Grant {
    return this.#grant([this.#objects("PutObjects", ["s3:PutObject"], paths)], "put");
  }

  /** Read, write and delete. */
  allowRewrite(...paths: Paths): Grant {
    const actions = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"];
    return this.#grant([this.#objects("RewriteObjects", actions, paths)], "encrypt");
  }

  /** Read with tags, then delete: what an object is moved by. */
  allowTake(...paths: Paths): Grant {
    const actions = ["s3:DeleteObject", "s3:GetObject", "s3:GetObjectTagging"];
    return this.#grant([this.#objects("TakeObjects", actions, paths)], "decrypt");
  }

  /** Write with tags, and read again what an earlier try wrote. */
  allowPlace(...paths: Paths): Grant {
    const actions = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject", "s3:PutObjectTagging"];
    return this.#grant([this.#objects("PlaceObjects", actions, paths)], "encrypt");
  }

  /** What Firehose asks for on a destination: docs.aws.amazon.com/firehose/latest/dev/controlling-access.html */
  allowDelivery(): Grant {
    return this.#grant(
      [
        this.#whole("FindUploads", ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]),
        this.#objects("Deliver", ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"], ["*"]),
      ],
      "encrypt",
    );
  }

  /** S3 replicates from here: docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html */
  allowReplicateFrom(): Grant {
    return this.#grant(
      [
        this.#whole("ReadReplication", ["s3:GetReplicationConfiguration", "s3:ListBucket"]),
        this.#objects(
          "ReadVersions",
          ["s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging"],
          ["*"],
        ),
      ],
      "decrypt",
    );
  }

  /** S3 replicates to here, under this bucket's own key. */
  allowReplicateTo(): Grant {
    const actions = ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"];
    const grant = this.#grant([this.#objects("WriteReplicas", actions, ["*"])]);
    // docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
    const key = this.key?.allowUse("Encrypt", ["kms:Encrypt", "kms:GenerateDataKey"], "s3");
    return key === undefined ? grant : { ...grant, allow: [...grant.allow, key] };
  }

  #objects(sid: string, actions: readonly string[], paths: Paths): Allow {
    return { sid, actions, resources: paths.map((path) => bucketArnOf(this.#scope, this.name, path)) };
  }

  #whole(sid: string, actions: readonly string[]): Allow {
    return { sid, actions, resources: [this.arn] };
  }

  #grant(allow: readonly Allow[], use?: "decrypt" | "encrypt" | "put"): Grant {
    const { key } = this;
    if (key === undefined || use === undefined) return { allow, address: this.id };
    const right = {
      decrypt: () => key.allowDecrypt("s3"),
      // A multipart upload reads its data key back: docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
      encrypt: () => key.allowEncrypt("s3"),
      put: () => key.allowEncryptOnly("s3"),
    }[use];
    return { allow: [...allow, right()], address: this.id };
  }
}

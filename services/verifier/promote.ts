/** Class of curated events as a whole; single columns may be of a stricter one. */
const DATA_CLASS = "behaviour";

/**
 * Tags of a verified object, as a query string: that it was verified, the digest of what landed, the class of its data.
 * Rights may be bound to them (`s3:ExistingObjectTag`).
 */
export function verifiedTags(sha256: string): string {
  return new URLSearchParams({
    "meridian:verified": "true",
    "meridian:source-sha256": sha256,
    "meridian:data-class": DATA_CLASS,
  }).toString();
}

/**
 * The key of a promoted object, said for the object itself, so that a changed default of the bucket changes nothing.
 *
 * Its owner is always the bucket's: the lake's buckets enforce that and have no ACLs
 * (docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html), so that a request needs none, nor the
 * right to set one.
 */
export function encryption(keyArn: string | undefined): {
  readonly ServerSideEncryption?: "aws:kms";
  readonly SSEKMSKeyId?: string;
  readonly BucketKeyEnabled?: true;
} {
  return keyArn === undefined ? {} : { ServerSideEncryption: "aws:kms", SSEKMSKeyId: keyArn, BucketKeyEnabled: true };
}

/** The same program once the policy pack has nothing against it. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const key = new aws.kms.Key("key", { enableKeyRotation: true, deletionWindowInDays: 30 }, { protect: true });

export const photos = new aws.s3.Bucket("photos", {}, { protect: true });
new aws.s3.BucketPublicAccessBlock("photos", {
  bucket: photos.bucket,
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
});
new aws.s3.BucketServerSideEncryptionConfiguration("photos", {
  bucket: photos.bucket,
  rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn } }],
});
new aws.s3.BucketVersioning("photos", { bucket: photos.bucket, versioningConfiguration: { status: "Enabled" } });
new aws.s3.BucketPolicy("photos", {
  bucket: photos.bucket,
  policy: pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [photos.arn, pulumi.interpolate`${photos.arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  }),
});

export const clicks = new aws.kinesis.Stream(
  "clicks",
  { shardCount: 1, retentionPeriod: 168, encryptionType: "KMS", kmsKeyId: key.arn },
  { protect: true },
);

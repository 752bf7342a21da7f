import { perAccount } from "../quotas/quota";
import type { Quota } from "../quotas/quota";

/** S3. */
export const quotas: readonly Quota[] = [
  perAccount({
    id: "s3-buckets",
    service: "s3",
    code: "L-DC2B2D3D",
    name: "General purpose buckets",
    byDefault: 10_000,
    unit: "buckets",
    adjustable: true,
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/BucketRestrictions.html",
    types: ["aws:s3/bucket:Bucket"],
  }),
];

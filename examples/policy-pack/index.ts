/**
 * A stranger's program: `pulumi preview --policy-pack ../../policies` names what is wrong with it, and how to mend it.
 * `repaired.ts` is what it becomes.
 */
import * as aws from "@pulumi/aws";

export const photos = new aws.s3.Bucket("photos");

export const clicks = new aws.kinesis.Stream("clicks", { shardCount: 1, retentionPeriod: 24 });

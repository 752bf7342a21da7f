import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";

/** Small JSON objects under one prefix: what a worker leaves for the one that takes up its work. */
export interface CheckpointStore {
  read(key: string): Promise<unknown>;
  write(key: string, value: unknown): Promise<void>;
}

/** Checkpoints as S3 objects: a put is whole or not there at all, and is read back at once (S3 is strongly consistent). */
export function s3Checkpoints(s3: Pick<S3Client, "send">, bucket: string, prefix = "checkpoints/"): CheckpointStore {
  return {
    async read(key) {
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: prefix + key }));
        return JSON.parse((await Body?.transformToString()) ?? "null") as unknown;
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
    async write(key, value) {
      const Body = JSON.stringify(value);
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key: prefix + key, Body, ContentType: "application/json" }));
    },
  };
}

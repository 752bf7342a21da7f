import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BucketRef } from "../parts/refs/bucket";
import type { ModelArtifact } from "./endpoint";

export interface BootstrapModelArgs {
  /** Bucket with the models. */
  readonly artifacts: BucketRef;
}

/**
 * The model of a region that has not been trained yet: it knows no user and no item, so that the endpoint exists and
 * every request falls back to what is popular. The first daily run publishes the first real one.
 */
export class BootstrapModel extends pulumi.ComponentResource {
  readonly artifact: ModelArtifact;
  /** What must exist before an endpoint may load the model. */
  readonly object: aws.s3.BucketObjectv2;

  constructor(name: string, { artifacts }: BootstrapModelArgs, opts?: pulumi.ComponentResourceOptions) {
    super("meridian:serving:BootstrapModel", name, {}, opts);
    const archive = tar("manifest.json", MANIFEST);
    const digest = createHash("sha256").update(archive).digest("hex");
    const key = `models/bootstrap-${digest.slice(0, 16)}/model.tar.gz`;
    this.object = new aws.s3.BucketObjectv2(
      name,
      {
        bucket: artifacts.id,
        key,
        contentBase64: gzipSync(archive, { level: 9 }).toString("base64"),
        contentType: "application/gzip",
        serverSideEncryption: "aws:kms",
        ...(artifacts.key === undefined ? {} : { kmsKeyId: artifacts.key.arn }),
      },
      { parent: this },
    );
    this.artifact = { dataUrl: `s3://${artifacts.name}/${key}`, digest };
    this.registerOutputs({ artifact: this.artifact });
  }
}

/** The archive's only file: the model server knows by it that nothing was trained. */
export const MANIFEST = `${JSON.stringify({ format: "meridian-model/1", algorithm: "none", users: 0, items: 0 })}\n`;

/** POSIX ustar (IEEE Std 1003.1, `pax`): header fields by offset, and their widths. */
const BLOCK_BYTES = 512;
const MODE_AND_OWNERS = "0000644\0" + "0000000\0" + "0000000\0";

/** A tar archive of one file, without a time or an owner: equal content gives equal bytes. */
function tar(name: string, content: string): Buffer {
  const body = Buffer.from(content);
  const header = Buffer.alloc(BLOCK_BYTES);
  header.write(name, 0);
  header.write(MODE_AND_OWNERS, 100);
  header.write(`${body.length.toString(8).padStart(11, "0")}\0${"0".repeat(11)}\0`, 124);
  header.write(" ".repeat(8), 148);
  header.write("0", 156);
  header.write("ustar\x0000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const padding = Buffer.alloc((BLOCK_BYTES - (body.length % BLOCK_BYTES)) % BLOCK_BYTES);
  // Two empty blocks end an archive.
  return Buffer.concat([header, body, padding, Buffer.alloc(2 * BLOCK_BYTES)]);
}

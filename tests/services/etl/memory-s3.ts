import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NotFound,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";

interface Stored {
  readonly body: Buffer;
  readonly metadata: Record<string, string>;
}

/** An S3 client that keeps objects in memory: the calls that the workloads make, two keys to a list page. */
export class MemoryS3 extends S3Client {
  readonly objects = new Map<string, Stored>();
  puts = 0;
  private putsLeft = Number.POSITIVE_INFINITY;

  constructor() {
    super({ region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } });
    this.send = ((command: unknown) => Promise.resolve().then(() => this.answer(command))) as typeof this.send;
  }

  put(bucket: string, key: string, body: string | Buffer): void {
    this.objects.set(`${bucket}/${key}`, { body: Buffer.from(body), metadata: {} });
  }

  /** Lets so many more puts through, and fails every one after. */
  failAfter(puts: number): void {
    this.putsLeft = puts;
  }

  /** SHA-256 of each object under a prefix of `bucket/key`. */
  digests(prefix = ""): Record<string, string> {
    const found = [...this.objects].filter(([path]) => path.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(found.map(([path, { body }]) => [path, createHash("sha256").update(body).digest("hex")]));
  }

  private answer(command: unknown): unknown {
    if (command instanceof ListObjectsV2Command) return this.list(command);
    if (command instanceof GetObjectCommand) {
      const { Bucket, Key } = command.input;
      return { Body: Readable.from([this.stored(Bucket, Key).body]) };
    }
    if (command instanceof HeadObjectCommand) {
      const { Bucket, Key } = command.input;
      return { Metadata: this.stored(Bucket, Key).metadata };
    }
    if (command instanceof PutObjectCommand) {
      const { Bucket, Key, Body, Metadata } = command.input;
      if (this.putsLeft <= 0) throw new Error("cut off");
      this.putsLeft -= 1;
      this.puts += 1;
      this.objects.set(`${Bucket ?? ""}/${Key ?? ""}`, { body: Buffer.from(Body as Buffer), metadata: Metadata ?? {} });
      return {};
    }
    if (command instanceof DeleteObjectsCommand) {
      for (const { Key } of command.input.Delete?.Objects ?? []) {
        this.objects.delete(`${command.input.Bucket ?? ""}/${Key ?? ""}`);
      }
      return {};
    }
    throw new Error(`MemoryS3 does not know ${(command as object).constructor.name}`);
  }

  private stored(bucket?: string, key?: string): Stored {
    const stored = this.objects.get(`${bucket ?? ""}/${key ?? ""}`);
    if (stored === undefined) throw new NotFound({ message: "not found", $metadata: { httpStatusCode: 404 } });
    return stored;
  }

  private list({ input }: ListObjectsV2Command): unknown {
    const prefix = `${input.Bucket ?? ""}/${input.Prefix ?? ""}`;
    const keys = [...this.objects.keys()].filter((path) => path.startsWith(prefix)).sort();
    const start = Number(input.ContinuationToken ?? 0);
    const page = keys.slice(start, start + 2);
    const more = start + 2 < keys.length;
    return {
      Contents: page.map((path) => ({
        Key: path.slice((input.Bucket ?? "").length + 1),
        Size: this.objects.get(path)?.body.length,
        ETag: createHash("md5")
          .update(this.objects.get(path)?.body ?? "")
          .digest("hex"),
      })),
      IsTruncated: more,
      ...(more ? { NextContinuationToken: String(start + 2) } : {}),
    };
  }
}

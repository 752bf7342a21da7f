import { createReadStream } from "node:fs";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
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

/** An S3 client whose buckets are folders: the calls that the ETL makes, without a server's time and memory. */
export class FolderS3 extends S3Client {
  private readonly metadata = new Map<string, Record<string, string>>();

  /** @param buckets folder of each bucket */
  constructor(private readonly buckets: Readonly<Record<string, string>>) {
    super({ region: "us-east-1", credentials: { accessKeyId: "bench", secretAccessKey: "bench" } });
    this.send = ((command: unknown) => this.answer(command)) as typeof this.send;
  }

  private async answer(command: unknown): Promise<unknown> {
    if (command instanceof ListObjectsV2Command) return this.list(command);
    if (command instanceof GetObjectCommand) {
      const path = await this.present(command.input);
      return { Body: createReadStream(path) };
    }
    if (command instanceof HeadObjectCommand) {
      return { Metadata: this.metadata.get(await this.present(command.input)) ?? {} };
    }
    if (command instanceof PutObjectCommand) return this.put(command);
    if (command instanceof DeleteObjectsCommand) {
      const { Bucket, Delete } = command.input;
      for (const { Key } of Delete?.Objects ?? []) await rm(this.path({ Bucket, Key }));
      return {};
    }
    throw new Error(`FolderS3 does not know ${(command as object).constructor.name}`);
  }

  private async put({ input }: PutObjectCommand): Promise<unknown> {
    const path = this.path(input);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, input.Body instanceof Readable ? input.Body : (input.Body as Uint8Array));
    this.metadata.set(path, input.Metadata ?? {});
    return {};
  }

  private path({ Bucket, Key }: { readonly Bucket: string | undefined; readonly Key: string | undefined }): string {
    return join(this.buckets[Bucket ?? ""] ?? "", ...(Key ?? "").split("/"));
  }

  private async present(of: {
    readonly Bucket: string | undefined;
    readonly Key: string | undefined;
  }): Promise<string> {
    const path = this.path(of);
    try {
      await stat(path);
    } catch {
      throw new NotFound({ message: "not found", $metadata: { httpStatusCode: 404 } });
    }
    return path;
  }

  private async list({ input }: ListObjectsV2Command): Promise<unknown> {
    const root = this.buckets[input.Bucket ?? ""] ?? "";
    await mkdir(root, { recursive: true });
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const keys = entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"))
      .filter((key) => key.startsWith(input.Prefix ?? ""))
      .sort();
    const contents = keys.map(async (Key) => {
      const { size, mtimeMs } = await stat(join(root, ...Key.split("/")));
      return { Key, Size: size, ETag: String(mtimeMs) };
    });
    return { Contents: await Promise.all(contents), IsTruncated: false };
  }
}

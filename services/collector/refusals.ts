import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";

const compress = promisify(gzip);

/** A refused event, as it is kept. */
export interface Refusal {
  readonly refusedAt: string;
  readonly region: string;
  readonly problems: readonly string[];
  /** What the client sent, cut at `MAX_KEPT` characters. */
  readonly text: string;
}

export interface RefusalSinkOptions {
  readonly s3: Pick<S3Client, "send">;
  readonly bucket: string;
  readonly region: string;
  /** Refusals held before they are written. @default 5000 */
  readonly maxHeld?: number;
  /** Folder for refusals that could not be written before the end of the process. @default they are lost with it */
  readonly folder?: string;
}

const MAX_KEPT = 64 * 1024;

/**
 * Keeps refused events with their reasons as gzipped NDJSON under `collector/date=YYYY-MM-DD/` of the quarantine bucket.
 * An object is named by its content, so that writing it twice changes nothing.
 */
export class RefusalSink {
  kept = 0;
  private held: Refusal[] = [];
  private writing: Promise<void> = Promise.resolve();

  /** Takes up what an earlier process left in the folder. @throws the file system's errors. */
  constructor(private readonly options: RefusalSinkOptions) {
    const { file } = this;
    if (file === undefined || !existsSync(file)) return;
    const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
    this.held = lines.map((line) => JSON.parse(line) as Refusal);
  }

  private get file(): string | undefined {
    return this.options.folder === undefined ? undefined : join(this.options.folder, "refusals.ndjson");
  }

  /** Takes a refusal; it is written by `flush`, or when enough are held. */
  add(text: string, problems: readonly string[], refusedAt: Date): void {
    this.held.push({
      refusedAt: refusedAt.toISOString(),
      region: this.options.region,
      problems,
      text: text.length > MAX_KEPT ? text.slice(0, MAX_KEPT) : text,
    });
    // The failed refusals stay held and are tried again with the next flush.
    if (this.held.length >= (this.options.maxHeld ?? 5_000)) this.flush().catch(() => undefined);
  }

  /** Drops what is held and not written: the answer asked its sender to send it again. */
  forget(): void {
    this.held = [];
  }

  /** Writes what is held to the bucket, else to the folder. @throws the S3 client's errors where there is no folder. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } catch (error) {
      const { file } = this;
      if (file === undefined) throw error;
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(`${file}.tmp`, this.held.map((refusal) => `${JSON.stringify(refusal)}\n`).join(""), {
        mode: 0o600,
      });
      renameSync(`${file}.tmp`, file);
    }
  }

  /** Writes all that is held. @throws the S3 client's errors; what could not be written stays held. */
  flush(): Promise<void> {
    this.writing = this.writing.catch(() => undefined).then(() => this.write());
    return this.writing;
  }

  private async write(): Promise<void> {
    const batch = this.held;
    if (batch.length === 0) return;
    this.held = [];
    try {
      for (const [date, refusals] of Map.groupBy(batch, ({ refusedAt }) => refusedAt.slice(0, 10))) {
        const body = await compress(refusals.map((refusal) => `${JSON.stringify(refusal)}\n`).join(""));
        const digest = createHash("sha256").update(body).digest("hex").slice(0, 32);
        await this.options.s3.send(
          new PutObjectCommand({
            Bucket: this.options.bucket,
            Key: `collector/date=${date}/${this.options.region}-${digest}.ndjson.gz`,
            Body: body,
            ContentType: "application/x-ndjson",
            ContentEncoding: "gzip",
            Metadata: { records: String(refusals.length) },
          }),
        );
        this.kept += refusals.length;
      }
      // What an earlier process left is in the first batch.
      if (this.file !== undefined) rmSync(this.file, { force: true });
    } catch (error) {
      this.held = [...batch, ...this.held];
      throw error;
    }
  }
}

import { createHash } from "node:crypto";
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  PutRecordsCommand,
  type KinesisClient,
} from "@aws-sdk/client-kinesis";
import { DescribeStreamSummaryCommand, ListShardsCommand } from "@aws-sdk/client-kinesis";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";

interface StoredObject {
  readonly body: Buffer;
  readonly metadata: Record<string, string>;
  /** As the request gave them: a query string. */
  readonly tags?: string;
  /** Key that the request named. */
  readonly key?: string;
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

/**
 * An in-memory S3. `before` sees each call and may throw, as a network or a kill would; `after` does so when the call has
 * had its effect, as if the answer was lost. Reading an object's content is a call of its own, `read`.
 */
export class FakeS3 {
  readonly objects = new Map<string, StoredObject>();
  before: (operation: string, key: string) => void = () => undefined;
  after: (operation: string, key: string) => void = () => undefined;

  readonly client: Pick<S3Client, "send"> = { send: ((command: unknown) => this.send(command)) as S3Client["send"] };

  put(
    bucket: string,
    key: string,
    body: Buffer | string,
    metadata: Record<string, string> = {},
    { Tagging, SSEKMSKeyId }: { readonly Tagging?: string | undefined; readonly SSEKMSKeyId?: string | undefined } = {},
  ): void {
    this.objects.set(`${bucket}/${key}`, {
      body: Buffer.from(body),
      metadata,
      ...(Tagging === undefined ? {} : { tags: Tagging }),
      ...(SSEKMSKeyId === undefined ? {} : { key: SSEKMSKeyId }),
    });
  }

  keys(prefix: string): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  body(path: string): Buffer {
    return this.get(path).body;
  }

  metadata(path: string): Record<string, string> {
    return this.get(path).metadata;
  }

  private get(path: string): StoredObject {
    const found = this.objects.get(path);
    if (found === undefined) throw named("NoSuchKey", path);
    return found;
  }

  private async send(command: unknown): Promise<unknown> {
    await Promise.resolve();
    if (command instanceof PutObjectCommand) {
      const { Bucket = "", Key = "", Body, Metadata = {} } = command.input;
      this.before("put", Key);
      this.put(Bucket, Key, Body as Buffer | string, Metadata, command.input);
      this.after("put", Key);
      return {};
    }
    if (command instanceof GetObjectCommand) {
      const { Bucket = "", Key = "" } = command.input;
      this.before("get", Key);
      const { body, metadata } = this.get(`${Bucket}/${Key}`);
      return {
        ETag: etag(body),
        Metadata: metadata,
        Body: {
          transformToByteArray: async () => {
            await Promise.resolve();
            this.before("read", Key);
            return body;
          },
          transformToString: () => Promise.resolve(body.toString()),
        },
      };
    }
    if (command instanceof HeadObjectCommand) {
      const { Bucket = "", Key = "" } = command.input;
      const found = this.objects.get(`${Bucket}/${Key}`);
      if (found === undefined) throw named("NotFound", Key);
      return { Metadata: found.metadata, ContentLength: found.body.length };
    }
    if (command instanceof CopyObjectCommand) {
      const { Bucket = "", Key = "", CopySource = "", Metadata = {} } = command.input;
      this.before("copy", Key);
      this.put(Bucket, Key, this.get(decodeURIComponent(CopySource)).body, Metadata, command.input);
      this.after("copy", Key);
      return {};
    }
    if (command instanceof DeleteObjectCommand) {
      const { Bucket = "", Key = "" } = command.input;
      this.before("delete", Key);
      this.objects.delete(`${Bucket}/${Key}`);
      this.after("delete", Key);
      return {};
    }
    if (command instanceof ListObjectsV2Command) {
      const { Bucket = "", Prefix = "" } = command.input;
      const keys = this.keys(`${Bucket}/${Prefix}`);
      return {
        IsTruncated: false,
        Contents: keys.map((path) => ({
          Key: path.slice(Bucket.length + 1),
          Size: this.body(path).length,
          ETag: etag(this.body(path)),
        })),
      };
    }
    throw new Error(`the fake S3 knows no ${String(command)}`);
  }
}

function etag(body: Buffer): string {
  return `"${createHash("md5").update(body).digest("hex")}"`;
}

/** An in-memory Kinesis stream of one or more shards. `fail` says which records of a call are refused. */
export class FakeKinesis {
  readonly shards: { data: Uint8Array; key: string; sequence: string }[][];
  calls = 0;
  fail: (call: number, index: number) => string | undefined = () => undefined;
  private sequence = 0;

  constructor(shards = 1) {
    this.shards = Array.from({ length: shards }, () => []);
  }

  readonly client: Pick<KinesisClient, "send"> = {
    send: ((command: unknown) => this.send(command)) as KinesisClient["send"],
  };

  put(data: Uint8Array, key: string): string {
    const sequence = String((this.sequence += 1)).padStart(20, "0");
    const shard = createHash("md5").update(key).digest().readUInt8(0) % this.shards.length;
    this.shards[shard]?.push({ data, key, sequence });
    return sequence;
  }

  texts(): string[] {
    return this.shards.flat().map(({ data }) => Buffer.from(data).toString());
  }

  private async send(command: unknown): Promise<unknown> {
    await Promise.resolve();
    if (command instanceof PutRecordsCommand) {
      this.calls += 1;
      const Records = (command.input.Records ?? []).map(({ Data, PartitionKey }, index) => {
        const problem = this.fail(this.calls, index);
        if (problem === "throw") throw named("ProvisionedThroughputExceededException", "slow down");
        if (problem === "gone") throw named("ResourceNotFoundException", "no such stream");
        if (problem !== undefined) return { ErrorCode: problem, ErrorMessage: "slow down" };
        return { SequenceNumber: this.put(Data ?? Buffer.alloc(0), PartitionKey ?? ""), ShardId: "s" };
      });
      return { Records, FailedRecordCount: Records.filter((record) => "ErrorCode" in record).length };
    }
    if (command instanceof DescribeStreamSummaryCommand) {
      return {
        StreamDescriptionSummary: {
          StreamARN: "arn:aws:kinesis:us-east-1:000000000000:stream/events",
          StreamCreationTimestamp: new Date(1_000),
        },
      };
    }
    if (command instanceof ListShardsCommand)
      return { Shards: this.shards.map((_, at) => ({ ShardId: `shard-${at}` })) };
    if (command instanceof GetShardIteratorCommand) {
      const { ShardId = "", StartingSequenceNumber } = command.input;
      const shard = Number(ShardId.slice(6));
      const after = this.shards[shard]?.findIndex(({ sequence }) => sequence === StartingSequenceNumber) ?? -1;
      return { ShardIterator: `${shard}:${after + 1}` };
    }
    if (command instanceof GetRecordsCommand) {
      const [shard = 0, from = 0] = (command.input.ShardIterator ?? "").split(":").map(Number);
      // Smaller pages than asked for, as Kinesis may answer.
      const page = (this.shards[shard] ?? []).slice(from, from + Math.min(command.input.Limit ?? 100, 100));
      const next = from + page.length;
      return {
        Records: page.map(({ data, key, sequence }) => ({
          Data: data,
          PartitionKey: key,
          SequenceNumber: sequence,
          ApproximateArrivalTimestamp: new Date(Date.UTC(2026, 0, 1, 10)),
        })),
        NextShardIterator: `${shard}:${next}`,
        MillisBehindLatest: next < (this.shards[shard]?.length ?? 0) ? 1_000 : 0,
      };
    }
    throw new Error(`the fake Kinesis knows no ${String(command)}`);
  }
}

/** A Lambda that runs a function in process; what the function throws is an unhandled error of it. */
export function fakeLambda(handler: (event: unknown, call: number) => unknown): Pick<LambdaClient, "send"> {
  let call = 0;
  const send = async (command: unknown): Promise<unknown> => {
    if (!(command instanceof InvokeCommand)) throw new Error(`the fake Lambda knows no ${String(command)}`);
    call += 1;
    try {
      const answer = await handler(JSON.parse(Buffer.from(command.input.Payload as Uint8Array).toString()), call);
      return { Payload: Buffer.from(JSON.stringify(answer)) };
    } catch (error) {
      return { FunctionError: "Unhandled", Payload: Buffer.from(JSON.stringify({ errorMessage: String(error) })) };
    }
  };
  return { send: send as LambdaClient["send"] };
}

/** A good event; `more` replaces properties. */
export function anEvent(more: object = {}): Record<string, unknown> {
  return {
    eventId: "123e4567-e89b-12d3-a456-426614174000",
    schemaVersion: 1,
    eventType: "view",
    occurredAt: "2026-01-31T09:30:00.123Z",
    userId: "u1",
    itemId: "i1",
    consent: { analytics: true, personalisation: false },
    ...more,
  };
}

import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  type KinesisClient,
} from "@aws-sdk/client-kinesis";
import type { SourceRecord } from "./processor";

export type Kinesis = Pick<KinesisClient, "send">;

export interface StreamFacts {
  readonly arn: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly shards: readonly string[];
}

/** A stream's ARN, creation time and shards. */
export async function describeStream(kinesis: Kinesis, stream: string): Promise<StreamFacts> {
  const { StreamDescriptionSummary: summary } = await kinesis.send(
    new DescribeStreamSummaryCommand({ StreamName: stream }),
  );
  const shards: string[] = [];
  let next: string | undefined;
  do {
    const page = await kinesis.send(
      new ListShardsCommand(next === undefined ? { StreamName: stream } : { NextToken: next }),
    );
    for (const { ShardId } of page.Shards ?? []) if (ShardId !== undefined) shards.push(ShardId);
    next = page.NextToken;
  } while (next !== undefined);
  return {
    arn: summary?.StreamARN ?? "",
    created: summary?.StreamCreationTimestamp?.getTime() ?? 0,
    shards: shards.sort(),
  };
}

/** Reads a shard onward from a sequence number (absent = from its beginning). */
export class ShardReader {
  private iterator: string | undefined;
  private ahead: SourceRecord[] = [];

  constructor(
    private readonly kinesis: Kinesis,
    private readonly stream: string,
    private readonly shardId: string,
    private readonly after: string | undefined,
  ) {}

  /**
   * The next records: at least one unless the stream's tip was reached, and at most `limit`. With `last`, up to and
   * including that sequence number.
   */
  async next(limit: number, last?: string): Promise<SourceRecord[]> {
    const records: SourceRecord[] = [];
    while (records.length < limit) {
      if (this.ahead.length === 0 && !(await this.fetch())) break;
      const room = limit - records.length;
      const end = last === undefined ? -1 : this.ahead.findIndex(({ sequenceNumber }) => sequenceNumber === last);
      if (end >= 0 && end < room) {
        records.push(...this.ahead.splice(0, end + 1));
        break;
      }
      records.push(...this.ahead.splice(0, room));
    }
    return records;
  }

  // Reads until there are records or the tip is reached: an answer may be empty in the middle of a shard.
  private async fetch(): Promise<boolean> {
    for (;;) {
      this.iterator ??= await this.open();
      const answer = await this.kinesis.send(new GetRecordsCommand({ ShardIterator: this.iterator, Limit: 10_000 }));
      this.iterator = answer.NextShardIterator;
      for (const { SequenceNumber, PartitionKey, Data, ApproximateArrivalTimestamp } of answer.Records ?? []) {
        this.ahead.push({
          sequenceNumber: SequenceNumber ?? "",
          partitionKey: PartitionKey ?? "",
          data: Data ?? new Uint8Array(),
          arrivedAt: ApproximateArrivalTimestamp?.getTime() ?? 0,
        });
      }
      // A closed shard has no next iterator: what was read last is its end.
      const atTip = answer.NextShardIterator === undefined || (answer.MillisBehindLatest ?? 0) <= 0;
      if (this.ahead.length > 0 || atTip) return this.ahead.length > 0;
    }
  }

  private async open(): Promise<string> {
    const { ShardIterator } = await this.kinesis.send(
      new GetShardIteratorCommand({
        StreamName: this.stream,
        ShardId: this.shardId,
        ...(this.after === undefined
          ? { ShardIteratorType: "TRIM_HORIZON" as const }
          : { ShardIteratorType: "AFTER_SEQUENCE_NUMBER" as const, StartingSequenceNumber: this.after }),
      }),
    );
    if (ShardIterator === undefined) throw new Error(`${this.stream}/${this.shardId}: no iterator`);
    return ShardIterator;
  }
}

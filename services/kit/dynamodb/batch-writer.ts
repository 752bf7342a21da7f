import { setTimeout as delay } from "node:timers/promises";
import {
  BatchWriteItemCommand,
  type AttributeValue,
  type DynamoDBClient,
  type WriteRequest,
} from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import pMap from "p-map";
import type { RateLimiter } from "../rate-limiter";

/** Most items in one BatchWriteItem. docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
export const BATCH_ITEMS = 25;

/** Errors that pass by themselves; anything else is the caller's to see. */
const TRANSIENT: ReadonlySet<string> = new Set([
  "ProvisionedThroughputExceededException",
  "ThrottlingException",
  "RequestLimitExceeded",
  "InternalServerError",
  "ServiceUnavailable",
]);

/** How a batch writer goes about it. */
export interface BatchWriteOptions {
  /** Batches under way at the same time. @default 8 */
  readonly concurrency?: number;
  /** Tries of one batch before its rest is an error. @default 8 */
  readonly maxAttempts?: number;
  /** First pause, milliseconds; doubles with each try, up to 20 s, and is drawn at random up to that. @default 50 */
  readonly baseDelayMs?: number;
  /** Caps items per second, since a table shared with readers must not be drained by a job. */
  readonly limiter?: RateLimiter;
  /** Called with the number of items written so far. */
  readonly onProgress?: (written: number) => void;
  /** Source of jitter. @default Math.random */
  readonly random?: () => number;
  /** @default a timer */
  readonly sleep?: (ms: number) => Promise<unknown>;
  readonly signal?: AbortSignal;
}

export interface BatchWriteReport {
  readonly written: number;
  /** Items that DynamoDB handed back and that were sent again. */
  readonly retried: number;
}

/** Items that a table would not take after all tries. */
export class UnwrittenItemsError extends Error {
  constructor(
    readonly table: string,
    readonly unwritten: number,
    options?: ErrorOptions,
  ) {
    super(`${table}: ${unwritten} items were still refused after all tries`, options);
    this.name = "UnwrittenItemsError";
  }
}

/**
 * Puts items, 25 to a call. What DynamoDB hands back unprocessed is sent again with exponential back-off and full
 * jitter; a put is idempotent, so that a job that dies can simply run again. Two items with one key in one batch are
 * the caller's mistake: DynamoDB refuses the batch.
 * @throws UnwrittenItemsError when a batch's rest is refused to the end; other errors as they are.
 */
export async function batchWrite(
  client: Pick<DynamoDBClient, "send">,
  table: string,
  items: Iterable<object> | AsyncIterable<object>,
  options: BatchWriteOptions = {},
): Promise<BatchWriteReport> {
  let written = 0;
  let retried = 0;
  await pMap(
    batches(items),
    async (batch) => {
      retried += await writeBatch(client, table, batch, options);
      written += batch.length;
      options.onProgress?.(written);
    },
    { concurrency: options.concurrency ?? 8, ...(options.signal === undefined ? {} : { signal: options.signal }) },
  );
  return { written, retried };
}

async function writeBatch(
  client: Pick<DynamoDBClient, "send">,
  table: string,
  items: readonly Record<string, AttributeValue>[],
  options: BatchWriteOptions,
): Promise<number> {
  const { maxAttempts = 8, baseDelayMs = 50, random = Math.random, sleep = delay, limiter, signal } = options;
  let rest: WriteRequest[] = items.map((Item) => ({ PutRequest: { Item } }));
  let retried = 0;
  let cause: unknown;
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    signal?.throwIfAborted();
    await limiter?.take(rest.length);
    try {
      const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: rest } }));
      rest = UnprocessedItems?.[table] ?? [];
    } catch (error) {
      if (!(error instanceof Error) || !TRANSIENT.has(error.name)) throw error;
      cause = error;
    }
    if (rest.length === 0) return retried;
    if (attempt < maxAttempts) {
      retried += rest.length;
      await sleep(random() * Math.min(20_000, baseDelayMs * 2 ** (attempt - 1)));
    }
  }
  throw new UnwrittenItemsError(table, rest.length, { cause });
}

async function* batches(
  items: Iterable<object> | AsyncIterable<object>,
): AsyncGenerator<Record<string, AttributeValue>[]> {
  let batch: Record<string, AttributeValue>[] = [];
  for await (const item of items) {
    batch.push(marshall(item, { removeUndefinedValues: true }));
    if (batch.length === BATCH_ITEMS) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

import assert from "node:assert/strict";
import type { BatchWriteItemCommand, DynamoDBClient, WriteRequest } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { batchWrite, BATCH_ITEMS, UnwrittenItemsError } from "../../../../services/kit/dynamodb/batch-writer";
import { RateLimiter } from "../../../../services/kit/rate-limiter";

type Answer = (requests: WriteRequest[], call: number) => WriteRequest[] | Error;

/** A table that hands back what `answer` returns, and keeps the rest. */
function table(answer: Answer) {
  const stored: Record<string, unknown>[] = [];
  const calls: number[] = [];
  const send = (command: BatchWriteItemCommand): Promise<unknown> => {
    const requests = command.input.RequestItems?.["t"] ?? [];
    calls.push(requests.length);
    const rest = answer(requests, calls.length);
    if (rest instanceof Error) return Promise.reject(rest);
    for (const request of requests) {
      if (!rest.includes(request)) stored.push(unmarshall(request.PutRequest?.Item ?? {}));
    }
    return Promise.resolve({ UnprocessedItems: rest.length === 0 ? {} : { t: rest } });
  };
  return { client: { send } as unknown as Pick<DynamoDBClient, "send">, stored, calls };
}

const items = (count: number) => Array.from({ length: count }, (_, n) => ({ id: String(n) }));
const noSleep = () => Promise.resolve();

describe("the batch writer", () => {
  it("writes every item once, at most 25 to a call", async () => {
    const { client, stored, calls } = table(() => []);
    const report = await batchWrite(client, "t", items(60));
    assert.deepEqual(report, { written: 60, retried: 0 });
    assert.deepEqual(
      calls.sort((a, b) => a - b),
      [10, BATCH_ITEMS, BATCH_ITEMS],
    );
    assert.equal(new Set(stored.map((item) => item["id"])).size, 60);
  });

  it("sends what DynamoDB hands back again, with longer pauses drawn at random", async () => {
    const pauses: number[] = [];
    const { client, stored } = table((requests, call) => (call <= 3 ? requests.slice(-2) : []));
    const report = await batchWrite(client, "t", items(10), {
      baseDelayMs: 100,
      random: () => 0.5,
      sleep: (ms) => {
        pauses.push(ms);
        return Promise.resolve();
      },
    });
    assert.deepEqual(report, { written: 10, retried: 6 });
    assert.deepEqual(pauses, [50, 100, 200]);
    assert.equal(stored.length, 10);
  });

  it("tries again when it is throttled, and lets other errors through at once", async () => {
    const throttled = Object.assign(new Error("slow down"), { name: "ThrottlingException" });
    const once = table((_, call) => (call === 1 ? throttled : []));
    assert.equal((await batchWrite(once.client, "t", items(3), { sleep: noSleep })).written, 3);
    const denied = Object.assign(new Error("no"), { name: "AccessDeniedException" });
    const never = table(() => denied);
    await assert.rejects(batchWrite(never.client, "t", items(3), { sleep: noSleep }), denied);
    assert.equal(never.calls.length, 1);
  });

  it("says how many items a table would not take to the end", async () => {
    const { client } = table((requests) => requests);
    await assert.rejects(
      batchWrite(client, "t", items(5), { maxAttempts: 3, sleep: noSleep }),
      (error: unknown) => error instanceof UnwrittenItemsError && error.unwritten === 5,
    );
  });

  it("keeps no more batches under way than it was told", async () => {
    let underWay = 0;
    let most = 0;
    const send = async (): Promise<unknown> => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setTimeout(resolve, 2));
      underWay -= 1;
      return {};
    };
    await batchWrite({ send }, "t", items(500), { concurrency: 3 });
    assert.equal(most, 3);
  });

  it("reports how far it is", async () => {
    const seen: number[] = [];
    await batchWrite(table(() => []).client, "t", items(30), { concurrency: 1, onProgress: (n) => seen.push(n) });
    assert.deepEqual(seen, [25, 30]);
  });
});

describe("the rate limiter", () => {
  function clock() {
    let time = 0;
    return {
      now: () => time,
      sleep: (ms: number) => {
        time += ms;
        return Promise.resolve();
      },
    };
  }

  it("lets a second's worth pass at once and then holds the rate", async () => {
    const time = clock();
    const limiter = new RateLimiter(100, time);
    for (let n = 0; n < 50; n += 1) await limiter.take(25);
    // 1250 units at 100/s, less the burst of 100 and the last 25, which is owed.
    assert.ok(Math.abs(time.now() - 11_250) < 1, String(time.now()));
  });

  it("refuses a rate at which nothing would ever pass", () => {
    for (const rate of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => new RateLimiter(rate), RangeError);
    }
  });
});

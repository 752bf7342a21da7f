import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isEvent } from "../../../contracts/events/event";
import { parseBody } from "../../../services/kit/stream/parse";
import { Producer, type StreamRecord } from "../../../services/kit/stream/producer";
import { transformEvent } from "../../../services/transform/transform";
import { ExposureFile } from "../../../services/api/exposure-file";
import { ExposureLog, type ExposureSink } from "../../../services/api/exposures";

const SHOWN = { userId: "ada", items: [{ item_id: "lamp", score: 1 }], variant: "b", modelVersion: "v2" };

/** A stream that keeps what it is given, and answers when it is told to. */
class Sink implements ExposureSink {
  readonly records: StreamRecord[] = [];
  calls = 0;
  problem: string | undefined;
  blocked = false;
  private release: (() => void)[] = [];

  async put(records: readonly StreamRecord[]): Promise<(string | undefined)[]> {
    this.calls += 1;
    this.records.push(...records);
    if (this.blocked) await new Promise<void>((resolve) => this.release.push(resolve));
    return records.map(() => this.problem);
  }

  buffered(): number {
    return this.blocked ? this.records.length : 0;
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  unblock(): void {
    this.blocked = false;
    for (const release of this.release.splice(0)) release();
  }
}

const events = (sink: Sink): Record<string, unknown>[] =>
  sink.records.map(({ data }) => JSON.parse(data.toString()) as Record<string, unknown>);

describe("the exposure log's writer", () => {
  it("writes events that the contract takes, in the collector's form, with variant and version", async () => {
    const sink = new Sink();
    const log = new ExposureLog({ region: "eu-west-1", sink, now: () => Date.UTC(2026, 2, 1) });
    log.record(SHOWN, "all");
    log.record({ ...SHOWN, modelVersion: null }, "analytics");
    await log.drained();
    const [first, second] = events(sink);
    assert.ok(first && second);
    const { receivedAt, region, ...event } = first;
    assert.ok(isEvent(event));
    assert.deepEqual(
      [event.eventType, event.userId, event.itemId, event.variant, event.modelVersion, event.consent],
      ["exposure", "ada", "lamp", "b", "v2", { analytics: true, personalisation: true }],
    );
    assert.deepEqual([receivedAt, region, sink.records[0]?.partitionKey], [event.occurredAt, "eu-west-1", "ada"]);
    assert.notEqual(event.eventId, second["eventId"]);
    assert.deepEqual(
      [second["modelVersion"], second["consent"]],
      [undefined, { analytics: true, personalisation: false }],
    );
    assert.equal(log.counters.sent, 2);
  });

  it("reaches the curated events through the transform", async () => {
    const sink = new Sink();
    const log = new ExposureLog({ region: "eu-west-1", sink });
    log.record(SHOWN, "analytics");
    await log.drained();
    const outcome = transformEvent(sink.records[0]?.data ?? Buffer.alloc(0), () => "00");
    assert.ok(outcome.result === "Ok");
    const { event_type, variant, model_version } = JSON.parse(outcome.line) as Record<string, unknown>;
    assert.deepEqual([event_type, variant, model_version], ["exposure", "b", "v2"]);
  });

  it("says nothing without consent, and nothing of an empty list", async () => {
    const sink = new Sink();
    const log = new ExposureLog({ region: "us-east-1", sink });
    log.record(SHOWN, "none");
    log.record({ ...SHOWN, items: [] }, "all");
    await log.drained();
    assert.deepEqual([sink.calls, log.counters], [0, { sent: 0, full: 0, unfit: 0, lost: 0 }]);
  });

  it("gathers what comes close together into one call", async () => {
    const sink = new Sink();
    const log = new ExposureLog({ region: "us-east-1", sink, gatherMs: 5 });
    for (let count = 0; count < 50; count += 1) log.record(SHOWN, "all");
    while (sink.calls === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    assert.deepEqual([sink.calls, sink.records.length], [1, 50]);
  });

  it("holds so many and no more, and counts what it drops", async () => {
    const sink = new Sink();
    sink.blocked = true;
    const log = new ExposureLog({ region: "us-east-1", sink, maxHeld: 3 });
    log.record(SHOWN, "all");
    log.record(SHOWN, "all");
    const first = log.drained();
    for (let count = 0; count < 5; count += 1) log.record(SHOWN, "all");
    assert.deepEqual([sink.records.length, log.counters.full], [2, 4]);
    sink.unblock();
    await first;
    await log.drained();
    assert.deepEqual(log.counters, { sent: 3, full: 4, unfit: 0, lost: 0 });
  });

  it("counts what no event can hold, and what the stream gives up", async () => {
    const sink = new Sink();
    const lost: unknown[] = [];
    const log = new ExposureLog({ region: "us-east-1", sink, onLost: (...told) => lost.push(told) });
    log.record({ ...SHOWN, userId: "x".repeat(129) }, "all");
    log.record({ ...SHOWN, modelVersion: "x".repeat(65) }, "all");
    sink.problem = "AccessDeniedException";
    log.record(SHOWN, "all");
    await log.drained();
    assert.deepEqual(log.counters, { sent: 0, full: 0, unfit: 2, lost: 1 });
    assert.deepEqual(lost, [[1, "AccessDeniedException"]]);
  });

  it("may write to a file instead, whose lines a collector takes", async () => {
    const folder = await mkdtemp(join(tmpdir(), "exposures-spec-"));
    const file = join(folder, "new", "us-east-1.ndjson");
    const log = new ExposureLog({ region: "us-east-1", sink: new ExposureFile(file) });
    log.record(SHOWN, "all");
    await log.drained();
    log.record({ ...SHOWN, userId: "bo" }, "all");
    await log.drained();
    const parsed = parseBody(await readFile(file, "utf8"));
    assert.deepEqual(
      parsed.map((one) => ("event" in one ? one.event.userId : one.problems)),
      ["ada", "bo"],
    );
    assert.equal(log.counters.sent, 2);
    const nowhere = new ExposureLog({ region: "us-east-1", sink: new ExposureFile(folder) });
    nowhere.record(SHOWN, "all");
    await nowhere.drained();
    assert.deepEqual(nowhere.counters, { sent: 0, full: 0, unfit: 0, lost: 1 });
    await rm(folder, { recursive: true });
  });

  it("lets the collector's producer try again what the stream refused in part", async () => {
    let calls = 0;
    const kinesis = {
      send: ({ input }: { input: { Records: unknown[] } }) => {
        calls += 1;
        const Records = input.Records.map((_, place) =>
          calls === 1 && place === 0
            ? { ErrorCode: "ProvisionedThroughputExceededException" }
            : { SequenceNumber: String(place) },
        );
        return Promise.resolve({ Records });
      },
    };
    const sleep = () => Promise.resolve();
    const sink = new Producer({ kinesis: kinesis as never, stream: "events", sleep });
    const log = new ExposureLog({ region: "us-east-1", sink });
    log.record(SHOWN, "all");
    log.record(SHOWN, "all");
    await log.drained();
    assert.deepEqual([calls, log.counters.sent, sink.counters.retried], [2, 2, 1]);
  });
});

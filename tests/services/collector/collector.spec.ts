import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import type { CollectAnswer } from "../../../services/collector/answer";
import { clientOf, RateLimiter } from "../../../services/collector/rate-limit";
import { parseBody, streamRecord } from "../../../services/kit/stream/parse";
import { Producer } from "../../../services/kit/stream/producer";
import { startCollector, type CollectorServerOptions, type RunningCollector } from "../../../services/collector/server";
import { isAcceptedEvent } from "../../../contracts/events/event";
import { anEvent, FakeKinesis, FakeS3 } from "./fakes";

const now = (): Promise<void> => Promise.resolve();

describe("the collector", () => {
  let running: RunningCollector[] = [];
  afterEach(async () => {
    await Promise.all(running.map((collector) => collector.close()));
    running = [];
  });

  async function start(more: Partial<CollectorServerOptions> = {}) {
    const kinesis = new FakeKinesis();
    const s3 = new FakeS3();
    const collector = await startCollector({
      region: "us-east-1",
      kinesis: kinesis.client,
      stream: "events",
      s3: s3.client,
      quarantineBucket: "quarantine",
      clock: () => Date.UTC(2026, 0, 31, 10),
      ...more,
    });
    running.push(collector);
    const post = async (body: string | Buffer, headers: Record<string, string> = {}) => {
      const response = await fetch(`${collector.url}/v1/events`, { method: "POST", body: body as string, headers });
      return {
        status: response.status,
        retryAfter: response.headers.get("retry-after"),
        body: (await response.json()) as CollectAnswer,
      };
    };
    return { kinesis, s3, collector, post };
  }

  it("puts an event on the stream as it came, with the time of receipt and the region", async () => {
    const { kinesis, post } = await start();
    const { status, body } = await post(JSON.stringify(anEvent()));
    assert.equal(status, 200);
    assert.deepEqual(body, { accepted: 1, refused: [], unavailable: [] });
    const [record = ""] = kinesis.texts();
    assert.deepEqual(JSON.parse(record), { ...anEvent(), receivedAt: "2026-01-31T10:00:00.000Z", region: "us-east-1" });
  });

  it("takes arrays, lines and gzip, and answers for each event by its place", async () => {
    const { kinesis, s3, collector, post } = await start();
    const bad = anEvent({ itemId: "" });
    const array = await post(JSON.stringify([anEvent(), bad, anEvent()]));
    assert.deepEqual(array.body.refused, [{ index: 1, problems: ['itemId: want at least 1 character, got ""'] }]);
    const lines = [JSON.stringify(anEvent()), '{"broken', "", JSON.stringify(anEvent())].join("\n");
    const zipped = await post(gzipSync(lines), { "content-encoding": "gzip" });
    assert.equal(zipped.body.accepted, 2);
    assert.deepEqual(
      zipped.body.refused.map(({ index }) => index),
      [1],
    );
    assert.equal(kinesis.texts().length, 4);

    await collector.close();
    const [kept = ""] = s3.keys("quarantine/collector/date=");
    const refusals = gunzipSync(s3.body(kept)).toString().trim().split("\n");
    assert.equal(refusals.length, 2);
    assert.equal((JSON.parse(refusals[1] ?? "") as { text: string }).text, '{"broken');
  });

  it("answers 400 when no event is good, 404, 405, 413 and 415 for what it cannot take", async () => {
    const { collector, post } = await start();
    assert.equal((await post("{}")).status, 400);
    assert.equal((await post("")).status, 400);
    assert.equal((await post("not gzip", { "content-encoding": "gzip" })).status, 400);
    assert.equal((await post("x", { "content-encoding": "br" })).status, 415);
    assert.equal((await post(gzipSync(Buffer.alloc(6 * 1024 ** 2)), { "content-encoding": "gzip" })).status, 413);
    assert.equal((await fetch(`${collector.url}/nowhere`)).status, 404);
    assert.equal((await fetch(`${collector.url}/v1/events`)).status, 405);
    assert.equal((await fetch(`${collector.url}/health`)).status, 200);
  });

  it("answers 429 with Retry-After while the buffer is full", async () => {
    const { kinesis, post, collector } = await start({ maxBuffered: 1 });
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const send = kinesis.client.send.bind(kinesis.client) as (command: unknown) => Promise<unknown>;
    kinesis.client.send = (async (command: unknown) => {
      await gate;
      return send(command);
    }) as typeof kinesis.client.send;
    const first = post(JSON.stringify(anEvent()));
    while (collector.metrics().buffered === 0) await new Promise((resolve) => setImmediate(resolve));
    const second = await post(JSON.stringify(anEvent()));
    assert.equal(second.status, 429);
    assert.equal(second.retryAfter, "1");
    release();
    assert.equal((await first).status, 200);
    assert.equal(collector.metrics().collector.throttled, 1);
  });

  it("answers 503 and says which events to send again when the stream is gone", async () => {
    const { kinesis, post } = await start();
    kinesis.fail = () => "gone";
    const { status, body } = await post(JSON.stringify([anEvent(), anEvent({ itemId: "" }), anEvent()]));
    assert.equal(status, 503);
    assert.deepEqual(body.unavailable, [0, 2]);
  });

  it("lets scripts of the configured origins send, after a preflight, and no others", async () => {
    const origin = "https://www.example.com";
    const { kinesis, collector, post } = await start({ allowedOrigins: [origin] });
    const ask = (from: string) =>
      fetch(`${collector.url}/v1/events`, {
        method: "OPTIONS",
        headers: { origin: from, "access-control-request-method": "POST" },
      });
    const asked = await ask(origin);
    assert.equal(asked.status, 204);
    assert.equal(asked.headers.get("access-control-allow-origin"), origin);
    assert.equal(asked.headers.get("access-control-allow-methods"), "POST");
    assert.match(asked.headers.get("access-control-allow-headers") ?? "", /content-type.*idempotency-key/);
    assert.equal(asked.headers.get("vary"), "origin");
    for (const other of ["https://example.com", "http://www.example.com", "null"]) {
      const refused = await ask(other);
      assert.deepEqual([refused.status, refused.headers.get("access-control-allow-origin")], [403, null], other);
      assert.equal((await post(JSON.stringify(anEvent()), { origin: other })).status, 403);
    }
    const sent = await fetch(`${collector.url}/v1/events`, {
      method: "POST",
      body: JSON.stringify(anEvent()),
      headers: { origin },
    });
    assert.deepEqual([sent.status, sent.headers.get("access-control-allow-origin")], [200, origin]);
    assert.equal((await post(JSON.stringify(anEvent()))).status, 200);
    assert.equal(kinesis.texts().length, 2);
  });

  it("answers 429 with Retry-After to a client above its rate, and only to that one", async () => {
    const { collector, post } = await start({ clientRate: { perSecond: 0.5, burst: 2 }, trustedProxies: 1 });
    const from = (address: string) => ({ "x-forwarded-for": `198.51.100.1, ${address}` });
    const batch = JSON.stringify([anEvent(), anEvent(), anEvent()]);
    assert.equal((await post(batch, from("203.0.113.1"))).status, 200);
    const { status, retryAfter } = await post(batch, from("203.0.113.1"));
    assert.deepEqual([status, retryAfter], [429, "2"]);
    assert.equal((await post(batch, from("203.0.113.2"))).status, 200);
    assert.equal(collector.metrics().collector.throttled, 1);
  });

  it("takes a beacon without an answer's body, and events without the person", async () => {
    const { kinesis, collector } = await start();
    const body = JSON.stringify(
      anEvent({
        ...{ sessionId: "s", ip: "203.0.113.1", userAgent: "x", referrer: "https://a.example/?q" },
        page: "/a",
      }),
    );
    const beacon = await fetch(`${collector.url}/v1/beacon?anonymous=1`, { method: "POST", body });
    assert.deepEqual([beacon.status, await beacon.text()], [204, ""]);
    assert.equal((await fetch(`${collector.url}/v1/beacon`, { method: "POST", body: "{" })).status, 400);
    const { consent, ...stored } = JSON.parse(kinesis.texts()[0] ?? "") as Record<string, unknown>;
    assert.deepEqual(consent, { analytics: true, personalisation: false });
    const { eventId } = anEvent();
    assert.deepEqual(stored, {
      ...{ eventId, schemaVersion: 1, eventType: "view", occurredAt: "2026-01-31T09:30:00.123Z", itemId: "i1" },
      ...{ userId: `anonymous-${String(eventId)}`, page: "/a" },
      ...{ receivedAt: "2026-01-31T10:00:00.000Z", region: "us-east-1" },
    });
  });

  it("is ready while it has room, and not while it shuts down", async () => {
    const { collector } = await start();
    assert.equal((await fetch(`${collector.url}/ready`)).status, 200);
    await collector.close();
    await assert.rejects(fetch(`${collector.url}/ready`));
  });

  it("finishes what is under way and keeps refusals when it is closed", async () => {
    const { kinesis, s3, collector, post } = await start();
    const answers = Promise.all([post(JSON.stringify(anEvent())), post(JSON.stringify(anEvent({ value: -1 })))]);
    await new Promise((resolve) => setImmediate(resolve));
    await answers;
    await collector.close();
    assert.equal(kinesis.texts().length, 1);
    assert.equal(s3.keys("quarantine/collector/").length, 1);
  });
});

describe("the producer", () => {
  const record = (n: number) => ({ partitionKey: `u${n}`, data: Buffer.from(`r${n}`) });

  it("retries only the records that failed, until each is on the stream once", async () => {
    const kinesis = new FakeKinesis();
    kinesis.fail = (call, index) =>
      call < 4 && index % 3 === 0 ? "ProvisionedThroughputExceededException" : undefined;
    const waits: number[] = [];
    const sleep = (ms: number): Promise<void> => {
      waits.push(ms);
      return Promise.resolve();
    };
    const producer = new Producer({ kinesis: kinesis.client, stream: "s", sleep, random: () => 0.5 });
    const problems = await producer.put(Array.from({ length: 100 }, (_, n) => record(n)));
    assert.ok(problems.every((problem) => problem === undefined));
    assert.deepEqual(kinesis.texts().sort(), Array.from({ length: 100 }, (_, n) => `r${n}`).sort());
    assert.deepEqual(waits, [50, 100, 200]);
    assert.equal(producer.counters.records, 100);
    assert.equal(producer.buffered(), 0);
  });

  it("gives a record up after its tries and tells why", async () => {
    const kinesis = new FakeKinesis();
    kinesis.fail = (_, index) => (index === 0 ? "InternalFailure" : undefined);
    const producer = new Producer({ kinesis: kinesis.client, stream: "s", sleep: now, maxAttempts: 3 });
    const problems = await producer.put([record(0), record(1)]);
    assert.deepEqual(problems, ["InternalFailure: slow down", undefined]);
    assert.equal(kinesis.calls, 3);
  });

  it("keeps to 500 records and 5 MiB a call", async () => {
    const kinesis = new FakeKinesis();
    const producer = new Producer({ kinesis: kinesis.client, stream: "s", sleep: now });
    await producer.put(Array.from({ length: 1_001 }, (_, n) => record(n)));
    assert.equal(kinesis.calls, 3);
    await producer.put(Array.from({ length: 11 }, () => ({ partitionKey: "u", data: Buffer.alloc(1024 ** 2) })));
    assert.equal(kinesis.calls, 6);
  });

  it("loses and doubles nothing, whatever fails on the way", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 50 }),
        async (dice) => {
          const kinesis = new FakeKinesis();
          let at = 0;
          kinesis.fail = (call, index) => {
            const die = dice[(at += 1) % dice.length] ?? 1;
            if (index === 0 && call % 5 === 1 && die < 0.3) return "throw";
            return die < 0.4 ? "ProvisionedThroughputExceededException" : undefined;
          };
          const producer = new Producer({ kinesis: kinesis.client, stream: "s", sleep: now });
          const sent = Array.from({ length: 700 }, (_, n) => record(n));
          const problems = await producer.put(sent);
          const taken = sent.filter((_, n) => problems[n] === undefined).map(({ data }) => data.toString());
          assert.deepEqual(kinesis.texts().sort(), taken.sort());
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe("the rate limiter", () => {
  it("refills by the second up to the burst, and lets a debt be waited off", () => {
    let now = 0;
    const limiter = new RateLimiter({ perSecond: 10, burst: 20 }, () => now);
    assert.equal(limiter.wait("a"), 0);
    limiter.charge("a", 50);
    assert.equal(limiter.wait("a"), 3);
    assert.equal(limiter.wait("b"), 0);
    now = 3.05;
    assert.equal(limiter.wait("a"), 0);
    limiter.charge("a", 0);
    assert.equal(limiter.wait("a"), 1);
    now = 100;
    limiter.charge("a", 19);
    assert.equal(limiter.wait("a"), 0);
  });

  it("takes a client by the address that our own proxies saw", () => {
    const request = (forwarded: string | undefined, remoteAddress = "::ffff:10.0.0.1") =>
      ({ headers: { "x-forwarded-for": forwarded }, socket: { remoteAddress } }) as unknown as IncomingMessage;
    assert.equal(clientOf(request("1.1.1.1"), 0), "10.0.0.1");
    assert.equal(clientOf(request("9.9.9.9, 1.1.1.1"), 1), "1.1.1.1");
    assert.equal(clientOf(request("9.9.9.9, 1.1.1.1, 10.0.0.2"), 2), "1.1.1.1");
    assert.equal(clientOf(request("2001:db8:1:2:3::4"), 1), "2001:db8:1:2");
    assert.equal(clientOf(request("2001:db8::4"), 1), "2001:db8:0:0");
  });
});

describe("a request's body", () => {
  it("is spliced into a record that is an accepted event", () => {
    const text = JSON.stringify(anEvent({ page: '/a"}b' }), null, 2);
    const [one] = parseBody(text);
    assert.ok(one !== undefined && "event" in one);
    assert.ok(isAcceptedEvent(JSON.parse(streamRecord(one.text, "2026-01-31T10:00:00.000Z", "eu-west-1"))));
  });

  it("of any bytes is either events or problems, never an exception", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        for (const one of parseBody(body)) assert.ok("event" in one || one.problems.length > 0);
      }),
    );
  });
});

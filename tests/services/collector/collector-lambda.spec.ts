import assert from "node:assert/strict";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import type { CollectorCounters } from "../../../services/collector/collector";
import type { CollectAnswer } from "../../../services/collector/answer";
import {
  handler,
  lambdaCollector,
  type CollectRequest,
  type LambdaCollectorOptions,
} from "../../../services/collector/lambda";
import { CALL, CALLS_AT_ONCE } from "../../../contracts/settings/collector-call";
import { PUT_RECORDS } from "../../../aws/facts";
import { MAX_BODY_BYTES, MAX_EVENTS } from "../../../contracts/events/limits";
import { isAcceptedEvent } from "../../../contracts/events/event";
import { anEvent, FakeKinesis, FakeS3 } from "./fakes";

const NOW = Date.UTC(2026, 0, 31, 10);

interface Answered {
  readonly status: number | undefined;
  readonly retryAfter: unknown;
  readonly body: CollectAnswer & { readonly message?: string };
}

interface Rig {
  readonly kinesis: FakeKinesis;
  readonly s3: FakeS3;
  readonly counts: CollectorCounters[];
  readonly post: (
    body: string | Buffer,
    headers?: Record<string, string>,
    more?: Partial<CollectRequest>,
  ) => Promise<Answered>;
}

function rig(more: Partial<LambdaCollectorOptions> = {}): Rig {
  const kinesis = new FakeKinesis();
  const s3 = new FakeS3();
  const counts: CollectorCounters[] = [];
  const collect = lambdaCollector({
    region: "us-east-1",
    kinesis: kinesis.client,
    stream: "events",
    s3: s3.client,
    quarantineBucket: "quarantine",
    clock: () => NOW,
    sleep: () => Promise.resolve(),
    onCounted: (added) => counts.push(added),
    ...more,
  });
  const post: Rig["post"] = async (body, headers = {}, request = {}) => {
    const isBase64Encoded = typeof body !== "string";
    const {
      statusCode,
      headers: told,
      body: text,
    } = await collect({
      headers,
      rawQueryString: "",
      body: isBase64Encoded ? body.toString("base64") : body,
      isBase64Encoded,
      ...request,
    });
    return {
      status: statusCode,
      retryAfter: told?.["retry-after"],
      body: JSON.parse(text ?? "") as Answered["body"],
    };
  };
  return { kinesis, s3, counts, post };
}

const ids = (kinesis: FakeKinesis): string[] =>
  kinesis.texts().map((text) => (JSON.parse(text) as { itemId: string }).itemId);

const refusalsIn = (s3: FakeS3): string[] =>
  s3
    .keys("quarantine/collector/date=")
    .flatMap((key) => gunzipSync(s3.body(key)).toString().trim().split("\n"))
    .map((line) => (JSON.parse(line) as { text: string }).text);

describe("the collector as a function", () => {
  it("puts an event on the stream as it came, with the time of receipt and the region", async () => {
    const { kinesis, post } = rig();
    const { status, body } = await post(JSON.stringify(anEvent()));
    assert.equal(status, 200);
    assert.deepEqual(body, { accepted: 1, refused: [], unavailable: [] });
    const record: unknown = JSON.parse(kinesis.texts()[0] ?? "");
    assert.deepEqual(record, { ...anEvent(), receivedAt: "2026-01-31T10:00:00.000Z", region: "us-east-1" });
    assert.ok(isAcceptedEvent(record));
    assert.equal(kinesis.shards[0]?.[0]?.key, "u1");
  });

  it("stamps the server's own time where nothing replays", async () => {
    const kinesis = new FakeKinesis();
    const { client: s3 } = new FakeS3();
    const collect = lambdaCollector({
      ...{ region: "us-east-1", stream: "events", quarantineBucket: "q", kinesis: kinesis.client, s3 },
    });
    const before = Date.now();
    const body = JSON.stringify(anEvent());
    await collect({ headers: {}, rawQueryString: "", body, isBase64Encoded: false });
    const { receivedAt } = JSON.parse(kinesis.texts()[0] ?? "") as { receivedAt: string };
    assert.ok(Date.parse(receivedAt) >= before && Date.parse(receivedAt) <= Date.now());
  });

  it("takes arrays, lines and gzip, answers for each event by its place, and keeps refusals before it answers", async () => {
    const { kinesis, s3, counts, post } = rig();
    const array = await post(JSON.stringify([anEvent(), anEvent({ itemId: "" }), anEvent()]));
    assert.deepEqual(array.body.refused, [{ index: 1, problems: ['itemId: want at least 1 character, got ""'] }]);
    assert.equal(refusalsIn(s3).length, 1);
    const lines = [JSON.stringify(anEvent()), '{"broken', "", JSON.stringify(anEvent())].join("\n");
    const zipped = await post(gzipSync(lines), { "content-encoding": "gzip" });
    assert.deepEqual([zipped.body.accepted, zipped.body.refused.map(({ index }) => index)], [2, [1]]);
    assert.equal(kinesis.texts().length, 4);
    assert.ok(refusalsIn(s3).includes('{"broken'));
    assert.deepEqual(
      counts.map(({ accepted, refused, unavailable }) => [accepted, refused, unavailable]),
      [
        [2, 1, 0],
        [2, 1, 0],
      ],
    );
  });

  it("refuses events without consent stated, bodies that are too large, too many events and other encodings", async () => {
    const { kinesis, post } = rig();
    const noConsent: Record<string, unknown> = anEvent();
    delete noConsent["consent"];
    assert.equal((await post(JSON.stringify(noConsent))).status, 400);
    assert.equal((await post("", {}, {})).status, 400);
    assert.equal((await post("not gzip", { "content-encoding": "gzip" })).status, 400);
    assert.equal((await post("x", { "content-encoding": "br" })).status, 415);
    assert.equal((await post("x".repeat(MAX_BODY_BYTES + 1))).status, 413);
    const bomb = gzipSync(Buffer.alloc(MAX_BODY_BYTES + 1));
    assert.equal((await post(bomb, { "content-encoding": "gzip" })).status, 413);
    assert.equal((await post("{}\n".repeat(MAX_EVENTS + 1))).status, 413);
    assert.equal(kinesis.texts().length, 0);
  });

  it("takes a browser's events from the configured origins only", async () => {
    const origin = "https://shop.example";
    const { kinesis, post } = rig({ allowedOrigins: [origin] });
    const body = JSON.stringify(anEvent());
    assert.equal((await post(body, { origin: "https://other.example" })).status, 403);
    assert.equal(kinesis.texts().length, 0);
    assert.equal((await post(body, { origin })).status, 200);
    assert.equal((await post(body)).status, 200);
    assert.equal((await rig().post(body, { origin })).status, 403);
  });

  it("takes the person out where the request or the collector says so", async () => {
    const asked = rig();
    await asked.post(JSON.stringify(anEvent()), {}, { rawQueryString: "anonymous=1" });
    const always = rig({ anonymous: true });
    await always.post(JSON.stringify(anEvent()));
    for (const { kinesis } of [asked, always]) {
      const { userId } = JSON.parse(kinesis.texts()[0] ?? "") as { userId: string };
      assert.equal(userId, "anonymous-123e4567-e89b-12d3-a456-426614174000");
    }
  });

  it("sends again only the records of a call that failed", async () => {
    const { kinesis, post } = rig();
    kinesis.fail = (call, index) =>
      call === 1 && index % 2 === 0 ? "ProvisionedThroughputExceededException" : undefined;
    const sent = Array.from({ length: 10 }, (_, at) => `i${at}`);
    const { status, body } = await post(JSON.stringify(sent.map((itemId) => anEvent({ itemId }))));
    assert.deepEqual([status, body.accepted], [200, 10]);
    assert.deepEqual(ids(kinesis).sort(), sent);
    assert.equal(kinesis.calls, 2);
  });

  it("answers truly for each record whatever fails, so that what is sent again is neither lost nor doubled", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
        fc.infiniteStream(fc.constantFrom(undefined, undefined, "InternalFailure", "throw")),
        async (good, failures) => {
          const { kinesis, s3, post } = rig();
          let healthy = false;
          kinesis.fail = (_, index) => {
            const failure = healthy ? undefined : (failures.next().value as string | undefined);
            // A call that is refused as a whole has put none of its records.
            return failure === "throw" && index > 0 ? "InternalFailure" : failure;
          };
          // A bad event's text is its own too, by its user.
          const events = good.map((isGood, at) =>
            isGood ? anEvent({ itemId: `i${at}` }) : anEvent({ itemId: "", userId: `bad${at}` }),
          );
          const first = await post(JSON.stringify(events));
          const places = good.flatMap((isGood, at) => (isGood ? [at] : []));
          assert.deepEqual(
            first.body.refused.map(({ index }) => index),
            good.flatMap((isGood, at) => (isGood ? [] : [at])),
          );
          assert.equal(first.body.accepted + first.body.unavailable.length, places.length);
          const taken = places.filter((at) => !first.body.unavailable.includes(at));
          assert.deepEqual(ids(kinesis).sort(), taken.map((at) => `i${at}`).sort());
          const some = first.body.unavailable.length > 0;
          assert.equal(first.status, some ? 503 : places.length > 0 ? 200 : 400);
          assert.equal(first.retryAfter, some ? "1" : undefined);
          healthy = true;
          if (some) await post(JSON.stringify(first.body.unavailable.map((at) => events[at])));
          assert.deepEqual(ids(kinesis).sort(), places.map((at) => `i${at}`).sort());
          assert.equal(refusalsIn(s3).length, good.length - places.length);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("loses no event with an answer of the stream that is lost; one that is put twice has one id", async () => {
    const { kinesis, post } = rig();
    const send = kinesis.client.send.bind(kinesis.client) as (command: unknown) => Promise<unknown>;
    let first = true;
    kinesis.client.send = (async (command: unknown) => {
      const answered = await send(command);
      if (!first) return answered;
      first = false;
      throw Object.assign(new Error("socket hang up"), { name: "TimeoutError" });
    }) as typeof kinesis.client.send;
    const { status, body } = await post(JSON.stringify(anEvent()));
    assert.deepEqual([status, body.accepted], [200, 1]);
    const events = kinesis.texts().map((text) => (JSON.parse(text) as { eventId: string }).eventId);
    assert.deepEqual([events.length, new Set(events).size], [2, 1]);
  });

  it("takes only the rest of a request that is sent again whole with its key", async () => {
    const { kinesis, post } = rig();
    const headers = { "idempotency-key": "0123456789abcdef" };
    const body = JSON.stringify(["a", "b", "c"].map((itemId) => anEvent({ itemId })));
    kinesis.fail = (_, index) => (index === 0 ? undefined : "InternalFailure");
    const first = await post(body, headers);
    // The record that fails alone becomes the first of the next call.
    assert.equal(first.body.accepted + first.body.unavailable.length, 3);
    kinesis.fail = () => undefined;
    assert.deepEqual((await post(body, headers)).body, { accepted: 3, refused: [], unavailable: [] });
    assert.deepEqual((await post(body, headers)).status, 200);
    assert.deepEqual(ids(kinesis).sort(), ["a", "b", "c"]);
    assert.equal((await post("{}", headers)).status, 422);
  });

  it("acknowledges nothing while the stream is gone, and says when to try again", async () => {
    const { kinesis, counts, post } = rig();
    kinesis.fail = () => "gone";
    const { status, retryAfter, body } = await post(JSON.stringify([anEvent(), anEvent()]));
    assert.deepEqual([status, retryAfter, body], [503, "1", { accepted: 0, refused: [], unavailable: [0, 1] }]);
    assert.deepEqual([counts[0]?.accepted, counts[0]?.unavailable], [0, 2]);
  });

  it("takes nothing of a request whose refusals cannot be kept, and keeps them once when it is sent again", async () => {
    const { kinesis, s3, post } = rig();
    const body = JSON.stringify([anEvent(), anEvent({ itemId: "" })]);
    s3.before = () => {
      throw new Error("no such bucket");
    };
    const { status, retryAfter } = await post(body);
    assert.deepEqual([status, retryAfter, kinesis.texts().length], [503, "1", 0]);
    // Good events alone need no bucket.
    assert.equal((await post(JSON.stringify(anEvent({ itemId: "other" })))).status, 200);
    s3.before = () => undefined;
    assert.equal((await post(body)).status, 200);
    assert.deepEqual([ids(kinesis), refusalsIn(s3).length], [["other", "i1"], 1]);
  });

  it("answers 503 for what nobody expected, without a word of the body in the log", async () => {
    const { post } = rig({
      clock: () => {
        throw new TypeError("secret body");
      },
    });
    const { error } = console;
    const logged: unknown[] = [];
    console.error = (line: unknown) => logged.push(line);
    try {
      const { status, retryAfter } = await post(JSON.stringify(anEvent()));
      assert.deepEqual([status, retryAfter], [503, "1"]);
    } finally {
      console.error = error;
    }
    assert.deepEqual(logged, ['{"level":"error","message":"request failed","error":"TypeError"}']);
  });

  it("answers within its time even when each try takes as long as it may", () => {
    const backOffMs = Array.from({ length: CALL.streamAttempts - 1 }, (_, at) => 50 * 2 ** (at + 1));
    const put = CALL.streamAttempts * (CALL.connectMs + CALL.answerMs) + backOffMs.reduce((sum, ms) => sum + ms, 0);
    // The SDK's own back-off before the second try is at most 100 ms.
    const keep = CALL.objectAttempts * (CALL.connectMs + CALL.answerMs) + 100;
    assert.ok(put + keep < CALL.timeoutSeconds * 1000 - 5_000, `${put + keep} ms and 5 s for the work`);
    assert.ok(CALL.timeoutSeconds * 1000 < CALL.integrationMs);
    assert.ok(CALLS_AT_ONCE >= MAX_EVENTS / PUT_RECORDS.records + 2);
  });

  it("has all its calls of the largest request under way at once", async () => {
    const { kinesis, post } = rig();
    let underWay = 0;
    let most = 0;
    const send = kinesis.client.send.bind(kinesis.client) as (command: unknown) => Promise<unknown>;
    kinesis.client.send = (async (command: unknown) => {
      most = Math.max(most, (underWay += 1));
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return send(command);
    }) as typeof kinesis.client.send;
    const one = JSON.stringify(anEvent({ page: "/" }));
    const page = `/${"x".repeat(Math.floor(MAX_BODY_BYTES / MAX_EVENTS) - one.length - 2)}`;
    const line = `${JSON.stringify(anEvent({ page }))}\n`;
    const { status, body } = await post(line.repeat(MAX_EVENTS));
    assert.deepEqual([status, body.accepted], [200, MAX_EVENTS]);
    assert.equal(most, kinesis.calls);
  });

  it("does not start without its stream", async () => {
    const before = process.env["AWS_REGION"];
    process.env["AWS_REGION"] = "us-east-1";
    delete process.env["EVENT_STREAM"];
    try {
      await assert.rejects(
        handler({ headers: {}, rawQueryString: "", isBase64Encoded: false }),
        /EVENT_STREAM: want a value, got nothing/,
      );
    } finally {
      if (before === undefined) delete process.env["AWS_REGION"];
      else process.env["AWS_REGION"] = before;
    }
  });
});

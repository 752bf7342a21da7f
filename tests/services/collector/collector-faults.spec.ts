import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import type { FirehoseTransformationEvent } from "aws-lambda";
import type { CollectAnswer } from "../../../services/collector/answer";
import { Producer } from "../../../services/kit/stream/producer";
import { RefusalSink } from "../../../services/collector/refusals";
import { startCollector, type CollectorServerOptions, type RunningCollector } from "../../../services/collector/server";
import { Spill } from "../../../services/collector/spill";
import { SpillingProducer } from "../../../services/collector/spilling-producer";
import { transformBatch } from "../../../services/transform/batch";
import { intakeLanding } from "../../../services/verifier/intake";
import { imbalances } from "../../../local/delivery/ledger";
import { drain } from "../../../local/delivery/runner";
import { anEvent, fakeLambda, FakeKinesis, FakeS3 } from "./fakes";

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const numbered = (n: number): string => JSON.stringify(anEvent({ eventId: uuid(n), userId: `u${n % 7}` }));
const idsOf = (texts: readonly string[]): string[] =>
  texts.map((text) => (JSON.parse(text) as { eventId: string }).eventId).sort();
const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await soon();
}

describe("the collector when something fails", () => {
  const folders: string[] = [];
  let running: RunningCollector[] = [];
  afterEach(async () => {
    await Promise.all(running.map((collector) => collector.close()));
    running = [];
  });
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  function temporary(): string {
    const folder = mkdtempSync(join(tmpdir(), "collector-"));
    folders.push(folder);
    return folder;
  }

  async function start(kinesis: FakeKinesis, s3: FakeS3, more: Partial<CollectorServerOptions> = {}) {
    const collector = await startCollector({
      region: "us-east-1",
      kinesis: kinesis.client,
      stream: "events",
      s3: s3.client,
      quarantineBucket: "quarantine",
      clock: () => Date.UTC(2026, 0, 31, 10),
      sleep: soon,
      ...more,
    });
    running.push(collector);
    const post = async (lines: readonly string[], headers: Record<string, string> = {}) => {
      const response = await fetch(`${collector.url}/v1/events`, { method: "POST", body: lines.join("\n"), headers });
      return { status: response.status, body: (await response.json()) as CollectAnswer };
    };
    return { collector, post };
  }

  /** Runs all that is on the stream through transform and verifier, and gives the stages that do not balance. */
  async function account(kinesis: FakeKinesis, s3: FakeS3, metrics: ReturnType<RunningCollector["metrics"]>) {
    const common = { region: "us-east-1", kinesis: kinesis.client, s3: s3.client, stream: "events" };
    const lambda = fakeLambda((event) => ({
      records: transformBatch((event as FirehoseTransformationEvent).records, (userId) => `key-${userId}`).records,
    }));
    const curated = await drain({
      ...{ ...common, name: "curated", bucket: "bronze", prefix: "landing/events", stateDir: temporary() },
      processor: { lambda, functionName: "transform" },
    });
    const raw = await drain({ ...common, name: "raw", bucket: "raw", prefix: "events", stateDir: temporary() });
    const outcomes = await intakeLanding({ s3: s3.client, bronzeBucket: "bronze", quarantineBucket: "quarantine" });
    const { accepted, refused } = metrics.collector;
    return {
      verified: outcomes.reduce((sum, { records }) => sum + records, 0),
      differences: imbalances({
        ...{ generated: accepted + refused, refused, accepted, unavailable: 0 },
        ...{ spilled: metrics.spill?.waiting ?? 0, raw: raw.total.delivered },
        ...{ dropped: curated.total.dropped, failed: curated.total.failed, landed: curated.total.delivered },
        ...{ verified: outcomes.reduce((sum, { records }) => sum + records, 0), quarantined: 0 },
        bulk: { landed: 0, verified: 0, refused: 0, quarantined: 0 },
      }),
    };
  }

  it("loses and doubles nothing while the stream answers partial failures, and the account balances", async () => {
    const kinesis = new FakeKinesis(2);
    const s3 = new FakeS3();
    kinesis.fail = (call, index) =>
      (call * 7 + index * 3) % 5 < 2 ? "ProvisionedThroughputExceededException" : undefined;
    const { collector, post } = await start(kinesis, s3, { spill: { folder: temporary() } });
    const lines = Array.from({ length: 900 }, (_, n) => (n % 100 === 9 ? '{"broken' : numbered(n)));
    const answers = await Promise.all([0, 300, 600].map((from) => post(lines.slice(from, from + 300))));
    assert.deepEqual(
      answers.map(({ status, body }) => [status, body.accepted, body.refused.length]),
      [0, 1, 2].map(() => [200, 297, 3]),
    );
    await collector.close();
    assert.deepEqual(idsOf(kinesis.texts()), idsOf(lines.filter((line) => line.endsWith("}"))));
    assert.ok(collector.metrics().producer.retried > 0);
    assert.deepEqual(await account(kinesis, s3, collector.metrics()), { verified: 891, differences: [] });
  });

  it("takes events while the stream is away, replays them in order once it is back, and the account balances", async () => {
    const kinesis = new FakeKinesis();
    const s3 = new FakeS3();
    const { collector, post } = await start(kinesis, s3, { spill: { folder: temporary() }, concurrency: 1 });
    const all = Array.from({ length: 60 }, (_, n) => numbered(n));
    assert.equal((await post(all.slice(0, 10))).status, 200);
    kinesis.fail = () => "gone";
    for (let from = 10; from < 50; from += 10) {
      const { status, body } = await post(all.slice(from, from + 10));
      assert.deepEqual([status, body.accepted], [200, 10]);
    }
    assert.equal(collector.metrics().spill?.waiting, 40);
    assert.equal(collector.metrics().spill?.away, true);
    assert.equal(kinesis.texts().length, 10);
    kinesis.fail = () => undefined;
    await until(() => collector.metrics().spill?.waiting === 0 && collector.metrics().spill?.away === false);
    assert.equal((await post(all.slice(50))).status, 200);
    // On one shard and with one call at a time, the order on the stream is that of the requests.
    assert.deepEqual(
      kinesis.texts().map((text) => (JSON.parse(text) as { eventId: string }).eventId),
      Array.from({ length: 60 }, (_, n) => uuid(n)),
    );
    assert.equal(collector.metrics().spill?.replayed, 40);
    await collector.close();
    assert.deepEqual(await account(kinesis, s3, collector.metrics()), { verified: 60, differences: [] });
  });

  it("keeps what the stream did not take over a restart, and says so in the account meanwhile", async () => {
    const kinesis = new FakeKinesis();
    const s3 = new FakeS3();
    const folder = temporary();
    kinesis.fail = () => "gone";
    const first = await start(kinesis, s3, { spill: { folder } });
    assert.equal((await first.post([numbered(1), numbered(2), "{"])).body.accepted, 2);
    await first.collector.close();
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.deepEqual(await account(kinesis, s3, first.collector.metrics()), { verified: 0, differences: [] });

    kinesis.fail = () => undefined;
    const second = await start(kinesis, s3, { spill: { folder } });
    await until(() => second.collector.metrics().spill?.waiting === 0);
    await second.collector.close();
    assert.deepEqual(idsOf(kinesis.texts()), [uuid(1), uuid(2)]);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("answers 503 for what neither the stream nor the disk takes", async () => {
    const kinesis = new FakeKinesis();
    kinesis.fail = () => "gone";
    const { collector, post } = await start(kinesis, new FakeS3(), { spill: { folder: temporary(), maxBytes: 500 } });
    assert.equal((await post([numbered(1)])).status, 200);
    const { status, body } = await post([numbered(2), "{", numbered(3)]);
    assert.equal(status, 503);
    assert.deepEqual(body.unavailable, [0, 2]);
    assert.equal(collector.metrics().spill?.turnedAway, 2);
    assert.equal(collector.metrics().collector.unavailable, 2);
  });

  it("takes only the rest of a request that is sent again with its key", async () => {
    const kinesis = new FakeKinesis();
    const s3 = new FakeS3();
    const { collector, post } = await start(kinesis, s3);
    const key = { "idempotency-key": "0123456789abcdef" };
    const lines = [numbered(1), "{", numbered(2), numbered(3)];
    // Fails the second record, then every call, which is of that record alone.
    kinesis.fail = (call, index) => ((call === 1 ? index === 1 : true) ? "InternalFailure" : undefined);
    const first = await post(lines, key);
    assert.deepEqual([first.status, first.body.accepted, first.body.unavailable], [503, 2, [2]]);
    kinesis.fail = () => undefined;
    const [second, third] = await Promise.all([post(lines, key), post(lines, key)]);
    for (const { status, body } of [second, third]) {
      assert.deepEqual([status, body.accepted, body.refused.length, body.unavailable], [200, 3, 1, []]);
    }
    assert.deepEqual(idsOf(kinesis.texts()), [uuid(1), uuid(2), uuid(3)]);
    assert.equal((await post([numbered(4)], key)).status, 422);
    assert.equal((await post([numbered(4)], { "idempotency-key": "short" })).status, 400);
    await collector.close();
    const { accepted, refused } = collector.metrics().collector;
    assert.deepEqual([accepted, refused], [3, 1]);
    assert.equal(
      gunzipSync(s3.body(s3.keys("quarantine/")[0]!))
        .toString()
        .trim()
        .split("\n").length,
      1,
    );
  });

  it("keeps refusals on disk when the bucket is away at the end, and writes them after the next start", async () => {
    const folder = temporary();
    const s3 = new FakeS3();
    s3.before = () => {
      throw new Error("no network");
    };
    const first = await start(new FakeKinesis(), s3, { spill: { folder } });
    assert.equal((await first.post(["{"])).status, 400);
    await first.collector.close();
    s3.before = () => undefined;
    const second = await start(new FakeKinesis(), s3, { spill: { folder } });
    await second.collector.close();
    assert.equal(s3.keys("quarantine/collector/").length, 1);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("ends the requests under way before it stops, and takes no new ones", async () => {
    const kinesis = new FakeKinesis();
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const send = kinesis.client.send.bind(kinesis.client) as (command: unknown) => Promise<unknown>;
    kinesis.client.send = (async (command: unknown) => {
      await gate;
      return send(command);
    }) as typeof kinesis.client.send;
    const { collector, post } = await start(kinesis, new FakeS3());
    const under = post([numbered(1)]);
    await until(() => collector.metrics().buffered === 1);
    const closed = collector.close();
    await assert.rejects(post([numbered(2)]));
    release();
    assert.equal((await under).status, 200);
    await closed;
    assert.deepEqual(idsOf(kinesis.texts()), [uuid(1)]);
  });
});

describe("the spill", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "spill-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const record = (n: number) => ({ partitionKey: `u${n}`, data: Buffer.from(`r${n}\n"é"`) });
  const records = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => record(from + n));
  const refusals = (s3 = new FakeS3()) => new RefusalSink({ s3: s3.client, bucket: "quarantine", region: "r" });

  it("gives back what was appended, in order, in segments, also to the next process", async () => {
    const spill = new Spill({ folder, segmentBytes: 200 });
    await Promise.all([spill.append(records(0, 10)), spill.append(records(10, 20))]);
    await spill.append(records(20, 23));
    assert.equal(spill.records, 23);
    await spill.close();
    const again = new Spill({ folder });
    assert.equal(again.records, 23);
    assert.equal(again.bytes, spill.bytes);
    const found: unknown[] = [];
    for (let segment = await again.oldest(); segment !== undefined; segment = await again.oldest()) {
      found.push(...segment.records);
      again.advance(segment, segment.records.length);
      again.remove(segment);
    }
    assert.deepEqual(found, records(0, 23));
    assert.deepEqual([again.records, again.bytes, again.isEmpty()], [0, 0, true]);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("goes on after a kill behind the last slice that was taken", async () => {
    const spill = new Spill({ folder });
    await spill.append(records(0, 10));
    const segment = await spill.oldest();
    spill.advance(segment!, 4);
    const next = new Spill({ folder });
    assert.deepEqual((await next.oldest())?.records, records(4, 10));
    assert.equal(next.records, 6);
  });

  it("drops a torn end, and sets lines aside that the disk damaged", async () => {
    const spill = new Spill({ folder });
    await spill.append(records(0, 3));
    await spill.close();
    const [name = ""] = readdirSync(folder);
    const lines = readFileSync(join(folder, name), "utf8").split("\n");
    const damaged = lines[1]!.replace("u1", "u9");
    writeFileSync(join(folder, name), [lines[0], damaged, lines[2], lines[0]!.slice(0, 12)].join("\n"));
    const s3 = new FakeS3();
    const kinesis = new FakeKinesis();
    const producer = new Producer({ kinesis: kinesis.client, stream: "s" });
    const sink = new SpillingProducer({ producer, spill: new Spill({ folder }), refusals: refusals(s3) });
    await until(() => sink.waiting() === 0);
    await sink.close();
    assert.deepEqual(
      kinesis.texts(),
      [0, 2].map((n) => record(n).data.toString()),
    );
    const kept = gunzipSync(s3.body(s3.keys("quarantine/collector/")[0]!)).toString();
    assert.equal((JSON.parse(kept) as { text: string }).text, damaged);
  });

  it("loses and doubles nothing, however often the stream goes away and comes back", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 }),
        async (weather, sizes) => {
          const inner = mkdtempSync(join(folder, "run-"));
          const kinesis = new FakeKinesis();
          kinesis.fail = (call, index) => {
            if (weather[call % weather.length] === true && call < 60) return index === 0 ? "gone" : undefined;
            return (call + index) % 7 === 0 && call < 60 ? "InternalFailure" : undefined;
          };
          const producer = new Producer({ kinesis: kinesis.client, stream: "s", sleep: soon, maxAttempts: 2 });
          const spill = new Spill({ folder: inner, segmentBytes: 1_000 });
          const sink = new SpillingProducer({ producer, spill, refusals: refusals(), sleep: soon });
          let n = 0;
          for (const size of sizes) {
            const problems = await sink.put(records(n, n + size));
            assert.ok(problems.every((problem) => problem === undefined));
            n += size;
          }
          await until(() => spill.isEmpty());
          await sink.close();
          const want = records(0, n).map(({ data }) => data.toString());
          assert.deepEqual(kinesis.texts().sort(), want.sort());
          assert.equal(sink.waiting(), 0);
        },
      ),
      { numRuns: 15 },
    );
  });
});

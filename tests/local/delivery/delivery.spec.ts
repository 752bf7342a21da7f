import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { FirehoseTransformationEvent } from "aws-lambda";
import fc from "fast-check";
import { transformBatch } from "../../../services/transform/batch";
import { intakeLanding } from "../../../services/verifier/intake";
import { imbalances, openLedger, saveLedger, balance } from "../../../local/delivery/ledger";
import { drain, type DeliveryOptions } from "../../../local/delivery/runner";
import { anEvent, fakeLambda, FakeKinesis, FakeS3 } from "../../services/collector/fakes";

const consent = (analytics: boolean) => ({ consent: { analytics, personalisation: false } });
const record = (n: number, more: object = {}): string =>
  JSON.stringify({
    ...anEvent({ ...consent(true), userId: `u${n}`, itemId: `i${n}`, ...more }),
    receivedAt: `2026-01-31T${String(Math.floor(n / 100) % 24).padStart(2, "0")}:00:00.000Z`,
    region: "us-east-1",
  });
const KINDS = {
  good: (n: number) => record(n),
  noConsent: (n: number) => record(n, consent(false)),
  bot: (n: number) => record(n, { userAgent: "ExampleBot/1.0" }),
  future: (n: number) => record(n, { occurredAt: "2099-01-01T00:00:00Z" }),
  broken: () => "{",
} as const;
type Kind = keyof typeof KINDS;

const transform = (event: unknown): { records: object[] } => ({
  records: transformBatch((event as FirehoseTransformationEvent).records, (userId) => `key-${userId}`).records,
});

describe("delivery", () => {
  const folders: string[] = [];
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  function world(kinds: readonly Kind[], shards = 2) {
    const stateDir = mkdtempSync(join(tmpdir(), "delivery-"));
    folders.push(stateDir);
    const kinesis = new FakeKinesis(shards);
    kinds.forEach((kind, n) => kinesis.put(Buffer.from(KINDS[kind](n)), `u${n}`));
    const s3 = new FakeS3();
    const options = (handler: (event: unknown, call: number) => unknown = transform): DeliveryOptions => ({
      name: "events-curated",
      region: "us-east-1",
      kinesis: kinesis.client,
      s3: s3.client,
      stream: "events",
      bucket: "bronze",
      prefix: "landing/events",
      stateDir,
      bufferRecords: 150,
      processor: { lambda: fakeLambda(handler), functionName: "transform", sleep: () => Promise.resolve() },
    });
    const lines = (prefix: string): string[] =>
      s3.keys(prefix).flatMap((key) => gunzipSync(s3.body(key)).toString().trimEnd().split("\n"));
    const items = (): string[] =>
      lines("bronze/landing/")
        .map((line) => (JSON.parse(line) as { item_id: string }).item_id)
        .sort();
    return { stateDir, kinesis, s3, options, lines, items };
  }

  const good = (count: number): Kind[] => Array.from({ length: count }, () => "good");
  const itemsOf = (count: number): string[] => Array.from({ length: count }, (_, n) => `i${n}`).sort();

  it("files each record under the hour of its receipt and says that it is simulated", async () => {
    const { options, s3, items } = world(good(400));
    const report = await drain(options());
    assert.equal(report.simulated, true);
    assert.deepEqual(items(), itemsOf(400));
    assert.ok(
      s3.keys("bronze/").every((key) => /landing\/events\/date=2026-01-31\/hour=0[0-3]\/events-curated-/.test(key)),
    );
    assert.equal(report.counts.delivered, 400);
  });

  it("goes on from where it stopped, and does nothing when there is nothing new", async () => {
    const { options, kinesis, items } = world(good(200));
    await drain(options());
    assert.equal((await drain(options())).counts.read, 0);
    kinesis.put(Buffer.from(KINDS.good(200)), "u200");
    assert.equal((await drain(options())).counts.read, 1);
    assert.deepEqual(items(), itemsOf(201));
  });

  it("neither loses nor doubles a record when it is killed at any write and run again, also with more on the stream", async () => {
    for (let kill = 1, killed = true; killed; kill += 1) {
      const { options, kinesis, s3, items } = world(good(400));
      let writes = 0;
      s3.before = (operation) => {
        if (operation === "put" && (writes += 1) === kill) throw new Error("killed");
      };
      killed = await drain(options()).then(
        () => false,
        () => true,
      );
      assert.ok(killed || kill > 6);
      s3.before = () => undefined;
      for (let n = 400; n < 450; n += 1) kinesis.put(Buffer.from(KINDS.good(n)), `u${n}`);
      const { total } = await drain(options());
      assert.deepEqual(items(), itemsOf(450), `killed at write ${kill}`);
      assert.equal(total.delivered, 450);
    }
  });

  it("starts from the beginning of a stream that was made anew", async () => {
    const { options, stateDir, s3 } = world(good(10));
    await drain(options());
    const file = join(stateDir, "delivery-us-east-1-events-curated.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"streamCreated": 1000', '"streamCreated": 999'));
    s3.objects.clear();
    assert.equal((await drain(options())).total.delivered, 10);
  });

  it("tries a batch again when the function crashes", async () => {
    const { options, items } = world(good(50), 1);
    const report = await drain(
      options((event, call) => {
        if (call <= 3) throw new Error("out of memory");
        return transform(event);
      }),
    );
    assert.deepEqual(items(), itemsOf(50));
    assert.deepEqual(report.counts.failed, {});
  });

  it("writes a batch under the error prefix, with the data as it came, when the function keeps crashing", async () => {
    const { options, lines } = world(good(50), 1);
    const report = await drain(
      options(() => {
        throw new Error("out of memory");
      }),
    );
    assert.deepEqual(report.counts.failed, { "Lambda.FunctionError": 50 });
    const errors = lines("bronze/errors/processing-failed/").map((line) => JSON.parse(line) as Record<string, string>);
    assert.equal(errors.length, 50);
    assert.equal(Number(errors[0]?.["attemptsMade"]), 4);
    assert.match(errors[0]?.["errorMessage"] ?? "", /out of memory/);
    assert.equal(Buffer.from(errors[0]?.["rawData"] ?? "", "base64").toString(), KINDS.good(0));
  });

  it("files a poison record under the error prefix with its reason and its data, and delivers all others of its batch", async () => {
    const { options, lines, items } = world(good(50), 1);
    const report = await drain(
      options((event) => ({
        records: transformBatch((event as FirehoseTransformationEvent).records, (userId) => {
          if (userId === "u7") throw new Error("poison");
          return `key-${userId}`;
        }).records,
      })),
    );
    assert.deepEqual(report.counts.failed, { crashed: 1 });
    assert.deepEqual(
      items(),
      itemsOf(50).filter((item) => item !== "i7"),
    );
    const [kept, ...more] = lines("bronze/errors/processing-failed/");
    assert.deepEqual(more, []);
    const { errorMessage, rawData } = JSON.parse(kept ?? "{}") as Record<string, string>;
    assert.equal(errorMessage, "crashed");
    assert.equal(Buffer.from(rawData ?? "", "base64").toString(), KINDS.good(7));
  });

  it("fails records that the function forgets or answers twice", async () => {
    const { options } = world(good(10), 1);
    const report = await drain(
      options((event) => {
        const { records } = transform(event);
        return { records: [...records.slice(1), ...records.slice(9)] };
      }),
    );
    assert.deepEqual(report.counts.failed, { "Lambda.MissingRecordId": 1, "Lambda.DuplicatedRecordId": 1 });
    assert.equal(report.counts.delivered, 8);
  });

  it("delivers records as they came where there is no transform", async () => {
    const { options, lines } = world(["good", "broken", "noConsent"], 1);
    const { region, kinesis, s3, stream, bucket, stateDir } = options();
    const report = await drain({ region, kinesis, s3, stream, bucket, stateDir, name: "events-raw", prefix: "events" });
    assert.equal(report.counts.delivered, 3);
    assert.deepEqual(lines("bronze/events/date=2026-01-01/hour=10/"), [KINDS.good(0), "{", KINDS.noConsent(2)]);
  });

  it("cuts objects by size", async () => {
    const { options, s3, items } = world(good(90), 1);
    await drain({ ...options(), objectBytes: 10_000 });
    assert.ok(s3.keys("bronze/landing/").length > 3);
    assert.deepEqual(items(), itemsOf(90));
  });

  it("balances, from the stream to verified bronze, for any mix of records", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...(Object.keys(KINDS) as Kind[])), { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 5 }),
        async (kinds, crashes) => {
          const { options, s3 } = world(kinds);
          const { total } = await drain(
            options((event, call) => {
              if (call % crashes === 1) throw new Error("crash");
              return transform(event);
            }),
          );
          const outcomes = await intakeLanding({
            s3: s3.client,
            bronzeBucket: "bronze",
            quarantineBucket: "quarantine",
          });
          const count = kinds.length;
          const verified = outcomes.reduce((sum, { records }) => sum + records, 0);
          assert.deepEqual(
            imbalances({
              ...{ generated: count, refused: 0, accepted: count, unavailable: 0, spilled: 0, raw: count },
              ...{ dropped: total.dropped, failed: total.failed, landed: total.delivered, verified, quarantined: 0 },
              bulk: { landed: 0, verified: 0, refused: 0, quarantined: 0 },
            }),
            [],
          );
          assert.ok(outcomes.every(({ result }) => result === "verified"));
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("the ledger", () => {
  const folder = mkdtempSync(join(tmpdir(), "ledger-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("adds up over runs, and starts anew with a new stream", () => {
    const file = join(folder, "ledger.json");
    const first = openLedger(file, "us-east-1", 1);
    first.generated = 5;
    first.run.generated = 5;
    saveLedger(file, first);
    const second = openLedger(file, "us-east-1", 1);
    assert.equal(second.generated, 5);
    assert.equal(second.run.generated, 0);
    assert.equal(openLedger(file, "us-east-1", 2).generated, 0);
  });

  it("says at which stage events are missing, and in which region", () => {
    const east = openLedger(join(folder, "none"), "us-east-1", 1);
    Object.assign(east, { generated: 10, refused: 2, accepted: 8, rawDelivered: 8, verified: 7 });
    Object.assign(east.delivered, { read: 8, delivered: 7, dropped: { no_consent: 1 } });
    const west = openLedger(join(folder, "none"), "us-west-2", 1);
    Object.assign(west, { generated: 3, accepted: 2, rawDelivered: 2 });
    Object.assign(west.delivered, { read: 2, delivered: 2 });
    const { balanced, differences, total } = balance([east, west]);
    assert.equal(balanced, false);
    assert.equal(total.generated, 13);
    assert.deepEqual(differences, [
      "us-west-2: generated: want 3, got 2 (0 refused + 2 accepted)",
      "us-west-2: landed: want 2, got 0 (0 verified + 0 quarantined)",
    ]);
    assert.equal(balance([east]).balanced, true);
  });
});

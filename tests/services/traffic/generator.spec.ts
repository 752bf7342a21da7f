import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parseBody, streamRecord } from "../../../services/kit/stream/parse";
import { parseAccessLine } from "../../../services/traffic/access-log";
import { generate, generatedSource } from "../../../services/traffic/generate";
import { randomFrom, sampler } from "../../../services/traffic/random";
import { replayFile, type BadLine } from "../../../services/traffic/replay";
import { homeRegion, type SourceEvent } from "../../../services/traffic/source";
import { transformEvent } from "../../../services/transform/transform";
import { isEvent, type ClickstreamEvent } from "../../../contracts/events/event";
import { anEvent } from "../collector/fakes";

const regions = ["us-east-1", "us-west-2"];

async function collect(events: Iterable<SourceEvent> | AsyncIterable<SourceEvent>): Promise<SourceEvent[]> {
  const all: SourceEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe("the generator", () => {
  it("gives the same events for the same seed and others for another", () => {
    const digest = (seed: number): string => {
      const hash = createHash("sha256");
      for (const { region, line } of generate({ seed, count: 3_000, regions })) hash.update(`${region} ${line}\n`);
      return hash.digest("hex");
    };
    assert.equal(digest(1), digest(1));
    assert.notEqual(digest(1), digest(2));
  });

  it("makes exactly as many events as asked for", () => {
    for (const count of [0, 1, 17, 1_000]) assert.equal([...generate({ seed: 3, count })].length, count);
  });

  it("makes events that the collector and the transform judge as their kind says", () => {
    const options = { seed: 5, count: 20_000, regions };
    const { clock } = generatedSource(options);
    const ids = new Set<string>();
    for (const { kind, line, region } of generate(options)) {
      const [one] = parseBody(line);
      assert.ok(one !== undefined);
      assert.equal("problems" in one, kind === "malformed", line);
      if (!("event" in one)) continue;
      const receivedAt = new Date(clock(one.event)).toISOString();
      const outcome = transformEvent(Buffer.from(streamRecord(one.text, receivedAt, region)), String);
      assert.equal(outcome.result === "ProcessingFailed", kind === "unusable", line);
      assert.equal(ids.has(one.event.eventId), kind === "duplicate");
      ids.add(one.event.eventId);
      assert.equal(region, homeRegion(one.event.userId, regions));
    }
  });

  it("has some of every kind of trouble, people without consent and crawlers", () => {
    const kinds = new Map<string, number>();
    const outcomes = new Map<string, number>();
    const options = { seed: 6, count: 20_000 };
    for (const { kind, line } of generate(options)) {
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      const [one] = parseBody(line);
      if (one === undefined || !("event" in one)) continue;
      const outcome = transformEvent(Buffer.from(streamRecord(one.text, "2026-03-01T00:00:00Z", "r")), String);
      const key = outcome.result === "Dropped" ? outcome.reason : outcome.result;
      outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
    }
    for (const kind of ["event", "late", "duplicate", "malformed", "unusable"])
      assert.ok((kinds.get(kind) ?? 0) > 10, kind);
    for (const outcome of ["Ok", "no_consent", "bot", "ProcessingFailed"])
      assert.ok((outcomes.get(outcome) ?? 0) > 10, outcome);
  });

  it("lets tastes show: a user's items are not those of the crowd", () => {
    const options = { seed: 8, count: 30_000, users: 300, items: 300 };
    const all = new Map<string, number>();
    const byUser = new Map<string, Map<string, number>>();
    for (const { line, kind } of generate(options)) {
      if (kind !== "event") continue;
      const { userId, itemId } = JSON.parse(line) as ClickstreamEvent;
      all.set(itemId, (all.get(itemId) ?? 0) + 1);
      const own = byUser.get(userId) ?? new Map<string, number>();
      byUser.set(userId, own.set(itemId, (own.get(itemId) ?? 0) + 1));
    }
    const top = (counts: Map<string, number>): Set<string> =>
      new Set(
        [...counts]
          .sort((a, b) => b[1] - a[1])
          .slice(0, 10)
          .map(([item]) => item),
      );
    const crowd = top(all);
    const active = [...byUser.values()].filter((own) => own.size >= 20);
    const shared = active.map((own) => [...top(own)].filter((item) => crowd.has(item)).length);
    const mean = shared.reduce((sum, n) => sum + n, 0) / shared.length;
    assert.ok(active.length > 50 && mean < 5, `${mean} of 10 items shared by ${active.length} users`);
  });

  it("tells the variant in exposures alone, and lets users click by it", () => {
    const armOf = (userId: string) =>
      Number(userId.slice(1)) % 3 === 0 ? undefined : { variant: Number(userId.slice(1)) % 3 === 1 ? "a" : "b" };
    const made = [...generate({ seed: 3, count: 30_000, experiment: { armOf, clickLift: { b: 2 } } })].filter(
      ({ kind }) => kind === "event",
    );
    const events = made.map(({ line }) => JSON.parse(line) as { eventType: string; userId: string; variant?: string });
    for (const { eventType, userId, variant } of events) {
      assert.equal(variant, eventType === "exposure" ? armOf(userId)?.variant : undefined);
    }
    const rate = (variant: string | undefined): number => {
      const own = events.filter(({ userId }) => armOf(userId)?.variant === variant);
      const count = (type: string): number => own.filter(({ eventType }) => eventType === type).length;
      return count("click") / count("view");
    };
    for (const [variant, wanted] of [
      [undefined, 0.35],
      ["a", 0.35],
      ["b", 0.7],
    ] as const) {
      assert.ok(Math.abs(rate(variant) - wanted) < 0.03, `${variant ?? "none"}: ${rate(variant)}`);
    }
  });

  it("draws by weight", () => {
    const draw = sampler([1, 0, 3]);
    const random = randomFrom(1);
    const counts = [0, 0, 0];
    for (let n = 0; n < 40_000; n += 1) counts[draw(random)]! += 1;
    assert.equal(counts[1], 0);
    assert.ok(Math.abs(counts[0]! - 10_000) < 400, String(counts));
  });
});

describe("replaying files", () => {
  const folder = mkdtempSync(join(tmpdir(), "replay-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const line = (request: string, more = "", status = 200, user = "jo"): string =>
    `203.0.113.9 - ${user} [31/Jan/2026:10:00:00 +0100] "${request}" ${status} 512 "https://shop.example/" "Mozilla/5.0"${more}`;

  it("reads views, carts and purchases from a combined access log", () => {
    const view = parseAccessLine(line("GET /items/42?ref=x HTTP/1.1"), 1, { assumeConsent: true });
    assert.ok(view.kind === "event" && isEvent(view.event));
    assert.equal(view.event.occurredAt, "2026-01-31T09:00:00.000Z");
    assert.deepEqual([view.event.itemId, view.event.userId, view.event.page], ["42", "jo", "/items/42"]);
    const cart = parseAccessLine(line("POST /cart/add/42 HTTP/2"), 2, {});
    assert.ok(cart.kind === "event" && cart.event.eventType === "add_to_cart");
  });

  it("takes nobody's consent for granted without the flag", () => {
    const view = parseAccessLine(line("GET /items/42 HTTP/1.1"), 1, {});
    assert.ok(view.kind === "event" && !view.event.consent.analytics && !view.event.consent.personalisation);
  });

  it("gives a line the same id each time, and equal lines different ones", () => {
    const id = (at: number): string => {
      const one = parseAccessLine(line("GET /items/42 HTTP/1.1", "", 200, "-"), at, {});
      return one.kind === "event" ? `${one.event.eventId} ${one.event.userId}` : "";
    };
    assert.equal(id(1), id(1));
    assert.notEqual(id(1), id(2));
    assert.match(id(1), / anonymous-[0-9a-f]{32}$/);
  });

  it("keeps bad lines with their number and reason, and goes on", async () => {
    const file = join(folder, "access.log.gz");
    const lines = [
      line("GET /items/1 HTTP/1.1"),
      "nonsense",
      line("GET /style.css HTTP/1.1"),
      line("GET /items/2 HTTP/1.1", "", 404),
      line("GET /items/3 HTTP/1.1").replace("31/Jan", "31/Feb"),
      "",
      line("GET /items/4 HTTP/1.1"),
    ];
    writeFileSync(file, gzipSync(`${lines.join("\r\n")}\r\n`));
    const bad: BadLine[] = [];
    const replay = replayFile(file, { format: "combined", regions, onBadLine: (one) => bad.push(one) });
    const events = await collect(replay.events);
    assert.deepEqual(
      events.map((event) => (JSON.parse(event.line) as ClickstreamEvent).itemId),
      ["1", "4"],
    );
    assert.deepEqual(
      bad.map((one) => [one.line, one.reason]),
      [
        [2, "want the combined log format, got something else"],
        [5, 'time: want dd/Mon/yyyy:hh:mm:ss +zzzz, got "31/Feb/2026:10:00:00 +0100"'],
      ],
    );
    assert.deepEqual(replay.counts, { lines: 7, events: 2, bad: 2, skipped: 3 });
  });

  it("hands lines of NDJSON on as they are, and stamps them with the time at which they occurred", async () => {
    const file = join(folder, "events.ndjson");
    const [first] = generate({ seed: 1, count: 1 });
    writeFileSync(file, `\uFEFF${first?.line ?? ""}\n{"broken"\n`);
    const replay = replayFile(file, { format: "ndjson", regions });
    const events = await collect(replay.events);
    assert.deepEqual(
      events.map((event) => event.line),
      [first?.line, '{"broken"'],
    );
    const event = JSON.parse(first?.line ?? "") as ClickstreamEvent;
    assert.equal(replay.clock(event), Date.parse(event.occurredAt));
  });

  it("sends what lies under the error prefix again, as it was sent and received first", async () => {
    const file = join(folder, "errors.ndjson");
    const sent = anEvent();
    const onStream = { ...sent, receivedAt: "2026-01-31T09:31:00.000Z", region: "us-east-1" };
    const error = (data: string) => JSON.stringify({ errorCode: "x", rawData: Buffer.from(data).toString("base64") });
    writeFileSync(file, [error(JSON.stringify(onStream)), error("{"), "{}", error("{}")].join("\n"));
    const bad: BadLine[] = [];
    const replay = replayFile(file, { format: "errors", regions, onBadLine: (one) => bad.push(one) });
    const [event, ...more] = await collect(replay.events);
    assert.deepEqual(more, []);
    assert.deepEqual(JSON.parse(event?.line ?? ""), sent);
    assert.equal(replay.clock(JSON.parse(event?.line ?? "") as ClickstreamEvent), Date.parse(onStream.receivedAt));
    assert.deepEqual(replay.counts, { lines: 4, events: 1, bad: 3, skipped: 0 });
    assert.match(bad[2]?.reason ?? "", /eventId: want a value, got nothing/);
  });

  it("fails with the file's error when there is no such file", async () => {
    await assert.rejects(collect(replayFile(join(folder, "none"), { format: "ndjson", regions }).events), /ENOENT/);
  });
});

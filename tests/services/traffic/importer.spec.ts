import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { isEvent, type ClickstreamEvent } from "../../../contracts/events/event";
import type { BadLine } from "../../../services/traffic/replay";
import { importInteractions, type ImportOptions } from "../../../services/traffic/import";
import { InteractionReader, type InteractionOptions } from "../../../services/traffic/interactions";

const read = (lines: readonly string[], options: InteractionOptions = {}) => {
  const reader = new InteractionReader(options);
  return lines.map((line, at) => reader.read(line, at + 1));
};
const core = (lines: readonly string[], options: InteractionOptions = {}) =>
  read(lines, options).map((one) => {
    if (one.kind !== "event") return one.kind === "bad" ? one.reason : one.kind;
    const { userId, itemId, value, occurredAt } = one.event;
    return [userId, itemId, value, occurredAt];
  });
const ROW = ["u1", "i1", 4.5, "2009-02-13T23:31:30.000Z"];

describe("a line of an interaction file", () => {
  it("is read from the layouts of public data sets, with and without a heading", () => {
    const files: readonly (readonly [readonly string[], InteractionOptions?])[] = [
      [["u1,i1,4.5,1234567890"]],
      [["u1\ti1\t4.5\t1234567890"]],
      [["u1::i1::4.5::1234567890"]],
      [["userId,movieId,rating,timestamp", "u1,i1,4.5,1234567890"]],
      [["user_id:token\titem_id:token\trating:float\ttimestamp:float", "u1\ti1\t4.5\t1234567890.0"]],
      [["timestamp;event;ItemID;User-Id;Score", "2009-02-13T23:31:30Z;view;i1;u1;4.5"]],
      [['"u1","i1","4.5","2009-02-13 23:31:30 UTC"']],
      [["i1,u1,4.5,1234567890000"], { columns: ["item", "user", "value", "timestamp"] }],
      [["u1|i1|4.5|2009-02-14T00:31:30+01:00"]],
    ];
    for (const [lines, options] of files) assert.deepEqual(core(lines, options).at(-1), ROW, lines.join("\n"));
    assert.deepEqual(core(["user,item,timestamp", "u1,i1,0"])[1], ["u1", "i1", undefined, "1970-01-01T00:00:00.000Z"]);
    assert.deepEqual(core(['"a ""b"", c",i1,,2020-01-01'])[0], [
      'a "b", c',
      "i1",
      undefined,
      "2020-01-01T00:00:00.000Z",
    ]);
  });

  it("is refused with the field and without its content", () => {
    const cases: readonly (readonly [string, string])[] = [
      ["u1,i1,4.5", "want 4 fields, got 3"],
      ["u1,i1,4.5,yesterday", "timestamp: want seconds or milliseconds since 1970 or ISO 8601, got something else"],
      ["u1,i1,4.5,2023-02-30", "timestamp: want seconds or milliseconds since 1970 or ISO 8601, got something else"],
      ["u1,i1,4.5,-5", "timestamp: want seconds or milliseconds since 1970 or ISO 8601, got something else"],
      ["u1,i1,many,0", "value: want a number, got something else"],
      ["u1,i1,-1,0", "value: want a number >= 0, got -1"],
      [",i1,1,0", "userId: want at least 1 character, got 0 characters"],
      ["u1,,1,0", 'itemId: want at least 1 character, got ""'],
      ['u1,"i1,1,0', "want a closing quote, got the end of the line"],
    ];
    for (const [line, reason] of cases) assert.deepEqual(core([line]), [reason], line);
  });

  it("becomes what the caller says it was, with the consent that the caller vouches for", () => {
    const [plain] = read(["u1,i1,1,0"]);
    assert.ok(plain?.kind === "event");
    assert.deepEqual(plain.event.consent, { analytics: false, personalisation: false });
    const [given] = read(["u1,i1,1,0"], { assumeConsent: true, eventType: "purchase" });
    assert.ok(given?.kind === "event");
    assert.deepEqual([given.event.eventType, given.event.consent.personalisation], ["purchase", true]);
    assert.deepEqual(core(["u1,i1,3.5,0", "u1,i1,4,0"], { minValue: 4 })[0], "skipped");
  });

  it("of any text is an event by the contract, none, or a reason, and always the same", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom("0", "1", "u", '"')), { maxLength: 6 }), (fields) => {
        const line = fields.join(",");
        const [one] = read([line]);
        const [again] = read([line]);
        assert.deepEqual(one, again);
        assert.ok(one?.kind !== "event" || isEvent(JSON.parse(JSON.stringify(one.event))));
      }),
    );
  });
});

describe("importing a file of interactions", () => {
  const folder = mkdtempSync(join(tmpdir(), "importer-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const regions = ["us-east-1", "eu-west-1"];

  async function load(name: string, text: string, more: Partial<ImportOptions> = {}) {
    const file = join(folder, name);
    writeFileSync(file, name.endsWith(".gz") ? gzipSync(text) : text);
    const bad: BadLine[] = [];
    const temporaryFolder = mkdtempSync(join(folder, "sort-"));
    const source = importInteractions(file, {
      ...{ regions, temporaryFolder, assumeConsent: true },
      onBadLine: (one) => bad.push(one),
      ...more,
    });
    const events: ClickstreamEvent[] = [];
    const sent: string[] = [];
    for await (const { line, region } of source.events) {
      events.push(JSON.parse(line) as ClickstreamEvent);
      sent.push(region);
    }
    assert.deepEqual(readdirSync(temporaryFolder), []);
    return { source, events, bad, sent };
  }

  it("gives events in the order of their time, counts every line, and tells the refused ones", async () => {
    const rows = Array.from({ length: 300 }, (_, n) => `u${n % 9},i${n},1,${((n * 7919) % 300) * 1_000_000}`);
    const text = `\uFEFFuser,item,value,timestamp\n${rows.join("\r\n")}\n\nbroken\n`;
    for (const name of ["a.csv", "b.csv.gz"]) {
      const { source, events, bad, sent } = await load(name, text);
      assert.deepEqual(source.counts, { lines: 303, events: 300, bad: 1, skipped: 2 });
      assert.deepEqual(bad, [{ line: 303, reason: "want 4 fields, got 1", text: "broken" }]);
      const times = events.map(({ occurredAt }) => Date.parse(occurredAt));
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      );
      assert.equal(new Set(events.map(({ eventId }) => eventId)).size, 300);
      assert.deepEqual(new Set(sent), new Set(regions));
    }
  });

  it("gives the same ids again, and receives an event at the end of its day", async () => {
    const text = "u1,i1,1,1234567890\nu1,i1,1,1234567890\n";
    const [first, second] = [await load("c.csv", text), await load("c.csv", text)];
    assert.deepEqual(first.events, second.events);
    assert.notEqual(first.events[0]?.eventId, first.events[1]?.eventId);
    assert.equal(first.source.clock(first.events[0]!), Date.parse("2009-02-13T23:59:59.999Z"));
  });

  it("fails for a file that is not there, and leaves nothing behind", async () => {
    const source = importInteractions(join(folder, "none"), { regions, temporaryFolder: folder });
    await assert.rejects(async () => {
      for await (const one of source.events) assert.ok(one);
    }, /ENOENT/);
    assert.ok(readdirSync(folder).every((name) => !name.startsWith("import-")));
  });
});

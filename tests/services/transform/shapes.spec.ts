import assert from "node:assert/strict";
import fc from "fast-check";
import { EVENT_TYPES } from "../../../contracts/events/event";
import { parseBody, streamRecord } from "../../../services/kit/stream/parse";
import { generate, generatedSource } from "../../../services/traffic/generate";
import { transformBatch } from "../../../services/transform/batch";
import { Shapes } from "../../../services/transform/shapes";
import { transformEvent } from "../../../services/transform/transform";
import { anEvent } from "../collector/fakes";

const pseudonym = (userId: string): string => Buffer.from(userId).toString("hex");
const slow = (text: string) => transformEvent(Buffer.from(text), pseudonym);
const fast = (shapes: Shapes, text: string) => shapes.curate(Buffer.from(text).toString("latin1"), pseudonym);

/** Learns from every text that comes out well, as often as it takes to be looked at. */
function taught(texts: readonly string[]): Shapes {
  const shapes = new Shapes();
  for (const text of texts) {
    const outcome = slow(text);
    if (outcome.result === "Ok" && outcome.ascii) for (let n = 0; n < 64; n += 1) shapes.learn(text);
  }
  return shapes;
}

/** What the fast way gives must be what the general way gives. */
function agree(shapes: Shapes, text: string): boolean {
  const curated = fast(shapes, text);
  if (curated !== undefined) assert.deepEqual(curated, slow(text), text);
  return curated !== undefined;
}

const onStream = (more: object = {}): Record<string, unknown> => ({
  ...anEvent(more),
  receivedAt: "2026-01-31T09:30:01.000Z",
  region: "us-east-1",
});

const agents = ["", "Mozilla/5.0 (iPhone; CPU)", "ExampleBot/2.1", "curl/8.1", "x".repeat(513), "é", 'a"b'];
const texts = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.constantFrom("a", "x".repeat(128), "x".repeat(129), "", '"', "\\", "\u0000", "é", "\ud800"),
);
const instants = fc.oneof(
  fc.constantFrom(
    ...["2026-01-31T09:30:00.123Z", "2026-01-31T09:30:00Z", "2026-02-28T23:59:59.999999999Z", "2026-01-31T09:30:01Z"],
    ...[
      "2025-02-30T00:00:00Z",
      "2025-02-29T00:00:00Z",
      "2099-01-01T00:00:00Z",
      "2026-01-31T24:00:00Z",
      "2026-13-01T00:00:00Z",
      "yesterday",
    ],
  ),
  fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("2030-01-01") }).map((date) => date.toISOString()),
);
const addresses = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom("01.2.3.4", "256.1.1.1", "1.2.3", "1.2.3.4.5", "::ffff:1.2.3.4", "1.2.3.", "", "1..2.3"),
);
const pages = fc.oneof(
  texts,
  fc.webPath(),
  fc.constantFrom("/a?b", "/a#b", "https://a.example/x", "/jo@mail.example", "/jo%40mail.example", "/a:b", "/\\u0041"),
);
const numbers = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 1e9, 1e-7, 0.000001, 12.5, 1e21, 999_999_999.999_999, 0.1 + 0.2, -1),
  fc.integer({ min: 0, max: 1e6 }).map((cents) => cents / 100),
);
/** Mostly what a client sends, now and then something else: an event that is wrong in one place says more. */
const rarely = <T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 40, arbitrary: usual }, { weight: 1, arbitrary: other });
const ids = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
const events = fc
  .record(
    {
      eventId: rarely(
        fc.uuid(),
        fc.oneof(
          fc.uuid().map((id) => id.toUpperCase()),
          texts,
        ),
      ),
      schemaVersion: rarely(fc.constant(1), fc.constant(2)),
      eventType: rarely<string>(fc.constantFrom(...EVENT_TYPES), fc.constant("hover")),
      occurredAt: rarely(fc.constantFrom("2026-01-31T09:30:00.123Z", "2026-01-31T09:30:01Z"), instants),
      userId: rarely(ids, texts),
      itemId: rarely(ids, texts),
      consent: fc.record({ analytics: fc.boolean(), personalisation: fc.boolean() }),
      receivedAt: rarely(fc.constant("2026-01-31T09:30:01.5Z"), instants),
      region: rarely(fc.constantFrom("us-east-1", "eu-west-1"), fc.constant("")),
      sessionId: rarely(ids, texts),
      value: rarely(
        fc.integer({ min: 0, max: 1e6 }).map((cents) => cents / 100),
        numbers,
      ),
      page: rarely(fc.webPath(), pages),
      referrer: rarely(fc.webUrl(), texts),
      userAgent: rarely(fc.constant("Mozilla/5.0 (iPhone; CPU)"), fc.constantFrom(...agents)),
      ip: rarely(fc.ipV4(), addresses),
      variant: rarely(ids, texts),
      modelVersion: rarely(ids, texts),
    },
    { requiredKeys: [] },
  )
  .map((more) => ({ ...onStream(), ...more }));
const withOthers = fc
  .tuple(events, rarely<object>(fc.constant({}), fc.record({ toString: texts })))
  .map(([event, more]): Record<string, unknown> => ({ ...event, ...more }));
/** The same event with its properties in another order, and now and then printed otherwise. */
const written = fc
  .tuple(withOthers, fc.infiniteStream(fc.nat()), fc.constantFrom(0, 0, 0, 1))
  .map(([event, dice, indent]) => {
    const keyed = Object.entries(event).map((entry) => ({ entry, at: Number(dice.next().value) }));
    const shuffled = keyed.sort((a, b) => (a.at % 3) - (b.at % 3)).map(({ entry }) => entry);
    return JSON.stringify(Object.fromEntries(shuffled), undefined, indent);
  });

describe("the fast way of the transform", () => {
  it("gives byte for byte what the general way gives, or nothing, for any events in any order of properties", () => {
    let seen = 0;
    let taken = 0;
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 12 }), (all) => {
        const shapes = taught(all);
        seen += all.length;
        taken += all.filter((text) => agree(shapes, text)).length;
      }),
      { numRuns: 1_000 },
    );
    // The test would say nothing if the fast way took none.
    assert.ok(taken > 0.1 * seen, `${taken} of ${seen}`);
  });

  it("holds for events of a known shape with any text changed in any place", () => {
    const full = onStream({
      ...{ sessionId: "s1", value: 12.5, page: "/items/i1", referrer: "https://shop.example/", ip: "203.0.113.77" },
      ...{ userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6)", variant: "a", modelVersion: "v3" },
    });
    const text = JSON.stringify(full);
    const shapes = taught([text, JSON.stringify(onStream())]);
    assert.ok(agree(shapes, text));
    for (const more of [
      "",
      "0",
      "9",
      ".",
      ",",
      '"',
      "\\",
      "}",
      "é",
      "\u0000",
      " ",
      '","x":"',
      "?",
      "%40",
      "x".repeat(512),
    ]) {
      for (let at = 0; at <= text.length; at += 1) {
        for (const cut of [0, 1]) agree(shapes, text.slice(0, at) + more + text.slice(at + cut));
      }
    }
    fc.assert(
      fc.property(events, (event) => {
        agree(shapes, JSON.stringify({ ...full, ...event }));
      }),
      { numRuns: 1_000 },
    );
  });

  it("is taken by nearly all events of a site, also where some properties are absent", () => {
    const options = { seed: 5, count: 3_000, shares: { malformed: 0, unusable: 0 } };
    const { clock } = generatedSource(options);
    const stream = [...generate(options)].flatMap(({ line }) =>
      parseBody(line).flatMap((one) =>
        "event" in one ? [streamRecord(one.text, new Date(clock(one.event)).toISOString(), "us-east-1")] : [],
      ),
    );
    const shapes = taught(stream.slice(0, 300));
    const taken = stream.filter((text) => agree(shapes, text)).length;
    assert.ok(taken >= 0.99 * stream.length, `${taken} of ${stream.length}`);
  });

  it("answers a batch as the general way would, while it learns", () => {
    fc.assert(
      fc.property(fc.array(written, { maxLength: 100 }), (all) => {
        const records = all.map((text, at) => ({
          recordId: String(at),
          approximateArrivalTimestamp: 0,
          data: Buffer.from(text).toString("base64"),
        }));
        transformBatch(records, pseudonym).records.forEach((answer, at) => {
          const want = slow(all[at] ?? "");
          assert.equal(answer.result, want.result);
          if (want.result !== "Ok") return;
          assert.equal(Buffer.from(answer.data ?? "", "base64").toString(), Buffer.from(want.line).toString());
          assert.deepEqual(answer.metadata?.partitionKeys, want.partition);
        });
      }),
      { numRuns: 50 },
    );
  });

  it("keeps to a few shapes, and forgets those that are met least", () => {
    const orders = Array.from({ length: 20 }, (_, n) => {
      const entries = Object.entries(onStream());
      return JSON.stringify(Object.fromEntries([...entries.slice(n % 9), ...entries.slice(0, n % 9)]));
    });
    const shapes = taught(orders);
    assert.ok(orders.filter((text) => agree(shapes, text)).length >= 8);
  });
});

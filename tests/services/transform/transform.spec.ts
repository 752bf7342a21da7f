import assert from "node:assert/strict";
import { createHmac, createSecretKey } from "node:crypto";
import type { KMSClient } from "@aws-sdk/client-kms";
import fc from "fast-check";
import { settleOverflow, transformBatch } from "../../../services/transform/batch";
import { deriveSalt, pseudonymiser } from "../../../services/kit/pseudonym";
import { hostOf, ipPrefix, pagePath } from "../../../services/transform/scrub";
import { transformEvent } from "../../../services/transform/transform";
import { readUserAgent } from "../../../services/transform/useragent";
import { checkLine } from "../../../services/verifier/verify";
import { anEvent } from "../collector/fakes";

const agreed = { consent: { analytics: true, personalisation: true } };
const accepted = (more: object = {}): string =>
  JSON.stringify({ ...anEvent(agreed), receivedAt: "2026-01-31T09:30:01.000Z", region: "us-east-1", ...more });
const pseudonym = (userId: string): string => `key-of-${userId}`;
const transform = (text: string) => transformEvent(Buffer.from(text), pseudonym);
const firehose = (texts: readonly string[]) =>
  texts.map((text, at) => ({
    recordId: `r${at}`,
    approximateArrivalTimestamp: 0,
    data: Buffer.from(text).toString("base64"),
  }));

describe("the transform", () => {
  it("writes the curated columns and nothing that names a person", () => {
    const outcome = transform(
      accepted({
        ...{ sessionId: "s1", value: 12.5, page: "/u/jo@mail.example/i1?token=1#x", ip: "203.0.113.77" },
        ...{ referrer: "https://jo:pw@Shop.example:8080/x?q=1", userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6)" },
      }),
    );
    assert.ok(outcome.result === "Ok");
    assert.deepEqual(outcome.partition, { date: "2026-01-31", hour: "09" });
    assert.equal(checkLine(outcome.line.trimEnd()), undefined);
    assert.deepEqual(JSON.parse(outcome.line), {
      ...{ event_id: "123e4567-e89b-12d3-a456-426614174000", schema_version: 1, event_type: "view" },
      ...{ occurred_at: "2026-01-31T09:30:00.123Z", received_at: "2026-01-31T09:30:01.000Z", user_key: "key-of-u1" },
      ...{ item_id: "i1", session_id: "s1", value: 12.5, page: "/u/[mailbox]/i1", referrer_host: "shop.example" },
      ...{ device: "mobile", ip_prefix: "203.0.113.0", consent_analytics: true, consent_personalisation: true },
      ...{ variant: null, model_version: null, region: "us-east-1" },
    });
  });

  it("drops what was not agreed to, keeps what was agreed to for analytics only, and drops crawlers", () => {
    const refused = transform(accepted({ consent: { analytics: false, personalisation: false } }));
    assert.deepEqual(refused, { result: "Dropped", reason: "no_consent" });
    const analytics = transform(accepted({ consent: { analytics: true, personalisation: false } }));
    assert.ok(analytics.result === "Ok" && analytics.line.includes('"consent_personalisation":false'));
    const bot = transform(accepted({ userAgent: "Mozilla/5.0 (compatible; ExampleBot/2.1)" }));
    assert.deepEqual(bot, { result: "Dropped", reason: "bot" });
  });

  it("fails what it cannot use, with the reason", () => {
    const reasons = [
      "{",
      accepted({ schemaVersion: 9 }),
      accepted({ receivedAt: undefined }),
      accepted({ occurredAt: "2026-02-30T00:00:00Z" }),
      accepted({ occurredAt: "2027-01-31T00:00:00Z" }),
    ].map((text) => {
      const outcome = transform(text);
      return outcome.result === "ProcessingFailed" ? outcome.reason : outcome.result;
    });
    assert.deepEqual(reasons, ["not_json", "not_an_event", "not_an_event", "no_such_day", "from_the_future"]);
    assert.equal(transform(accepted({ occurredAt: "2026-02-01T09:29:00Z" })).result, "Ok");
  });

  it("writes any text that an event may hold as valid JSON with the same content", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 60 }), (text) => {
        const [answer] = transformBatch(firehose([accepted({ itemId: text })]), pseudonym).records;
        const line = Buffer.from(answer?.data ?? "", "base64").toString("utf8");
        // What is no Unicode text does not survive UTF-8; all else must.
        assert.equal((JSON.parse(line) as { item_id: string }).item_id, Buffer.from(text).toString("utf8"));
      }),
    );
  });

  it("answers every record id once and in order, and its counts balance", () => {
    const kinds = ["{", accepted(), accepted({ consent: { analytics: false, personalisation: false } })];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...kinds), { maxLength: 40 }), (texts) => {
        const { records, counts } = transformBatch(firehose(texts), pseudonym);
        assert.deepEqual(
          records.map(({ recordId }) => recordId),
          texts.map((_, at) => `r${at}`),
        );
        const sum = counts.ok + (counts.dropped.no_consent ?? 0) + (counts.failed.not_json ?? 0);
        assert.equal(sum, texts.length);
      }),
    );
  });

  it("fails an event on which the code breaks by itself, after a second try, without its content in the reason", () => {
    let poison = 0;
    let shaky = 0;
    const breaking = (userId: string): string => {
      if (userId === "poison") throw new RangeError(`no key for ${userId}${(poison += 1)}`);
      if (userId === "shaky" && (shaky += 1) === 1) throw new Error("not yet");
      return `key-of-${userId}`;
    };
    const texts = [accepted(), accepted({ userId: "poison" }), accepted({ userId: "shaky" }), accepted()];
    const { records, counts, details } = transformBatch(firehose(texts), breaking);
    assert.deepEqual(
      records.map(({ result }) => result),
      ["Ok", "ProcessingFailed", "Ok", "Ok"],
    );
    assert.deepEqual([poison, counts.ok, counts.failed], [2, 3, { crashed: 1 }]);
    assert.deepEqual(records[1]?.metadata?.partitionKeys, { reason: "crashed" });
    assert.deepEqual(details, [{ recordId: "r1", detail: "event: want no error, got RangeError" }]);
  });

  it("keeps an answer below 6 MB: what does not fit goes to the stream again, or is failed, never lost", () => {
    const answer = transformBatch(firehose([accepted(), accepted(), accepted()]), pseudonym, 2_500);
    assert.deepEqual(answer.overflow, [2]);
    assert.equal(JSON.stringify(answer.records).length <= 2_500, true);
    const settled = settleOverflow(answer, new Set([2]));
    assert.equal(settled[2]?.result, "Dropped");
    assert.equal(answer.counts.dropped.reingested, 1);
    const other = transformBatch(firehose([accepted(), accepted(), accepted()]), pseudonym, 2_500);
    assert.equal(settleOverflow(other, new Set())[2]?.result, "ProcessingFailed");
    assert.equal(other.counts.failed.too_large, 1);
  });

  it("makes pseudonyms by HMAC with the salt that KMS gives for the label", async () => {
    const asked: unknown[] = [];
    const kms = {
      send: (command: { input: unknown }) => {
        asked.push(command.input);
        return Promise.resolve({ Mac: Buffer.alloc(32, 7) });
      },
    } as unknown as KMSClient;
    const keyOf = pseudonymiser(await deriveSalt(kms, "alias/pseudonym"));
    assert.deepEqual(asked, [
      { KeyId: "alias/pseudonym", MacAlgorithm: "HMAC_SHA_256", Message: Buffer.from("pseudonym/v1") },
    ]);
    const expected = createHmac("sha256", createSecretKey(Buffer.alloc(32, 7)))
      .update("u1")
      .digest("hex");
    assert.equal(keyOf("u1"), expected);
    assert.equal(keyOf("u1"), expected);
    assert.notEqual(keyOf("u2"), expected);
  });
});

describe("scrubbing", () => {
  it("keeps the network of an address only", () => {
    const cases: [string, string | null][] = [
      ["203.0.113.77", "203.0.113.0"],
      ["2001:db8:1:2:3:4:5:6", "2001:db8:1::"],
      ["2001:db8::1", "2001:db8:0::"],
      ["::1", "0:0:0::"],
      ["::ffff:203.0.113.77", "203.0.113.0"],
      ...["", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1..2.3", "1.2.3.", "localhost", "1:2", ":::"].map(
        (bad): [string, null] => [bad, null],
      ),
    ];
    for (const [address, prefix] of cases) assert.equal(ipPrefix(address), prefix, address);
  });

  it("keeps a page's path and a referrer's host", () => {
    assert.equal(pagePath("https://a.example/x/y?z#q"), "/x/y");
    assert.equal(pagePath("https://a.example"), "/");
    assert.equal(pagePath("/reset/jo%40mail.example"), "/reset/[mailbox]");
    assert.equal(hostOf("no url"), null);
    assert.equal(hostOf("no url"), null);
    assert.equal(hostOf("https://WWW.Example.com/a"), "www.example.com");
  });

  it("tells devices and crawlers apart", () => {
    const devices = [
      "(Windows NT 10.0)",
      "(iPhone; CPU) Mobile",
      "(iPad; CPU)",
      "(Linux; Android 15; Pixel) Mobile",
      "(SMART-TV)",
      "x",
    ];
    assert.deepEqual(
      devices.map((agent) => readUserAgent(`Mozilla/5.0 ${agent}`).device),
      ["desktop", "mobile", "tablet", "mobile", "tv", "other"],
    );
    assert.ok(["curl/8.1", "Googlebot/2.1", "python-requests/2.3"].every((agent) => readUserAgent(agent).bot));
    assert.deepEqual(readUserAgent(undefined), { device: "other", bot: false });
  });
});

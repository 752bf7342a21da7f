import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { ChangeMessageVisibilityCommand, DeleteMessageCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { handOver, handoverOf } from "../../../services/verifier/handover";
import { readHandover, readHandoverMessage } from "../../../contracts/messages/handover";
import { intakeLanding, intakeObject, settledObject } from "../../../services/verifier/intake";
import { notifiedObjects, pollOnce } from "../../../services/verifier/queue";
import { checkLine, verifyObject } from "../../../services/verifier/verify";
import type { FakeS3 } from "../collector/fakes";
import { file, row, world } from "./world";

const KEY = "landing/events/date=2026-01-31/hour=10/a.ndjson.gz";

describe("verifying an object", () => {
  it("counts the records of a good one and gives its checksum", async () => {
    const body = file(row(), row());
    const sha256 = createHash("sha256").update(body).digest("hex");
    assert.deepEqual(await verifyObject(body, { bytes: body.length, sha256, records: 2 }), {
      ok: true,
      records: 2,
      sha256,
    });
  });

  it("turns away what is torn, empty, of another size, checksum or count, or has no line end", async () => {
    const body = file(row(), row());
    const reason = async (...args: Parameters<typeof verifyObject>): Promise<string> => {
      const verdict = await verifyObject(...args);
      return verdict.ok ? "ok" : verdict.reason;
    };
    assert.equal(await reason(body.subarray(0, body.length - 9)), "torn");
    assert.equal(await reason(Buffer.from("plain")), "torn");
    assert.equal(await reason(gzipSync("")), "empty");
    assert.equal(await reason(body, { bytes: body.length + 1 }), "size");
    assert.equal(await reason(body, { sha256: "0".repeat(64) }), "checksum");
    assert.equal(await reason(body, { records: 3 }), "records");
    assert.equal(await reason(gzipSync(row())), "columns");
  });

  it("names the line and the column that is wrong, never its value", async () => {
    const verdict = await verifyObject(file(row(), row({ value: "secret" })));
    assert.ok(!verdict.ok);
    assert.equal(verdict.detail, "line 2: value: want double, got string");
    assert.equal(verdict.records, 1);
    assert.equal(checkLine(row({ user_key: null })), "user_key: want a value, got null");
    assert.equal(checkLine(row({ page: null })), undefined);
    assert.equal(checkLine(row({ ip: "203.0.113.1" })), "ip: want no such column, got one");
    assert.equal(checkLine("[]"), "want an object, got something else");
    assert.equal(checkLine(row({ event_id: undefined })), "event_id: want a value, got nothing");
  });
});

describe("intake", () => {
  it("moves a good object to verified with its count and checksum, tagged, under the lake's key", async () => {
    const { s3, options } = world();
    const body = file(row(), row(), row());
    s3.put("bronze", KEY, body);
    const outcome = await intakeObject(KEY, { ...options, keyArn: "arn:aws:kms:us-east-1:1:key/k" });
    assert.equal(outcome.records, 3);
    const verified = "bronze/verified/events/date=2026-01-31/hour=10/a.ndjson.gz";
    const [handover = "", ...others] = s3.keys("");
    assert.match(handover, /^bronze\/verified\/_handover\//);
    assert.deepEqual(others, [verified]);
    const sha256 = createHash("sha256").update(body).digest("hex");
    const { metadata, tags, key } = s3.objects.get(verified) ?? {};
    assert.deepEqual(metadata, { records: "3", sha256 });
    assert.deepEqual(Object.fromEntries(new URLSearchParams(tags)), {
      "meridian:verified": "true",
      "meridian:source-sha256": sha256,
      "meridian:data-class": "behaviour",
    });
    assert.equal(key, "arn:aws:kms:us-east-1:1:key/k");
  });

  it("quarantines a torn object beside its reason, with the count that its writer claimed", async () => {
    const { s3, options } = world();
    s3.put("bronze", KEY, file(row(), row()).subarray(0, 40), { records: "2" });
    const outcome = await intakeObject(KEY, options);
    assert.equal(outcome.result, "quarantined");
    assert.equal(outcome.records, 2);
    assert.deepEqual(s3.keys(""), [`quarantine/intake/${KEY}`, `quarantine/intake/${KEY}.reason.json`]);
    const reason = JSON.parse(s3.body(`quarantine/intake/${KEY}.reason.json`).toString()) as { reason: string };
    assert.equal(reason.reason, "torn");
    assert.deepEqual(await settledObject(KEY, options), { result: "quarantined", records: 2, refused: 0 });
  });

  it("may be killed in the middle of a file, before or after any step, and run again with the same end and count", async () => {
    const end = (s3: FakeS3): [string, string][] => s3.keys("").map((key) => [key, JSON.stringify(s3.metadata(key))]);
    for (const body of [file(row(), row()), file(row()).subarray(0, 30)]) {
      const whole = world();
      whole.s3.put("bronze", KEY, body, { records: "2" });
      const { result, records } = await intakeObject(KEY, whole.options);
      for (const when of ["before", "after"] as const) {
        let kills = 0;
        for (let kill = 1; ; kill += 1) {
          const { s3, options, messages } = world();
          s3.put("bronze", KEY, body, { records: "2" });
          let step = 0;
          s3[when] = () => {
            // A process that is killed does nothing more.
            if ((step += 1) >= kill) throw new Error("killed");
          };
          const died = await intakeObject(KEY, options).then(
            () => false,
            () => true,
          );
          if (!died) break;
          kills += 1;
          s3[when] = () => undefined;
          // What an account enters: what this run moves, else what the killed one had moved.
          const [outcome] = await intakeLanding(options);
          const entered = outcome ?? (await settledObject(KEY, options));
          assert.deepEqual([entered?.result, entered?.records], [result, records], `killed ${when} step ${kill}`);
          assert.deepEqual(end(s3), end(whole.s3), `killed ${when} step ${kill}`);
          // Whatever was verified, the ETL was told of.
          assert.deepEqual([...new Set(messages)], whole.messages, `killed ${when} step ${kill}`);
        }
        // Two steps that change nothing (get, read), and three that do: copy, hand-over or reason, delete.
        assert.equal(kills, (when === "before" ? 2 : 0) + 3);
      }
    }
  });

  it("takes a second message about the same object for done", async () => {
    const { options } = world();
    assert.deepEqual(await intakeObject(KEY, options), { key: KEY, result: "gone", records: 0, bytes: 0 });
  });

  it("hands over what is new before it leaves landing: a list named by its content, and a message that tells where", async () => {
    const { s3, options, messages } = world();
    s3.put("bronze", KEY, file(row(), row()));
    s3.put("bronze", KEY.replace("a.nd", "b.nd"), file(row()).subarray(0, 20));
    s3.put("bronze", KEY.replace("a.nd", "c.nd"), file(row()));
    const told: number[] = [];
    s3.before = (operation) => {
      if (operation === "delete") told.push(messages.length);
    };
    const outcomes = await intakeLanding(options);
    assert.deepEqual(told, [1, 1, 1]);
    const message = readHandoverMessage(messages[0] ?? "");
    assert.deepEqual([message?.objects, message?.records], [2, 3]);
    assert.match(message?.key ?? "", /^verified\/_handover\/[0-9a-f]{32}\.json$/);
    const handover = readHandover(s3.body(`bronze/${message?.key ?? ""}`).toString());
    assert.deepEqual(handover, handoverOf(outcomes, "bronze"));
    assert.deepEqual(
      handover.objects.map(({ key }) => key),
      ["a", "c"].map((name) => `verified/events/date=2026-01-31/hour=10/${name}.ndjson.gz`),
    );
    assert.equal(await handOver(outcomes, options), message?.key);
    assert.equal(await handOver([], options), undefined);
  });

  it("leaves an object in landing while the ETL cannot be told of it", async () => {
    const { s3, options } = world();
    s3.put("bronze", KEY, file(row()));
    const away = { send: () => Promise.reject(new Error("no network")) };
    const handover = { sqs: away as Pick<SQSClient, "send">, queueUrl: "q" };
    await assert.rejects(intakeObject(KEY, { ...options, handover }), /no network/);
    assert.deepEqual(s3.keys("bronze/landing/"), [`bronze/${KEY}`]);
  });

  it("reads no hand-over out of another message", () => {
    for (const body of ["", "[]", "null", '{"version":2}', '{"version":1,"bucket":"b","key":"k","objects":"2"}']) {
      assert.equal(readHandoverMessage(body), undefined);
    }
    for (const body of ["{", '{"version":1,"bucket":"b","objects":1}']) assert.equal(readHandover(body), undefined);
  });
});

describe("notifications", () => {
  const notice = (key: string): string =>
    JSON.stringify({
      Records: [
        { eventName: "ObjectCreated:Put", s3: { bucket: { name: "bronze" }, object: { key, size: 5, eTag: "abc" } } },
      ],
    });

  it("are read from S3 and from EventBridge, and S3's test message is none", () => {
    const expected = { bytes: 5, etag: '"abc"' };
    const encoded = notice("landing/events/date%3D2026-01-31/a+b.gz");
    assert.deepEqual(notifiedObjects(encoded), [
      { bucket: "bronze", key: "landing/events/date=2026-01-31/a b.gz", expected },
    ]);
    const bridge = JSON.stringify({
      detail: { bucket: { name: "bronze" }, object: { key: "landing/events/a%b", size: 5, etag: "abc" } },
    });
    assert.deepEqual(notifiedObjects(bridge), [{ bucket: "bronze", key: "landing/events/a%b", expected }]);
    assert.deepEqual(notifiedObjects(JSON.stringify({ Event: "s3:TestEvent" })), []);
    assert.deepEqual(notifiedObjects(encoded.replace("ObjectCreated:Put", "ObjectRemoved:Delete")), []);
    assert.deepEqual(notifiedObjects("not json"), []);
  });

  function queue(bodies: readonly string[]) {
    const commands: string[] = [];
    const send = (command: unknown): Promise<unknown> => {
      if (command instanceof ReceiveMessageCommand) {
        return Promise.resolve({ Messages: bodies.map((Body, at) => ({ Body, ReceiptHandle: String(at) })) });
      }
      if (command instanceof DeleteMessageCommand) commands.push(`delete ${command.input.ReceiptHandle ?? ""}`);
      if (command instanceof ChangeMessageVisibilityCommand)
        commands.push(`extend ${command.input.ReceiptHandle ?? ""}`);
      return Promise.resolve({});
    };
    return { commands, sqs: { send: send as SQSClient["send"] } };
  }

  it("are taken off the queue once their object is settled", async () => {
    const { s3, options } = world();
    s3.put("bronze", "landing/events/a.gz", file(row()));
    const { sqs, commands } = queue([notice("landing/events/a.gz"), "{}"]);
    const { messages, outcomes } = await pollOnce({ ...options, sqs, queueUrl: "q" });
    assert.equal(messages, 2);
    // The notice's size and tag are of an earlier content: the object is checked as it is.
    assert.deepEqual(
      outcomes.map(({ result }) => result),
      ["verified"],
    );
    assert.deepEqual(commands.sort(), ["delete 0", "delete 1"]);
  });

  it("are settled as one batch, and only those whose object failed stay", async () => {
    const { s3, options, messages } = world();
    for (const name of ["a", "b", "c"]) s3.put("bronze", `landing/events/${name}.gz`, file(row()));
    const { sqs, commands } = queue(["a", "b", "c"].map((name) => notice(`landing/events/${name}.gz`)));
    s3.before = (_, key) => {
      if (key.endsWith("b.gz")) throw new Error("no network");
    };
    const seen: string[] = [];
    const onObject = ({ key }: { readonly key: string }): number => seen.push(key);
    await assert.rejects(pollOnce({ ...options, sqs, queueUrl: "q", onObject }), /no network/);
    assert.deepEqual(commands, ["delete 0", "delete 2"]);
    assert.deepEqual(seen, ["landing/events/a.gz", "landing/events/c.gz"]);
    assert.equal(readHandoverMessage(messages[0] ?? "")?.objects, 2);
    assert.equal(messages.length, 1);
  });

  it("about a bulk upload's mark have it taken; it stays on the queue until it is complete", async () => {
    const { s3, options } = world();
    const mark = "landing/bulk/2026-01/_SUCCESS";
    const body = file(row(), row());
    const sha256 = createHash("sha256").update(body).digest("hex");
    s3.put("bronze", mark, "");
    s3.put("bronze", "landing/bulk/2026-01/a.json.gz", body);
    const poll = async (): Promise<[string[], boolean[], number]> => {
      const { sqs, commands } = queue([notice(mark), notice("landing/bulk/2026-01/a.json.gz")]);
      const complete: boolean[] = [];
      const onBulk = (upload: { readonly complete: boolean }): number => complete.push(upload.complete);
      const { outcomes } = await pollOnce({ ...options, sqs, queueUrl: "q", onBulk });
      return [commands, complete, outcomes.length];
    };
    assert.deepEqual(await poll(), [["delete 1"], [false], 0]);
    const files = [{ name: "a.json.gz", bytes: body.length, sha256, records: 2 }];
    s3.put("bronze", "landing/bulk/2026-01/_manifest.json", JSON.stringify({ files }));
    assert.deepEqual(await poll(), [["delete 0", "delete 1"], [true], 1]);
    // Told once more: it has been taken.
    assert.deepEqual(await poll(), [["delete 0", "delete 1"], [false], 0]);
  });

  it("stay on the queue when the work fails, and are extended while it goes on", async () => {
    const { s3, options } = world();
    s3.put("bronze", "landing/events/a.gz", file(row()));
    s3.before = () => {
      throw new Error("no network");
    };
    const failing = queue([notice("landing/events/a.gz")]);
    await assert.rejects(pollOnce({ ...options, sqs: failing.sqs, queueUrl: "q" }), /no network/);
    assert.deepEqual(failing.commands, []);

    s3.before = () => undefined;
    const slow = queue([notice("landing/events/a.gz")]);
    const send = s3.client.send.bind(s3.client) as (command: unknown) => Promise<unknown>;
    const waiting = async (command: unknown): Promise<unknown> => {
      while (slow.commands.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      return send(command);
    };
    const slowS3 = { send: waiting as typeof s3.client.send };
    await pollOnce({ ...options, s3: slowS3, sqs: slow.sqs, queueUrl: "q", visibilitySeconds: 0.01 });
    assert.equal(slow.commands[0], "extend 0");
    assert.equal(slow.commands.at(-1), "delete 0");
  });
});

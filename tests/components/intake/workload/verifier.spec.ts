import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { ChangeMessageVisibilityCommand, DeleteMessageCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { CURATED_COLUMNS } from "../../../../components/ingest/schema/columns";
import { intakeBulk } from "../../../../components/intake/workload/verifier/bulk";
import { handoverOf, writeHandover } from "../../../../components/intake/workload/verifier/handover";
import { intakeLanding, intakeObject, settledObject } from "../../../../components/intake/workload/verifier/intake";
import { notifiedObjects, pollOnce } from "../../../../components/intake/workload/verifier/queue";
import { checkLine, verifyObject } from "../../../../components/intake/workload/verifier/verify";
import { FakeS3 } from "../../ingest/workload/fakes";

const SAMPLES = { string: "x", int: 1, double: 1.5, boolean: true, instant: "2026-01-31T10:00:00.000Z" } as const;
const row = (more: object = {}): string =>
  JSON.stringify({ ...Object.fromEntries(CURATED_COLUMNS.map(({ name, kind }) => [name, SAMPLES[kind]])), ...more });
const file = (...rows: string[]): Buffer => gzipSync(rows.map((one) => `${one}\n`).join(""));
const KEY = "landing/events/date=2026-01-31/hour=10/a.ndjson.gz";

function world() {
  const s3 = new FakeS3();
  return { s3, options: { s3: s3.client, bronzeBucket: "bronze", quarantineBucket: "quarantine" } };
}

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
  it("moves a good object to verified with its count and checksum", async () => {
    const { s3, options } = world();
    const body = file(row(), row(), row());
    s3.put("bronze", KEY, body);
    const outcome = await intakeObject(KEY, options);
    assert.deepEqual(s3.keys(""), ["bronze/verified/events/date=2026-01-31/hour=10/a.ndjson.gz"]);
    assert.equal(outcome.records, 3);
    const metadata = s3.metadata("bronze/verified/events/date=2026-01-31/hour=10/a.ndjson.gz");
    assert.deepEqual(metadata, { records: "3", sha256: createHash("sha256").update(body).digest("hex") });
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
    assert.deepEqual(await settledObject(KEY, options), { result: "quarantined", records: 2 });
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
          const { s3, options } = world();
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
        }
        // Two steps that change nothing (get, read), and two or three that do.
        assert.equal(kills, (when === "before" ? 2 : 0) + (result === "verified" ? 2 : 3));
      }
    }
  });

  it("takes a second message about the same object for done", async () => {
    const { options } = world();
    assert.deepEqual(await intakeObject(KEY, options), { key: KEY, result: "gone", records: 0, bytes: 0 });
  });

  it("hands over what is new, named by its content", async () => {
    const { s3, options } = world();
    s3.put("bronze", KEY, file(row(), row()));
    s3.put("bronze", KEY.replace("a.nd", "b.nd"), file(row()).subarray(0, 20));
    const handover = handoverOf(await intakeLanding(options), "bronze");
    assert.equal(handover.records, 2);
    const key = await writeHandover(handover, options);
    assert.match(key ?? "", /^verified\/_handover\/[0-9a-f]{32}\.json$/);
    assert.equal(await writeHandover(handover, options), key);
    assert.equal(await writeHandover(handoverOf([], "bronze"), options), undefined);
  });
});

describe("a bulk upload", () => {
  const folder = "landing/bulk/2026-01";
  const body = file(row(), row());
  const sha256 = createHash("sha256").update(body).digest("hex");
  const manifest = {
    files: ["a", "b"].map((name) => ({ name: `${name}.gz`, bytes: body.length, sha256, records: 2 })),
  };

  function upload(...names: string[]) {
    const made = world();
    for (const name of names) {
      made.s3.put(
        "bronze",
        `${folder}/${name}`,
        name === "_manifest.json" ? JSON.stringify(manifest) : name === "_SUCCESS" ? "" : body,
      );
    }
    return made;
  }

  it("waits for the mark, the manifest and every file, and moves nothing before", async () => {
    const { s3, options } = upload("a.gz");
    const first = await intakeBulk(folder, options);
    assert.ok(!first.complete);
    assert.equal(first.problems.length, 2);
    const missing = upload("a.gz", "_manifest.json", "_SUCCESS");
    assert.deepEqual(await intakeBulk(folder, missing.options), {
      complete: false,
      problems: [`${folder}/b.gz: want a file, got nothing`],
    });
    assert.equal(s3.keys("bronze/verified").length + missing.s3.keys("bronze/verified").length, 0);
  });

  it("goes on after a kill in the middle", async () => {
    const { s3, options } = upload("a.gz", "b.gz", "_manifest.json", "_SUCCESS");
    s3.before = (operation, key) => {
      if (operation === "copy" && key.endsWith("b.gz")) throw new Error("killed");
    };
    await assert.rejects(intakeBulk(folder, options), /killed/);
    s3.before = () => undefined;
    const again = await intakeBulk(folder, options);
    assert.ok(again.complete && again.objects.length === 1);
    assert.equal(s3.keys("bronze/verified/bulk/2026-01/").length, 2);
  });

  it("quarantines a file that is not what the manifest says", async () => {
    const { s3, options } = upload("a.gz", "b.gz", "_manifest.json", "_SUCCESS");
    const other = Buffer.from(body);
    other.writeUInt8(other.readUInt8(other.length - 1) ^ 1, other.length - 1);
    s3.put("bronze", `${folder}/b.gz`, other);
    const outcome = await intakeBulk(folder, options);
    assert.ok(outcome.complete);
    assert.deepEqual(
      outcome.objects.map(({ result }) => result),
      ["verified", "quarantined"],
    );
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

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { intakeBulk, intakeBulks } from "../../../services/verifier/bulk";
import { readHandoverMessage } from "../../../contracts/messages/handover";
import { settledObject } from "../../../services/verifier/intake";
import type { FakeS3 } from "../collector/fakes";
import { file, row, world } from "./world";

const FOLDER = "landing/bulk/2026-01";
const GOOD = file(row(), row());
/** Three rows, of which the contract refuses the middle one. */
const PARTLY = file(row(), row({ value: "secret" }), row({ event_id: "last" }));

function upload(files: Readonly<Record<string, { readonly body: Buffer; readonly records: number }>>) {
  const made = world();
  const named = Object.entries(files).map(([name, { body, records }]) => {
    made.s3.put("bronze", `${FOLDER}/${name}`, body);
    return { name, bytes: body.length, sha256: createHash("sha256").update(body).digest("hex"), records };
  });
  made.s3.put("bronze", `${FOLDER}/_manifest.json`, JSON.stringify({ files: named }));
  made.s3.put("bronze", `${FOLDER}/_SUCCESS`, "");
  return made;
}

const TWO = { "a.json.gz": { body: GOOD, records: 2 }, "b.ndjson.gz": { body: PARTLY, records: 3 } };

describe("a bulk upload", () => {
  it("waits for the mark, the manifest and every file, and moves nothing before", async () => {
    const { s3, options } = upload(TWO);
    for (const name of ["_SUCCESS", "_manifest.json"]) s3.objects.delete(`bronze/${FOLDER}/${name}`);
    const first = await intakeBulk(FOLDER, options);
    assert.ok(!first.complete && !first.marked);
    assert.equal(first.problems.length, 2);
    const missing = upload(TWO);
    missing.s3.objects.delete(`bronze/${FOLDER}/b.ndjson.gz`);
    missing.s3.put("bronze", `${FOLDER}/c.json`, "{}");
    assert.deepEqual(await intakeBulk(FOLDER, missing.options), {
      folder: `${FOLDER}/`,
      complete: false,
      marked: true,
      problems: [
        `${FOLDER}/c.json: want it in the manifest, got no word of it`,
        `${FOLDER}/b.ndjson.gz: want a file, got nothing`,
      ],
    });
    assert.equal(s3.keys("bronze/verified").length + missing.s3.keys("bronze/verified").length, 0);
  });

  it("becomes one Parquet file for each of its own, told to the ETL as one batch; refused rows are kept with reasons", async () => {
    const { s3, options, messages } = upload(TWO);
    const [outcome] = await intakeBulks(options);
    assert.ok(outcome?.complete);
    assert.deepEqual(
      outcome.objects.map(({ movedTo, records, refused, claimed }) => [movedTo, records, refused, claimed]),
      [
        ["verified/events/bulk/2026-01/a.json.gz.parquet", 2, 0, 2],
        ["verified/events/bulk/2026-01/b.ndjson.gz.parquet", 2, 1, 3],
      ],
    );
    assert.deepEqual(s3.keys("bronze/landing/"), []);
    const converted = "bronze/verified/events/bulk/2026-01/b.ndjson.gz.parquet";
    const sha256 = createHash("sha256").update(PARTLY).digest("hex");
    assert.deepEqual(s3.metadata(converted), { records: "2", refused: "1", sha256 });
    assert.equal(new URLSearchParams(s3.objects.get(converted)?.tags).get("meridian:source-sha256"), sha256);
    assert.equal(s3.body(converted).subarray(0, 4).toString(), "PAR1");
    const kept = s3.body(`quarantine/intake/${FOLDER}/b.ndjson.gz.refused.ndjson.gz`);
    assert.deepEqual(JSON.parse(gunzipSync(kept).toString()), {
      line: 2,
      reason: "value: want double, got string",
      source: row({ value: "secret" }),
    });
    const handover = readHandoverMessage(messages[0] ?? "");
    assert.deepEqual([messages.length, handover?.objects, handover?.records], [1, 2, 4]);
    assert.deepEqual(await settledObject(`${FOLDER}/b.ndjson.gz`, options), {
      result: "verified",
      records: 2,
      refused: 1,
    });
  });

  it("may be killed before or after any step, and run again with the same end; the ETL is told of every file", async () => {
    const end = (s3: FakeS3): [string, string, string][] =>
      s3
        .keys("")
        .filter((key) => !key.includes("/_handover/"))
        .map((key) => [key, s3.body(key).toString("hex"), JSON.stringify(s3.metadata(key))]);
    const whole = upload(TWO);
    await intakeBulk(FOLDER, whole.options);
    for (const when of ["before", "after"] as const) {
      let kills = 0;
      for (let kill = 1; ; kill += 1) {
        const { s3, options, messages } = upload(TWO);
        let step = 0;
        s3[when] = () => {
          // A process that is killed does nothing more.
          if ((step += 1) >= kill) throw new Error("killed");
        };
        const died = await intakeBulk(FOLDER, options).then(
          () => false,
          () => true,
        );
        if (!died) break;
        kills += 1;
        s3[when] = () => undefined;
        await intakeBulks(options);
        const name = `killed ${when} step ${kill}`;
        const left = s3.keys("bronze/landing/").map((key) => key.split("/").at(-1));
        // Only the mark's own kill leaves the manifest, which starts nothing.
        assert.deepEqual(left, left.length === 0 ? [] : ["_manifest.json"], name);
        assert.deepEqual(
          end(s3).filter(([key]) => !key.startsWith("bronze/landing/")),
          end(whole.s3),
          name,
        );
        const told = new Set(
          messages.flatMap((message) => {
            const { key = "" } = readHandoverMessage(message) ?? {};
            const { objects } = JSON.parse(s3.body(`bronze/${key}`).toString()) as { objects: { key: string }[] };
            return objects.map((object) => object.key);
          }),
        );
        assert.equal(told.size, 2, name);
      }
      // Five that change nothing: the manifest, and get and read for each file. Eight that do: two files, the refused
      // rows, the hand-over, and two files, the mark and the manifest that leave landing.
      assert.equal(kills, (when === "before" ? 5 : 0) + 8);
    }
  });

  it("quarantines a file that is not what the manifest says, whole", async () => {
    const other = Buffer.from(GOOD);
    const { s3, options } = upload({
      ...TWO,
      "changed.json.gz": { body: other, records: 2 },
      "few.json.gz": { body: GOOD, records: 3 },
      "odd.txt": { body: GOOD, records: 2 },
      "torn.json.gz": { body: GOOD.subarray(0, 30), records: 2 },
    });
    const changed = Buffer.from(other);
    changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
    s3.put("bronze", `${FOLDER}/changed.json.gz`, changed);
    const outcome = await intakeBulk(FOLDER, options);
    assert.ok(outcome.complete);
    assert.deepEqual(
      outcome.objects.map(({ result, records, reason }) => [result, records, reason?.split(":")[0]]),
      [
        ["verified", 2, undefined],
        ["verified", 2, undefined],
        ["quarantined", 2, "checksum"],
        ["quarantined", 3, "records"],
        ["quarantined", 2, "format"],
        ["quarantined", 2, "torn"],
      ],
    );
    assert.equal(s3.keys("quarantine/").filter((key) => key.endsWith(".reason.json")).length, 4);
  });

  it("is not taken by a manifest that is none", async () => {
    for (const text of ["{", "{}", '{"files":[{"name":"a"}]}']) {
      const { s3, options } = upload(TWO);
      s3.put("bronze", `${FOLDER}/_manifest.json`, text);
      const outcome = await intakeBulk(`${FOLDER}/`, options);
      assert.ok(!outcome.complete && outcome.marked);
      assert.match(outcome.problems.join(), /_manifest\.json: want/);
    }
  });
});

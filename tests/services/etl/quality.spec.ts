import assert from "node:assert/strict";
import { runEtl, VERIFIED_PREFIX, type EtlConfig } from "../../../services/etl/run";
import { described, QualityRefused, readable, type QualityReport } from "../../../services/etl/quality";
import { curated, ndjson, tasteEvents, type Curated } from "./events";
import { MemoryS3 } from "./memory-s3";

const CONFIG: EtlConfig = {
  region: "us-east-1",
  buckets: { bronze: "bronze", silver: "silver", gold: "gold" },
  runDate: "2026-03-08",
};

const REPORT = "gold/us-east-1/_quality/run_date=2026-03-08/report";

function stored(...objects: readonly Buffer[]): MemoryS3 {
  const s3 = new MemoryS3();
  objects.forEach((body, index) => {
    s3.put("bronze", `${VERIFIED_PREFIX}date=2026-03-0${index + 1}/hour=10/part.ndjson.gz`, body);
  });
  return s3;
}

/** Events with one field set to what its column cannot hold. */
function broken(field: string, value: unknown): Buffer {
  return ndjson([
    { ...curated(), [field]: value },
    { ...curated(), [field]: value },
  ]);
}

async function refusalOf(s3: MemoryS3, config: EtlConfig = CONFIG): Promise<string[]> {
  let refused: string[] = [];
  await assert.rejects(runEtl({ s3 }, config), (error: unknown) => {
    assert.ok(error instanceof QualityRefused, String(error));
    refused = error.report.checks.filter(({ verdict }) => verdict === "refuse").map(described);
    for (const words of refused) assert.ok(error.message.includes(words));
    return true;
  });
  return refused;
}

function reportOf(s3: MemoryS3): QualityReport {
  return JSON.parse(s3.objects.get(`${REPORT}.json`)?.body.toString() ?? "") as QualityReport;
}

describe("the quality gate", () => {
  const good = ndjson(
    tasteEvents({ users: 20, items: 30, groups: 3, eventsPerUser: 20, region: "us-east-1", days: 7 }),
  );

  it("lets good events through, and reports what it saw for the workflow and for a person", async () => {
    const s3 = stored(good);
    const { checks, ledger } = await runEtl({ s3 }, CONFIG);
    assert.ok(checks.every(({ verdict }) => verdict === "pass"));
    assert.deepEqual(reportOf(s3), { passed: true, ledger, checks });
    const text = s3.objects.get(`${REPORT}.txt`)?.body.toString() ?? "";
    assert.match(text, /^passed\nverified 400, silver 400, duplicates 0, late 0\n/);
    assert.match(text, /^pass {4}freshness hours since received_at: [\d.]+, want at most 1000000$/m);
  });

  for (const [field, value, rule] of [
    ["event_id", null, "missing event_id"],
    ["event_id", "", "missing event_id"],
    ["schema_version", "one", "unreadable schema_version"],
    ["schema_version", 1.5, "range schema_version"],
    ["event_type", "gaze", "range event_type"],
    ["occurred_at", "yesterday", "unreadable occurred_at"],
    ["occurred_at", 1_772_359_200, "unreadable occurred_at"],
    ["occurred_at", "2026-02-30T00:00:00.000Z", "unreadable occurred_at"],
    ["occurred_at", "2027-03-01T10:00:00.000Z", "range occurred_at"],
    ["received_at", null, "missing received_at"],
    ["user_key", null, "missing user_key"],
    ["item_id", null, "missing item_id"],
    ["value", "a lot", "unreadable value"],
    ["value", { amount: 1 }, "unreadable value"],
    ["value", -1, "range value"],
    ["value", "NaN", "range value"],
    ["value", 1e10, "range value"],
    ["consent_analytics", "maybe", "unreadable consent_analytics"],
    ["consent_personalisation", null, "missing consent_personalisation"],
    ["region", null, "missing region"],
  ] as const) {
    it(`stops a file whose ${field} is ${JSON.stringify(value)}, and names the column`, async () => {
      const s3 = stored(good, broken(field, value));
      assert.deepEqual(await refusalOf(s3), [`${rule}: 2, want at most 0`]);
      assert.equal(reportOf(s3).passed, false);
      assert.match(
        s3.objects.get(`${REPORT}.txt`)?.body.toString() ?? "",
        /^REFUSED: nothing of this run was published\n/,
      );
    });
  }

  it("stops a torn line, and one that is no object", async () => {
    const s3 = stored(good);
    s3.put("bronze", `${VERIFIED_PREFIX}date=2026-03-02/hour=11/torn.ndjson`, '{"event_id":"a","even\n[1]\n');
    assert.deepEqual(await refusalOf(s3), ["unreadable line: 2, want at most 0"]);
  });

  it("leaves the tables of the last good run as they are, and the next good run goes on from them", async () => {
    const s3 = stored(good);
    await runEtl({ s3 }, CONFIG);
    const tables = [
      "silver/",
      "gold/us-east-1/interactions",
      "gold/us-east-1/item",
      "gold/us-east-1/user",
      "gold/us-east-1/popular",
    ];
    const before = tables.map((prefix) => s3.digests(prefix));
    const bad = `${VERIFIED_PREFIX}date=2026-03-02/hour=10/bad.ndjson.gz`;
    s3.put("bronze", bad, broken("value", "a lot"));
    await refusalOf(s3);
    assert.deepEqual(
      tables.map((prefix) => s3.digests(prefix)),
      before,
    );
    s3.objects.delete(`bronze/${bad}`);
    const { ledger, sources } = await runEtl({ s3 }, CONFIG);
    assert.deepEqual([ledger.silver, sources], [400, 0]);
  });

  it("refuses too few rows, stale events and a mass of late ones, by its limits", async () => {
    assert.deepEqual(await refusalOf(stored(good), { ...CONFIG, limits: { rows_minimum: 401 } }), [
      "rows verified_events: 400, want at least 401",
    ]);
    const stale = { ...CONFIG, runDate: "2026-03-20", limits: { age_hours_refuse: 48 } };
    const [age] = await refusalOf(stored(good), stale);
    assert.match(age ?? "", /^freshness hours since received_at: 2[89]\d\.\d+, want at most 48$/);
    const late = Array.from({ length: 3 }, () => curated({ received_at: "2026-03-20T00:00:00.000Z" }));
    assert.deepEqual(await refusalOf(stored(ndjson([...late, curated()]))), ["share late: 0.75, want at most 0.5"]);
  });

  it("compares the newest day with the week before it: warns of a shift, refuses another world", async () => {
    const day = (date: string, types: readonly string[], count = 1200): Curated[] =>
      Array.from({ length: count }, (_, index) =>
        curated({
          occurred_at: `${date}T10:00:00.000Z`,
          event_type: types[index % types.length] ?? "view",
          user_key: `user-${index % 50}`,
        }),
      );
    const usual = ["view", "view", "view", "click"];
    const drift = async (types: readonly string[], count?: number) => {
      const s3 = stored(ndjson([...day("2026-03-01", usual), ...day("2026-03-02", types, count)]));
      const { checks } = await runEtl({ s3 }, CONFIG);
      return checks.find(({ subject }) => subject === "event_type of the newest day");
    };
    assert.deepEqual(await drift(usual), {
      rule: "drift",
      subject: "event_type of the newest day",
      observed: 0,
      bound: 2,
      verdict: "pass",
    });
    assert.equal((await drift(["view", "click", "click", "click"]))?.verdict, "warn");
    assert.equal((await drift(["purchase"], 900))?.observed, null);
    const other = stored(ndjson([...day("2026-03-01", usual), ...day("2026-03-02", ["exposure"])]));
    assert.match((await refusalOf(other)).join(), /^drift event_type of the newest day: \d+\.\d+, want at most 2$/);
  });

  it("says a report in words, refusals first", () => {
    const check = { subject: "value", observed: 3, bound: 0 };
    const text = readable({
      passed: false,
      checks: [
        { ...check, rule: "range", verdict: "pass" },
        { ...check, rule: "drift", observed: null, verdict: "warn" },
        { ...check, rule: "missing", verdict: "refuse" },
      ],
    });
    assert.equal(
      text,
      "REFUSED: nothing of this run was published\n\nrefuse  missing value: 3, want at most 0\n" +
        "warn    drift value: too little to judge, want at most 0\npass    range value: 3, want at most 0\n",
    );
  });
});

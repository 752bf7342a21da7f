import assert from "node:assert/strict";
import * as fc from "fast-check";
import { runEtl, VERIFIED_PREFIX, type EtlConfig } from "../../../services/etl/run";
import { STATE_KEY } from "../../../services/etl/state";
import { curated, ndjson, tasteEvents, type Curated } from "./events";
import { MemoryS3 } from "./memory-s3";

const CONFIG: EtlConfig = {
  region: "us-east-1",
  buckets: { bronze: "bronze", silver: "silver", gold: "gold" },
  limits: { late_share_refuse: 1 },
};

const TABLES = ["silver/events/", "silver/late_events/", "silver/sessions/", "gold/"];

const HOUR_MS = 3_600_000;

/** An instant so many hours after a fixed one. */
const hours = (count: number): string => new Date(Date.parse("2026-03-01T00:00:00Z") + count * HOUR_MS).toISOString();

function put(s3: MemoryS3, name: string, events: readonly Curated[]): void {
  s3.put("bronze", `${VERIFIED_PREFIX}${name}.ndjson.gz`, ndjson(events));
}

function tablesOf(s3: MemoryS3): Record<string, string> {
  return Object.assign({}, ...TABLES.map((prefix) => s3.digests(prefix))) as Record<string, string>;
}

/** What one run over all verified objects makes. */
async function whole(s3: MemoryS3) {
  const fresh = new MemoryS3();
  for (const [path, { body }] of s3.objects) {
    if (path.startsWith("bronze/")) fresh.put("bronze", path.slice("bronze/".length), body);
  }
  const { ledger, rows } = await runEtl({ s3: fresh }, { ...CONFIG, incremental: false });
  return { tables: tablesOf(fresh), ledger, rows };
}

/** Events in the order of their arrival, a day each: few ids and few hours, so that copies, late ones and long visits abound. */
const days = fc.array(
  fc.array(
    fc.record({
      id: fc.integer({ min: 0, max: 9 }),
      occurred: fc.integer({ min: 0, max: 200 }),
      delay: fc.constantFrom(0, 1, 30, 71, 72, 73, 120),
      user: fc.constantFrom("ada", "bo"),
      type: fc.constantFrom("view", "purchase", "exposure"),
      personalisation: fc.boolean(),
    }),
    { maxLength: 8 },
  ),
  { minLength: 1, maxLength: 4 },
);

describe("the incremental run", () => {
  it("makes day by day what one run makes of all days: the same bytes, the same counts", async function () {
    await fc.assert(
      fc.asyncProperty(days, async (arrivals) => {
        const s3 = new MemoryS3();
        let last;
        for (const [day, drawn] of arrivals.entries()) {
          const events = drawn.map(({ id, occurred, delay, user, type, personalisation }) =>
            curated({
              event_id: `event-${id}`,
              occurred_at: hours(occurred),
              received_at: hours(occurred + delay),
              user_key: user,
              event_type: type,
              value: type === "purchase" ? id / 4 : null,
              consent_personalisation: personalisation,
            }),
          );
          put(s3, `date=day-${day}/hour=00/a`, events);
          last = await runEtl({ s3 }, CONFIG);
          assert.equal(last.sources, 1);
        }
        const expected = await whole(s3);
        assert.deepEqual(tablesOf(s3), expected.tables);
        assert.deepEqual([last?.ledger, last?.rows], [expected.ledger, expected.rows]);
      }),
      { numRuns: 15 },
    );
  });

  const taste = (region: string): Curated[] =>
    tasteEvents({ users: 12, items: 30, groups: 3, eventsPerUser: 20, region, days: 3 });

  it("reads what came since, and rewrites only the days that it touches", async () => {
    const s3 = new MemoryS3();
    const events = taste("us-east-1");
    put(s3, "date=2026-03-06/hour=00/a", events);
    await runEtl({ s3 }, CONFIG);
    const before = s3.digests("silver/events/");
    put(s3, "date=2026-03-06/hour=01/b", [curated({ occurred_at: "2026-03-03T10:00:00Z" }), ...events.slice(0, 1)]);
    const { sources, ledger } = await runEtl({ s3 }, CONFIG);
    assert.deepEqual([sources, ledger], [1, { verified: 242, silver: 241, duplicates: 1, late: 0 }]);
    const after = s3.digests("silver/events/");
    const changed = Object.keys(after).filter((key) => after[key] !== before[key]);
    assert.deepEqual(changed, ["silver/events/date=2026-03-03/part-00000.parquet"]);
    assert.deepEqual(tablesOf(s3), (await whole(s3)).tables);
  });

  it("computes all anew when an event was erased, a table was changed or figures differ, with the right result", async () => {
    const s3 = new MemoryS3();
    put(s3, "date=2026-03-06/hour=00/a", taste("us-east-1"));
    put(s3, "date=2026-03-06/hour=01/b", taste("us-west-2"));
    assert.equal((await runEtl({ s3 }, CONFIG)).sources, 2);
    assert.equal((await runEtl({ s3 }, CONFIG)).sources, 0);
    put(s3, "date=2026-03-06/hour=00/a", taste("us-east-1").slice(5));
    assert.equal((await runEtl({ s3 }, CONFIG)).sources, 2, "an object was replaced");
    s3.objects.delete(`bronze/${VERIFIED_PREFIX}date=2026-03-06/hour=00/a.ndjson.gz`);
    assert.equal((await runEtl({ s3 }, CONFIG)).sources, 1, "an object was deleted");
    const [table] = Object.keys(s3.digests("silver/events/"));
    s3.put("silver", (table ?? "").slice("silver/".length), "overwritten");
    assert.equal((await runEtl({ s3 }, CONFIG)).sources, 1, "a table was changed");
    s3.put("silver", STATE_KEY, "{");
    assert.equal((await runEtl({ s3 }, CONFIG)).sources, 1, "the state is torn");
    assert.equal((await runEtl({ s3 }, { ...CONFIG, parameters: { late_days: 9 } })).sources, 1, "figures differ");
    await runEtl({ s3 }, CONFIG);
    assert.deepEqual(tablesOf(s3), (await whole(s3)).tables);
  });

  it("may be cut off at any write: the next run leaves what an undisturbed one leaves", async function () {
    const build = (): MemoryS3 => {
      const s3 = new MemoryS3();
      put(s3, "date=2026-03-06/hour=00/a", taste("us-east-1"));
      return s3;
    };
    const more = [...taste("us-west-2"), ...taste("us-east-1").slice(0, 20)];
    const calm = build();
    await runEtl({ s3: calm }, CONFIG);
    put(calm, "date=2026-03-06/hour=01/b", more);
    const puts = calm.puts;
    await runEtl({ s3: calm }, CONFIG);
    const writes = calm.puts - puts;
    assert.ok(writes > 8);
    for (let cut = 0; cut < writes; cut += 1) {
      const s3 = build();
      await runEtl({ s3 }, CONFIG);
      put(s3, "date=2026-03-06/hour=01/b", more);
      s3.failAfter(cut);
      await assert.rejects(runEtl({ s3 }, CONFIG), /cut off/);
      s3.failAfter(Number.POSITIVE_INFINITY);
      await runEtl({ s3 }, CONFIG);
      assert.deepEqual(tablesOf(s3), tablesOf(calm), `cut off after ${cut} writes`);
    }
  });
});

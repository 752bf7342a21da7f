import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { alarmsFor } from "../../../components/observability/alarms";
import { RUNBOOKS } from "../../../components/observability/alarm-spec";
import { COLUMNS, place, type Widget } from "../../../components/observability/widgets";
import { ARGS, TARGETS } from "./args";

const runbooks = join(__dirname, "../../../docs/runbooks");

describe("alarmsFor", () => {
  const alarms = alarmsFor(TARGETS, ARGS.promises);

  it("has one alarm for each promise, by a name of its own", () => {
    const ids = alarms.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    const all = [...alarms, ...alarmsFor({ ...TARGETS, cacheHealth: { engine: "valkey" } }, ARGS.promises)];
    // Of the composite over all of them, of the intake, and of the buckets' copies.
    const elsewhere = ["page", "intake-quarantine", "replication-lag"];
    for (const runbook of RUNBOOKS.filter((name) => !elsewhere.includes(name)))
      assert.ok(
        all.some((alarm) => alarm.runbook === runbook),
        runbook,
      );
  });

  it("takes silence about the age of data and model for a breach", () => {
    for (const id of ["data-freshness", "model-age"]) {
      assert.equal(alarms.find((alarm) => alarm.id === id)?.missing, "breaching");
    }
  });

  it("splits the cache's nodes over as many alarms as CloudWatch's ten metrics need, and loses none", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 60 }), (cacheNodes) => {
        const found = alarmsFor({ ...TARGETS, cacheNodes }, ARGS.promises).filter(
          ({ runbook }) => runbook === "cache-evictions",
        );
        assert.deepEqual(
          found.flatMap(({ metrics }) => metrics.map(({ dimensions }) => dimensions["CacheClusterId"])),
          cacheNodes,
        );
        for (const { metrics, expression } of found) {
          assert.ok(metrics.length <= 10);
          assert.ok(metrics.length === 1 || expression !== undefined);
        }
      }),
    );
  });

  it("grows stricter with the promise", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 0.99, noNaN: true }), (availability) => {
        const threshold = (value: number): number =>
          alarmsFor(TARGETS, { ...ARGS.promises, availability: value }).find(({ id }) => id === "collector-5xx")!
            .threshold;
        assert.ok(threshold(availability) > threshold(0.995));
      }),
    );
  });
});

describe("the collector's function", () => {
  it("has alarms where there is one, told of in the collector's runbook", () => {
    const promises = { availability: 0.999, dataFreshnessHours: 26 };
    const of = (targets: typeof TARGETS) =>
      alarmsFor(targets, promises).filter(({ id }) => id.startsWith("collector-function"));
    assert.deepEqual(of(TARGETS), []);
    const alarms = of({ ...TARGETS, collectorFunction: "collector" });
    assert.deepEqual(
      alarms.map(({ id, metrics }) => [id, metrics[0]?.name, metrics[0]?.dimensions]),
      [
        ["collector-function-errors", "Errors", { FunctionName: "collector" }],
        ["collector-function-throttles", "Throttles", { FunctionName: "collector" }],
      ],
    );
    for (const { id, runbook } of alarms)
      assert.match(readFileSync(join(runbooks, `${runbook}.md`), "utf8"), new RegExp(`\\b${id}\\b`));
  });
});

describe("the runbooks", () => {
  it("exist for every alarm, each with what it means, where to look and what to do", () => {
    for (const runbook of RUNBOOKS) {
      const path = join(runbooks, `${runbook}.md`);
      assert.ok(existsSync(path), path);
      const text = readFileSync(path, "utf8");
      for (const part of [`Alarm: \`${runbook}\``, "## What it means", "## Look", "## Do"]) {
        assert.ok(text.includes(part), `${runbook}: ${part}`);
      }
    }
  });

  it("name no alarm that does not exist", () => {
    const alarms = readdirSync(runbooks).filter((file) => /^Alarm: /m.test(readFileSync(join(runbooks, file), "utf8")));
    assert.deepEqual(alarms.sort(), RUNBOOKS.map((runbook) => `${runbook}.md`).sort());
  });
});

describe("place", () => {
  it("keeps every widget within the columns, in order, and none over another", () => {
    const widget = fc.record({
      width: fc.integer({ min: 1, max: COLUMNS }),
      height: fc.integer({ min: 1, max: 10 }),
      content: fc.constant<Widget["content"]>({ kind: "text", markdown: "x" }),
    });
    fc.assert(
      fc.property(fc.array(widget, { maxLength: 40 }), (widgets) => {
        const placed = place(widgets);
        assert.equal(placed.length, widgets.length);
        placed.forEach((one, index) => {
          assert.ok(one.x >= 0 && one.x + one.width <= COLUMNS);
          for (const other of placed.slice(index + 1)) {
            const apart =
              one.x + one.width <= other.x ||
              other.x + other.width <= one.x ||
              one.y + one.height <= other.y ||
              other.y + other.height <= one.y;
            assert.ok(apart);
          }
        });
      }),
    );
  });
});

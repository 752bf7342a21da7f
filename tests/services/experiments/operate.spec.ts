import assert from "node:assert/strict";
import { rollBackExperiment } from "../../../services/experiments/controller";
import { mergeDays } from "../../../services/experiments/metrics";
import { applyChange, modelVersions, rampExperiment, type ExperimentDesk } from "../../../services/experiments/operate";
import { svgPlot, textPlot } from "../../../services/experiments/plot";
import { reportOf } from "../../../services/experiments/report";
import type { Change } from "../../../services/kit/experiment/store";
import type { Variant } from "../../../contracts/models/assignment";
import { author, started } from "./records";
import { countsOf, dayOf, simulate } from "./simulation";

const SAME = { click: 0.2, buy: 0.08 };

/** A desk in memory; `told` is what each endpoint was set to. */
function deskOf(changes: Partial<ExperimentDesk> = {}) {
  const written: Change[] = [];
  const told: Record<string, readonly Variant[]> = {};
  const endpoint = (region: string, error?: Error): ExperimentDesk["endpoints"][number] => ({
    region,
    read: () => Promise.resolve({}),
    write: (variants) => {
      if (error !== undefined) return Promise.reject(error);
      told[region] = variants;
      return Promise.resolve();
    },
  });
  const desk: ExperimentDesk = {
    store: {
      read: () => Promise.resolve(undefined),
      write: (change) => {
        written.push(change);
        return Promise.resolve();
      },
      changes: () => Promise.resolve([]),
    },
    endpoints: [endpoint("us-east-1"), endpoint("eu-west-1", new Error("Cannot update in-progress endpoint"))],
    zones: {
      us: {
        published: (_, model) =>
          Promise.resolve(model === "recommendations" ? { current: "a2" } : { current: "b2", previous: "b1" }),
      },
      eu: { published: (_, model) => Promise.resolve(model === "recommendations" ? { current: "a3" } : undefined) },
    },
    figures: () => Promise.reject(new Error("not asked")),
    by: author().by,
    now: author(5).at,
    ...changes,
  };
  return { desk, written, told };
}

describe("a change of an experiment", () => {
  it("is written first and then told to every endpoint; one that cannot be told is named and stops no other", async () => {
    const { desk, written, told } = deskOf();
    const applied = await applyChange(desk, rollBackExperiment(started({ percent: 20 }), "why", author(1)));
    assert.equal(written.length, 1);
    assert.deepEqual(applied.endpoints, [
      { region: "us-east-1" },
      { region: "eu-west-1", error: "Cannot update in-progress endpoint" },
    ]);
    assert.deepEqual(
      told["us-east-1"]?.map(({ name, weight }) => [name, weight]),
      [
        ["champion", 100],
        ["challenger", 0],
      ],
    );
  });

  it("tells no endpoint when the state could not be written", async () => {
    const { desk, told } = deskOf();
    const store = { ...desk.store, write: () => Promise.reject(new Error("stale")) };
    const change = rollBackExperiment(started({ percent: 20 }), "why", author(1));
    await assert.rejects(applyChange({ ...desk, store }, change), /stale/);
    assert.deepEqual(told, {});
  });

  it("records the versions that readers of each zone have, and none where none is published", async () => {
    const { desk, written } = deskOf({
      figures: () => Promise.resolve({ report: reportOf([], { name: "x", control: "champion" }), guardrails: [] }),
    });
    const versions = { champion: { us: "a2", eu: "a3" }, challenger: { us: "b2" } };
    assert.deepEqual(await modelVersions(desk.zones, ["champion", "challenger"]), versions);
    const { decision } = await rampExperiment(desk, started({ percent: 1 }));
    assert.equal(decision.action, "hold");
    assert.deepEqual(written[0]?.entry.model_versions, versions);
    assert.deepEqual([written[0].entry.by, written[0].record.changed_at], [author().by, author(5).at.toISOString()]);
  });
});

describe("the days of several lakes", () => {
  const lake = (seed: number, days: number) =>
    countsOf(simulate({ seed, days, usersPerDay: 50, behaviour: { champion: SAME, challenger: SAME } }));

  it("are added up as far as every lake has them whole, and a lake without users is not waited for", () => {
    const [east, west] = [lake(1, 5), lake(2, 3)];
    const merged = mergeDays([east, [], west]);
    assert.equal(merged.at(-1)?.day, dayOf(2));
    for (const row of merged) {
      const parts = [...east, ...west].filter(({ day, variant }) => day === row.day && variant === row.variant);
      for (const column of ["users", "crossed", "clickers", "converters", "revenue", "revenueSquares"] as const) {
        assert.equal(
          row[column],
          parts.reduce((sum, part) => sum + part[column], 0),
          column,
        );
      }
    }
    assert.equal(merged.length, 6);
    assert.deepEqual(mergeDays([east]), east);
    assert.deepEqual(mergeDays([]), []);
  });
});

describe("the picture of a confidence sequence", () => {
  const report = reportOf(
    countsOf(
      simulate({
        seed: 1,
        days: 8,
        usersPerDay: 400,
        behaviour: { champion: SAME, challenger: { click: 0.35, buy: 0.08 } },
      }),
    ),
    { name: "a <b> & c", control: "champion", plannedUsers: 2_000 },
  );
  const [found] = report.variants;
  assert.ok(found);

  it("has a line for each day, whose interval leaves no effect out where one is shown", () => {
    const [title, ...lines] = textPlot(found.primary);
    assert.equal(title, "effect on click_rate");
    assert.equal(lines.length, 8 + 1);
    const last = String(lines[7]);
    assert.match(last, /^2026-03-08 .*\| +-+o-+$/);
    assert.doesNotMatch(textPlot({ ...found.primary, sequence: [] }).join(), /NaN/);
  });

  it("as SVG shows every metric, and escapes names", () => {
    const svg = svgPlot(report);
    assert.equal(svg.match(/<polygon /g)?.length, 3);
    assert.match(svg, /<title>a &lt;b&gt; &amp; c<\/title>/);
    assert.doesNotMatch(svg, /NaN|Infinity/);
    assert.doesNotMatch(svgPlot(reportOf([], { name: "x", control: "champion" })), /NaN|Infinity/);
  });
});

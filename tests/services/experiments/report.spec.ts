import assert from "node:assert/strict";
import { reportOf, type ExperimentPlan } from "../../../services/experiments/report";
import { mismatchEvidence, sequentialLooks, type Stratum } from "../../../services/experiments/sequential";
import { countsOf, dayOf, simulate, type Simulation } from "./simulation";

const PLAN: ExperimentPlan = { name: "recommender", control: "champion", plannedUsers: 4_000 };
const RUNS = 200;
const DAYS = 20;
const SAME = { click: 0.2, buy: 0.05 };

function run(seed: number, changes: Partial<Simulation> = {}): Simulation {
  const behaviour = { champion: SAME, challenger: SAME };
  return { seed, days: DAYS, usersPerDay: 200, behaviour, ...changes };
}

function verdictOf(simulation: Simulation) {
  const [challenger] = reportOf(countsOf(simulate(simulation)), PLAN).variants;
  assert.ok(challenger);
  return challenger;
}

/** Whether a test made for one look, done daily, ever says that there is a difference. */
function naiveAlarm(strata: readonly Stratum[]): boolean {
  const total = { c: 0, cSum: 0, t: 0, tSum: 0 };
  return strata.some(({ control, treatment }) => {
    total.c += control.users;
    total.cSum += control.sum;
    total.t += treatment.users;
    total.tSum += treatment.sum;
    const [pc, pt] = [total.cSum / total.c, total.tSum / total.t];
    const deviation = Math.sqrt((pc * (1 - pc)) / total.c + (pt * (1 - pt)) / total.t);
    return Math.abs(pt - pc) / deviation > 1.96;
  });
}

describe("an experiment's report", function () {
  it("alarms in at most 5 % of 200 runs without an effect, looked at daily, where a test for one look does in far more", () => {
    let [alarms, harm, naive] = [0, 0, 0];
    for (let seed = 1; seed <= RUNS; seed += 1) {
      const rows = countsOf(simulate(run(seed)));
      const challenger = reportOf(rows, PLAN).variants[0];
      assert.ok(challenger);
      // A verdict stands once any day's look has shown it: this is the alarm of somebody who looks daily.
      if (challenger.primary.verdict !== "unclear") alarms += 1;
      if (challenger.guardrails.some(({ verdict }) => verdict !== "unclear")) harm += 1;
      const strata = Array.from({ length: DAYS }, (_, day) => {
        const arm = (name: string) => {
          const found = rows.find((row) => row.day === dayOf(day) && row.variant === name);
          return { users: found?.users ?? 0, sum: found?.clickers ?? 0, squares: found?.clickers ?? 0 };
        };
        return { control: arm("champion"), treatment: arm("challenger") };
      });
      if (naiveAlarm(strata)) naive += 1;
    }
    assert.ok(alarms <= 0.05 * RUNS, `${alarms} false alarms`);
    assert.ok(harm <= 0.01 * RUNS + 1, `${harm} false alarms of guardrails`);
    assert.ok(naive > 0.1 * RUNS, `the naive test alarmed ${naive} times: the runs are not hard enough`);
  });

  it("alarms as rarely where the new variant has one user in twenty and outcomes are rare", () => {
    const rare = { click: 0.04, buy: 0.01 };
    const few = [
      { name: "champion", weight: 95 },
      { name: "challenger", weight: 5 },
    ];
    let alarms = 0;
    for (let seed = 1; seed <= RUNS; seed += 1) {
      const behaviour = { champion: rare, challenger: rare };
      const [found] = reportOf(
        countsOf(simulate(run(seed, { behaviour, usersPerDay: 400, variants: () => few }))),
        PLAN,
      ).variants;
      if (found?.primary.verdict !== "unclear") alarms += 1;
    }
    assert.ok(alarms <= 0.05 * RUNS, `${alarms} false alarms`);
  });

  it("does not take few outcomes of a small arm for a small variance, nor says anything where few are expected", () => {
    const share = (users: number, sum: number) => ({ users, sum, squares: sum });
    const test = { alpha: 0.05, plannedUsers: 4_000 };
    // Eleven would be expected: two are 2.6 deviations of the rate of both, and 6.4 of their own.
    const [few] = sequentialLooks([{ control: share(100_000, 1_000), treatment: share(1_100, 2) }], test);
    assert.ok(few && few.low < 0 && few.high > 0 && Number.isFinite(few.low), JSON.stringify(few));
    const [none] = sequentialLooks([{ control: share(100_000, 1_000), treatment: share(900, 0) }], test);
    assert.equal(none?.low, -Infinity);
  });

  it("shows the harm of a variant on which nobody acts at all", () => {
    const behaviour = { champion: SAME, challenger: { click: 0, buy: 0 } };
    const { primary } = verdictOf(run(1, { behaviour, days: 6 }));
    assert.equal(primary.verdict, "worse");
  });

  it("covers the true effect at every look in at least 95 % of runs", () => {
    let missed = 0;
    for (let seed = 1; seed <= RUNS; seed += 1) {
      const rows = countsOf(
        simulate(run(seed, { behaviour: { champion: SAME, challenger: { click: 0.23, buy: 0.05 } } })),
      );
      const strata = Array.from({ length: DAYS }, (_, day) => {
        const arm = (name: string) => {
          const found = rows.find((row) => row.day === dayOf(day) && row.variant === name);
          return { users: found?.users ?? 0, sum: found?.clickers ?? 0, squares: found?.clickers ?? 0 };
        };
        return { control: arm("champion"), treatment: arm("challenger") };
      });
      const looks = sequentialLooks(strata, { alpha: 0.05, plannedUsers: 4_000 });
      if (looks.some(({ low, high }) => low > 0.03 || high < 0.03)) missed += 1;
    }
    assert.ok(missed <= 0.05 * RUNS, `${missed} runs missed it`);
  });

  it("finds an effect that is there, on the right side, and says since when", () => {
    let found = 0;
    for (let seed = 1; seed <= 50; seed += 1) {
      const { primary } = verdictOf(
        run(seed, { behaviour: { champion: SAME, challenger: { click: 0.26, buy: 0.05 } } }),
      );
      assert.notEqual(primary.verdict, "worse");
      if (primary.verdict !== "better") continue;
      found += 1;
      assert.ok(primary.since !== null && primary.pValue <= 0.05);
      assert.ok(
        primary.interval !== null && primary.interval[0] < primary.effect && primary.effect < primary.interval[1],
      );
    }
    assert.ok(found >= 45, `found in ${found} of 50 runs`);
  });

  it("shows harm in a guardrail while the primary metric gets better", () => {
    const { primary, guardrails } = verdictOf(
      run(7, { behaviour: { champion: { click: 0.2, buy: 0.12 }, challenger: { click: 0.3, buy: 0.03 } } }),
    );
    assert.equal(primary.verdict, "better");
    assert.deepEqual(
      guardrails.filter(({ verdict }) => verdict === "worse").map(({ metric }) => metric),
      ["conversion", "revenue_per_user"],
    );
  });

  it("does not take a ramp over changing days for an effect, though the plain means differ", () => {
    // Users click three times as often in the second half, when the challenger has half of them instead of a tenth.
    const ramp = (day: number) => {
      const share = day < DAYS / 2 ? 10 : 50;
      return [
        { name: "champion", weight: 100 - share },
        { name: "challenger", weight: share },
      ];
    };
    const changes = { variants: ramp, mood: (day: number) => (day < DAYS / 2 ? 0.5 : 1.5) };
    const { primary } = verdictOf(run(3, changes));
    assert.ok(primary.treatment - primary.control > 0.04);
    assert.equal(primary.verdict, "unclear");
    assert.ok(Math.abs(primary.effect) < 0.03);
  });

  it("says nothing before there is enough to judge by, nor of no rows at all", () => {
    const { primary, users } = verdictOf(run(1, { days: 1, usersPerDay: 60 }));
    assert.deepEqual([primary.interval, primary.verdict, primary.pValue, users > 0], [null, "unclear", 1, true]);
    const empty = reportOf([], PLAN);
    assert.deepEqual([empty.days, empty.lastDay, empty.variants, empty.users], [0, null, [], { champion: 0 }]);
  });

  it("shares alpha among several variants", () => {
    const third = () => ["champion", "b", "c"].map((name) => ({ name, weight: 1 }));
    const rows = countsOf(simulate(run(5, { variants: third, behaviour: { champion: SAME, b: SAME, c: SAME } })));
    const both = reportOf(rows, PLAN).variants;
    const alone = reportOf(
      rows.filter(({ variant }) => variant !== "c"),
      PLAN,
    ).variants;
    const width = (interval: readonly [number, number] | null | undefined) =>
      interval === null || interval === undefined ? Number.NaN : interval[1] - interval[0];
    assert.deepEqual(
      both.map(({ variant }) => variant),
      ["b", "c"],
    );
    assert.ok(width(both[0]?.primary.interval) > width(alone[0]?.primary.interval));
  });

  it("refuses what it cannot judge by", () => {
    assert.throws(
      () => sequentialLooks([], { alpha: 0, plannedUsers: 1 }),
      /alpha: want a number between 0 and 1, got 0/,
    );
    assert.throws(() => sequentialLooks([], { alpha: 0.05, plannedUsers: 0 }), /plannedUsers: want at least 1, got 0/);
  });
});

describe("the split of an experiment", () => {
  const phases = [{ from: dayOf(0), weights: { champion: 50, challenger: 50 } }];

  it("is no alarm where users come as planned, in any of 200 runs looked at daily but one in a thousand", () => {
    let alarms = 0;
    for (let seed = 1; seed <= RUNS; seed += 1) {
      const rows = countsOf(simulate(run(seed)));
      const daily = Array.from({ length: DAYS }, (_, day) => rows.filter((row) => row.day <= dayOf(day)));
      if (daily.some((seen) => reportOf(seen, { ...PLAN, phases }).mismatch?.alarm === true)) alarms += 1;
    }
    assert.ok(alarms <= 1, `${alarms} false alarms`);
  });

  it("is an alarm where one arm loses users", () => {
    const rows = countsOf(simulate(run(2, { usersPerDay: 1_000 }))).map((row) =>
      row.variant === "challenger" ? { ...row, users: Math.round(row.users * 0.9) } : row,
    );
    assert.equal(reportOf(rows, { ...PLAN, phases }).mismatch?.alarm, true);
  });

  it("is held against the weights of each phase, and not on the days of a change", () => {
    const variants = (day: number) => {
      const share = day < 10 ? 5 : 50;
      return [
        { name: "champion", weight: 100 - share },
        { name: "challenger", weight: share },
      ];
    };
    const rows = countsOf(simulate(run(2, { variants, usersPerDay: 1_000 })));
    const ramp = [
      { from: dayOf(0), to: dayOf(9), weights: { champion: 95, challenger: 5 } },
      { from: dayOf(11), weights: { champion: 50, challenger: 50 } },
    ];
    assert.equal(reportOf(rows, { ...PLAN, phases: ramp }).mismatch?.alarm, false);
    assert.equal(reportOf(rows, { ...PLAN, phases }).mismatch?.alarm, true);
  });

  it("cannot be judged without shares", () => {
    assert.throws(() => mismatchEvidence([1, 2], [1]), /as many shares above 0/);
    assert.throws(() => mismatchEvidence([1, 2], [1, 0]), /as many shares above 0/);
  });
});

import assert from "node:assert/strict";
import {
  afterDecision,
  decideRamp,
  RAMP_DEFAULTS,
  rampProblems,
  weightsOf,
  type RampState,
} from "../../../services/experiments/ramp";
import { reportOf } from "../../../services/experiments/report";
import { countsOf, dayOf, simulate, type Behaviour, type SimulatedUser } from "./simulation";

const SAME = { click: 0.2, buy: 0.08 };
const START: RampState = { control: "champion", treatment: "challenger", percent: 0, phases: [] };
const report = (users: readonly SimulatedUser[], state: RampState) =>
  reportOf(countsOf(users), { name: "x", control: "champion", plannedUsers: 10_000, phases: state.phases });

/** Runs a ramp day by day: each evening a look, a decision, and tomorrow's split by it. */
function live(challenger: Behaviour, days: number, seed = 1) {
  let state = START;
  const users: SimulatedUser[] = [];
  const actions: string[] = [];
  for (let day = 0; day < days; day += 1) {
    const decision = decideRamp(report(users, state), state, RAMP_DEFAULTS, dayOf(day));
    actions.push(`${decision.action} ${decision.percent}`);
    if (["ship", "stop", "roll_back"].includes(decision.action)) return { actions, decision, days: day };
    state = afterDecision(state, decision, dayOf(day));
    const split = weightsOf(state);
    const behaviour = { champion: SAME, challenger };
    const today = simulate({ seed: seed * 100 + day, days: 1, usersPerDay: 4_000, behaviour, variants: () => split });
    for (const user of today) users.push({ ...user, day: dayOf(day) });
  }
  return { actions, decision: undefined, days };
}

describe("a ramp", function () {
  it("goes up step by step and ships a better variant", () => {
    const { actions, decision } = live({ click: 0.24, buy: 0.08 }, 42);
    assert.equal(decision?.action, "ship");
    const steps = actions.filter((action) => action.startsWith("advance"));
    assert.deepEqual(steps, ["advance 1", "advance 5", "advance 20", "advance 50"]);
  });

  it("rolls a harmful variant back by itself before half of the users see it", () => {
    const { actions, decision } = live({ click: 0.05, buy: 0.01 }, 42);
    assert.ok(decision);
    assert.deepEqual([decision.action, decision.percent], ["roll_back", 0]);
    assert.match(decision.reason, /worse than the control/);
    assert.ok(!actions.includes("advance 50"));
  });

  it("rolls back on a guardrail though the primary metric is better", () => {
    const { decision } = live({ click: 0.4, buy: 0.02 }, 42);
    assert.equal(decision?.action, "roll_back");
    assert.match(decision.reason, /^(conversion|revenue_per_user)/);
  });

  it("ends without a difference after its longest time", () => {
    const { decision, days } = live(SAME, 60, 2);
    assert.deepEqual([decision?.action, days], ["stop", RAMP_DEFAULTS.maxDays]);
  });

  it("holds by itself when users do not come in the planned shares, and when there is no news", () => {
    const at = (percent: number): RampState => ({
      ...START,
      percent,
      phases: [{ from: dayOf(0), weights: { champion: 100 - percent, challenger: percent } }],
    });
    const behaviour = { champion: SAME, challenger: SAME };
    const users = [...simulate({ seed: 1, days: 5, usersPerDay: 2_000, behaviour })];
    const skewed = decideRamp(report(users, at(20)), at(20), RAMP_DEFAULTS, dayOf(5));
    assert.deepEqual([skewed.action, skewed.percent], ["hold", 20]);
    assert.match(skewed.reason, /planned shares/);
    const stale = decideRamp(report(users, at(50)), at(50), RAMP_DEFAULTS, dayOf(12));
    assert.deepEqual([stale.action, stale.percent], ["hold", 50]);
    assert.match(stale.reason, /last whole day is 2026-03-05/);
  });

  it("leaves the day of a change out of both phases, and a decision that changes nothing alone", () => {
    const state: RampState = {
      ...START,
      percent: 5,
      phases: [{ from: dayOf(0), weights: { champion: 95, challenger: 5 } }],
    };
    const raised = afterDecision(state, { action: "advance", percent: 20, reason: "" }, dayOf(4));
    assert.deepEqual(raised.phases, [
      { from: dayOf(0), to: dayOf(3), weights: { champion: 95, challenger: 5 } },
      { from: dayOf(5), weights: { champion: 80, challenger: 20 } },
    ]);
    assert.equal(afterDecision(state, { action: "wait", percent: 5, reason: "" }, dayOf(4)), state);
  });

  it("wants a plan that rises", () => {
    assert.deepEqual(rampProblems(RAMP_DEFAULTS), []);
    assert.deepEqual(rampProblems({ ...RAMP_DEFAULTS, steps: [5, 5], minDays: 0 }), [
      "steps: want percentages that rise within (0, 100), got 5, 5",
      "minDays: want a whole number from 1, got 0",
    ]);
  });
});

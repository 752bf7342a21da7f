import assert from "node:assert/strict";
import {
  ExperimentError,
  experimentPlanOf,
  holdExperiment,
  isOpen,
  percentOf,
  rampStep,
  resumeExperiment,
  rollBackExperiment,
  startExperiment,
  type Figures,
} from "../../../services/experiments/controller";
import { guardrailsOf, type GuardrailFigures } from "../../../services/experiments/guardrails";
import { reportOf } from "../../../services/experiments/report";
import { splitOf } from "../../../services/kit/experiment/watch";
import { experimentChangeSchema, experimentSchema, type ExperimentRecord } from "../../../contracts/tables/flags";
import { author, START_PLAN } from "./records";
import { countsOf, dayOf, simulate, type Behaviour, type SimulatedUser } from "./simulation";

const SAME = { click: 0.2, buy: 0.08 };
const WELL: GuardrailFigures = { serving: [], exposures: [], items: [] };
const SLOW: GuardrailFigures = {
  ...WELL,
  serving: [{ variant: "challenger", predictions: 5_000, errors: 3, p99Ms: 240 }],
};

const figuresOf = (
  record: ExperimentRecord,
  users: readonly SimulatedUser[],
  serving: GuardrailFigures = WELL,
): Figures => ({
  report: reportOf(countsOf(users), experimentPlanOf(record)),
  guardrails: guardrailsOf(serving, record),
});

/** Runs an experiment day by day through its records: users come by the split that the state asks for. */
function live(challenger: Behaviour, days: number, changes: Partial<typeof START_PLAN> = {}, servingOn = () => WELL) {
  let { record } = startExperiment(undefined, { ...START_PLAN, ...changes }, author());
  const users: SimulatedUser[] = [];
  const told: string[] = [];
  for (let day = 1; day <= days && isOpen(record); day += 1) {
    const { variants } = splitOf(record);
    const behaviour = { champion: SAME, challenger };
    for (const user of simulate({
      seed: 100 + day,
      days: 1,
      usersPerDay: 4_000,
      behaviour,
      variants: () => variants,
    })) {
      users.push({ ...user, day: dayOf(day) });
    }
    const step = rampStep(record, figuresOf(record, users, servingOn()), author(day + 1));
    assert.equal(step.change.record.revision, record.revision + 1);
    experimentSchema.parse(step.change.record);
    experimentChangeSchema.parse(step.change.entry);
    record = step.change.record;
    told.push(`${step.decision.action} ${percentOf(record)}`);
  }
  return { record, told, users };
}

describe("an experiment's state", function () {
  it("starts at the first step, from the day after, with what it will be judged by", () => {
    const { record, entry } = startExperiment(undefined, START_PLAN, author());
    assert.deepEqual(
      [record.state, record.revision, record.variants.map(({ name, weight, model }) => [name, weight, model])],
      [
        "running",
        1,
        [
          ["champion", 99, "recommendations"],
          ["challenger", 1, "recommendations:challenger"],
        ],
      ],
    );
    assert.deepEqual(record.phases, [{ from: dayOf(1), weights: { champion: 99, challenger: 1 } }]);
    assert.deepEqual([entry.action, entry.by, entry.weights_before], ["start", author().by, undefined]);
    assert.deepEqual(entry.model_versions, { champion: { us: "a1" }, challenger: { us: "b1" } });
    experimentSchema.parse(record);
  });

  it("goes up step by step with a better variant, and gives it to everybody in the end", () => {
    const { record, told } = live({ click: 0.26, buy: 0.08 }, 42);
    assert.deepEqual(
      told.filter((step) => !step.startsWith("wait")),
      ["advance 5", "advance 20", "advance 50", "ship 100"],
    );
    assert.equal(record.state, "finished");
    assert.deepEqual(
      splitOf(record).variants.map(({ weight }) => weight),
      [0, 100],
    );
    assert.ok(record.looks.length >= 5 && record.looks.at(-1)?.metrics["click_rate"]?.verdict === "better");
  });

  it("is held by a guardrail with the reason, stays so until resumed, and is held again while the cause lasts", () => {
    let serving = WELL;
    const { record, users } = live({ click: 0.2, buy: 0.08 }, 4, {}, () => serving);
    assert.equal(record.state, "running");
    serving = SLOW;
    const held = rampStep(record, figuresOf(record, users, serving), author(6)).change.record;
    assert.deepEqual([held.state, percentOf(held)], ["held", percentOf(record)]);
    assert.match(held.reason, /99 % of challenger's predictions: 240 ms \(at most 100 ms\)/);
    // The cause has gone; a person is to say so.
    const still = rampStep(held, figuresOf(held, users), author(7));
    assert.deepEqual([still.decision.action, still.change.record.state], ["wait", "held"]);
    assert.equal(still.change.record.reason, held.reason);
    const soon: ExperimentRecord = { ...held, ramp: { ...held.ramp, min_users: 1 } };
    assert.equal(rampStep({ ...soon, state: "running" }, figuresOf(soon, users), author(7)).decision.action, "advance");
    assert.equal(rampStep(soon, figuresOf(soon, users), author(7)).decision.action, "wait");
    const resumed = resumeExperiment(held, "a larger instance", author(8)).record;
    assert.equal(resumed.state, "running");
    assert.equal(rampStep(resumed, figuresOf(resumed, users, SLOW), author(9)).change.record.state, "held");
  });

  it("is rolled back when harm is shown, or held where the plan says so, and a held one is rolled back too", () => {
    const harm = { click: 0.05, buy: 0.01 };
    const { record, told } = live(harm, 42);
    assert.deepEqual([record.state, percentOf(record), told.at(-1)], ["rolled-back", 0, "roll_back 0"]);
    assert.match(record.reason, /worse than the control/);
    const kept = live(harm, 12, { onHarm: "hold" });
    assert.equal(kept.record.state, "held");
    assert.ok(percentOf(kept.record) > 0);
    const open: ExperimentRecord = { ...kept.record, ramp: { ...kept.record.ramp, on_harm: "roll_back" } };
    const step = rampStep(open, figuresOf(open, kept.users), author(13));
    assert.equal(step.change.record.state, "rolled-back");
  });

  it("is rolled back by a person, even after it was shipped, and holds by a person's word", () => {
    const { record } = startExperiment(undefined, START_PLAN, author());
    const held = holdExperiment(record, "a holiday", author(1));
    assert.deepEqual([held.record.state, held.record.reason, held.entry.action], ["held", "a holiday", "hold"]);
    assert.deepEqual(held.record.phases, record.phases);
    const back = rollBackExperiment(held.record, "complaints", author(2));
    assert.deepEqual(
      [back.record.state, back.entry.weights, back.entry.weights_before],
      ["rolled-back", { champion: 100, challenger: 0 }, { champion: 99, challenger: 1 }],
    );
    const shipped = live({ click: 0.3, buy: 0.08 }, 42).record;
    assert.equal(shipped.state, "finished");
    assert.equal(percentOf(rollBackExperiment(shipped, "complaints", author(50)).record), 0);
  });

  it("refuses what its state does not allow, in words", () => {
    const { record } = startExperiment(undefined, START_PLAN, author());
    const refused = (work: () => unknown, message: RegExp) => {
      assert.throws(work, (error) => error instanceof ExperimentError && message.test(error.message));
    };
    refused(() => startExperiment(record, { ...START_PLAN, id: "next" }, author()), /spring is running: finish it/);
    refused(() => resumeExperiment(record, "", author()), /want one that is held/);
    const back = rollBackExperiment(record, "", author()).record;
    refused(() => rollBackExperiment(back, "", author()), /everybody has the control/);
    refused(() => rampStep(back, figuresOf(back, []), author()), /spring is rolled-back: there is nothing to ramp/);
    refused(() => holdExperiment(back, "", author()), /want one that is running/);
    refused(() => startExperiment(back, START_PLAN, author()), /want another/);
    const steps = { ...START_PLAN.ramp, steps: [5, 5] };
    refused(() => startExperiment(back, { ...START_PLAN, id: "next", ramp: steps }, author()), /want percentages/);
    assert.equal(startExperiment(back, { ...START_PLAN, id: "next" }, author(3)).record.revision, back.revision + 1);
  });

  it("keeps what a look has shown though its days were deleted since", () => {
    const { record, users } = live({ click: 0.05, buy: 0.01 }, 12, { onHarm: "hold" });
    const open: ExperimentRecord = { ...record, state: "running", ramp: { ...record.ramp, on_harm: "roll_back" } };
    const lastDays = users.filter(({ day }) => day >= dayOf(11));
    const bare = reportOf(countsOf(lastDays), experimentPlanOf(open)).variants[0]?.primary.verdict;
    assert.equal(bare, "unclear");
    assert.equal(rampStep(open, figuresOf(open, lastDays), author(13)).decision.action, "roll_back");
  });

  it("keeps one look for each last day", () => {
    const { record, users } = live(SAME, 3);
    const again = rampStep(record, figuresOf(record, users), author(4)).change.record;
    assert.deepEqual(
      again.looks.map(({ last_day }) => last_day),
      [...new Set(record.looks.map(({ last_day }) => last_day))],
    );
  });
});

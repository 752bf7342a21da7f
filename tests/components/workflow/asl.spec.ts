import assert from "node:assert/strict";
import fc from "fast-check";
import {
  catching,
  faultsOf,
  RETRY_TRANSIENT,
  sequence,
  type Machine,
  type ParallelState,
  type State,
  type Step,
  type TaskState,
} from "../../../components/workflow/asl";

const task: State = { Type: "Task", Resource: "arn:x", Parameters: {}, TimeoutSeconds: 1 };
const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 12 });

describe("sequence", () => {
  it("makes a machine without faults of any list of tasks, whose states come in order and end once", () => {
    fc.assert(
      fc.property(names, (list) => {
        const States = sequence(list.map((name): Step => [name, task]));
        const [StartAt = ""] = list;
        assert.deepEqual(faultsOf({ StartAt, States }), []);
        const order: string[] = [];
        for (let at: string | undefined = StartAt; at !== undefined;) {
          order.push(at);
          const state: State | undefined = States[at];
          at = state?.Type === "Task" ? state.Next : undefined;
        }
        assert.deepEqual(order, list);
      }),
    );
  });

  it("leaves a state that leads somewhere as it is", () => {
    const choice: State = { Type: "Choice", Choices: [{ Variable: "$.a", IsPresent: true, Next: "b" }], Default: "b" };
    assert.equal(
      sequence([
        ["a", choice],
        ["b", { Type: "Succeed" }],
      ])["a"],
      choice,
    );
  });
});

describe("catching", () => {
  it("sends the errors of tasks, maps and parallels to one state, after their own catchers", () => {
    const own = { ErrorEquals: ["Known"], ResultPath: "$.e", Next: "b" };
    const states = catching(
      {
        a: { ...task, Catch: [own] },
        b: { Type: "Succeed" },
        c: { Type: "Parallel", Branches: [], ResultPath: null },
      },
      "f",
    );
    assert.deepEqual((states["a"] as TaskState).Catch, [
      own,
      { ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "f" },
    ]);
    assert.deepEqual(states["b"], { Type: "Succeed" });
    assert.deepEqual(
      (states["c"] as ParallelState).Catch?.map(({ Next }) => Next),
      ["f"],
    );
  });
});

describe("faultsOf", () => {
  it("names every fault", () => {
    const long = "x".repeat(81);
    assert.deepEqual(
      faultsOf({
        StartAt: "nowhere",
        States: {
          a: { ...task, Next: "gone" },
          b: task,
          c: { Type: "Choice", Choices: [], Default: "a" },
          [long]: { Type: "Succeed" },
        },
      }).sort(),
      [
        "StartAt leads to nowhere, which does not exist",
        "a cannot be reached",
        "a leads to gone, which does not exist",
        "b cannot be reached",
        "b leads nowhere",
        "c cannot be reached",
        "c has no choices",
        `${long} cannot be reached`,
        `${long} is longer than 80 characters`,
      ].sort(),
    );
  });

  it("looks into maps", () => {
    const faults = faultsOf({
      StartAt: "m",
      States: {
        m: {
          Type: "Map",
          ItemsPath: "$.i",
          ItemSelector: {},
          MaxConcurrency: 1,
          ToleratedFailurePercentage: 0,
          ResultPath: null,
          End: true,
          ItemProcessor: {
            ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
            StartAt: "x",
            States: {},
          },
        },
      },
    });
    assert.deepEqual(faults, ["m/StartAt leads to x, which does not exist"]);
  });

  it("looks into branches, and wants a name once in the whole machine", () => {
    const branch = (name: string) => ({ StartAt: name, States: { [name]: { ...task, End: true as const } } });
    const faults = (Branches: readonly Machine[]) =>
      faultsOf({ StartAt: "p", States: { p: { Type: "Parallel", Branches, ResultPath: null, End: true } } });
    assert.deepEqual(faults([branch("a"), branch("b")]), []);
    assert.deepEqual(faults([{ ...branch("a"), StartAt: "c" }]), [
      "p/StartAt leads to c, which does not exist",
      "p/a cannot be reached",
    ]);
    assert.deepEqual(faults([branch("a"), branch("a")]), ["a is the name of several states"]);
  });
});

describe("RETRY_TRANSIENT", () => {
  it("waits longer each time, with jitter, and ends", () => {
    for (const { BackoffRate, MaxAttempts, JitterStrategy } of RETRY_TRANSIENT) {
      assert.ok(BackoffRate > 1 && MaxAttempts > 0 && MaxAttempts < 10);
      assert.equal(JitterStrategy, "FULL");
    }
  });
});

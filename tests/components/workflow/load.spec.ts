import assert from "node:assert/strict";
import { faultsOf, type Machine, type State } from "../../../components/workflow/asl";
import { loadDefinition, prepareDefinition } from "../../../components/workflow/load";

const COMMON = { partition: "aws", topicArn: "arn:aws:sns:us-east-1:111122223333:alarms" };
const PLACE = { ClusterIdentifier: "warehouse", Database: "meridian" };
const prepare = prepareDefinition({
  ...COMMON,
  place: { ...PLACE, SecretArn: "arn:secret" },
  batches: [["SELECT 1", "SELECT 2"], ["SELECT 3"]],
});
const load = loadDefinition({
  ...COMMON,
  place: PLACE,
  prepareMachineArn: "arn:prepare",
  statement: "CALL mart.load_events(:run_date)",
  glueDatabase: "lake",
  tables: [{ name: "silver_events", location: "s3://silver/silver/events/" }],
});
const task = (machine: Machine, name: string): Extract<State, { Type: "Task" }> => {
  const state = machine.States[name];
  assert.ok(state?.Type === "Task", name);
  return state;
};

describe("the preparation of a warehouse", () => {
  it("has no faults, sends each batch as one transaction, and the next when it has finished", () => {
    assert.deepEqual(faultsOf(prepare), []);
    const first = task(prepare, "Send batch 1");
    assert.equal(first.Resource, "arn:aws:states:::aws-sdk:redshiftdata:batchExecuteStatement");
    assert.deepEqual(first.Parameters, { ...PLACE, SecretArn: "arn:secret", Sqls: ["SELECT 1", "SELECT 2"] });
    const ended = prepare.States["Ended batch 1"];
    assert.ok(ended?.Type === "Choice");
    assert.deepEqual(
      ended.Choices.map(({ StringEquals, Next }) => [StringEquals, Next]),
      [
        ["FINISHED", "After batch 1"],
        ["FAILED", "Report failure"],
        ["ABORTED", "Report failure"],
      ],
    );
    assert.equal(ended.Default, "Wait for batch 1", "what is still running is looked at again");
    const after = prepare.States["After batch 1"];
    assert.ok(after?.Type === "Pass");
    assert.equal(after.Next, "Send batch 2");
  });
});

describe("the load of a day", () => {
  it("has no faults, is prepared first, and is told the day by the daily run's name", () => {
    assert.deepEqual(faultsOf(load), []);
    const day = load.States["Day"];
    assert.ok(load.StartAt === "Day" && day?.Type === "Pass" && "Output" in day);
    assert.deepEqual(day.Output, {
      runDate: "{% $substring($substringAfter($states.input.name, '-'), 0, 10) %}",
      day:
        "{% $fromMillis($toMillis($substring($substringAfter($states.input.name, '-'), 0, 10)) - 86400000, " +
        "'[Y0001]-[M01]-[D01]') %}",
    });
    assert.equal(day.Next, "Register silver_events");
    const register = task(load, "Register silver_events");
    assert.equal(register.Resource, "arn:aws:states:::aws-sdk:glue:batchCreatePartition");
    assert.match(
      JSON.stringify(register.Parameters),
      /"Location\.\$":"States\.Format\('s3:\/\/silver\/silver\/events\/date=\{\}\/', \$\.day\)"/,
    );
    assert.equal(register.Next, "Prepare");
    assert.equal(task(load, "Prepare").Resource, "arn:aws:states:::states:startExecution.sync:2");
    const send = task(load, "Send load");
    assert.deepEqual(send.Parameters["Parameters"], [{ Name: "run_date", "Value.$": "$.runDate" }]);
    assert.equal(send.Parameters["SecretArn"], undefined, "the load is not the administrator");
  });

  it("tells on-call what failed, and fails", () => {
    for (const machine of [prepare, load]) {
      for (const [name, state] of Object.entries(machine.States)) {
        if (state.Type !== "Task") continue;
        assert.ok(state.TimeoutSeconds > 0 && (state.Retry ?? []).length > 0, name);
        if (name !== "Report failure") assert.equal(state.Catch?.at(-1)?.Next, "Report failure", name);
      }
      assert.equal(task(machine, "Report failure").Next, "Failed");
    }
  });
});

import assert from "node:assert/strict";
import { faultsOf, successors, type Machine, type State, type TaskState } from "../../../components/workflow/asl";
import { dailyDefinition, etlDefinition, starterDefinition } from "../../../components/workflow/daily";
import { MARKS } from "../../../components/observability/workload/ages";
import { GOLD_NAME, MODEL_NAME } from "../../../components/tables/workload/records";
import { COMMON, SETTINGS } from "./args";

/** Names along the way on which every gate lets through and nothing fails. */
function happyPath(machine: Machine): string[] {
  const path: string[] = [];
  for (let at: string | undefined = machine.StartAt; at !== undefined;) {
    path.push(at);
    const state: State | undefined = machine.States[at];
    at = state === undefined ? undefined : successors(state)[0];
  }
  return path;
}

const tasks = (machine: Machine): [string, TaskState][] =>
  Object.entries(machine.States).flatMap(([name, state]) => (state.Type === "Task" ? [[name, state]] : []));

describe("the daily run", () => {
  const machine = dailyDefinition(SETTINGS);

  it("has no faults, with and without a warmer", () => {
    assert.deepEqual(faultsOf(machine), []);
    assert.deepEqual(faultsOf(dailyDefinition({ ...SETTINGS, warmFunctionArn: "arn:warm" })), []);
  });

  it("goes from ETL through both gates to publishing, and warms last", () => {
    assert.deepEqual(happyPath(dailyDefinition({ ...SETTINGS, warmFunctionArn: "arn:warm" })), [
      "Transform",
      "Read quality report",
      "Quality gate",
      "Mark data",
      "Train",
      "Evaluation gate",
      "Score",
      "Publish",
      "Warm",
      "Done",
    ]);
    assert.ok(!("Warm" in machine.States));
  });

  it("ends in a refusal when a gate says no, and in a failure when a step does", () => {
    for (const gate of ["Quality gate", "Evaluation gate"]) {
      const state = machine.States[gate];
      assert.ok(state?.Type === "Choice");
      assert.equal(state.Default, "Report refusal");
    }
    for (const [name, state] of tasks(machine)) {
      if (name.startsWith("Report")) continue;
      assert.equal(state.Catch?.at(-1)?.Next, "Report failure", name);
      assert.deepEqual(state.Catch.at(-1)?.ErrorEquals, ["States.ALL"], name);
    }
  });

  it("bounds and retries every task", () => {
    for (const [name, state] of tasks(machine)) {
      assert.ok(state.TimeoutSeconds > 0, name);
      assert.ok((state.Retry ?? []).length > 0, name);
    }
  });

  it("waits for workers by token, with a heartbeat shorter than its time-out", () => {
    const train = machine.States["Train"];
    assert.ok(train?.Type === "Task");
    assert.match(train.Resource, /sqs:sendMessage\.waitForTaskToken$/);
    assert.deepEqual((train.Parameters["MessageBody"] as Record<string, unknown>)["taskToken.$"], "$$.Task.Token");
    assert.ok((train.HeartbeatSeconds ?? Infinity) < train.TimeoutSeconds);
  });

  it("scores each shard in an execution of its own and tolerates no lost shard", () => {
    const score = machine.States["Score"];
    assert.ok(score?.Type === "Map");
    assert.deepEqual(score.ItemProcessor.ProcessorConfig, { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" });
    assert.equal(score.ToleratedFailurePercentage, 0);
    assert.equal(score.MaxConcurrency, 200);
  });

  it("publishes only forward in time", () => {
    const publish = machine.States["Publish"];
    assert.ok(publish?.Type === "Task");
    assert.equal(publish.Parameters["ConditionExpression"], "attribute_not_exists(run_date) OR run_date <= :date");
  });

  it("notes when gold was made, in the row whose age the alarms watch, and goes on when a later day stands there", () => {
    assert.deepEqual(Object.keys(MARKS), [GOLD_NAME, MODEL_NAME]);
    for (const [state, name] of [
      ["Mark data", GOLD_NAME],
      ["Publish", MODEL_NAME],
    ] as const) {
      const task = machine.States[state];
      assert.ok(task?.Type === "Task");
      assert.deepEqual(task.Parameters["Key"], { name: { S: name }, version: { S: "CURRENT" } });
      assert.match(JSON.stringify(task.Parameters["UpdateExpression"]), /published_at = :now/);
    }
    const mark = machine.States["Mark data"];
    assert.ok(mark?.Type === "Task");
    assert.deepEqual(
      [mark.Catch?.[0]?.ErrorEquals, mark.Catch?.[0]?.Next],
      [["DynamoDB.ConditionalCheckFailedException"], "Train"],
    );
  });

  it("runs ETL as a job of EMR Serverless where there is no cluster, told the same", () => {
    const serverless = dailyDefinition({
      ...COMMON,
      applicationId: "00f1",
      jobRoleArn: "arn:aws:iam::111122223333:role/etl-job",
      entryPoint: "s3://artifacts/etl/launcher/a.py",
      programsFolder: "meridian",
      submitParameters: "--py-files s3://artifacts/etl/programs/a.zip",
    });
    assert.deepEqual(faultsOf(serverless), []);
    const [step, job] = [machine.States["Transform"], serverless.States["Transform"]];
    assert.ok(step?.Type === "Task" && job?.Type === "Task");
    assert.equal(job.Resource, "arn:aws:states:::emr-serverless:startJobRun.sync");
    assert.deepEqual([job.TimeoutSeconds, job.Retry], [step.TimeoutSeconds, step.Retry]);
    const told = (text: string): string => /'--run-date', .*'--profiles-table', '\w+'/.exec(text)?.[0] ?? "";
    const submit = JSON.stringify(job.Parameters["JobDriver"]);
    assert.notEqual(told(submit), "");
    assert.equal(told(submit), told(JSON.stringify(step.Parameters["Step"])));
    assert.match(submit, /'--pipeline', 'meridian'\)/);
    assert.deepEqual({ ...serverless.States, Transform: step }, machine.States);
  });

  it("runs ETL in a machine of its own where each run makes its cluster, told the same", () => {
    const own = dailyDefinition({ ...COMMON, etlMachineArn: "arn:aws:states:us-east-1:111122223333:stateMachine:etl" });
    assert.deepEqual(faultsOf(own), []);
    const [step, nested] = [machine.States["Transform"], own.States["Transform"]];
    assert.ok(step?.Type === "Task" && nested?.Type === "Task");
    assert.equal(nested.Resource, "arn:aws:states:::states:startExecution.sync:2");
    const etl = etlDefinition({
      ...COMMON,
      clusterName: "meridian-test-etl",
      request: { ReleaseLabel: "emr-7.9.0" },
      programsFolder: "/opt/meridian/etl",
    });
    assert.deepEqual(faultsOf(etl), []);
    assert.deepEqual(happyPath(etl), ["Create cluster", "Transform", "End cluster", "Done"]);
    const [create, run, end, failed] = ["Create cluster", "Transform", "End cluster", "End failed cluster"].map(
      (name) => etl.States[name],
    );
    assert.ok(create?.Type === "Task" && run?.Type === "Task" && end?.Type === "Task" && failed?.Type === "Task");
    assert.deepEqual(create.Parameters, {
      "Name.$": "States.Format('meridian-test-etl-{}', $.runDate)",
      ReleaseLabel: "emr-7.9.0",
    });
    assert.deepEqual(run.Parameters["Step"], step.Parameters["Step"]);
    assert.deepEqual(run.Catch, [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "End failed cluster" }]);
    for (const { Parameters } of [run, end, failed]) assert.equal(Parameters["ClusterId.$"], "$.cluster.ClusterId");
    assert.deepEqual([failed.Next, etl.States["Failed"]?.Type], ["Failed", "Fail"]);
    assert.ok((etl.TimeoutSeconds ?? 0) >= create.TimeoutSeconds + run.TimeoutSeconds);
    assert.ok(nested.TimeoutSeconds >= (etl.TimeoutSeconds ?? Infinity));
  });

  it("carries the partition, never a fixed one", () => {
    const text = JSON.stringify(dailyDefinition({ ...SETTINGS, partition: "aws-cn", topicArn: "arn:aws-cn:sns" }));
    assert.doesNotMatch(text, /arn:aws:/);
  });
});

describe("the starter", () => {
  const machine = starterDefinition("aws", "arn:daily");

  it("names the run by its date, and takes a day that runs or ran for done", () => {
    assert.deepEqual(faultsOf(machine), []);
    const start = machine.States["Start"];
    assert.ok(start?.Type === "Task");
    assert.equal(start.Parameters["Name.$"], "States.Format('daily-{}', $.runDate)");
    assert.deepEqual(start.Catch, [
      { ErrorEquals: ["StepFunctions.ExecutionAlreadyExistsException"], ResultPath: "$.error", Next: "Done" },
    ]);
  });
});

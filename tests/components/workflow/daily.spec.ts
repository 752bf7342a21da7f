import assert from "node:assert/strict";
import { faultsOf, successors, type Machine, type State, type TaskState } from "../../../components/workflow/asl";
import { dailyDefinition, etlDefinition, starterDefinition } from "../../../components/workflow/daily";
import { MARKS } from "../../../contracts/metrics/ages";
import { GOLD_NAME, MODEL_NAME } from "../../../contracts/tables/records";
import { COMMON, SETTINGS } from "./args";

/** Names along the way on which every gate lets through and nothing fails; a choice of failures leads past them. */
function happyPath(machine: Machine): string[] {
  const path: string[] = [];
  for (let at: string | undefined = machine.StartAt; at !== undefined;) {
    path.push(at);
    const state: State | undefined = machine.States[at];
    const ways: readonly string[] = state === undefined ? [] : successors(state);
    at = at === "All published" || at === "What to run" ? ways.at(-1) : ways[0];
  }
  return path;
}

const tasks = (machine: Machine): [string, TaskState][] =>
  Object.entries(machine.States).flatMap(([name, state]) => (state.Type === "Task" ? [[name, state]] : []));

describe("the daily run", () => {
  const machine = dailyDefinition(SETTINGS);
  const { Models: models } = machine.States;
  assert.ok(models?.Type === "Parallel");
  const branches: readonly Machine[] = models.Branches;
  const made: Readonly<Record<string, State>> = Object.fromEntries(
    branches.flatMap(({ States }) => Object.entries(States)),
  );

  it("has no faults", () => {
    assert.deepEqual(faultsOf(machine), []);
  });

  it("goes from ETL through both gates to publishing", () => {
    assert.deepEqual(happyPath(machine), [
      "Transform",
      "Read quality report",
      "Quality gate",
      "What to run",
      "Mark data",
      "Models",
      "All published",
      "Done",
    ]);
  });

  it("trains whatever it is asked for, but where it is asked for data alone", () => {
    const what = machine.States["What to run"];
    assert.ok(what?.Type === "Choice");
    assert.equal(what.Default, "Mark data");
    const asked = [
      { Variable: "$.run", IsPresent: true },
      { Variable: "$.run", StringEquals: "data" },
    ];
    assert.deepEqual(what.Choices, [{ And: asked, Next: "Done" }]);
  });

  it("writes into its region's folder of gold, and reads its report there", () => {
    const text = JSON.stringify(machine);
    assert.match(text, /'--gold', 's3:\/\/gold\/us-east-1'/);
    assert.match(text, /States.Format\('us-east-1\/_quality\/run_date=\{\}\/report.json'/);
  });

  it("ends in a refusal when the quality gate says no, and in a failure when a step fails", () => {
    const state = machine.States["Quality gate"];
    assert.ok(state?.Type === "Choice");
    assert.equal(state.Default, "Report refusal");
    for (const [name, { Catch }] of [...tasks(machine), ["Models", models] as const]) {
      if (name.startsWith("Report")) continue;
      assert.equal(Catch?.at(-1)?.Next, "Report failure", name);
      assert.deepEqual(Catch.at(-1)?.ErrorEquals, ["States.ALL"], name);
    }
  });

  it("makes the variants' models side by side, each told its line and its algorithm, and none stops another", () => {
    assert.deepEqual(branches.map(happyPath), [
      ["Train champion", "Evaluation gate champion", "Score champion", "Publish champion", "Published champion"],
      [
        "Train challenger",
        "Evaluation gate challenger",
        "Score challenger",
        "Publish challenger",
        "Published challenger",
      ],
    ]);
    for (const [index, { variant, model, algorithm }] of SETTINGS.models.entries()) {
      const States: Readonly<Record<string, State>> = branches[index]!.States;
      const train = States[`Train ${variant}`];
      assert.ok(train?.Type === "Task");
      assert.deepEqual(train.Parameters["MessageBody"], {
        kind: "train",
        "runDate.$": "$.runDate",
        model,
        algorithm,
        "taskToken.$": "$$.Task.Token",
      });
      const gate = States[`Evaluation gate ${variant}`];
      assert.ok(gate?.Type === "Choice");
      assert.equal(gate.Default, `Refused ${variant}`);
      for (const [name, state] of Object.entries(States)) {
        if (state.Type !== "Task" && state.Type !== "Map") continue;
        assert.deepEqual(state.Catch, [
          { ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: `Failed ${variant}` },
        ]);
        assert.ok(name.endsWith(variant));
      }
      for (const end of ["Published", "Refused", "Failed"]) {
        const state = States[`${end} ${variant}`];
        assert.ok(state?.Type === "Pass" && "Parameters" in state && state.End === true);
        assert.equal(state.Parameters["outcome"], end.toLowerCase());
      }
    }
  });

  it("fails when a model failed, is refused when one was, and goes on with all of them published only", () => {
    const all = machine.States["All published"];
    assert.ok(all?.Type === "Choice");
    const is = (index: number, StringEquals: string, Next: string) => ({
      Variable: `$.models[${index}].outcome`,
      StringEquals,
      Next,
    });
    assert.deepEqual(all.Choices, [
      is(0, "failed", "Report failed model"),
      is(1, "failed", "Report failed model"),
      is(0, "refused", "Report refusal"),
      is(1, "refused", "Report refusal"),
    ]);
    assert.equal(all.Default, "Done");
    const report = machine.States["Report failed model"];
    assert.ok(report?.Type === "Task");
    assert.equal(report.Next, "Failed");
  });

  it("bounds and retries every task", () => {
    for (const [name, state] of [machine, ...branches].flatMap(tasks)) {
      assert.ok(state.TimeoutSeconds > 0, name);
      assert.ok((state.Retry ?? []).length > 0, name);
    }
  });

  it("waits for workers by token, with a heartbeat shorter than its time-out", () => {
    const train = made["Train champion"];
    assert.ok(train?.Type === "Task");
    assert.match(train.Resource, /sqs:sendMessage\.waitForTaskToken$/);
    assert.deepEqual((train.Parameters["MessageBody"] as Record<string, unknown>)["taskToken.$"], "$$.Task.Token");
    assert.ok((train.HeartbeatSeconds ?? Infinity) < train.TimeoutSeconds);
  });

  it("scores each shard in an execution of its own and tolerates no lost shard", () => {
    const score = made["Score champion"];
    assert.ok(score?.Type === "Map");
    assert.deepEqual(score.ItemProcessor.ProcessorConfig, { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" });
    assert.equal(score.ToleratedFailurePercentage, 0);
    assert.equal(score.MaxConcurrency, 200);
  });

  it("publishes only forward in time", () => {
    for (const { variant, model } of SETTINGS.models) {
      const publish = made[`Publish ${variant}`];
      assert.ok(publish?.Type === "Task");
      assert.equal(publish.Parameters["ConditionExpression"], "attribute_not_exists(run_date) OR run_date <= :date");
      assert.deepEqual(publish.Parameters["Key"], { name: { S: model }, version: { S: "CURRENT" } });
    }
  });

  it("notes when gold was made, in the row whose age the alarms watch, and goes on when a later day stands there", () => {
    assert.deepEqual(Object.keys(MARKS), [GOLD_NAME, MODEL_NAME]);
    for (const [state, name] of [
      ["Mark data", GOLD_NAME],
      ["Publish champion", MODEL_NAME],
    ] as const) {
      const task = machine.States[state] ?? made[state];
      assert.ok(task?.Type === "Task");
      assert.deepEqual(task.Parameters["Key"], { name: { S: name }, version: { S: "CURRENT" } });
      assert.match(JSON.stringify(task.Parameters["UpdateExpression"]), /published_at = :now/);
    }
    const mark = machine.States["Mark data"];
    assert.ok(mark?.Type === "Task");
    assert.deepEqual(
      [mark.Catch?.[0]?.ErrorEquals, mark.Catch?.[0]?.Next],
      [["DynamoDB.ConditionalCheckFailedException"], "Models"],
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
    const told = (text: string): string => /'--run-date', .*'--handover-queue', '[^']+'/.exec(text)?.[0] ?? "";
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
    assert.equal(start.Parameters["Name.$"], "States.Format('{}-{}', $.run, $.runDate)");
    assert.deepEqual(start.Catch, [
      { ErrorEquals: ["StepFunctions.ExecutionAlreadyExistsException"], ResultPath: "$.error", Next: "Done" },
    ]);
  });
});

import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ETL_TAG } from "../../../components/etl/contract";
import { allowJobs, allowOwnCluster } from "../../../components/etl/run";
import { CONTROL } from "../../../contracts/models/variants";
import { DailyWorkflow } from "../../../components/workflow/workflow";
import { keyArn, SCOPE, statements, tooWide } from "../../kit/builders";
import { assertEveryChildIsOwned, record } from "../../kit/recorder";
import { KEYS } from "../../kit/refs";
import { assertRefused } from "../../kit/refusals";
import { assertTaken } from "../../kit/taken";
import { ARGS } from "./args";

const make = (args: Partial<typeof ARGS> = {}) =>
  record(({ opts }) => new DailyWorkflow("daily", { ...ARGS, ...args }, opts));
const SCHEDULE = "aws:scheduler/schedule:Schedule";

describe("DailyWorkflow", () => {
  it("makes exactly these resources, each under the component and through its provider", async () => {
    const recording = await make();
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:cloudwatch/logGroup:LogGroup daily < daily",
      "aws:iam/role:Role daily-daily < daily",
      "aws:iam/role:Role daily-schedule < daily",
      "aws:iam/role:Role daily-starter < daily",
      "aws:iam/rolePolicy:RolePolicy daily-daily < daily",
      "aws:iam/rolePolicy:RolePolicy daily-schedule < daily",
      "aws:iam/rolePolicy:RolePolicy daily-starter < daily",
      "aws:scheduler/schedule:Schedule daily < daily",
      "aws:sfn/stateMachine:StateMachine daily < daily",
      "aws:sfn/stateMachine:StateMachine daily-starter < daily",
      "meridian:workflow:DailyWorkflow daily < (stack)",
    ]);
  });

  it("makes data by schedule in every region, a replica's first, and trains in the primary only", async () => {
    const scheduled = async (role: "primary" | "replica") => {
      const { inputs } = (await make({ role })).only(SCHEDULE);
      const target = inputs["target"] as { readonly input: string };
      const { run } = JSON.parse(target.input) as { readonly run: string };
      return [inputs["state"], inputs["scheduleExpression"], run];
    };
    assert.deepEqual(await scheduled("primary"), ["ENABLED", "cron(0 2 * * ? *)", "daily"]);
    assert.deepEqual(await scheduled("replica"), ["ENABLED", "cron(0 1 * * ? *)", "data"]);
  });

  it("starts the starter with the scheduled time, and keeps what it could not deliver", async () => {
    const recording = await make();
    const target = recording.only(SCHEDULE).inputs["target"] as Record<string, unknown>;
    assert.equal(target["input"], JSON.stringify({ scheduledTime: "<aws.scheduler.scheduled-time>", run: "daily" }));
    assert.deepEqual(target["deadLetterConfig"], { arn: ARGS.deadLetters.arn });
    assert.equal(target["arn"], recording.only("meridian:workflow:DailyWorkflow").outputs["starterArn"]);
  });

  it("logs errors without their data, and traces", async () => {
    for (const { inputs } of (await make()).all("aws:sfn/stateMachine:StateMachine")) {
      assert.match(JSON.stringify(inputs["loggingConfiguration"]), /"includeExecutionData":false/);
      assert.deepEqual(inputs["tracingConfiguration"], { enabled: true });
    }
  });

  it("gives wildcards only where AWS has no resource to name", async () => {
    for (const { inputs } of (await make()).all("aws:iam/rolePolicy:RolePolicy")) {
      assert.deepEqual(tooWide(inputs["policy"], ["DeliverLogs", "Trace"]), []);
    }
  });

  it("may do what its steps do, each on the thing and with the key of that thing", async () => {
    const policy = (await make()).only("aws:iam/rolePolicy:RolePolicy", "daily-daily").inputs["policy"];
    const via = (service: string): object => ({ "kms:ViaService": `${service}.us-east-1.amazonaws.com` });
    const said = statements(policy)
      .filter(({ Sid }) => !["DeliverLogs", "Trace"].includes(Sid ?? ""))
      .map(({ Action, Resource, Condition }) => [[Action].flat().join(" "), [Resource].flat().join(" "), Condition]);
    const machine = `arn:aws:states:us-east-1:${SCOPE.account}`;
    assert.deepEqual(said, [
      [
        "elasticmapreduce:AddJobFlowSteps elasticmapreduce:CancelSteps elasticmapreduce:DescribeStep",
        `arn:aws:elasticmapreduce:us-east-1:${SCOPE.account}:cluster/j-1`,
        undefined,
      ],
      [
        "events:DescribeRule events:PutRule events:PutTargets",
        `arn:aws:events:us-east-1:${SCOPE.account}:rule/StepFunctionsGetEventForEMRAddJobFlowStepsRule`,
        undefined,
      ],
      ["s3:GetObject", "arn:aws:s3:::gold/us-east-1/_quality/*", undefined],
      ["kms:Decrypt", keyArn("behaviour"), { StringEquals: via("s3") }],
      ["sqs:SendMessage", ARGS.queue.arn, undefined],
      ["kms:Decrypt kms:GenerateDataKey", keyArn("technical"), { StringEquals: via("sqs") }],
      ["dynamodb:UpdateItem", ARGS.tables.models.arn, undefined],
      [
        "kms:Decrypt kms:Encrypt kms:GenerateDataKey",
        `arn:aws:kms:us-east-1:${SCOPE.account}:key/*`,
        { "ForAnyValue:StringEquals": { "kms:ResourceAliases": "alias/tables" }, StringEquals: via("dynamodb") },
      ],
      ["sns:Publish", ARGS.failureTopic.arn, undefined],
      ["kms:Decrypt kms:GenerateDataKey", keyArn("technical"), { StringEquals: via("sns") }],
      ["states:StartExecution", `${machine}:stateMachine:meridian-test-us-east-1-daily`, undefined],
      [
        "states:DescribeExecution states:StopExecution",
        `${machine}:execution:meridian-test-us-east-1-daily/*`,
        undefined,
      ],
    ]);
  });

  it("starts jobs of EMR Serverless by the role that it may pass there only, where there is no cluster", async () => {
    const recording = await make({
      etl: {
        kind: "serverless",
        applicationId: pulumi.output("00f1"),
        allow: allowJobs(SCOPE, {
          applicationArn: "arn:aws:emr-serverless:us-east-1:111122223333:/applications/00f1",
          roleArn: "arn:aws:iam::111122223333:role/etl-job",
        }),
        roleArn: pulumi.output("arn:aws:iam::111122223333:role/etl-job"),
        entryPoint: "s3://artifacts/etl/launcher/a.py",
        programsFolder: "meridian",
        submitParameters: "--py-files s3://artifacts/etl/programs/a.zip",
      },
    });
    const policy = recording.only("aws:iam/rolePolicy:RolePolicy", "daily-daily").inputs["policy"];
    assert.deepEqual(tooWide(policy, ["DeliverLogs", "Trace"]), []);
    assert.doesNotMatch(String(policy), /elasticmapreduce:/);
    assert.deepEqual(statements(policy).find(({ Sid }) => Sid === "PassRole")?.Condition, {
      StringEquals: { "iam:PassedToService": "emr-serverless.amazonaws.com" },
    });
    const definition = String(recording.only("aws:sfn/stateMachine:StateMachine", "daily").inputs["definition"]);
    assert.match(definition, /emr-serverless:startJobRun\.sync/);
    assert.match(definition, /"ApplicationId":"00f1"/);
  });

  it("makes clusters of the platform's tag only, and touches no other, where each run makes its own", async () => {
    const recording = await make({
      etl: {
        kind: "transient",
        name: "meridian-test-us-east-1-etl",
        request: pulumi.Output.create<Record<string, string>>({ ReleaseLabel: "emr-7.9.0" }),
        allow: allowOwnCluster(SCOPE, {
          name: "meridian-test-us-east-1-etl",
          serviceRoleArn: "arn:aws:iam::111122223333:role/service",
          nodeRoleArn: "arn:node",
        }),
      },
    });
    assertEveryChildIsOwned(recording);
    assertTaken(recording);
    const own = recording.only("aws:iam/rolePolicy:RolePolicy", "daily-etl").inputs["policy"];
    assert.deepEqual(tooWide(own, ["MakeCluster", "DeliverLogs", "Trace"]), []);
    const conditionOf = (sid: string): unknown => statements(own).find(({ Sid }) => Sid === sid)?.Condition;
    const tagged = (key: string): object => ({
      StringEquals: { [`elasticmapreduce:${key}/${ETL_TAG}`]: "meridian-test-us-east-1-etl" },
    });
    assert.deepEqual(conditionOf("MakeCluster"), tagged("RequestTag"));
    assert.deepEqual(conditionOf("TagCluster"), tagged("RequestTag"));
    assert.deepEqual(conditionOf("UseCluster"), tagged("ResourceTag"));
    assert.deepEqual(conditionOf("PassRole"), {
      StringEquals: { "iam:PassedToService": "elasticmapreduce.amazonaws.com" },
    });
    assert.deepEqual(conditionOf("PassRole2"), { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } });
    const daily = recording.only("aws:iam/rolePolicy:RolePolicy", "daily-daily").inputs["policy"];
    assert.doesNotMatch(String(daily), /elasticmapreduce:/);
    assert.deepEqual(tooWide(daily, ["DeliverLogs", "Trace"]), []);
    const definition = String(recording.only("aws:sfn/stateMachine:StateMachine", "daily").inputs["definition"]);
    assert.match(definition, /startExecution\.sync:2","Parameters":\{"StateMachineArn":"[^"]*:daily-etl"/);
  });

  it("takes another time, window and concurrency", async () => {
    const recording = await make({
      scheduleExpression: "cron(30 4 * * ? *)",
      flexibleWindowMinutes: 60,
      scoringConcurrency: 50,
    });
    const { inputs } = recording.only(SCHEDULE);
    assert.equal(inputs["scheduleExpression"], "cron(30 4 * * ? *)");
    assert.deepEqual(inputs["flexibleTimeWindow"], { mode: "FLEXIBLE", maximumWindowInMinutes: 60 });
    assert.match(
      String(recording.only("aws:sfn/stateMachine:StateMachine", "daily").inputs["definition"]),
      /"MaxConcurrency":50/,
    );
  });

  it("refuses all bad arguments at once", async () => {
    await assertRefused(
      ({ opts }) =>
        new DailyWorkflow(
          "daily",
          {
            ...ARGS,
            scoringConcurrency: 0,
            scheduleExpression: "rate(1 day)",
            flexibleWindowMinutes: 1441,
            key: KEYS.identifier,
            models: [...ARGS.models, ...ARGS.models.slice(1), { ...CONTROL, variant: "no blanks" }],
          },
          opts,
        ),
      ["models[2]", "models[3].variant", "scoringConcurrency", "scheduleExpression", "flexibleWindowMinutes", "key"],
    );
  });
});

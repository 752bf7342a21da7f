import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ETL_TAG } from "../../../components/etl/contract";
import { CONTROL } from "../../../contracts/models/variants";
import { DailyWorkflow } from "../../../components/workflow/workflow";
import { statements, tooWide } from "../../kit/builders";
import { assertEveryChildIsOwned, record } from "../../kit/recorder";
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
    assert.deepEqual(target["deadLetterConfig"], { arn: ARGS.deadLetterQueueArn });
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

  it("may warm, and use other keys, only when told to", async () => {
    const policy = async (args: Partial<typeof ARGS>): Promise<string> =>
      String((await make(args)).only("aws:iam/rolePolicy:RolePolicy", "daily-daily").inputs["policy"]);
    assert.doesNotMatch(await policy({}), /lambda:/);
    const more = await policy({
      warmFunctionArn: "arn:warm",
      messagingKeyArn: "arn:mk",
      tablesKeyAlias: "alias/tables",
    });
    for (const part of ["lambda:InvokeFunction", "arn:warm", "arn:mk", "alias/tables"])
      assert.ok(more.includes(part), part);
  });

  it("starts jobs of EMR Serverless by the role that it may pass there only, where there is no cluster", async () => {
    const recording = await make({
      etl: {
        kind: "serverless",
        applicationId: pulumi.output("00f1"),
        applicationArn: pulumi.output("arn:aws:emr-serverless:us-east-1:111122223333:/applications/00f1"),
        roleArn: pulumi.output("arn:aws:iam::111122223333:role/etl-job"),
        entryPoint: "s3://artifacts/etl/launcher/a.py",
        programsFolder: "meridian",
        submitParameters: "--py-files s3://artifacts/etl/programs/a.zip",
      },
    });
    const policy = recording.only("aws:iam/rolePolicy:RolePolicy", "daily-daily").inputs["policy"];
    assert.deepEqual(tooWide(policy, ["DeliverLogs", "Trace"]), []);
    assert.doesNotMatch(String(policy), /elasticmapreduce:/);
    assert.deepEqual(statements(policy).find(({ Sid }) => Sid === "PassJobRole")?.Condition, {
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
        passRoleArns: [pulumi.output("arn:aws:iam::111122223333:role/service"), pulumi.output("arn:node")],
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
    assert.deepEqual(conditionOf("PassServiceRole"), {
      StringEquals: { "iam:PassedToService": "elasticmapreduce.amazonaws.com" },
    });
    assert.deepEqual(conditionOf("PassNodeRole"), { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } });
    const daily = recording.only("aws:iam/rolePolicy:RolePolicy", "daily-daily").inputs["policy"];
    assert.doesNotMatch(String(daily), /elasticmapreduce:/);
    assert.deepEqual(tooWide(daily, ["DeliverLogs", "Trace"]), []);
    const definition = String(recording.only("aws:sfn/stateMachine:StateMachine", "daily").inputs["definition"]);
    assert.match(definition, /startExecution\.sync:2","Parameters":\{"StateMachineArn":"[^"]*:daily-etl"/);
  });

  it("takes another time, window, retention and concurrency", async () => {
    const recording = await make({
      scheduleExpression: "cron(30 4 * * ? *)",
      flexibleWindowMinutes: 60,
      logRetentionDays: 30,
      scoringConcurrency: 50,
    });
    const { inputs } = recording.only(SCHEDULE);
    assert.equal(inputs["scheduleExpression"], "cron(30 4 * * ? *)");
    assert.deepEqual(inputs["flexibleTimeWindow"], { mode: "FLEXIBLE", maximumWindowInMinutes: 60 });
    assert.equal(recording.only("aws:cloudwatch/logGroup:LogGroup").inputs["retentionInDays"], 30);
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
            buckets: { ...ARGS.buckets, gold: "" },
            models: [...ARGS.models, ...ARGS.models.slice(1), { ...CONTROL, variant: "no blanks" }],
          },
          opts,
        ),
      [
        "models[2]",
        "models[3].variant",
        "scoringConcurrency",
        "scheduleExpression",
        "flexibleWindowMinutes",
        "buckets",
      ],
    );
  });
});

import assert from "node:assert/strict";
import { WarehouseLoad, type WarehouseLoadArgs } from "../../../components/workflow/warehouse-load";
import { keyArn, SCOPE, statements, tooWide } from "../../kit/builders";
import { assertEveryChildIsOwned, record, type Recording } from "../../kit/recorder";
import { assertRefused } from "../../kit/refusals";
import { assertTaken } from "../../kit/taken";

const DAILY = "arn:aws:states:us-east-1:111122223333:stateMachine:meridian-test-us-east-1-daily";
const ARGS: WarehouseLoadArgs = {
  scope: SCOPE,
  keyArn: keyArn("behaviour"),
  messagingKeyArn: keyArn("technical"),
  warehouse: {
    place: { ClusterIdentifier: "warehouse", Database: "meridian" },
    adminSecretArn: "arn:aws:secretsmanager:us-east-1:111122223333:secret:admin",
    preparation: [["SELECT 1"]],
    statement: "CALL mart.load_events(:run_date)",
    loaderRoleName: "meridian-test-us-east-1-warehouse-loader",
    ask: [
      { sid: "RunStatements", actions: ["redshift-data:ExecuteStatement"], resources: ["arn:cluster"] },
      { sid: "LogIn", actions: ["redshift:GetClusterCredentialsWithIAM"], resources: ["arn:dbname"] },
    ],
  },
  catalogue: {
    databaseName: "lake",
    keyArn: keyArn("catalogue"),
    tables: [{ name: "silver_events", location: "s3://silver/silver/events/" }],
  },
  dailyMachineArn: DAILY,
  failureTopicArn: "arn:aws:sns:us-east-1:111122223333:alarms",
  deadLetterQueueArn: "arn:aws:sqs:us-east-1:111122223333:failed-calls",
};
const make = (args: Partial<WarehouseLoadArgs> = {}): Promise<Recording<WarehouseLoad>> =>
  record(({ opts }) => new WarehouseLoad("load", { ...ARGS, ...args }, opts));
const sids = (policy: unknown): readonly (string | undefined)[] => statements(policy).map(({ Sid }) => Sid);

describe("WarehouseLoad", () => {
  it("makes exactly these resources, each under the component and through its provider", async () => {
    const recording = await make();
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:cloudwatch/eventRule:EventRule load < load",
      "aws:cloudwatch/eventTarget:EventTarget load < load",
      "aws:cloudwatch/logGroup:LogGroup load < load",
      "aws:iam/role:Role load-load < load",
      "aws:iam/role:Role load-prepare < load",
      "aws:iam/role:Role load-rule < load",
      "aws:iam/role:Role load-schedule < load",
      "aws:iam/rolePolicy:RolePolicy load-load < load",
      "aws:iam/rolePolicy:RolePolicy load-prepare < load",
      "aws:iam/rolePolicy:RolePolicy load-rule < load",
      "aws:iam/rolePolicy:RolePolicy load-schedule < load",
      "aws:scheduler/schedule:Schedule load < load",
      "aws:sfn/stateMachine:StateMachine load-load < load",
      "aws:sfn/stateMachine:StateMachine load-prepare < load",
      "meridian:workflow:WarehouseLoad load < (stack)",
    ]);
    assertTaken(recording);
  });

  it("lets the preparation read the administrator's secret, and the load log in as itself: neither does the other", async () => {
    const recording = await make();
    const policyOf = (name: string): unknown => recording.only("aws:iam/rolePolicy:RolePolicy", name).inputs["policy"];
    const [prepare, load] = [policyOf("load-prepare"), policyOf("load-load")];
    assert.ok(sids(prepare).includes("ReadSecret") && !sids(prepare).includes("LogIn"));
    assert.ok(sids(load).includes("LogIn") && !sids(load).includes("ReadSecret"));
    assert.doesNotMatch(String(load), /secretsmanager/);
    assert.deepEqual(statements(load).find(({ Sid }) => Sid === "RegisterDays")?.Resource, [
      "arn:aws:glue:us-east-1:111122223333:catalog",
      "arn:aws:glue:us-east-1:111122223333:database/lake",
      "arn:aws:glue:us-east-1:111122223333:table/lake/silver_events",
    ]);
    for (const policy of [prepare, load, policyOf("load-rule"), policyOf("load-schedule")])
      assert.deepEqual(tooWide(policy, ["DeliverLogs", "Trace"]), []);
    assert.equal(
      recording.only("aws:iam/role:Role", "load-load").inputs["name"],
      "meridian-test-us-east-1-warehouse-loader",
      "the database knows the load by this name",
    );
    const definition = (name: string): string =>
      String(recording.only("aws:sfn/stateMachine:StateMachine", name).inputs["definition"]);
    assert.match(definition("load-prepare"), /"SecretArn":"arn:aws:secretsmanager/);
    assert.doesNotMatch(definition("load-load"), /SecretArn/);
  });

  it("loads after each daily run that succeeded, told its name, and keeps what could not be started", async () => {
    const recording = await make();
    const pattern = JSON.parse(
      String(recording.only("aws:cloudwatch/eventRule:EventRule").inputs["eventPattern"]),
    ) as object;
    assert.deepEqual(pattern, {
      source: ["aws.states"],
      "detail-type": ["Step Functions Execution Status Change"],
      detail: { status: ["SUCCEEDED"], stateMachineArn: [DAILY] },
    });
    const target = recording.only("aws:cloudwatch/eventTarget:EventTarget").inputs;
    assert.deepEqual(target["inputTransformer"], {
      inputPaths: { name: "$.detail.name" },
      inputTemplate: '{"name": <name>}',
    });
    assert.deepEqual(target["deadLetterConfig"], { arn: ARGS.deadLetterQueueArn });
    const schedule = recording.only("aws:scheduler/schedule:Schedule").inputs;
    assert.deepEqual([schedule["state"], schedule["scheduleExpression"]], ["ENABLED", "cron(30 0 * * ? *)"]);
  });

  it("takes another time and retention, and one key for all", async () => {
    const { messagingKeyArn, ...rest } = ARGS;
    assert.notEqual(messagingKeyArn, rest.keyArn);
    const recording = await record(
      ({ opts }) =>
        new WarehouseLoad("load", { ...rest, scheduleExpression: "cron(0 5 * * ? *)", logRetentionDays: 30 }, opts),
    );
    assert.equal(recording.only("aws:cloudwatch/logGroup:LogGroup").inputs["retentionInDays"], 30);
    assert.doesNotMatch(
      String(recording.only("aws:iam/rolePolicy:RolePolicy", "load-load").inputs["policy"]),
      /technical/,
    );
  });

  it("refuses all bad arguments at once", async () => {
    await assertRefused(
      ({ opts }) =>
        new WarehouseLoad(
          "load",
          {
            ...ARGS,
            warehouse: { ...ARGS.warehouse, preparation: [], statement: "CALL mart.load_events()" },
            scheduleExpression: "rate(1 day)",
          },
          opts,
        ),
      ["warehouse.preparation", "warehouse.statement", "scheduleExpression"],
    );
  });
});

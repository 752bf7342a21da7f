import assert from "node:assert/strict";
import { WarehouseLoad, type WarehouseLoadArgs } from "../../../components/workflow/warehouse-load";
import { CatalogueRef } from "../../../components/parts/refs/catalogue";
import { SecretRef } from "../../../components/parts/refs/secret";
import { WarehouseRef } from "../../../components/parts/refs/warehouse";
import { keyArn, SCOPE, statements, tooWide } from "../../kit/builders";
import { assertEveryChildIsOwned, record, type Recording } from "../../kit/recorder";
import { KEYS, queueOf, topicOf } from "../../kit/refs";
import { assertRefused } from "../../kit/refusals";
import { assertTaken } from "../../kit/taken";

const DAILY = "arn:aws:states:us-east-1:111122223333:stateMachine:meridian-test-us-east-1-daily";
const ARGS: WarehouseLoadArgs = {
  scope: SCOPE,
  key: KEYS.behaviour,
  warehouse: {
    ref: new WarehouseRef(SCOPE, { mode: "provisioned", clusterIdentifier: "warehouse", databaseName: "meridian" }),
    adminSecret: new SecretRef({
      arn: "arn:aws:secretsmanager:us-east-1:111122223333:secret:admin",
      key: KEYS.behaviour,
    }),
    preparation: [["SELECT 1"]],
    statement: "CALL mart.load_events(:run_date)",
    loaderRolePart: "warehouse-loader",
  },
  catalogue: {
    ref: new CatalogueRef(SCOPE, { databaseName: "lake", key: KEYS.technical }),
    tables: [{ name: "silver_events", location: "s3://silver/silver/events/" }],
  },
  dailyMachineArn: DAILY,
  failureTopic: topicOf("alarms"),
  deadLetters: queueOf("failed-calls"),
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
    assert.ok(sids(prepare).includes("ReadSecrets") && !sids(prepare).includes("LogIn"));
    assert.ok(sids(load).includes("LogIn") && !sids(load).includes("ReadSecrets"));
    assert.doesNotMatch(String(load), /secretsmanager/);
    const keysOf = (policy: unknown): readonly unknown[] =>
      statements(policy)
        .filter(({ Action }) => [Action].flat().some((action) => action.startsWith("kms:")))
        .map(({ Resource, Condition }) => [
          [Resource].flat()[0],
          JSON.stringify(Condition).match(/[a-z]+(?=\.us-east-1)/)?.[0],
        ]);
    // Each key through the one service that needs it: the secret's, the topic's, the catalogue's.
    assert.deepEqual(keysOf(prepare), [
      [keyArn("behaviour"), "secretsmanager"],
      [keyArn("technical"), "sns"],
    ]);
    assert.deepEqual(keysOf(load), [
      [keyArn("technical"), "glue"],
      [keyArn("technical"), "sns"],
    ]);
    for (const starter of ["load-rule", "load-schedule"]) {
      assert.deepEqual(keysOf(policyOf(starter)), [[keyArn("technical"), "sqs"]]);
    }
    assert.deepEqual(statements(load).find(({ Sid }) => Sid === "RegisterPartitions")?.Resource, [
      "arn:aws:glue:us-east-1:111122223333:catalog",
      "arn:aws:glue:us-east-1:111122223333:database/lake",
      "arn:aws:glue:us-east-1:111122223333:table/lake/silver_events",
    ]);
    for (const policy of [prepare, load, policyOf("load-rule"), policyOf("load-schedule")])
      assert.deepEqual(tooWide(policy, ["DeliverLogs", "Trace", "OwnStatements"]), []);
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
    assert.deepEqual(target["deadLetterConfig"], { arn: ARGS.deadLetters.arn });
    const schedule = recording.only("aws:scheduler/schedule:Schedule").inputs;
    assert.deepEqual([schedule["state"], schedule["scheduleExpression"]], ["ENABLED", "cron(30 0 * * ? *)"]);
  });

  it("takes another time", async () => {
    const recording = await make({ scheduleExpression: "cron(0 5 * * ? *)" });
    assert.equal(recording.only("aws:scheduler/schedule:Schedule").inputs["scheduleExpression"], "cron(0 5 * * ? *)");
  });

  it("refuses all bad arguments at once", async () => {
    await assertRefused(
      ({ opts }) =>
        new WarehouseLoad(
          "load",
          {
            ...ARGS,
            key: KEYS.identifier,
            catalogue: { ...ARGS.catalogue, tables: [] },
            warehouse: { ...ARGS.warehouse, preparation: [], statement: "CALL mart.load_events()" },
            scheduleExpression: "rate(1 day)",
          },
          opts,
        ),
      ["key", "catalogue.tables", "warehouse.preparation", "warehouse.statement", "scheduleExpression"],
    );
  });
});

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { AgePublisher, agesDefinition } from "../../../components/observability/ages";
import { paths, venvExecutable } from "../../../local/toolchain";
import { SCOPE, statements, tooWide } from "../../kit/builders";
import { assertEveryChildIsOwned, record } from "../../kit/recorder";
import { tableOf } from "../../kit/refs";
import { assertRefused } from "../../kit/refusals";

const ARGS = { scope: SCOPE, models: tableOf("meridian-test-us-models") };
const make = (args: { readonly everyMinutes?: number } = {}) =>
  record(({ opts }) => new AgePublisher("ages", { ...ARGS, ...args }, opts));

/** What a JSONata expression of the machine gives, by the engine that the local cloud uses. */
function evaluate(expression: string, states: object): unknown {
  const program =
    "import json, sys, jsonata; e, s = json.load(sys.stdin); x = jsonata.Jsonata(e); f = x.create_frame(); " +
    "f.bind('states', s); print(json.dumps(x.evaluate(s, f)))";
  return JSON.parse(
    execFileSync(venvExecutable(paths(), "python"), ["-c", program], {
      input: JSON.stringify([expression.replace(/^\{% | %\}$/g, ""), states]),
      encoding: "utf8",
    }),
  );
}

interface States {
  readonly States: {
    readonly "Read marks": {
      readonly Arguments: { readonly RequestItems: Readonly<Record<string, { readonly Keys: readonly object[] }>> };
      readonly Output: string;
    };
    readonly "Tell ages": { readonly Arguments: { readonly Namespace: string; readonly MetricData: string } };
  };
}

describe("AgePublisher", () => {
  it("makes exactly these resources, each under the component and through its provider", async () => {
    const recording = await make();
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:iam/role:Role ages < ages",
      "aws:iam/role:Role ages-schedule < ages",
      "aws:iam/rolePolicy:RolePolicy ages < ages",
      "aws:iam/rolePolicy:RolePolicy ages-schedule < ages",
      "aws:scheduler/schedule:Schedule ages < ages",
      "aws:sfn/stateMachine:StateMachine ages < ages",
      "meridian:observability:AgePublisher ages < (stack)",
    ]);
  });

  it("may put metrics of the platform's namespace only, and read the marks", async () => {
    const policy = (await make()).only("aws:iam/rolePolicy:RolePolicy", "ages").inputs["policy"];
    assert.deepEqual(tooWide(policy, ["PutMetrics"]), []);
    const tell = statements(policy).find(({ Sid }) => Sid === "PutMetrics");
    assert.deepEqual(tell?.Condition, { StringEquals: { "cloudwatch:namespace": "Meridian" } });
    assert.deepEqual(
      statements(policy).flatMap(({ Action }) => Action),
      ["dynamodb:BatchGetItem", "kms:Decrypt", "cloudwatch:PutMetricData"],
    );
  });

  it("runs several times within the hour that the alarms look at", async () => {
    const expression = async (args = {}): Promise<unknown> =>
      (await make(args)).only("aws:scheduler/schedule:Schedule").inputs["scheduleExpression"];
    assert.equal(await expression(), "rate(15 minutes)");
    assert.equal(await expression({ everyMinutes: 1 }), "rate(1 minute)");
    await assertRefused(({ opts }) => new AgePublisher("ages", { ...ARGS, everyMinutes: 31 }, opts), ["everyMinutes"]);
  });

  describe("its machine", () => {
    const { States } = agesDefinition(SCOPE, ARGS.models.name) as States;
    const rows = [
      { name: { S: "recommendations" }, version: { S: "CURRENT" }, published_at: { S: "2026-03-10T12:00:00.000Z" } },
      { name: { S: "gold" }, version: { S: "CURRENT" }, published_at: { S: "2026-03-11T09:30:00Z" } },
    ];
    const tell = (input: unknown): unknown =>
      evaluate(States["Tell ages"].Arguments.MetricData, {
        input,
        context: { State: { EnteredTime: "2026-03-11T12:00:00.000Z" } },
      });
    const datum = { Dimensions: [{ Name: "Environment", Value: "test" }], Unit: "None" };

    it("reads the two rows that the daily run leaves", () => {
      const { Arguments, Output } = States["Read marks"];
      assert.deepEqual(Arguments.RequestItems[ARGS.models.name]?.Keys, [
        { name: { S: "gold" }, version: { S: "CURRENT" } },
        { name: { S: "recommendations" }, version: { S: "CURRENT" } },
      ]);
      assert.deepEqual(evaluate(Output, { result: { Responses: { [ARGS.models.name]: rows } } }), rows);
    });

    it("tells ages that grow with the clock, in hours", () => {
      assert.deepEqual(tell(rows), [
        { MetricName: "ModelAgeHours", ...datum, Value: 24 },
        { MetricName: "DataAgeHours", ...datum, Value: 2.5 },
      ]);
    });

    it("tells nothing of what was never made, so that the alarm hears of silence", () => {
      assert.deepEqual(tell(rows.slice(1)), [{ MetricName: "DataAgeHours", ...datum, Value: 2.5 }]);
      assert.deepEqual(tell([]), []);
    });
  });
});

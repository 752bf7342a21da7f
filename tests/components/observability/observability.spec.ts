import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { RegionBudget } from "../../../components/observability/budget";
import { Observability } from "../../../components/observability/observability";
import { SCOPE } from "../../kit/builders";
import { assertEveryChildIsOwned, record } from "../../kit/recorder";
import { assertRefused } from "../../kit/refusals";
import { ARGS } from "./args";

const make = (args: Partial<typeof ARGS> = {}) =>
  record(({ opts }) => new Observability("region", { ...ARGS, ...args }, opts));
const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const COMPOSITE = "aws:cloudwatch/compositeAlarm:CompositeAlarm";

describe("Observability", () => {
  it("makes exactly these resources, each under the component and through its provider", async () => {
    const recording = await make();
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:cloudwatch/compositeAlarm:CompositeAlarm region < region",
      "aws:cloudwatch/compositeAlarm:CompositeAlarm region-error-budget-fast < region",
      "aws:cloudwatch/compositeAlarm:CompositeAlarm region-error-budget-slow < region",
      "aws:cloudwatch/dashboard:Dashboard region < region",
      "aws:cloudwatch/logGroup:LogGroup region < region",
      "aws:cloudwatch/metricAlarm:MetricAlarm region-cache-evictions-1 < region",
      "aws:cloudwatch/metricAlarm:MetricAlarm region-collector-5xx < region",
      "aws:cloudwatch/metricAlarm:MetricAlarm region-daily-run-failed < region",
      "aws:cloudwatch/metricAlarm:MetricAlarm region-data-freshness < region",
      "aws:cloudwatch/metricAlarm:MetricAlarm region-dead-letters-intake < region",
      "aws:cloudwatch/metricAlarm:MetricAlarm region-dead-letters-transform < region",
      "aws:cloudwatch/metricAlarm:MetricAlarm region-delivery-freshness-curated < region",
      "aws:cloudwatch/metricAlarm:MetricAlarm region-delivery-freshness-raw < region",
      "aws:cloudwatch/metricAlarm:MetricAlarm region-endpoint-errors-challenger < region",
      "aws:cloudwatch/metricAlarm:MetricAlarm region-endpoint-errors-control < region",
      "aws:cloudwatch/metricAlarm:MetricAlarm region-endpoint-latency-challenger < region",
      "aws:cloudwatch/metricAlarm:MetricAlarm region-endpoint-latency-control < region",
      "aws:cloudwatch/metricAlarm:MetricAlarm region-error-budget-fast-long < region",
      "aws:cloudwatch/metricAlarm:MetricAlarm region-error-budget-fast-short < region",
      "aws:cloudwatch/metricAlarm:MetricAlarm region-error-budget-slow-long < region",
      "aws:cloudwatch/metricAlarm:MetricAlarm region-error-budget-slow-short < region",
      "aws:cloudwatch/metricAlarm:MetricAlarm region-model-age < region",
      "aws:cloudwatch/metricAlarm:MetricAlarm region-stream-iterator-age < region",
      "aws:cloudwatch/metricAlarm:MetricAlarm region-table-throttles-recommendations < region",
      "aws:cloudwatch/metricAlarm:MetricAlarm region-transform-errors < region",
      "meridian:observability:Observability region < (stack)",
    ]);
  });

  it("tells the topic of every alarm and of its end, but of a window alone, and names a runbook that is there", async () => {
    const recording = await make({ runbookRoot: "https://docs/runbooks" });
    for (const { name, inputs } of [...recording.all(ALARM), ...recording.all(COMPOSITE)]) {
      const topics = /-(?:long|short)$/.test(name) ? undefined : [ARGS.alarmTopicArn];
      assert.deepEqual([inputs["alarmActions"], inputs["okActions"]], [topics, topics], name);
      const [, runbook = ""] = /\. Runbook: https:\/\/docs\/runbooks\/([a-z0-9-]+\.md)$/.exec(
        String(inputs["alarmDescription"]),
      ) ?? [""];
      assert.ok(existsSync(join(__dirname, "../../../docs/runbooks", runbook)) && runbook !== "", name);
    }
  });

  it("wakes people once, by everything that pages and nothing else", async () => {
    const rule = String((await make()).only(COMPOSITE, "region").inputs["alarmRule"]);
    assert.match(rule, /ALARM\("meridian-test-us-east-1-stream-iterator-age"\) OR /);
    assert.match(rule, / OR ALARM\("meridian-test-us-east-1-error-budget-fast"\) OR /);
    assert.doesNotMatch(rule, /model-age|dead-letters|collector-5xx|-long|-short/);
  });

  it("takes an error budget for burning when it burns over a long window and over a short one", async () => {
    const recording = await make();
    for (const [id, longSeconds, shortSeconds, threshold] of [
      ["error-budget-fast", 3600, 300, 1.44],
      ["error-budget-slow", 21_600, 1800, 0.6],
    ] as const) {
      assert.equal(
        recording.only(COMPOSITE, `region-${id}`).inputs["alarmRule"],
        `ALARM("meridian-test-us-east-1-${id}-long") AND ALARM("meridian-test-us-east-1-${id}-short")`,
      );
      for (const [window, seconds] of [
        ["long", longSeconds],
        ["short", shortSeconds],
      ] as const) {
        const { inputs } = recording.only(ALARM, `region-${id}-${window}`);
        assert.equal(inputs["threshold"], threshold);
        assert.match(JSON.stringify(inputs["metricQueries"]), new RegExp(`"period":${seconds}[,}]`));
      }
    }
  });

  it("measures the prediction's percentile in the field for percentiles, and ratios by expression", async () => {
    const recording = await make();
    const latency = recording.only(ALARM, "region-endpoint-latency-control").inputs;
    assert.deepEqual(
      [latency["extendedStatistic"], latency["statistic"], latency["threshold"]],
      ["p99", undefined, 100_000],
    );
    const errors = recording.only(ALARM, "region-collector-5xx").inputs;
    assert.match(JSON.stringify(errors["metricQueries"]), /IF\(m1 > 0, 100 \* m0 \/ m1, 0\)/);
    assert.equal(errors["threshold"], 0.1);
  });

  it("draws a dashboard of all alarms, also when names come late", async () => {
    const targets = { ...ARGS.targets, stream: pulumi.output("late-stream") };
    const recording = await make({ targets });
    const body = JSON.parse(String(recording.only("aws:cloudwatch/dashboard:Dashboard").inputs["dashboardBody"])) as {
      widgets: { type: string; properties: { alarms?: string[]; region?: string } }[];
    };
    const alarms = recording.all(ALARM);
    assert.equal(body.widgets.filter(({ type }) => type === "metric").length, alarms.length);
    assert.equal(body.widgets.find(({ type }) => type === "alarm")?.properties.alarms?.length, alarms.length);
    assert.match(JSON.stringify(body), /late-stream/);
    assert.deepEqual(recording.only(ALARM, "region-stream-iterator-age").inputs["dimensions"], {
      StreamName: "late-stream",
    });
  });

  it("keeps the operators' log for a quarter, under its key", async () => {
    const { inputs } = (await make()).only("aws:cloudwatch/logGroup:LogGroup");
    assert.deepEqual([inputs["retentionInDays"], inputs["kmsKeyId"]], [90, ARGS.key.arn]);
  });

  it("refuses all bad arguments at once", async () => {
    await assertRefused(
      ({ opts }) =>
        new Observability(
          "region",
          {
            ...ARGS,
            targets: { ...ARGS.targets, variantNames: [], tables: {} },
            promises: { availability: 1, dataFreshnessHours: 0, streamLagSeconds: 0, predictionMilliseconds: 0 },
          },
          opts,
        ),
      [
        "promises.availability",
        "promises.dataFreshnessHours",
        "promises.streamLagSeconds",
        "promises.predictionMilliseconds",
        "targets.variantNames",
        "targets.tables",
      ],
    );
  });
});

describe("RegionBudget", () => {
  it("watches one region's month and tells the owner at 80 and 100 percent, and of the forecast", async () => {
    const recording = await record(
      ({ opts }) => new RegionBudget("budget", { scope: SCOPE, monthlyUsd: 500, ownerEmail: "o@example.com" }, opts),
    );
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:budgets/budget:Budget budget < budget",
      "meridian:observability:RegionBudget budget < (stack)",
    ]);
    const { inputs } = recording.only("aws:budgets/budget:Budget");
    assert.deepEqual(
      [inputs["limitAmount"], inputs["costFilters"]],
      ["500", [{ name: "Region", values: ["us-east-1"] }]],
    );
    assert.deepEqual(
      (inputs["notifications"] as { threshold: number; notificationType: string }[]).map((notice) => [
        notice.threshold,
        notice.notificationType,
      ]),
      [
        [80, "ACTUAL"],
        [100, "ACTUAL"],
        [100, "FORECASTED"],
      ],
    );
  });

  it("refuses all bad arguments at once", async () => {
    await assertRefused(
      ({ opts }) => new RegionBudget("budget", { scope: SCOPE, monthlyUsd: 0, ownerEmail: "nobody" }, opts),
      ["monthlyUsd", "ownerEmail"],
    );
  });
});

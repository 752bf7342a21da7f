import assert from "node:assert/strict";
import type { PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { DATA_AGE, MODEL_AGE } from "../../../contracts/metrics/ages";
import { tellAges } from "../../../services/kit/ages";

describe("tellAges", () => {
  it("puts each age in hours, under the environment's name", async () => {
    const sent: unknown[] = [];
    const client = {
      send: (command: PutMetricDataCommand) => {
        sent.push(command.input);
        return Promise.resolve({});
      },
    };
    const now = new Date("2026-03-11T12:00:00Z");
    const datum = { Dimensions: [{ Name: "Environment", Value: "prod" }], Unit: "None" };
    await tellAges(
      client,
      "prod",
      [
        { metric: DATA_AGE, since: new Date("2026-03-11T09:30:00Z") },
        { metric: MODEL_AGE, since: new Date("2026-03-10T12:00:00Z") },
      ],
      now,
    );
    assert.deepEqual(sent, [
      {
        Namespace: "Meridian",
        MetricData: [
          { MetricName: "DataAgeHours", ...datum, Value: 2.5 },
          { MetricName: "ModelAgeHours", ...datum, Value: 24 },
        ],
      },
    ]);
  });
});

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { findTopology, loadTopology } from "../../regions/topology/load";
import { recordFleet, type Standing } from "./recorded";

const files = readdirSync(join(__dirname, "../../docs/runbooks")).map((file) => file.replace(/\.md$/, ""));

/** Read from a machine's console, or once a quarter, rather than from an alarm. */
const WITHOUT_ALARM = ["etl-certificates", "restore-drill"];
/** What only a zone of several regions has. */
const OPTIONAL = /^replication-lag$/;

describe("the alarms of a fleet", function () {
  let alarms: readonly Standing[] = [];
  const runbookOf = ({ inputs }: Standing): string | undefined =>
    /Runbook: docs\/runbooks\/([a-z0-9-]+)\.md$/.exec(String(inputs["alarmDescription"]))?.[1];
  const actsByItself = ({ inputs }: Standing): boolean =>
    String(inputs["alarmDescription"]).endsWith("No action of yours is needed.");

  before(async () => {
    const resources = await recordFleet(loadTopology(findTopology("dev")));
    alarms = resources.filter(({ type }) =>
      ["aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm"].includes(type),
    );
    assert.ok(alarms.length > 40, `${alarms.length} alarms`);
  });

  it("each name a runbook that is there, but those that scale a group by themselves", () => {
    const without = alarms.filter((alarm) => !actsByItself(alarm) && !files.includes(runbookOf(alarm) ?? ""));
    assert.deepEqual(
      without.map(({ stack, name }) => `${stack} ${name}`),
      [],
    );
  });

  it("leave no runbook unnamed", () => {
    const named = new Set(alarms.map(runbookOf));
    assert.deepEqual(
      files.filter((file) => !named.has(file) && !OPTIONAL.test(file)),
      WITHOUT_ALARM,
    );
  });
});

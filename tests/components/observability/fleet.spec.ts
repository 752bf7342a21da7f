import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { FleetDashboard, type FleetDashboardArgs } from "../../../components/observability/fleet";
import { SCOPE } from "../../kit/builders";
import { assertEveryChildIsOwned, record } from "../../kit/recorder";
import { assertRefused } from "../../kit/refusals";

const region = (name: string, zone: string): FleetDashboardArgs["regions"][number] => ({
  region: name,
  zone,
  stream: `events-${name}`,
  deliveryStreams: { curated: `curated-${name}`, raw: `raw-${name}` },
  endpointName: `endpoint-${name}`,
  variantNames: ["control"],
  dashboard: `board-${name}`,
});

const ARGS: FleetDashboardArgs = {
  scope: SCOPE,
  promises: { availability: 0.999, dataFreshnessHours: 26, rpoSeconds: 900 },
  regions: [region("us-east-1", "us"), region("us-west-2", "us"), region("eu-west-1", "eu")],
  zones: [
    {
      zone: "us",
      primary: "us-east-1",
      replicas: ["us-west-2"],
      distributionId: pulumi.output("EUS"),
      healthCheckIds: { "us-east-1": pulumi.output("h1"), "us-west-2": "h2" },
      tables: { models: "us-models" },
    },
    {
      zone: "eu",
      primary: "eu-west-1",
      replicas: [],
      distributionId: "EEU",
      healthCheckIds: { "eu-west-1": "h3" },
      tables: { models: "eu-models" },
    },
  ],
};

type Line = readonly (string | { readonly region?: string })[];
interface Graph {
  readonly type: string;
  readonly properties: {
    readonly title?: string;
    readonly metrics?: readonly Line[];
    readonly annotations?: { readonly horizontal: readonly { readonly value: number }[] };
  };
}

describe("FleetDashboard", () => {
  const widgets = async (): Promise<readonly Graph[]> => {
    const recording = await record(({ opts }) => new FleetDashboard("fleet", ARGS, opts));
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:cloudwatch/dashboard:Dashboard fleet < fleet",
      "meridian:observability:FleetDashboard fleet < (stack)",
    ]);
    const { inputs } = recording.only("aws:cloudwatch/dashboard:Dashboard");
    assert.equal(inputs["dashboardName"], "meridian-test-us-east-1-fleet");
    return (JSON.parse(String(inputs["dashboardBody"])) as { widgets: Graph[] }).widgets;
  };

  it("draws each promise with the line of every region, measured where it happens", async () => {
    const graphs = (await widgets()).filter(({ type }) => type === "metric");
    const drawn = graphs.map(({ properties: { title, metrics = [], annotations } }) => [
      title,
      annotations?.horizontal[0]?.value,
      metrics.map((line) => (line.at(-1) as { region?: string }).region).join(" "),
    ]);
    const all = "us-east-1 us-west-2 eu-west-1";
    assert.deepEqual(drawn, [
      ["Errors at the edge", 0.1, "us-east-1 us-east-1"],
      ["Regions in health", 18, "us-east-1 us-east-1 us-east-1"],
      ["Predictions, 99 %", 100_000, all],
      ["Readers of the stream", 300_000, all],
      ["Age of gold", 26, all],
      ["Age of the model", 50, all],
      ["Replication of the tables", 900_000, "us-east-1"],
      ["Delivery to the lake", 1800, "us-east-1 us-east-1 us-west-2 us-west-2 eu-west-1 eu-west-1"],
    ]);
    assert.match(JSON.stringify(graphs), /"DistributionId","EUS","Region","Global"/);
    assert.match(JSON.stringify(graphs), /"TableName","us-models","ReceivingRegion","us-west-2"/);
  });

  it("leads to each region's own page", async () => {
    const text = JSON.stringify((await widgets()).find(({ type }) => type === "text"));
    for (const { region: name, dashboard } of ARGS.regions) {
      assert.ok(text.includes(`[${name}](#dashboards/dashboard/${dashboard})`), name);
    }
  });

  it("refuses no regions, and a region of no zone", async () => {
    await assertRefused(({ opts }) => new FleetDashboard("fleet", { ...ARGS, regions: [] }, opts), ["regions"]);
    await assertRefused(
      ({ opts }) => new FleetDashboard("fleet", { ...ARGS, regions: [region("ap-south-1", "apac")] }, opts),
      ["regions[0].zone"],
    );
  });
});

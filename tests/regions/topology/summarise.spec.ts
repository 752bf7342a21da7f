import assert from "node:assert/strict";
import fc from "fast-check";
import { summarise } from "../../../regions/topology/summarise";
import { arbitraryTopology } from "../arbitrary";
import { accepted, PROD } from "./samples";

describe("the summary of a topology", () => {
  it("names the stacks in the order in which they come up", () => {
    assert.deepEqual(summarise(accepted(PROD)).stacks, [
      "prod.foundation",
      "prod.ap-northeast-1",
      "prod.ap-southeast-1",
      "prod.eu-central-1",
      "prod.eu-west-1",
      "prod.us-east-1",
      "prod.us-west-2",
      "prod.mesh",
    ]);
  });

  it("gives each region its flows at the peak, and at the peak after a failover", () => {
    const summary = summarise(accepted(PROD));
    assert.deepEqual(
      summary.regions.find(({ region }) => region === "us-west-2"),
      {
        region: "us-west-2",
        zone: "us",
        role: "replica",
        cidr: "10.17.0.0/16",
        availabilityZones: 3,
        stack: "prod.us-west-2",
        share: 0.15,
        failoverShare: 0.4,
        peakEventsPerSecond: 7500,
        peakRecommendationsPerSecond: 1500,
        failoverEventsPerSecond: 20_000,
        failoverRecommendationsPerSecond: 4000,
      },
    );
    assert.deepEqual(summary.traffic, {
      users: 10_000_000,
      items: 500_000,
      eventsPerDay: 1_728_000_000,
      peakEventsPerSecond: 50_000,
      bytesPerDay: 784_512_000_000,
      peakRecommendationsPerSecond: 10_000,
    });
    assert.equal(summary.monthlyBudgetUsd, 360_000);
  });

  it("is plain data whose parts add up, for any topology", () => {
    fc.assert(
      fc.property(arbitraryTopology(), (topology) => {
        const summary = summarise(topology);
        assert.deepEqual(JSON.parse(JSON.stringify(summary)), summary);
        const events = summary.regions.reduce((sum, { peakEventsPerSecond }) => sum + peakEventsPerSecond, 0);
        assert.ok(Math.abs(events / summary.traffic.peakEventsPerSecond - 1) < 1e-9);
        assert.equal(summary.stacks.length, topology.regions.length + 2);
        assert.ok(Math.abs(summary.zones.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9);
      }),
      { numRuns: 40 },
    );
  });
});

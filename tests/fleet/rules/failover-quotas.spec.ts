import assert from "node:assert/strict";
import { failoverQuotas } from "../../../fleet/rules/failover-quotas";
import type { Fleet } from "../../../fleet/rules/rule";
import type { QuotasPlan } from "../../../regions/topology/sections/quotas";
import { fleetOf, says, type Made } from "./fleets";

const GROUP: Made = {
  type: "aws:autoscaling/group:Group",
  name: "training",
  region: "eu-west-1",
  inputs: {
    maxSize: 10,
    mixedInstancesPolicy: {
      instancesDistribution: { onDemandBaseCapacity: 2, onDemandPercentageAboveBaseCapacity: 0 },
      launchTemplate: { overrides: [{ instanceType: "r6i.2xlarge" }, { instanceType: "r5.xlarge" }] },
    },
  },
};
const NODES: Made = {
  type: "aws:eks/nodeGroup:NodeGroup",
  name: "nodes",
  region: "eu-west-1",
  inputs: { scalingConfig: { maxSize: 5 }, instanceTypes: ["m5.xlarge"] },
};
const endpoint = (shadows: readonly object[]): Made => ({
  type: "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
  name: "endpoint",
  region: "eu-west-1",
  inputs: {
    productionVariants: [
      { variantName: "one", instanceType: "ml.c5.xlarge", initialInstanceCount: 4 },
      { variantName: "two", instanceType: "ml.c6i.xlarge", initialInstanceCount: 3 },
    ],
    shadowProductionVariants: shadows as never,
  },
});
const STAGE: Made = {
  type: "aws:apigatewayv2/stage:Stage",
  name: "collector",
  region: "eu-west-1",
  inputs: { defaultRouteSettings: { throttlingRateLimit: 12_000 } },
};

function judged(made: readonly Made[], quotas: QuotasPlan): readonly string[] {
  const fleet: Fleet = fleetOf([], "eu-west-1", made);
  return says(failoverQuotas, { ...fleet, topology: { ...fleet.topology, quotas } }).map(
    (message) => /want at most .* in eu-west-1.*got \d+$/.exec(message)?.[0] ?? message,
  );
}
const amountOf = (message: string | undefined): number => Number(/got (\d+)$/.exec(message ?? "")?.[1]);

describe("what a region may grow to", () => {
  it("counts against the on-demand quota what runs on demand, and against the spot quota the rest", () => {
    // On demand 2 of the largest type (8 vCPUs) and 5 nodes of 4; on spot the other 8.
    assert.deepEqual(judged([GROUP, NODES], { ec2StandardVcpus: 36, ec2StandardSpotVcpus: 64 }), []);
    const [onDemand] = judged([GROUP, NODES], { ec2StandardVcpus: 35 });
    assert.equal(amountOf(onDemand), 2 * 8 + 5 * 4);
    const [spot] = judged([GROUP, NODES], { ec2StandardSpotVcpus: 63 });
    assert.equal(amountOf(spot), 8 * 8);
    assert.match(spot ?? "", /Spot Instance requests/);
  });

  it("counts instances by type, in all, and of one endpoint, shadows included", () => {
    const shadow = { variantName: "candidate", instanceType: "ml.c5.xlarge", initialInstanceCount: 2 };
    const made = [endpoint([shadow])];
    assert.equal(amountOf(judged(made, { endpointInstances: 1 })[0]), 6);
    assert.equal(amountOf(judged(made, { endpointInstancesInAll: 1 })[0]), 9);
    assert.equal(amountOf(judged(made, { instancesPerEndpoint: 1 })[0]), 9);
    assert.equal(amountOf(judged([endpoint([])], { endpointInstancesInAll: 1 })[0]), 7);
    assert.deepEqual(judged(made, { endpointInstances: 6, endpointInstancesInAll: 9, instancesPerEndpoint: 9 }), []);
  });

  it("counts what the APIs let through", () => {
    assert.equal(amountOf(judged([STAGE], { apiRequestsPerSecond: 11_999 })[0]), 12_000);
    assert.deepEqual(judged([STAGE], { apiRequestsPerSecond: 12_000 }), []);
  });
});

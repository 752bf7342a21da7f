import assert from "node:assert/strict";
import fc from "fast-check";
import { invocationsTarget, planApi, planVariants } from "../../../components/serving/plan";
import { scaleTraffic } from "../../../regions/traffic";
import { TRAFFIC } from "../../kit/builders";
import { ENDPOINT } from "./args";

const sizes = fc.constantFrom("small" as const, "standard" as const);
const factors = fc.double({ min: 1, max: 100, noNaN: true });

describe("planVariants", () => {
  it("gives 90 % of 1,500 requests/s twenty instances, within the maximum", () => {
    // 1,500 x 0.9 / (100 x 0.7) = 19.3; 1,500 x 0.1 / 70 = 2.1
    const wide = ENDPOINT.variants.map((variant) => ({ ...variant, maxInstances: 100 }));
    assert.deepEqual(
      planVariants(TRAFFIC, "standard", wide).map(({ minInstances }) => minInstances),
      [20, 3],
    );
    assert.deepEqual(
      planVariants(TRAFFIC, "standard", ENDPOINT.variants).map(({ minInstances }) => minInstances),
      [10, 3],
    );
  });

  it("never falls with load, never goes below two in production or above the maximum", () => {
    fc.assert(
      fc.property(factors, sizes, (factor, size) => {
        const low = planVariants(TRAFFIC, size, ENDPOINT.variants);
        const high = planVariants(scaleTraffic(TRAFFIC, factor), size, ENDPOINT.variants);
        low.forEach((variant, index) => {
          assert.ok((high[index]?.minInstances ?? 0) >= variant.minInstances);
          assert.ok(variant.minInstances >= (size === "standard" ? 2 : 1));
          assert.ok(variant.minInstances <= variant.maxInstances);
        });
      }),
    );
  });
});

describe("planApi", () => {
  it("never falls with load, and has room for the failover's peak twice", () => {
    fc.assert(
      fc.property(factors, factors, sizes, (factor, extra, size) => {
        const normal = scaleTraffic(TRAFFIC, factor);
        const failover = scaleTraffic(normal, extra);
        const plan = planApi(normal, failover, size);
        const bare = planApi(TRAFFIC, TRAFFIC, size);
        assert.ok(plan.replicas.min >= bare.replicas.min && plan.nodes.max >= bare.nodes.max);
        assert.ok(plan.replicas.max >= plan.replicas.min && plan.nodes.max >= plan.nodes.min);
        assert.ok(plan.replicas.max * 700 >= failover.recommendationsPerSecond * failover.peakFactor * 2);
      }),
    );
  });

  it("has a node and a replica in each of three zones in production", () => {
    const { replicas, nodes } = planApi(TRAFFIC, TRAFFIC, "standard");
    assert.deepEqual([replicas.min, nodes.min], [3, 3]);
  });
});

describe("invocationsTarget", () => {
  it("is counted by the minute", () => {
    assert.equal(invocationsTarget(), 4200);
  });
});

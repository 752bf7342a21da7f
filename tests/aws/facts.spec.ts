import assert from "node:assert/strict";
import {
  architectureOf,
  dnsSuffixOf,
  isMemoryOptimised,
  isRedshiftRpu,
  REDSHIFT_RPU,
  redshiftRpuFor,
} from "../../aws/facts";
import { allRegions } from "../../regions/catalogue";

describe("facts about AWS", () => {
  it("name the domain of each partition's endpoints", () => {
    assert.deepEqual(["aws", "aws-cn", "aws-us-gov", "aws-eusc"].map(dnsSuffixOf), [
      "amazonaws.com",
      "amazonaws.com.cn",
      "amazonaws.com",
      "amazonaws.eu",
    ]);
    assert.ok(allRegions().every(({ partition }) => dnsSuffixOf(partition).startsWith("amazonaws")));
  });

  it("tell Graviton types by the g after the generation, and A1", () => {
    for (const type of [
      "m7g.large",
      "r8gd.2xlarge",
      "c7gn.xlarge",
      "a1.large",
      "t4g.small",
      "im4gn.large",
      "x2gd.medium",
    ])
      assert.equal(architectureOf(type), "arm64", type);
    for (const type of ["m7i.large", "g5.xlarge", "g4dn.xlarge", "r6id.large", "p5.48xlarge", "inf2.xlarge"])
      assert.equal(architectureOf(type), "x86_64", type);
  });

  it("tell memory-optimised types by their family", () => {
    for (const type of [
      "r7g.large",
      "r6id.large",
      "x2gd.medium",
      "x1e.xlarge",
      "z1d.large",
      "u-12tb1.112xlarge",
      "u7i-12tb.224xlarge",
    ])
      assert.ok(isMemoryOptimised(type), type);
    for (const type of ["m7g.large", "c7g.large", "g5.xlarge", "i4i.large", "t4g.small"])
      assert.ok(!isMemoryOptimised(type), type);
  });

  it("know which capacities Redshift Serverless has", () => {
    for (const units of [4, 8, 16, 512, 544, 1024]) assert.ok(isRedshiftRpu(units), String(units));
    for (const units of [0, 1, 6, 12, 520, 1032, 1056, 8.5]) assert.ok(!isRedshiftRpu(units), String(units));
  });

  it("round a capacity up to one that there is, up to the largest", () => {
    assert.deepEqual([1, 4, 5, 9, 512, 513, 1000, 5000].map(redshiftRpuFor), [4, 4, 8, 16, 512, 544, 1024, 1024]);
    for (let units = 1; units < 1100; units += 1) {
      const found = redshiftRpuFor(units);
      assert.ok(isRedshiftRpu(found) && (found >= units || found === REDSHIFT_RPU.max), String(units));
    }
  });
});

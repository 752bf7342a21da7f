import assert from "node:assert/strict";
import fc from "fast-check";
import { allRegions, instanceTypes } from "../../regions/catalogue";
import { architectureOf } from "../../aws/facts";
import { firstIn, isOffered, LEAST_TYPES, poolIn } from "../../regions/instances";

const EC2 = [...new Set(allRegions().flatMap(({ name }) => instanceTypes(name, "ec2") ?? []))];
const region = fc.constantFrom(...allRegions().map(({ name }) => name as string));
const list = fc.uniqueArray(fc.constantFrom(...EC2), { maxLength: 8 });

describe("a preference list of instance types", () => {
  it("leaves a pool what the region has, in the list's order", () => {
    const wanted = ["m7i.xlarge", "m5.xlarge", "m6i.xlarge"];
    assert.deepEqual(poolIn("us-east-1", "ec2", wanted), wanted);
    assert.deepEqual(poolIn("ca-west-1", "ec2", wanted), ["m5.xlarge", "m6i.xlarge"]);
    assert.deepEqual(poolIn("mx-central-1", "ec2", wanted), ["m7i.xlarge", "m6i.xlarge"]);
    assert.deepEqual(poolIn("mx-central-1", "ec2", ["m5.xlarge"]), []);
    assert.deepEqual(poolIn("mx-central-1", "ec2", []), []);
  });

  it("leaves a pool one architecture: the first of which enough is left, else the first of all", () => {
    const mixed = ["m5.xlarge", "m6g.xlarge", "m6i.xlarge", "m7g.xlarge"];
    assert.deepEqual(poolIn("us-east-1", "ec2", mixed), ["m5.xlarge", "m6i.xlarge"]);
    // Without M5 one x86 type is left, and two of Graviton.
    assert.deepEqual(poolIn("mx-central-1", "ec2", mixed), ["m6g.xlarge", "m7g.xlarge"]);
    assert.deepEqual(poolIn("us-east-1", "ec2", ["m6g.xlarge", "m5.xlarge"]), ["m6g.xlarge"]);
  });

  it("does not count a type twice", () => {
    assert.deepEqual(poolIn("us-east-1", "ec2", ["m5.xlarge", "m5.xlarge"]), ["m5.xlarge"]);
  });

  it("gives what takes one type the first that the region has", () => {
    const wanted = ["ml.c5.xlarge", "ml.c6i.xlarge"];
    assert.equal(firstIn("us-east-1", "sagemaker", wanted), "ml.c5.xlarge");
    assert.equal(firstIn("ap-southeast-7", "sagemaker", wanted), "ml.c6i.xlarge");
    assert.equal(firstIn("ap-southeast-7", "sagemaker", ["ml.c5.xlarge"]), undefined);
  });

  it("is taken as it is where the catalogue does not know a service's types", () => {
    assert.equal(instanceTypes("eusc-de-east-1", "ec2"), undefined);
    assert.equal(isOffered("eusc-de-east-1", "ec2", "m6i.xlarge"), true);
    assert.deepEqual(poolIn("eusc-de-east-1", "ec2", ["m6i.xlarge", "m5.xlarge"]), ["m6i.xlarge", "m5.xlarge"]);
  });

  it("tells Graviton by the g after the generation, in every service's spelling", () => {
    for (const type of ["m7g.large", "r6gd.xlarge", "im4gn.large", "ml.c6g.large", "r7g.large.search"])
      assert.equal(architectureOf(type), "arm64", type);
    for (const type of ["m7i.large", "g5.xlarge", "r5.large", "ml.g4dn.xlarge", "m5.large.search"])
      assert.equal(architectureOf(type), "x86_64", type);
  });

  it("is, whatever it holds, a part of itself that the region has, in its order, of one architecture", () => {
    fc.assert(
      fc.property(region, list, (name, wanted) => {
        const pool = poolIn(name, "ec2", wanted);
        assert.deepEqual(
          pool,
          wanted.filter((type) => pool.includes(type)),
        );
        assert.ok(pool.every((type) => isOffered(name, "ec2", type)));
        assert.ok(new Set(pool.map(architectureOf)).size <= 1);
      }),
    );
  });

  it("is never too small for a longer list when it was not for a shorter one", () => {
    fc.assert(
      fc.property(region, list, list, (name, wanted, more) => {
        fc.pre(poolIn(name, "ec2", wanted).length >= LEAST_TYPES);
        assert.ok(poolIn(name, "ec2", [...wanted, ...more]).length >= LEAST_TYPES);
      }),
    );
  });
});

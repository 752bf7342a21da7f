import assert from "node:assert/strict";
import { InputPropertiesError } from "@pulumi/pulumi";
import fc from "fast-check";
import { NAME_RULES, nameOf, shortRegion, type NameKind } from "../../../components/kit/names";
import { allRegions } from "../../../regions/catalogue";
import { SCOPE } from "../../kit/builders";

const KINDS = Object.keys(NAME_RULES) as NameKind[];
const reasons = (work: () => unknown): readonly string[] => {
  try {
    work();
  } catch (error) {
    assert.ok(InputPropertiesError.isInstance(error));
    return error.errors.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);
  }
  return [];
};

describe("a name", () => {
  it("says prefix, environment, region and part, each kind in its own spelling", () => {
    const names = (["queue", "bucket", "table", "glueDatabase", "logGroup", "parameter", "keyAlias"] as const).map(
      (kind) => nameOf(SCOPE, "part", kind),
    );
    assert.deepEqual(names, [
      "meridian-test-us-east-1-part",
      "meridian-test-us-east-1-part-111122223333",
      "meridian-test-us-part",
      "meridian_test_us_east_1_part",
      "/meridian/test/us-east-1/part",
      "/meridian/test/us-east-1/part",
      "alias/meridian-test-us-east-1-part",
    ]);
  });

  it("has the region's short form where there is little room", () => {
    const scope = { ...SCOPE, region: "ap-southeast-1" };
    assert.equal(nameOf(scope, "cache", "cacheCluster"), "meridian-test-apse1-cache");
    assert.equal(nameOf(scope, "search", "searchDomain"), "meridian-test-apse1-search");
    assert.equal(nameOf(scope, "api", "loadBalancer"), "meridian-test-apse1-api");
  });

  it("differs between any two regions, in every kind but a zone's tables", () => {
    const regions = allRegions().map(({ name }) => name);
    for (const kind of KINDS.filter((one) => one !== "table")) {
      const names = regions.map((region) => nameOf({ ...SCOPE, prefix: "m", environment: "t", region }, "p", kind));
      assert.equal(new Set(names).size, regions.length, kind);
    }
    assert.equal(new Set(regions.map(shortRegion)).size, regions.length);
  });

  it("is refused when it is too long: never cut", () => {
    for (const kind of KINDS) {
      const { max } = NAME_RULES[kind];
      const told = reasons(() => nameOf(SCOPE, "p".repeat(max), kind));
      assert.equal(told.filter((reason) => reason.startsWith(`name: want at most ${max} characters`)).length, 1, kind);
    }
  });

  it("is refused with a character that AWS does not take, and both faults are told at once", () => {
    assert.equal(reasons(() => nameOf(SCOPE, "a_b", "bucket")).length, 1);
    assert.equal(reasons(() => nameOf(SCOPE, "a/b", "queue")).length, 1);
    assert.equal(reasons(() => nameOf(SCOPE, `${"a".repeat(80)}/`, "queue")).length, 2);
  });

  it("is within the kind's limit and alphabet, or refused: there is nothing between", () => {
    fc.assert(
      fc.property(fc.constantFrom(...KINDS), fc.stringMatching(/^[A-Za-z0-9_./-]{1,80}$/), (kind, part) => {
        const { max, alphabet } = NAME_RULES[kind];
        let name: string;
        try {
          name = nameOf(SCOPE, part, kind);
        } catch (error) {
          assert.ok(InputPropertiesError.isInstance(error));
          return;
        }
        assert.ok(name.length <= max && alphabet.test(name));
        assert.ok(name.includes(kind === "glueDatabase" ? part.replaceAll("-", "_") : part));
      }),
    );
  });
});

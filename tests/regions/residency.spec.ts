import assert from "node:assert/strict";
import { allRegions } from "../../regions/catalogue";
import type { RegionName, ZoneName } from "../../regions/names";
import { mayHold, residencyProblem } from "../../regions/residency";

describe("the residency of personal data", () => {
  it("under EU law is in the regions of member states only: neither London nor Zurich", () => {
    const inside = allRegions().filter(({ name }) => residencyProblem(name, "eu") === undefined);
    assert.deepEqual(
      inside.map(({ name }) => name),
      ["eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3", "eusc-de-east-1"],
    );
    assert.equal(residencyProblem("eu-west-2", "eu"), "London is outside the EU");
    assert.equal(residencyProblem("eu-central-2", "eu"), "Zurich is outside the EU");
    assert.equal(residencyProblem("us-east-1", "eu"), "Ashburn is outside the EU");
  });

  it("without a law is anywhere that exists", () => {
    assert.equal(residencyProblem("us-east-1", "none"), undefined);
    assert.equal(residencyProblem("mars-1", "none"), "mars-1 is no region that the catalogue knows");
  });

  it("stays in the zone's own regions, law or not", () => {
    const zone = { zone: "eu" as ZoneName, law: "eu" as const, primary: "eu-west-1" as RegionName };
    const residency = { ...zone, regions: ["eu-west-1", "eu-west-2"] as unknown as readonly RegionName[] };
    assert.ok(mayHold(residency, "eu-west-1"));
    assert.ok(!mayHold(residency, "eu-west-2"));
    assert.ok(!mayHold(residency, "eu-central-1"));
    assert.ok(!mayHold({ ...residency, law: "none" }, "us-east-1"));
  });
});

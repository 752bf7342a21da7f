import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { planSubnets } from "../../../local/provider/awsx/layout";

const ZONES = ["us-east-1a", "us-east-1b"];

describe("the subnets of a VPC", () => {
  it("are named as awsx names them, zone by zone, the public one first", () => {
    const planned = planSubnets("net", "10.0.0.0/16", ZONES, [
      { type: "Private", cidrBlocks: ["10.0.16.0/20", "10.0.32.0/20"] },
      { type: "Public", cidrBlocks: ["10.0.0.0/24", "10.0.1.0/24"] },
      { type: "Isolated", name: "data", cidrBlocks: ["10.0.48.0/24", "10.0.49.0/24"] },
    ]);
    assert.deepEqual(
      planned.map(({ name, zone, cidrBlock }) => [name, zone, cidrBlock]),
      [
        ["net-public-1", "us-east-1a", "10.0.0.0/24"],
        ["net-private-1", "us-east-1a", "10.0.16.0/20"],
        ["net-data-1", "us-east-1a", "10.0.48.0/24"],
        ["net-public-2", "us-east-1b", "10.0.1.0/24"],
        ["net-private-2", "us-east-1b", "10.0.32.0/20"],
        ["net-data-2", "us-east-1b", "10.0.49.0/24"],
      ],
    );
  });

  it("are cut off the VPC's block where none are given, each aligned to its size", () => {
    const planned = planSubnets("net", "10.8.0.0/16", ZONES, [{ type: "Public", cidrMask: 24 }, { type: "Private" }]);
    assert.deepEqual(
      planned.map(({ cidrBlock }) => cidrBlock),
      ["10.8.0.0/24", "10.8.16.0/20", "10.8.1.0/24", "10.8.32.0/20"],
    );
  });

  it("are refused where blocks and zones do not agree, or the VPC is too small", () => {
    const few = [{ type: "Public" as const, cidrBlocks: ["10.0.0.0/24"] }];
    assert.throws(
      () => planSubnets("net", "10.0.0.0/16", ZONES, few),
      /want one block per availability zone \(2\), got 1/,
    );
    assert.throws(() => planSubnets("net", "10.0.0.0/24", ZONES, [{ type: "Public" }]), /has no room for another \/20/);
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  contains,
  findOverlaps,
  formatCidr,
  isPrivate,
  overlaps,
  parseCidr,
  regionCidr,
  sizeOf,
  subnetsOf,
  TIERS,
} from "../../regions/addresses";
import type { Block } from "../../regions/addresses";
import { allRegions } from "../../regions/catalogue";
import type { Cidr, RegionName } from "../../regions/names";

const block = (cidr: string): Block => {
  const parsed = parseCidr(cidr);
  assert.ok(parsed, cidr);
  return parsed;
};
const NAMES = allRegions().map(({ name }) => name);
const anySpace = fc
  .integer({ min: 8, max: 16 })
  .map((prefix) => (prefix >= 12 ? `172.16.0.0/${prefix}` : `10.0.0.0/${prefix}`) as Cidr);
const anyPrefix = fc.integer({ min: 16, max: 22 });
const anyBlock = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }))
  .map(([first, prefix]) => ({ first: first - (first % sizeOf(prefix)), prefix }));

describe("an IPv4 block", () => {
  it("reads back as it was written", () => {
    fc.assert(
      fc.property(anyBlock, (given) => {
        assert.deepEqual(parseCidr(formatCidr(given)), given);
      }),
    );
  });

  it("is refused with host bits, numbers out of range, or anything but four bytes and a length", () => {
    for (const text of [
      "10.0.0.1/8",
      "10.0.0/8",
      "256.0.0.0/8",
      "10.0.0.0/33",
      "10.0.0.0",
      "::/0",
      " 10.0.0.0/8",
      "10.0.0.0/8\n",
      "1e1.0.0.0/8",
    ]) {
      assert.equal(parseCidr(text), undefined, text);
    }
  });

  it("overlaps another exactly when one contains the other", () => {
    fc.assert(
      fc.property(anyBlock, anyBlock, (left, right) => {
        assert.equal(overlaps(left, right), contains(left, right) || contains(right, left));
        assert.equal(overlaps(left, right), overlaps(right, left));
      }),
    );
    assert.ok(overlaps(block("10.0.0.0/8"), block("10.99.0.0/16")));
    assert.ok(!overlaps(block("10.0.0.0/16"), block("10.1.0.0/16")));
  });

  it("is private in the ranges of RFC 1918 and RFC 6598 only", () => {
    for (const cidr of ["10.0.0.0/8", "172.31.0.0/16", "192.168.4.0/22", "100.64.0.0/10"])
      assert.ok(isPrivate(block(cidr)), cidr);
    for (const cidr of ["172.32.0.0/16", "8.8.0.0/16", "0.0.0.0/0", "192.0.0.0/8"])
      assert.ok(!isPrivate(block(cidr)), cidr);
  });

  it("is named with its owner for each overlapping pair", () => {
    const owned = [
      { owner: "a", cidr: "10.0.0.0/16" },
      { owner: "b", cidr: "10.0.128.0/17" },
      { owner: "c", cidr: "10.1.0.0/16" },
      { owner: "broken", cidr: "10.0.0.0" },
    ];
    assert.deepEqual(findOverlaps(owned), [[owned[0], owned[1]]]);
  });
});

describe("a region's block", () => {
  it("is the one of its slot, for ever: a change here moves every subnet of that region", () => {
    const first = ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-1", "ap-northeast-1"];
    assert.deepEqual(
      first.map((name) => regionCidr(name as RegionName)),
      ["10.16.0.0/16", "10.17.0.0/16", "10.18.0.0/16", "10.19.0.0/16", "10.20.0.0/16", "10.21.0.0/16"],
    );
    assert.equal(regionCidr("eusc-de-east-1" as RegionName), "10.54.0.0/16");
    assert.equal(regionCidr("us-west-2" as RegionName, "100.64.0.0/10" as Cidr), "100.65.0.0/16");
  });

  it("is disjoint from all others and inside the space, for all regions and any space", () => {
    fc.assert(
      fc.property(anySpace, (space) => {
        const blocks = NAMES.map((owner) => ({ owner, cidr: regionCidr(owner, space) }));
        assert.deepEqual(findOverlaps(blocks), []);
        for (const { cidr } of blocks) assert.ok(contains(block(space), block(cidr)), cidr);
        assert.ok(blocks.every(({ cidr }) => block(cidr).prefix >= 16 && block(cidr).prefix <= 22));
      }),
    );
  });

  it("is refused for a space that is too small and for an unknown region", () => {
    assert.throws(
      () => regionCidr("us-east-1" as RegionName, "10.0.0.0/17" as Cidr),
      /want an address space of \/16 or larger/,
    );
    assert.throws(() => regionCidr("xx-east-1" as RegionName), /want a region of the catalogue/);
  });
});

describe("a region's subnets", () => {
  const zones = ["a", "b", "c", "d", "e", "f"].map((letter) => `us-east-1${letter}`);

  it("are one a tier and zone", () => {
    assert.deepEqual(
      subnetsOf("10.16.0.0/16" as Cidr, ["us-east-1a", "us-east-1b"]).map(
        ({ tier, availabilityZone, cidr }) => `${tier} ${availabilityZone} ${cidr}`,
      ),
      [
        "public us-east-1a 10.16.192.0/21",
        "public us-east-1b 10.16.200.0/21",
        "private us-east-1a 10.16.0.0/20",
        "private us-east-1b 10.16.16.0/20",
        "isolated us-east-1a 10.16.128.0/21",
        "isolated us-east-1b 10.16.136.0/21",
      ],
    );
  });

  it("are disjoint and inside the region's block, for any size and zones", () => {
    fc.assert(
      fc.property(anyPrefix, fc.subarray(zones, { minLength: 1 }), (prefix, used) => {
        const cidr = formatCidr({ first: 10 * 2 ** 24, prefix });
        const subnets = subnetsOf(cidr, used);
        assert.equal(subnets.length, used.length * TIERS.length);
        assert.deepEqual(findOverlaps(subnets.map((subnet) => ({ owner: subnet.cidr, cidr: subnet.cidr }))), []);
        for (const subnet of subnets) assert.ok(contains(block(cidr), block(subnet.cidr)));
      }),
    );
  });

  it("stay where they are when zones are added or named in another order", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(zones, { minLength: 1 }), (used) => {
        const all = subnetsOf("10.16.0.0/16" as Cidr, zones);
        for (const subnet of subnetsOf("10.16.0.0/16" as Cidr, used)) {
          assert.ok(
            all.some(
              ({ tier, availabilityZone, cidr }) =>
                tier === subnet.tier && availabilityZone === subnet.availabilityZone && cidr === subnet.cidr,
            ),
          );
        }
      }),
    );
  });

  it("exist for every region of the catalogue with all its zones", () => {
    for (const { name, availabilityZones } of allRegions()) {
      const subnets = subnetsOf(regionCidr(name), availabilityZones);
      assert.equal(subnets.length, availabilityZones.length * 3);
    }
  });

  it("are refused for a block that is too small and a zone that has no letter", () => {
    assert.throws(() => subnetsOf("10.0.0.0/24" as Cidr, zones), /want a block of \/22 or larger/);
    assert.throws(() => subnetsOf("10.0.0.0/16" as Cidr, ["us-east-1"]), /want an availability zone/);
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { failoverShare, normaliseShares, rolesOf } from "../../../regions/topology/derive";
import type { SharedRegion } from "../../../regions/topology/derive";
import { accepted, edit, PROD } from "./samples";

const region = (name: string, share: number, zone = "us"): SharedRegion => ({ name, zone, share });

describe("shares of traffic", () => {
  it("are relative, count 1 when absent, and add up to 1", () => {
    assert.deepEqual(normaliseShares([undefined, undefined]), [0.5, 0.5]);
    assert.deepEqual(normaliseShares([2, undefined, 1]), [0.5, 0.25, 0.25]);
    assert.deepEqual(normaliseShares([0, 3]), [0, 1]);
  });

  it("add up to 1 however large or small they are given", () => {
    const share = fc.oneof(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.constant(undefined));
    fc.assert(
      fc.property(fc.array(share, { minLength: 1, maxLength: 34 }), (given) => {
        fc.pre(given.some((value) => value === undefined || value > 0));
        const shares = normaliseShares(given);
        assert.ok(Math.abs(shares.reduce((sum, value) => sum + value, 0) - 1) < 1e-9);
        assert.ok(shares.every((value) => value >= 0 && value <= 1));
      }),
    );
  });
});

describe("what a region carries when its largest peer is lost", () => {
  it("is all of the zone's traffic with one peer", () => {
    const all = [region("a", 0.25), region("b", 0.15), region("c", 0.6, "eu")];
    assert.deepEqual(
      all.map((one) => failoverShare(one, all)),
      [0.4, 0.4, 0.6],
    );
  });

  it("is a part in proportion to the survivors' shares with several", () => {
    const all = [region("a", 0.5), region("b", 0.25), region("c", 0.25)];
    assert.deepEqual(
      all.map((one) => failoverShare(one, all)),
      [0.5 + 0.25 * (0.5 / 0.75), 0.5, 0.5],
    );
  });

  it("is an equal part for stand-by regions that have no share of their own", () => {
    const all = [region("a", 1), region("b", 0), region("c", 0)];
    assert.deepEqual(
      all.map((one) => failoverShare(one, all)),
      [1, 0.5, 0.5],
    );
  });

  it("is never less than its own share nor more than its zone's, and the survivors carry the zone", () => {
    const shares = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(shares, (given) => {
        const total = given.reduce((sum, share) => sum + share, 0);
        fc.pre(total > 0);
        const all = given.map((share, index) => region(String(index), share / (2 * total)));
        const carried = all.map((one) => failoverShare(one, all));
        for (const [index, one] of all.entries()) {
          assert.ok((carried[index] ?? 0) >= one.share);
          assert.ok((carried[index] ?? 0) <= 0.5 + 1e-12);
        }
        if (all.length < 2) return;
        const largest = all.reduce((best, one) => (one.share > best.share ? one : best));
        const survivors = all.filter(({ name }) => name !== largest.name);
        const together = survivors.reduce((sum, one) => sum + (carried[Number(one.name)] ?? 0), 0);
        assert.ok(together >= 0.5 - 1e-12, String(together));
      }),
    );
  });

  it("is its own share with failover off", () => {
    const { regions } = accepted(edit(PROD, ["failover: true", "failover: false"]));
    for (const { share, failoverShare: carried } of regions) assert.equal(carried, share);
  });
});

describe("roles", () => {
  it("are as given, else primary for the first of a zone without a given primary", () => {
    assert.deepEqual(rolesOf([{ zone: "us" }, { zone: "us" }, { zone: "eu" }]), ["primary", "replica", "primary"]);
    assert.deepEqual(rolesOf([{ zone: "us" }, { zone: "us", role: "primary" }]), ["replica", "primary"]);
    assert.deepEqual(rolesOf([{ zone: "us", role: "replica" }, { zone: "us" }]), ["replica", "primary"]);
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { failoverShare, normaliseShares, rolesOf } from "../../../regions/topology/derive";
import { parseTopology } from "../../../regions/topology/load";
import type { Topology } from "../../../regions/topology/model";
import type { TopologyInput } from "../../../regions/topology/schema";
import { arbitraryTopologyInput } from "../arbitrary";

function read(input: TopologyInput): Topology {
  const { topology, problems } = parseTopology(stringify(input), "random.yaml");
  assert.deepEqual(problems ?? [], []);
  assert.ok(topology);
  return topology;
}

/** A topology file's data with every role said, and the same with its regions in another order. */
const reordered: fc.Arbitrary<readonly [TopologyInput, TopologyInput]> = arbitraryTopologyInput().chain((input) => {
  const entries = input.regions as readonly { readonly name: string; readonly zone: string }[];
  const roles = rolesOf(entries);
  const regions = entries.map((entry, index) => ({ ...entry, role: roles[index] }));
  const home = regions.find(({ role }) => role === "primary")?.name;
  const whole = { ...input, home, regions } as TopologyInput;
  return fc
    .shuffledSubarray(regions, { minLength: regions.length, maxLength: regions.length })
    .map((shuffled) => [whole, { ...whole, regions: shuffled } as TopologyInput] as const);
});

describe("the order of a topology's regions", () => {
  it("changes no region's block, zones, role or share, and nothing of the rest but who stands by", () => {
    fc.assert(
      fc.property(reordered, ([given, shuffled]) => {
        const [one, other] = [read(given), read(shuffled)];
        // Shares are sums of fractions: the order of a sum may change its last digit.
        const rounded = (topology: Topology): unknown => ({
          ...topology,
          regions: topology.regions.map((region) => ({
            ...region,
            share: region.share.toFixed(12),
            failoverShare: region.failoverShare.toFixed(12),
          })),
          residency: topology.residency.map(({ standby, ...residency }) => ({
            ...residency,
            shared: standby !== undefined,
          })),
        });
        assert.deepEqual(rounded(other), rounded(one));
      }),
      { numRuns: 50 },
    );
  });

  it("changes no share after a failover", () => {
    const shared = fc
      .array(fc.record({ zone: fc.constantFrom("us", "eu"), share: fc.double({ min: 0, max: 1000, noNaN: true }) }), {
        minLength: 1,
        maxLength: 8,
      })
      .map((all) => all.map((one, index) => ({ ...one, name: `region-${index}` })));
    fc.assert(
      fc.property(
        shared.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, shuffled]) => {
          for (const region of all) {
            const [one, other] = [failoverShare(region, all), failoverShare(region, shuffled)];
            assert.ok(Math.abs(one - other) <= 1e-9 * Math.max(1, one), `${region.name}: ${one}, ${other}`);
          }
        },
      ),
    );
  });
});

describe("shares", () => {
  it("add up to 1, keep their proportions, and grow with what was given", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 1000, noNaN: true }), { minLength: 2, maxLength: 30 }),
        fc.double({ min: 1, max: 10, noNaN: true }),
        (given, factor) => {
          const shares = normaliseShares(given);
          assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
          const [first = 0, ...rest] = given;
          const larger = normaliseShares([first * factor, ...rest]);
          assert.ok((larger[0] ?? 0) >= (shares[0] ?? 0) - 1e-12);
          assert.ok((larger[1] ?? 0) <= (shares[1] ?? 0) + 1e-12);
        },
      ),
    );
  });

  it("after a failover are never less than in normal times, and never more than everything", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ zone: fc.constantFrom("us", "eu"), share: fc.integer({ min: 1, max: 1000 }) }), {
          minLength: 1,
          maxLength: 8,
        }),
        (entries) => {
          const shares = normaliseShares(entries.map(({ share }) => share));
          const all = entries.map(({ zone }, index) => ({ name: `region-${index}`, zone, share: shares[index] ?? 0 }));
          for (const region of all) {
            const after = failoverShare(region, all);
            assert.ok(after >= region.share && after <= 1);
            const alone = all.filter(({ zone }) => zone === region.zone).length === 1;
            assert.equal(after === region.share, alone);
          }
        },
      ),
    );
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { SHARD, SHARD_UTILISATION, shardsFor } from "../../regions/capacity";
import { scaleTraffic } from "../../regions/traffic";
import { TRAFFIC } from "../kit/builders";

const load = fc.record({
  records: fc.double({ min: 0, max: 1e8, noNaN: true }),
  bytes: fc.double({ min: 0, max: 1e12, noNaN: true }),
});

describe("shardsFor", () => {
  it("carries the load at the planned utilisation, and one shard less would not", () => {
    fc.assert(
      fc.property(load, ({ records, bytes }) => {
        const shards = shardsFor({ records, bytes });
        const carries = (count: number): boolean =>
          records <= count * SHARD.recordsPerSecond * SHARD_UTILISATION * (1 + 1e-9) &&
          bytes <= count * SHARD.bytesPerSecond * SHARD_UTILISATION * (1 + 1e-9);
        assert.ok(Number.isInteger(shards) && shards >= 1 && carries(shards));
        assert.ok(shards === 1 || !carries(shards - 1 - 1e-6));
      }),
    );
  });

  it("never falls with either part of the load", () => {
    fc.assert(
      fc.property(load, load, (low, more) => {
        const high = { records: low.records + more.records, bytes: low.bytes + more.bytes };
        assert.ok(shardsFor(high) >= shardsFor(low));
        assert.ok(shardsFor({ ...low, bytes: high.bytes }) >= shardsFor(low));
        assert.ok(shardsFor({ ...low, records: high.records }) >= shardsFor(low));
      }),
    );
  });

  it("is one for nothing, and counts whichever is scarcer: records or bytes", () => {
    assert.equal(shardsFor({ records: 0, bytes: 0 }), 1);
    assert.equal(shardsFor({ records: 7000, bytes: 0 }), 10);
    assert.equal(shardsFor({ records: 0, bytes: 7 * 1024 ** 2 }), 10);
    assert.equal(shardsFor({ records: 700, bytes: 7 * 1024 ** 2 }), 10);
  });
});

describe("scaleTraffic", () => {
  it("scales the flows, and not the people, the items or a list's length", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (share) => {
        const { eventsPerSecond, recommendationsPerSecond, ...rest } = scaleTraffic(TRAFFIC, share);
        assert.equal(eventsPerSecond, TRAFFIC.eventsPerSecond * share);
        assert.equal(recommendationsPerSecond, TRAFFIC.recommendationsPerSecond * share);
        assert.deepEqual({ ...TRAFFIC, ...rest }, TRAFFIC);
      }),
    );
  });
});

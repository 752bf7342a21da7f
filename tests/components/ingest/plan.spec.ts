import assert from "node:assert/strict";
import fc from "fast-check";
import {
  planBuffering,
  planCollectorConcurrency,
  planProcessorMiB,
  planRawBuffering,
  planShards,
  planThrottle,
  REPLICATION_SECONDS,
  planTransformConcurrency,
} from "../../../components/ingest/plan";
import { SHARD_UTILISATION } from "../../../regions/capacity";
import type { TrafficProfile } from "../../../regions/traffic";
import { TRAFFIC } from "../../kit/builders";

/** Two profiles of which the second carries at least as much in every respect. */
const pair = fc
  .tuple(
    fc.double({ min: 0, max: 1e6, noNaN: true }),
    fc.double({ min: 1, max: 10, noNaN: true }),
    fc.integer({ min: 50, max: 100_000 }),
    fc.double({ min: 1, max: 5, noNaN: true }),
  )
  .map(([eventsPerSecond, peakFactor, eventBytes, more]): [TrafficProfile, TrafficProfile] => [
    { ...TRAFFIC, eventsPerSecond, peakFactor, eventBytes },
    { ...TRAFFIC, eventsPerSecond: eventsPerSecond * more, peakFactor, eventBytes: Math.ceil(eventBytes * more) },
  ]);

describe("the plan of ingest", () => {
  it("has shards for the peak, at least one, more for more", () => {
    fc.assert(
      fc.property(pair, ([less, more]) => {
        const shards = planShards(less);
        assert.ok(shards >= 1 && planShards(more) >= shards);
        const records = less.eventsPerSecond * less.peakFactor;
        assert.ok(shards * 1000 * SHARD_UTILISATION >= records * 0.999999);
        assert.ok(shards * 1024 ** 2 * SHARD_UTILISATION >= records * less.eventBytes * 0.999999);
      }),
    );
    assert.equal(planShards({ ...TRAFFIC, eventsPerSecond: 0 }), 1);
    assert.equal(planShards(TRAFFIC), 5);
  });

  it("buffers within Firehose's bounds, more for more, and at least 64 MiB when partitioned dynamically", () => {
    fc.assert(
      fc.property(pair, fc.integer({ min: 900, max: 500_000 }), ([less, more], freshness) => {
        const a = planBuffering(less, freshness, false);
        const b = planBuffering(more, freshness, false);
        assert.ok(a.sizeMiB >= 1 && b.sizeMiB <= 128 && a.sizeMiB <= b.sizeMiB);
        assert.ok(a.intervalSeconds >= 60 && a.intervalSeconds <= 900);
        assert.ok(planBuffering(less, freshness, true).sizeMiB >= 64);
      }),
    );
  });

  it("leaves S3 its 15 minutes of the recovery point before the raw copy is written, within Firehose's bounds", () => {
    const day = 26 * 3600;
    const interval = (rpoSeconds?: number, freshness = day): number =>
      planRawBuffering(TRAFFIC, freshness, rpoSeconds).intervalSeconds;
    assert.deepEqual(
      [interval(), interval(1800), interval(1200), interval(960), interval(60)],
      [900, 900, 300, 60, 60],
    );
    assert.equal(interval(1800, 1200), 100, "a shorter freshness decides");
    fc.assert(
      fc.property(fc.integer({ min: 960, max: 100_000 }), (rpoSeconds) => {
        assert.ok(interval(rpoSeconds) + REPLICATION_SECONDS <= rpoSeconds);
      }),
    );
  });

  it("never gives the transform more than fits into a 6 MB reply", () => {
    fc.assert(
      fc.property(fc.integer({ min: 50, max: 1024 ** 2 }), (eventBytes) => {
        const mib = planProcessorMiB(eventBytes);
        assert.ok(mib >= 0.2 && mib <= 3);
        const records = (mib * 1024 ** 2) / eventBytes;
        assert.ok(records * (eventBytes * 2 * (4 / 3) + 300) <= 6 * 1024 ** 2 * 1.000001);
      }),
    );
  });

  it("reserves calls and throttles by the peak, never below the least", () => {
    fc.assert(
      fc.property(pair, ([less, more]) => {
        assert.ok(
          planTransformConcurrency(less) >= 5 && planTransformConcurrency(more) >= planTransformConcurrency(less),
        );
        const throttle = planThrottle(less);
        assert.ok(throttle.rate >= 100 && throttle.burst === 2 * throttle.rate);
        const calls = planCollectorConcurrency(throttle);
        assert.ok(calls >= 10 && calls * 10 >= throttle.rate && calls <= planCollectorConcurrency(planThrottle(more)));
        assert.ok(planThrottle(more).rate >= throttle.rate && throttle.rate >= less.eventsPerSecond * less.peakFactor);
      }),
    );
  });
});

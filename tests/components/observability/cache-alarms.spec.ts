import assert from "node:assert/strict";
import fc from "fast-check";
import { alarmsFor } from "../../../components/observability/alarms";
import { cacheAlarms } from "../../../components/observability/cache-alarms";
import { checkObservability, Observability } from "../../../components/observability/observability";
import { record } from "../../kit/recorder";
import { ARGS, TARGETS } from "./args";

const HEALTHY = { ...TARGETS, cacheHealth: { engine: "valkey" } } as const;
const nodes = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `n${index}`);

describe("cacheAlarms", () => {
  it("are not there unless asked for", () => {
    assert.deepEqual(cacheAlarms(TARGETS), []);
    assert.deepEqual(
      alarmsFor(TARGETS, ARGS.promises).filter(({ id }) => /^cache-(?!evictions)/.test(id)),
      [],
    );
  });

  it("watch hits, processors, memory and replicas of Valkey and Redis, as tickets", () => {
    const found = cacheAlarms(HEALTHY);
    assert.deepEqual(
      found.map(({ id, threshold, metrics }) => [id, threshold, metrics[0]?.name, metrics[0]?.stat]),
      [
        ["cache-misses-1", 50, "CacheHits", "Sum"],
        ["cache-cpu-1", 90, "EngineCPUUtilization", "Maximum"],
        ["cache-memory-1", 90, "DatabaseMemoryUsagePercentage", "Maximum"],
        ["cache-lag-1", 5, "ReplicationLag", "Maximum"],
      ],
    );
    assert.deepEqual(new Set(found.map(({ severity }) => severity)), new Set(["ticket"]));
    assert.deepEqual(cacheAlarms({ ...HEALTHY, cacheHealth: { engine: "redis" } }), found);
  });

  it("watch of Memcached what it reports", () => {
    const found = cacheAlarms({ ...TARGETS, cacheHealth: { engine: "memcached" } });
    assert.deepEqual(
      found.map(({ id, metrics }) => [id, metrics[0]?.name]),
      [
        ["cache-misses-1", "GetHits"],
        ["cache-cpu-1", "CPUUtilization"],
      ],
    );
  });

  it("count misses of all that was asked, and none where nothing was", () => {
    const [misses] = cacheAlarms({ ...HEALTHY, cacheHealth: { engine: "valkey", hitPercent: 80 } });
    assert.equal(misses!.threshold, 20);
    assert.equal(misses!.expression, "IF(m0 + m1 + m2 + m3 > 0, 100 * (m2 + m3) / (m0 + m1 + m2 + m3), 0)");
    assert.deepEqual(
      misses!.metrics.map(({ name, dimensions }) => [name, dimensions["CacheClusterId"]]),
      [
        ["CacheHits", "cache-0001-001"],
        ["CacheHits", "cache-0001-002"],
        ["CacheMisses", "cache-0001-001"],
        ["CacheMisses", "cache-0001-002"],
      ],
    );
  });

  it("hold what they are told", () => {
    const cacheHealth = { engine: "valkey", memoryPercent: 70, cpuPercent: 60, lagSeconds: 2 } as const;
    assert.deepEqual(
      cacheAlarms({ ...TARGETS, cacheHealth }).map(({ threshold }) => threshold),
      [50, 60, 70, 2],
    );
  });

  it("use at most ten metrics each, lose no node, and share no name", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), (count) => {
        const found = cacheAlarms({ ...HEALTHY, cacheNodes: nodes(count) });
        assert.equal(new Set(found.map(({ id }) => id)).size, found.length);
        for (const { metrics, expression } of found) {
          assert.ok(metrics.length <= 10);
          assert.ok(metrics.length === 1 || expression !== undefined);
        }
        for (const name of ["CacheHits", "CacheMisses", "EngineCPUUtilization", "ReplicationLag"]) {
          const watched = found.flatMap(({ metrics }) => metrics.filter((metric) => metric.name === name));
          assert.deepEqual(
            watched.map(({ dimensions }) => dimensions["CacheClusterId"]),
            nodes(count),
          );
        }
      }),
    );
  });

  it("become alarms with a runbook each", async () => {
    const recording = await record(
      ({ opts }) => new Observability("observability", { ...ARGS, targets: HEALTHY }, opts),
    );
    const { inputs } = recording.only("aws:cloudwatch/metricAlarm:MetricAlarm", "observability-cache-lag-1");
    assert.match(String(inputs["alarmDescription"]), /docs\/runbooks\/cache-lag\.md/);
    assert.match(JSON.stringify(inputs["metricQueries"]), /MAX\(METRICS\(\)\)/);
  });

  it("are refused what cannot be held, and what Memcached does not report", () => {
    const pathsOf = (cacheHealth: NonNullable<typeof TARGETS.cacheHealth>): readonly string[] =>
      checkObservability({ ...ARGS, targets: { ...TARGETS, cacheHealth } }).map(({ path }) => path);
    assert.deepEqual(pathsOf({ engine: "valkey", hitPercent: 100, memoryPercent: 0, cpuPercent: NaN, lagSeconds: 0 }), [
      "targets.cacheHealth.hitPercent",
      "targets.cacheHealth.memoryPercent",
      "targets.cacheHealth.cpuPercent",
      "targets.cacheHealth.lagSeconds",
    ]);
    assert.deepEqual(pathsOf({ engine: "memcached", memoryPercent: 80, lagSeconds: 5 }), [
      "targets.cacheHealth.memoryPercent",
      "targets.cacheHealth.lagSeconds",
    ]);
  });
});

import assert from "node:assert/strict";
import { globSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { planCache } from "../../components/cache/plan";
import { planEtl } from "../../components/etl/plan";
import {
  planBuffering,
  planLiveBuffering,
  planShards,
  planThrottle,
  planTransformConcurrency,
} from "../../components/ingest/plan";
import { planIntake } from "../../components/intake/plan";
import { planLifecycle, planScanLimit } from "../../components/lake/plan";
import { visibilitySeconds } from "../../components/messaging/plan";
import { planSearch } from "../../components/search/plan";
import { planApi, planVariants } from "../../components/serving/plan";
import { planTables } from "../../components/tables/plan";
import { planTraining } from "../../components/training/plan";
import { planWarehouse } from "../../components/warehouse/plan";
import type { FleetSize } from "../../regions/topology/model";
import { scaleTraffic, type TrafficProfile } from "../../regions/traffic";

/** What a plan gives for a load: figures of which none may fall when the load grows. */
type Plan = (traffic: TrafficProfile, size: FleetSize) => readonly number[];

interface Planned {
  /** Room whose plan.ts it is. */
  readonly room: string;
  readonly plan: Plan;
  /** The least that each figure may be, whatever the load, by size of the fleet. */
  readonly least: Readonly<Record<FleetSize, readonly number[]>>;
}

const same = (...least: readonly number[]): Planned["least"] => ({ small: least, standard: least });
const variant = { name: "champion", weight: 1, minInstances: 1, maxInstances: 10_000 };

const PLANS: readonly Planned[] = [
  {
    room: "cache",
    plan: (traffic, size) => {
      const { shards, replicasPerShard } = planCache(traffic, size, "cache.r7g.large", 0);
      return [shards, replicasPerShard];
    },
    least: { small: [1, 1], standard: [2, 1] },
  },
  {
    room: "etl",
    plan: (traffic, size) => {
      const plan = planEtl(traffic, size, 4096);
      return [plan.minimumUnits, plan.maximumUnits, plan.maximumOnDemandUnits, plan.maximumCoreUnits];
    },
    least: { small: [4, 4, 4, 4], standard: [8, 8, 8, 8] },
  },
  { room: "ingest", plan: (traffic) => [planShards(traffic)], least: same(1) },
  {
    room: "ingest",
    plan: (traffic) => [
      planBuffering(traffic, 3600, false).sizeMiB,
      planBuffering(traffic, 3600, true).sizeMiB,
      planLiveBuffering(traffic).sizeMiB,
    ],
    least: same(1, 64, 64),
  },
  { room: "ingest", plan: (traffic) => [planTransformConcurrency(traffic)], least: same(5) },
  {
    room: "ingest",
    plan: (traffic) => {
      const { rate, burst } = planThrottle(traffic);
      return [rate, burst];
    },
    least: same(100, 200),
  },
  {
    room: "intake",
    plan: (traffic, size) => {
      const { minInstances, maxInstances } = planIntake(traffic, { sizeMiB: 64, intervalSeconds: 300 }, size);
      return [minInstances, maxInstances];
    },
    least: { small: [1, 4], standard: [2, 8] },
  },
  { room: "lake", plan: (traffic) => [planScanLimit(traffic)], least: same(2 ** 30) },
  {
    room: "lake",
    plan: ({ retentionDays }) => {
      const { expireDays, previousVersionsDays } = planLifecycle(retentionDays);
      return [expireDays ?? Infinity, previousVersionsDays];
    },
    least: same(1, 1),
  },
  { room: "messaging", plan: ({ eventBytes }) => [visibilitySeconds(eventBytes / 1000)], least: same(30) },
  {
    room: "search",
    plan: (traffic, size) => {
      const { dataNodes, zones, dedicatedMasters } = planSearch(traffic, size, 1);
      return [dataNodes, zones, dedicatedMasters];
    },
    least: { small: [1, 1, 0], standard: [3, 3, 3] },
  },
  {
    room: "serving",
    plan: (traffic, size) => {
      const { replicas, nodes } = planApi(traffic, scaleTraffic(traffic, 2), size);
      return [replicas.min, replicas.max, nodes.min, nodes.max];
    },
    least: { small: [2, 4, 2, 4], standard: [3, 6, 3, 6] },
  },
  {
    room: "serving",
    plan: (traffic, size) =>
      planVariants(traffic, size, [{ ...variant, instanceType: "ml.c5.large" }]).map(
        ({ minInstances }) => minInstances,
      ),
    least: { small: [1], standard: [2] },
  },
  {
    room: "tables",
    plan: (traffic) => {
      const plan = planTables(traffic, 3600);
      return [plan.listBytes, plan.writeUnitsPerRun, plan.writeUnitsPerSecond, plan.readUnitsPerSecond];
    },
    least: same(200, 0, 1, 1),
  },
  {
    room: "training",
    plan: (traffic, size) => {
      const { shards, instances, memoryGiB, onDemandBase } = planTraining(traffic, size, 500);
      return [shards, instances, memoryGiB, onDemandBase];
    },
    least: { small: [1, 1, 1, 1], standard: [1, 2, 1, 1] },
  },
  {
    room: "warehouse",
    plan: (traffic, size) => {
      const nodes = planWarehouse(traffic, size, {
        mode: "provisioned",
        nodeType: "ra3.large",
        nodes: 1,
        rpoMinutes: 60,
        queues: "one",
      });
      const units = planWarehouse(traffic, size, { mode: "serverless", baseCapacityRpu: 8, rpoMinutes: 60 });
      return [
        nodes.mode === "provisioned" ? nodes.nodes : NaN,
        units.mode === "serverless" ? units.baseCapacityRpu : NaN,
      ];
    },
    least: { small: [1, 8], standard: [2, 8] },
  },
];

const figure = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });
const traffics: fc.Arbitrary<TrafficProfile> = fc.record({
  eventsPerSecond: figure(0, 1e6),
  peakFactor: figure(1, 10),
  eventBytes: fc.integer({ min: 50, max: 100_000 }),
  users: fc.nat(1e9),
  items: fc.nat(1e7),
  recommendationsPerSecond: figure(0, 1e5),
  recommendationsPerUser: fc.integer({ min: 1, max: 500 }),
  retentionDays: fc.integer({ min: 1, max: 4000 }),
});
const FIELDS = [
  "eventsPerSecond",
  "peakFactor",
  "eventBytes",
  "users",
  "items",
  "recommendationsPerSecond",
  "recommendationsPerUser",
  "retentionDays",
] as const satisfies readonly (keyof TrafficProfile)[];
const sizes = fc.constantFrom<FleetSize>("small", "standard");

describe("every plan", () => {
  it("is looked at here: each room's plan.ts", () => {
    const rooms = globSync("components/*/plan.ts", { cwd: path.resolve(__dirname, "../..") });
    assert.deepEqual(rooms.map((file) => file.split(path.sep)[1]).sort(), [...new Set(PLANS.map(({ room }) => room))]);
  });

  PLANS.forEach(({ room, plan, least }, index) => {
    it(`of ${room} (${index + 1}) falls with no figure of the traffic, alone or together`, () => {
      fc.assert(
        fc.property(
          traffics,
          sizes,
          fc.subarray([...FIELDS], { minLength: 1 }),
          figure(1, 20),
          (low, size, grown, by) => {
            const high = { ...low, ...Object.fromEntries(grown.map((field) => [field, Math.ceil(low[field] * by)])) };
            const [before, after] = [plan(low, size), plan(high, size)];
            before.forEach((value, at) => {
              assert.ok((after[at] ?? NaN) >= value, `figure ${at}: ${value} -> ${String(after[at])}`);
            });
          },
        ),
      );
    });

    it(`of ${room} (${index + 1}) never goes below its least`, () => {
      fc.assert(
        fc.property(traffics, sizes, (traffic, size) => {
          plan(traffic, size).forEach((value, at) => {
            assert.ok(Number.isFinite(value) && value >= (least[size][at] ?? NaN), `figure ${at}: ${value}`);
          });
        }),
      );
    });
  });

  it("reaches its least with no load at all", () => {
    const idle: TrafficProfile = {
      eventsPerSecond: 0,
      peakFactor: 1,
      eventBytes: 50,
      users: 0,
      items: 0,
      recommendationsPerSecond: 0,
      recommendationsPerUser: 0,
      retentionDays: 1,
    };
    for (const { room, plan, least } of PLANS) {
      for (const size of ["small", "standard"] as const)
        assert.deepEqual(plan(idle, size), least[size], `${room} ${size}`);
    }
  });
});

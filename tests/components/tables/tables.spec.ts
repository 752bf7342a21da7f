import assert from "node:assert/strict";
import fc from "fast-check";
import { planTables } from "../../../components/tables/plan";
import { WORLD_TABLES, ZONE_TABLES } from "../../../components/tables/specs";
import { TableKeys, tableKeyAlias } from "../../../components/tables/table-keys";
import { GlobalTables, tableArn, type GlobalTablesArgs } from "../../../components/tables/tables";
import { DISPOSABLE, keyArn, SCOPE, TRAFFIC } from "../../kit/builders";
import { FAKE_ACCOUNT } from "../../kit/outputs";
import { assertEveryChildIsOwned, record } from "../../kit/recorder";
import { assertRefused } from "../../kit/refusals";

const TABLE = "aws:dynamodb/table:Table";
const keys = (...regions: string[]): Record<string, string> =>
  Object.fromEntries(regions.map((region) => [region, keyArn("tables", region)]));
const ARGS: GlobalTablesArgs = {
  scope: SCOPE,
  replicaRegions: ["us-west-2", "us-east-2"],
  keyArns: keys("us-east-1", "us-west-2", "us-east-2"),
};

describe("a zone's global tables", () => {
  it("are all owned here, protected and kept", async () => {
    const recording = await record(({ opts }) => new GlobalTables("us", ARGS, opts));
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:dynamodb/table:Table us-models < us | protect | retain",
      "aws:dynamodb/table:Table us-profiles < us | protect | retain",
      "aws:dynamodb/table:Table us-recommendations < us | protect | retain",
      "aws:dynamodb/table:Table us-shards < us | protect | retain",
      "meridian:tables:GlobalTables us < (stack)",
    ]);
    assert.deepEqual(recording.result.names, {
      recommendations: "meridian-test-us-recommendations",
      models: "meridian-test-us-models",
      profiles: "meridian-test-us-profiles",
      shards: "meridian-test-us-shards",
    });
  });

  it("say key, recovery and protection of each replica, sorted, from the first day", async () => {
    const recording = await record(({ opts }) => new GlobalTables("us", ARGS, opts));
    for (const { inputs } of recording.all(TABLE)) {
      assert.equal(inputs["region"], "us-east-1");
      assert.equal(inputs["billingMode"], "PAY_PER_REQUEST");
      assert.equal(inputs["deletionProtectionEnabled"], true);
      assert.deepEqual(inputs["pointInTimeRecovery"], { enabled: true });
      assert.deepEqual(inputs["serverSideEncryption"], { enabled: true, kmsKeyArn: keyArn("tables", "us-east-1") });
      assert.deepEqual([inputs["streamEnabled"], inputs["streamViewType"]], [true, "NEW_AND_OLD_IMAGES"]);
      assert.deepEqual(
        inputs["replicas"],
        ["us-east-2", "us-west-2"].map((regionName) => ({
          regionName,
          kmsKeyArn: keyArn("tables", regionName),
          pointInTimeRecovery: true,
          propagateTags: true,
          deletionProtectionEnabled: true,
        })),
      );
    }
  });

  it("do not change when the topology lists its regions in another order", async () => {
    const listed = (replicaRegions: readonly string[]): Promise<unknown> =>
      record(({ opts }) => new GlobalTables("us", { ...ARGS, replicaRegions }, opts)).then((recording) =>
        recording.all(TABLE).map(({ inputs }) => inputs),
      );
    assert.deepEqual(await listed(["us-east-2", "us-west-2"]), await listed(["us-west-2", "us-east-2"]));
  });

  it("have the keys that the workloads use, and TTL on recommendations only", async () => {
    const recording = await record(({ opts }) => new GlobalTables("us", ARGS, opts));
    const shape = Object.fromEntries(
      recording.all(TABLE).map(({ name, inputs }) => [name, [inputs["hashKey"], inputs["rangeKey"], inputs["ttl"]]]),
    );
    assert.deepEqual(shape, {
      "us-recommendations": ["user_key", "model_version", { enabled: true, attributeName: "expires_at" }],
      "us-models": ["name", "version", undefined],
      "us-profiles": ["user_key", undefined, undefined],
      "us-shards": ["run_id", "shard", undefined],
    });
    const { inputs } = recording.only(TABLE, "us-profiles");
    assert.deepEqual(inputs["attributes"], [{ name: "user_key", type: "S" }]);
  });

  it("may go where the data may, replicas included", async () => {
    const recording = await record(({ opts }) => new GlobalTables("us", { ...ARGS, scope: DISPOSABLE }, opts));
    for (const table of recording.all(TABLE)) {
      assert.deepEqual(
        [table.protect, table.retainOnDelete, table.inputs["deletionProtectionEnabled"]],
        [false, false, false],
      );
      for (const replica of table.inputs["replicas"] as Record<string, unknown>[]) {
        assert.equal(replica["deletionProtectionEnabled"], false);
      }
    }
  });

  it("can be one table over the world, or without TTL", async () => {
    const recording = await record(
      ({ opts }) =>
        new GlobalTables("world", { ...ARGS, scope: { ...SCOPE, zone: "world" }, tables: WORLD_TABLES }, opts),
    );
    assert.equal(recording.only(TABLE).inputs["name"], "meridian-test-world-flags");
    const without = await record(({ opts }) => new GlobalTables("us", { ...ARGS, ttl: false }, opts));
    for (const { inputs } of without.all(TABLE)) assert.equal(inputs["ttl"], undefined);
  });

  it("are strongly consistent over three regions of a set, without TTL", async () => {
    const strong = { ...ARGS, consistency: "strong", ttl: false } as const;
    const recording = await record(({ opts }) => new GlobalTables("us", strong, opts));
    for (const replica of recording.only(TABLE, "us-models").inputs["replicas"] as Record<string, unknown>[]) {
      assert.equal(replica["consistencyMode"], "STRONG");
    }
    const witnessed = await record(
      ({ opts }) =>
        new GlobalTables("us", { ...strong, replicaRegions: ["us-east-2"], witnessRegion: "us-west-2" }, opts),
    );
    assert.deepEqual(witnessed.only(TABLE, "us-models").inputs["globalTableWitness"], { regionName: "us-west-2" });
  });

  it("refuse strong consistency with TTL, with two regions, or over two sets", async () => {
    const two = await assertRefused(
      ({ opts }) => new GlobalTables("us", { ...ARGS, consistency: "strong", replicaRegions: ["us-west-2"] }, opts),
      ["replicaRegions", "tables[0].ttlAttribute"],
    );
    assert.match(two.message, /3 regions, or 2 plus a witness/);
    assert.match(two.message, /strong consistency does not allow TTL/);
    const apart = { replicaRegions: ["us-west-2", "eu-west-1"], keyArns: keys("us-east-1", "us-west-2", "eu-west-1") };
    await assertRefused(
      ({ opts }) => new GlobalTables("us", { ...ARGS, ...apart, consistency: "strong", ttl: false }, opts),
      ["replicaRegions"],
    );
    await assertRefused(
      ({ opts }) =>
        new GlobalTables(
          "us",
          { ...ARGS, consistency: "strong", ttl: false, replicaRegions: ["us-west-2"], witnessRegion: "us-west-2" },
          opts,
        ),
      ["witnessRegion"],
    );
  });

  it("refuse a region without its own key, a region twice, the owner as a replica, a needless witness, equal keys", async () => {
    await assertRefused(
      ({ opts }) =>
        new GlobalTables(
          "us",
          {
            ...ARGS,
            keyArns: keys("us-east-1"),
            replicaRegions: ["us-west-2", "us-west-2", "us-east-1"],
            witnessRegion: "us-east-2",
            tables: [
              ...ZONE_TABLES,
              {
                part: "x",
                partitionKey: { name: "a", type: "S" },
                sortKey: { name: "a", type: "S" },
                dataClass: "technical",
                writers: "primary region",
              },
            ],
          },
          opts,
        ),
      ["replicaRegions[1]", "replicaRegions[2]", "witnessRegion", "keyArns.us-west-2", "tables[4].sortKey"],
    );
  });

  it("are addressed in every region by the same computed name", () => {
    assert.equal(
      tableArn(SCOPE, "models", "us-west-2"),
      `arn:aws:dynamodb:us-west-2:${FAKE_ACCOUNT}:table/meridian-test-us-models`,
    );
  });
});

describe("the tables' keys", () => {
  const ARGS_KEYS = {
    scope: SCOPE,
    regions: ["us-west-2", "us-east-1"],
    policyFor: ({ region }: { region: string }) => `{"for":"${region}"}`,
  };

  it("are one in each region, made there, rotating and kept", async () => {
    const recording = await record(({ opts }) => new TableKeys("tk", ARGS_KEYS, opts));
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:kms/alias:Alias tk-us-east-1 < tk",
      "aws:kms/alias:Alias tk-us-west-2 < tk",
      "aws:kms/key:Key tk-us-east-1 < tk | protect | retain",
      "aws:kms/key:Key tk-us-west-2 < tk | protect | retain",
      "meridian:tables:TableKeys tk < (stack)",
    ]);
    const { inputs } = recording.only("aws:kms/key:Key", "tk-us-west-2");
    assert.deepEqual(
      [inputs["region"], inputs["enableKeyRotation"], inputs["multiRegion"], inputs["policy"]],
      ["us-west-2", true, undefined, '{"for":"us-west-2"}'],
    );
    assert.equal(
      recording.only("aws:kms/alias:Alias", "tk-us-west-2").inputs["name"],
      tableKeyAlias(SCOPE, "us-west-2"),
    );
  });

  it("refuse no regions, a region twice, and what is no region", async () => {
    await assertRefused(({ opts }) => new TableKeys("tk", { ...ARGS_KEYS, regions: [] }, opts), ["regions"]);
    await assertRefused(
      ({ opts }) => new TableKeys("tk", { ...ARGS_KEYS, regions: ["eu", "us-east-1", "us-east-1"] }, opts),
      ["regions[0]", "regions[2]"],
    );
  });
});

describe("the tables' plan", () => {
  it("grows with users and requests, shrinks with time, and is never zero", () => {
    const users = fc.nat(100_000_000);
    fc.assert(
      fc.property(users, users, fc.nat(1_000_000), (a, b, recommendationsPerSecond) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)].map((n) =>
          planTables({ ...TRAFFIC, users: n, recommendationsPerSecond }, 3600),
        );
        assert.ok(less !== undefined && more !== undefined);
        assert.ok(less.writeUnitsPerSecond <= more.writeUnitsPerSecond && less.writeUnitsPerSecond >= 1);
        assert.ok(less.readUnitsPerSecond === more.readUnitsPerSecond && less.readUnitsPerSecond >= 1);
        assert.ok(
          planTables({ ...TRAFFIC, users: a }, 7200).writeUnitsPerSecond <=
            planTables({ ...TRAFFIC, users: a }, 3600).writeUnitsPerSecond,
        );
      }),
    );
  });

  it("counts what DynamoDB bills: 20 items fit into two write units and one read unit", () => {
    const plan = planTables(TRAFFIC, 3600);
    assert.equal(plan.listBytes, 1160);
    assert.equal(plan.writeUnitsPerRun, 2_000_000);
    assert.equal(plan.writeUnitsPerSecond, 556);
    assert.equal(plan.readUnitsPerSecond, 750);
  });
});

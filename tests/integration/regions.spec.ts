import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { openEnvironment } from "../../cli/kit/environment";
import { EventStream } from "../../components/ingest/stream";
import { Keys } from "../../components/keys/keys";
import { Lake } from "../../components/lake/lake";
import { destroyFleet, planFleet, upFleet } from "../../fleet/drive";
import type { FleetOptions, StackResult } from "../../fleet/drive";
import { unchanged } from "../../fleet/events";
import { checkoutRoot } from "../../local/toolchain";
import type { StackName } from "../../regions/names";
import { findTopology, parseTopology } from "../../regions/topology/load";
import type { Topology } from "../../regions/topology/model";
import { stackProgram } from "../../stacks/program";
import { stackProviders } from "../../stacks/providers";
import { planOf, regionScope } from "../../stacks/scope";

const STREAM = "aws:kinesis/stream:Stream";
const TABLE = "aws:dynamodb/table:Table";
const BUCKET = "aws:s3/bucket:Bucket";

/** The local topology with some lines below its last region. */
function topologyWith(...lines: readonly string[]): Topology {
  const file = findTopology("local");
  const last = "  - { name: us-west-2, zone: us }";
  const text = readFileSync(file, "utf8");
  assert.ok(text.includes(last));
  const { topology, problems } = parseTopology(text.replace(last, [last, ...lines].join("\n")), file);
  assert.deepEqual(problems ?? [], []);
  assert.ok(topology);
  return topology;
}

interface Variation {
  readonly deleteData?: boolean;
  /** The region whose program has neither lake nor stream any more. */
  readonly emptied?: string;
  /** Properties of resources changed on their way to the engine, by `<type> <name>`. */
  readonly changes?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Foundation and mesh as they are; of a region the stores that the mesh joins, and the stream. */
function programs(
  topology: Topology,
  { deleteData = false, emptied, changes = {} }: Variation = {},
): (name: StackName) => PulumiFn {
  const options = { deleteData };
  return (name) => () => {
    pulumi.runtime.registerStackTransformation(({ type, name: resource, props, opts }) => {
      const change = changes[`${type} ${resource}`];
      return change === undefined ? undefined : { props: { ...(props as object), ...change }, opts };
    });
    if (name.kind !== "region") return stackProgram(topology, name, options)();
    const scope = regionScope(topology, planOf(topology, name.region), options);
    const opts = { providers: { ...stackProviders(scope) } };
    const keys = new Keys("keys", { scope }, opts);
    if (name.region !== emptied) {
      new Lake("lake", { scope, keys, retentionDays: 30 }, opts);
      new EventStream("events", { scope, key: keys.identifier, capacity: { mode: "on-demand" } }, opts);
    }
    return Promise.resolve({});
  };
}

/** How many of each kind of step of one stack, e.g. `update aws:dynamodb/table:Table x 4`, sorted; components left out. */
function kinds(results: readonly StackResult[], stack: string): readonly string[] {
  const counts = new Map<string, number>();
  for (const { op, type } of results.find((result) => result.stack === stack)?.steps ?? []) {
    if (!/^(aws|kubernetes):/.test(type)) continue;
    counts.set(`${op} ${type}`, (counts.get(`${op} ${type}`) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${kind} x ${count}`).sort();
}

const failures = (results: readonly StackResult[]): readonly string[] =>
  results.flatMap(({ stack, errors }) => errors.map((error) => `${stack}: ${error}`));

describe("a fleet of stores through the engine", () => {
  const home = mkdtempSync(join(tmpdir(), "meridian-regions-"));
  const environment = { ...process.env };
  const two = topologyWith();
  let fleet: FleetOptions;

  const plan = (topology: Topology, variation?: Variation, dataLoss?: "allowed"): Promise<readonly StackResult[]> =>
    planFleet(topology, {
      settings: fleet.settings,
      program: programs(topology, variation),
      ...(dataLoss === undefined ? {} : { dataLoss }),
    });

  before(async () => {
    process.env["MERIDIAN_HOME"] = home;
    const { settings } = (await openEnvironment("local")).fleet;
    // The policy pack has its own tests; a part of a platform breaks rules that the whole keeps.
    fleet = { settings: { ...settings, policyPacks: [] }, program: programs(two) };
    const made = await upFleet(two, fleet);
    assert.deepEqual(failures(made), []);
    assert.ok(made.every(({ succeeded }) => succeeded));
  });

  after(() => {
    const bin = join(checkoutRoot(__dirname), "bin", "meridian");
    spawnSync(bin, ["down"], { env: { ...environment, MERIDIAN_HOME: home } });
    rmSync(home, { recursive: true, force: true });
    for (const name of Object.keys(process.env)) if (!(name in environment)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, environment);
  });

  it("gets a third region by creates in its own stack, replicas in foundation and records in mesh, and no other step", async () => {
    const results = await plan(topologyWith("  - { name: ca-central-1, zone: us }"));
    assert.deepEqual(failures(results), []);
    assert.ok(results.every(({ succeeded, refused }) => succeeded && refused.length === 0));
    for (const region of ["us-east-1", "us-west-2"]) assert.deepEqual(kinds(results, `local.${region}`), []);
    for (const { counts } of results) assert.deepEqual([counts.replace, counts.delete], [0, 0]);
    const own = results.find(({ stack }) => stack === "local.ca-central-1");
    assert.ok(own !== undefined && own.counts.create > 50 && own.counts.update === 0 && own.counts.same === 0);
    assert.deepEqual(kinds(results, "local.foundation"), [
      "create aws:budgets/budget:Budget x 1",
      "create aws:kms/alias:Alias x 2",
      "create aws:kms/key:Key x 1",
      "create aws:kms/replicaKey:ReplicaKey x 1",
      "update aws:dynamodb/table:Table x 5",
      "update aws:ecr/replicationConfiguration:ReplicationConfiguration x 1",
    ]);
    assert.deepEqual(kinds(results, "local.mesh"), [
      // One for each bucket's copy between the new region and the two that stand, both ways.
      "create aws:cloudwatch/metricAlarm:MetricAlarm x 12",
      "create aws:iam/role:Role x 3",
      "create aws:iam/rolePolicy:RolePolicy x 3",
      "create aws:redshift/snapshotCopy:SnapshotCopy x 1",
      "create aws:redshift/snapshotCopyGrant:SnapshotCopyGrant x 1",
      "create aws:route53/healthCheck:HealthCheck x 1",
      "create aws:route53/record:Record x 2",
      "create aws:s3/bucketReplicationConfig:BucketReplicationConfig x 3",
      "update aws:cloudwatch/dashboard:Dashboard x 1",
      "update aws:iam/rolePolicy:RolePolicy x 6",
      "update aws:s3/bucketReplicationConfig:BucketReplicationConfig x 6",
    ]);
  });

  it("changes what can be changed in place without a word of the guard", async () => {
    const results = await plan(two, {
      changes: { [`${STREAM} events`]: { retentionPeriod: 72 } },
    });
    assert.deepEqual(failures(results), []);
    assert.deepEqual(kinds(results, "local.us-east-1"), [`update ${STREAM} x 1`]);
    assert.ok(results.every(({ succeeded }) => succeeded));
  });

  it("refuses every store that would be replaced or deleted, in all stacks at once, with what forces it", async () => {
    const results = await plan(two, {
      emptied: "us-west-2",
      changes: {
        [`${STREAM} events`]: { name: "renamed" },
        [`${BUCKET} lake-raw`]: { bucket: "meridian-local-elsewhere" },
        [`${TABLE} tables-us-profiles`]: { hashKey: "name", attributes: [{ name: "name", type: "S" }] },
      },
    });
    const told = results.flatMap(({ refused }) =>
      refused.map(({ stack, op, type, name, forcedBy }) =>
        [stack, op, type, name, forcedBy.join(", ")].join(" ").trim(),
      ),
    );
    const there = (type: string, name: string): string => `local.us-west-2 delete ${type} ${name}`;
    const parts = ["artifacts", "bronze", "gold", "logs", "quarantine", "raw", "results", "silver"];
    assert.deepEqual(
      [...told].sort(),
      [
        `local.foundation replace ${TABLE} tables-us-profiles hashKey`,
        `local.us-east-1 replace ${STREAM} events name`,
        `local.us-east-1 replace ${BUCKET} lake-raw bucket`,
        there(STREAM, "events"),
        ...parts.map((part) => there(BUCKET, `lake-${part}`)),
      ].sort(),
    );
    assert.deepEqual(
      results.filter(({ succeeded }) => succeeded).map(({ stack }) => stack),
      ["local.mesh"],
    );
    assert.deepEqual(failures(results), []);
  });

  it("replaces them once both keys are turned", async () => {
    const variation = { deleteData: true, changes: { [`${STREAM} events`]: { name: "renamed" } } };
    const results = await plan(two, variation, "allowed");
    assert.deepEqual(failures(results), []);
    const home = results.find(({ stack }) => stack === "local.us-east-1");
    assert.ok(home?.succeeded);
    assert.equal(home.counts.replace, 1);
    assert.equal(unchanged(home.counts), false);
  });

  it("keeps what holds data, and what that stands on, when it is destroyed without the keys", async () => {
    const results = await destroyFleet(two, fleet);
    assert.deepEqual(failures(results), []);
    assert.equal(results.length, two.regions.length + 2);
    const data = results.flatMap(({ stack, kept }) =>
      kept.filter((resource) => resource.protected).map(({ type }) => `${stack} ${type}`),
    );
    for (const region of ["us-east-1", "us-west-2"]) {
      assert.equal(data.filter((one) => one === `local.${region} ${BUCKET}`).length, 8);
      assert.ok(data.includes(`local.${region} ${STREAM}`));
    }
    assert.equal(data.filter((one) => one === `local.foundation ${TABLE}`).length, 5);
    const left = new Set(results.flatMap(({ kept }) => kept.map(({ type }) => type)));
    for (const gone of [
      "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
      "aws:cloudwatch/metricAlarm:MetricAlarm",
    ]) {
      assert.ok(!left.has(gone), gone);
    }
  });
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { buildFleetGraph } from "../../fleet/graph";
import type { FleetGraph, StackGraph } from "../../fleet/graph";
import { findTopology, loadTopology, parseTopology } from "../../regions/topology/load";
import type { Topology } from "../../regions/topology/model";
import { parseStackName } from "../../stacks/stack-name";
import { bucketNames, tableNames } from "../../stacks/resource-names";
import { homeScope, planOf, regionScope, residencyOf } from "../../stacks/scope";

const topologyOf = (environment: string): Topology => loadTopology(findTopology(environment));

/** Types that hold data: losing one loses what is in it. */
const STORES = [
  "aws:s3/bucket:Bucket",
  "aws:dynamodb/table:Table",
  "aws:kms/key:Key",
  "aws:kms/replicaKey:ReplicaKey",
  "aws:kinesis/stream:Stream",
  "aws:redshift/cluster:Cluster",
  "aws:opensearch/domain:Domain",
  "aws:ecr/repository:Repository",
  "aws:route53/zone:Zone",
];

/** Types and names, with the region's own name taken out of them. */
const shape = ({ name: stack, nodes }: StackGraph): readonly string[] =>
  nodes
    .map(
      ({ type, name }) =>
        `${type} ${stack.kind === "region" ? name.replaceAll(stack.region, "<region>").replace(/(?<=collector(?:-next)?\.)[a-z]+(?=\.)/, "<zone>") : name}`,
    )
    .sort();

describe("the stacks of a topology", () => {
  const fleets = new Map<string, FleetGraph>();
  before(async function () {
    for (const environment of ["local", "dev", "prod"]) {
      fleets.set(environment, await buildFleetGraph(topologyOf(environment)));
    }
  });
  const stacksOf = (environment: string): readonly StackGraph[] => fleets.get(environment)?.stacks ?? [];

  it("are foundation, regions and mesh, each region with at least 100 resources", () => {
    for (const environment of ["local", "dev", "prod"]) {
      const topology = topologyOf(environment);
      const stacks = stacksOf(environment);
      assert.equal(stacks.length, topology.regions.length + 2);
      const regions = stacks.filter(({ name }) => name.kind === "region");
      assert.ok(regions.every(({ nodes }) => nodes.length >= 100));
    }
  });

  it("have the same resources in every region", () => {
    for (const environment of ["local", "dev", "prod"]) {
      const regions = stacksOf(environment).filter(({ name }) => name.kind === "region");
      const [first, ...others] = regions.map(shape);
      for (const other of others) assert.deepEqual(other, first);
    }
  });

  it("protect every store, since nobody turned both keys", () => {
    for (const environment of ["local", "dev", "prod"]) {
      const stores = stacksOf(environment).flatMap(({ nodes }) => nodes.filter(({ type }) => STORES.includes(type)));
      assert.ok(stores.length > 20);
      assert.deepEqual(
        stores.filter((store) => !store.protect).map(({ urn }) => urn),
        [],
      );
    }
  });

  it("name no region's resources in another's stack", () => {
    for (const { name, nodes } of stacksOf("prod")) {
      if (name.kind !== "region") continue;
      const siblings = topologyOf("prod").regions.filter((plan) => plan.name !== name.region);
      const text = JSON.stringify(nodes.map(({ inputs }) => inputs));
      for (const sibling of siblings) {
        assert.ok(!text.includes(`:${sibling.name}:`), `${name.region} names an ARN of ${sibling.name}`);
      }
    }
  });
});

describe("what the operator's key does", () => {
  const scopes = (environment: string, deleteData: boolean): string =>
    homeScope(topologyOf(environment), { deleteData }).data;

  it("frees data only together with the topology's own", () => {
    assert.equal(scopes("local", true), "disposable");
    assert.equal(scopes("local", false), "retained");
    assert.equal(scopes("prod", true), "retained");
    assert.equal(scopes("prod", false), "retained");
  });
});

describe("names across stacks", () => {
  const prod = topologyOf("prod");
  const options = { deleteData: false };

  it("are a zone's for its tables, the world's for flags, and a region's own for buckets", () => {
    const plan = planOf(prod, "eu-central-1");
    assert.deepEqual(tableNames(prod, residencyOf(prod, plan), options), {
      recommendations: `${prod.prefix}-prod-eu-recommendations`,
      models: `${prod.prefix}-prod-eu-models`,
      profiles: `${prod.prefix}-prod-eu-profiles`,
      shards: `${prod.prefix}-prod-eu-shards`,
      flags: `${prod.prefix}-prod-world-flags`,
    });
    assert.equal(
      bucketNames(regionScope(prod, plan, options)).gold,
      `${prod.prefix}-prod-eu-central-1-gold-${prod.account}`,
    );
  });

  it("are read back from Pulumi's stack names, and refused with the names there are", () => {
    assert.deepEqual(parseStackName("prod.mesh", prod), { kind: "mesh", environment: "prod" });
    assert.deepEqual(parseStackName("prod.eu-west-1", prod), {
      kind: "region",
      environment: "prod",
      region: "eu-west-1",
    });
    assert.throws(
      () => parseStackName("prod.eu-west-9", prod),
      (error: unknown) =>
        pulumi.InputPropertiesError.isInstance(error) && /foundation\|.*eu-west-1.*\|mesh/.test(error.message),
    );
  });
});

describe("one more region", () => {
  it("leaves the other regions' addresses and names as they are", () => {
    const file = findTopology("prod");
    const text = readFileSync(file, "utf8");
    const line = "  - { name: eu-central-1, zone: eu, share: 17 }";
    const parsed = parseTopology(text.replace(line, `${line}\n  - { name: eu-west-3, zone: eu, share: 5 }`), file);
    assert.ok(parsed.topology !== undefined, JSON.stringify(parsed));
    const before = topologyOf("prod").regions;
    for (const { name, cidr, availabilityZones, role } of before) {
      const now = planOf(parsed.topology, name);
      assert.deepEqual([now.cidr, now.availabilityZones, now.role], [cidr, availabilityZones, role]);
    }
    assert.equal(parsed.topology.regions.length, before.length + 1);
  });
});

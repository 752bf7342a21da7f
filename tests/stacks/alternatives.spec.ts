import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { buildStackGraph, type StackGraph } from "../../fleet/graph";
import { findTopology, parseTopology } from "../../regions/topology/load";
import type { Topology } from "../../regions/topology/model";
import { planOf, residencyOf } from "../../stacks/scope";

/** dev.yaml with parts replaced. */
function dev(...changes: readonly (readonly [from: RegExp, to: string])[]): Topology {
  const file = findTopology("dev");
  const text = changes.reduce(
    (before, [from, to]) => {
      assert.match(before, from);
      return before.replace(from, to);
    },
    readFileSync(file, "utf8"),
  );
  const { topology, problems } = parseTopology(text, file);
  assert.deepEqual(problems ?? [], []);
  assert.ok(topology);
  return topology;
}

const withSection = (section: string): Topology => dev([/$/, `\n${section}\n`]);

async function region(topology: Topology): Promise<StackGraph> {
  const { environment, home } = topology;
  return buildStackGraph(topology, { environment, kind: "region", region: home });
}

describe("a region's alternatives", function () {
  it("are Memcached in place of a replicated cache: no users, no replication", async () => {
    const graph = await region(withSection("cache: { engine: memcached, nodeType: cache.t4g.small }"));
    const [cluster] = graph.of("aws:elasticache/cluster:Cluster");
    assert.equal(cluster?.inputs["engine"], "memcached");
    assert.deepEqual(graph.of("aws:elasticache/replicationGroup:ReplicationGroup", "aws:elasticache/user:User"), []);
  });

  it("are a serverless warehouse in place of a cluster", async () => {
    const graph = await region(withSection("warehouse: { mode: serverless, baseCapacityRpu: 16 }"));
    assert.equal(graph.of("aws:redshiftserverless/workgroup:Workgroup")[0]?.inputs["baseCapacity"], 16);
    assert.deepEqual(graph.of("aws:redshift/cluster:Cluster"), []);
  });
});

describe("a stack of a region that the topology does not have", () => {
  it("is an error that names the region, or its zone", () => {
    const topology = dev();
    assert.throws(() => planOf(topology, "eu-north-1"), /dev has no region eu-north-1/);
    const plan = { ...planOf(topology, topology.home), zone: "mars" as never };
    assert.throws(() => residencyOf(topology, plan), /dev has no residency zone mars/);
  });
});

import assert from "node:assert/strict";
import { buildFleetGraph } from "../../../fleet/graph";
import type { FleetGraph, GraphNode } from "../../../fleet/graph";
import { STORES } from "../../../fleet/guard";
import { findTopology, loadTopology } from "../../../regions/topology/load";
import type { Topology } from "../../../regions/topology/model";
import { varied } from "../planned";

/** Log groups that are an audit trail; the others say only how a function or a pipeline fared. */
const AUDIT = /^(network-flow|edge-\w+-waf|api-cluster|search-audit|warehouse-\w+log)$/;
/** Settings of a bucket, protected with it: taken away, they would leave it open. */
const SETTINGS =
  /^aws:s3\/bucket(LifecycleConfiguration|Logging|OwnershipControls|Policy|PublicAccessBlock|ServerSideEncryptionConfiguration|Versioning):/;

const named = ({ stack, type, name }: GraphNode): string => `${stack} ${type} ${name}`;

describe("plain pulumi up, without the guard", function () {
  async function judged(topology: Topology): Promise<FleetGraph> {
    const fleet = await buildFleetGraph(topology);
    const stores = fleet.of(...STORES.filter(({ onlyProtected }) => onlyProtected !== true).map(({ type }) => type));
    assert.ok(stores.length > 0);
    assert.deepEqual(stores.filter((node) => !node.protect || !node.retainOnDelete).map(named), []);
    return fleet;
  }

  for (const environment of ["local", "dev", "prod"]) {
    it(`cannot delete or replace a store of ${environment}, or an audit trail: each is protected and kept`, async () => {
      const fleet = await judged(loadTopology(findTopology(environment)));
      const trails = fleet.of("aws:cloudwatch/logGroup:LogGroup");
      const wrong = trails.filter(({ name, protect, retainOnDelete }) => {
        const audit = AUDIT.test(name);
        return protect !== audit || retainOnDelete !== audit;
      });
      assert.deepEqual(wrong.map(named), []);
      assert.ok(trails.some(({ protect }) => protect));
    });
  }

  it("is as strict with the alternatives: a serverless warehouse, Memcached", async () => {
    const warehouse = ["{ mode: provisioned, nodeType: ra3.4xlarge, nodes: 3, rpoMinutes: 480 }"] as const;
    const serverless = await judged(
      varied("prod", [warehouse[0], "{ mode: serverless, baseCapacityRpu: 128, rpoMinutes: 480 }"]),
    );
    assert.ok(serverless.of("aws:redshiftserverless/namespace:Namespace").length > 0);
    const memcached = await judged(
      varied("prod", [
        "engine: valkey, mode: regional, nodeType: cache.r7g.large, replicasPerShard: 2",
        "engine: memcached, mode: regional, nodeType: cache.r7g.large",
      ]),
    );
    assert.ok(memcached.of("aws:elasticache/cluster:Cluster").length > 0);
  });

  it("protects nothing that is neither a store nor a bucket's settings: it would only be in the way", async () => {
    const fleet = await buildFleetGraph(varied("prod"));
    const types = new Set(STORES.map(({ type }) => type));
    const others = fleet.nodes.filter(({ type, protect }) => protect && !types.has(type) && !SETTINGS.test(type));
    assert.deepEqual(others.map(named), []);
  });

  it("can delete all of it once both keys are turned", async () => {
    const topology = loadTopology(findTopology("local"));
    assert.ok(topology.disposable);
    const fleet = await buildFleetGraph(topology, { deleteData: true });
    assert.deepEqual(fleet.nodes.filter(({ protect }) => protect).map(named), []);
  });
});

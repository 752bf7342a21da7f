import assert from "node:assert/strict";
import { buildFleetGraph, type FleetGraph } from "../../fleet/graph";
import { findTopology, loadTopology } from "../../regions/topology/load";
import { volume } from "../kit/volume";
import { examineMany } from "./configurations";
import { bytesOutsideEu, lostWithOneRegion } from "./walks";

describe("generated configurations", function () {
  const count = volume(300, 2000);
  it(`are refused by field and fix, or planned without a violation or repair, within the EU, able to lose any one region: ${count} of them`, async () => {
    const { accepted, refused, faults } = await examineMany(count, { seed: 6, flawed: 0.89, mostRegions: 4 });
    assert.deepEqual(faults.slice(0, 2), []);
    assert.ok(accepted >= count * 0.1, `${accepted} accepted`);
    assert.ok(refused >= count * 0.5, `${refused} refused`);
  });
});

describe("the independent walks", function () {
  const topology = loadTopology(findTopology("prod"));
  let fleet: FleetGraph;
  before(async () => {
    fleet = await buildFleetGraph(topology);
  });

  it("find nothing in production", () => {
    assert.deepEqual(bytesOutsideEu(fleet, topology), []);
    assert.deepEqual(lostWithOneRegion(fleet, topology), []);
  });

  it("find an EU table with a replica in the United States", () => {
    const bad = fleet.map((node) =>
      node.type === "aws:dynamodb/table:Table" && node.name.includes("eu-profiles")
        ? { ...node, inputs: { ...node.inputs, replicas: [{ regionName: "us-west-2" }] } }
        : node,
    );
    assert.ok(bytesOutsideEu(bad, topology).some((found) => found.endsWith("replicas.0.regionName: us-west-2")));
    assert.ok(lostWithOneRegion(bad, topology).some((found) => found.includes("no copy of tables-eu-profiles")));
  });

  it("find an EU bucket that is copied to London", () => {
    const bad = fleet.map((node) =>
      node.name === "replicate-gold-eu-west-1" && node.custom
        ? { ...node, inputs: { ...node.inputs, rules: [{ destination: { bucket: "arn:aws:s3:::gold-eu-west-2" } }] } }
        : node,
    );
    assert.equal(bytesOutsideEu(bad, topology).length, 1);
  });

  it("find an EU stream that is delivered to Virginia", () => {
    const bad = fleet.map((node) =>
      node.stack === "prod.eu-west-1" && node.name === "ingest-raw" && node.type.includes("firehose")
        ? { ...node, region: "us-east-1" }
        : node,
    );
    assert.equal(bytesOutsideEu(bad, topology).length, 1);
  });

  it("find a stream of half the size", () => {
    const bad = fleet.map((node) =>
      node.type === "aws:kinesis/stream:Stream"
        ? { ...node, inputs: { ...node.inputs, shardCount: Math.floor(Number(node.inputs["shardCount"]) / 4) } }
        : node,
    );
    assert.ok(lostWithOneRegion(bad, topology).length > 0);
  });
});

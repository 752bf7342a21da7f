import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parity, packJudge, crossStackJudge, reportOn } from "../../fleet/check";
import { buildFleetGraph, number, type FleetGraph } from "../../fleet/graph";
import { wantedTypes } from "../../fleet/rules/offered-types";
import { findOverlaps } from "../../regions/addresses";
import { allRegions, distanceKm, instanceTypes } from "../../regions/catalogue";
import { loadTopology, parseTopology } from "../../regions/topology/load";

const FILE = path.join(__dirname, "world.yaml");
const TEXT = readFileSync(FILE, "utf8");

const COMMERCIAL = allRegions().filter(({ partition }) => partition === "aws");

describe("a topology of the whole world", function () {
  const topology = loadTopology(FILE);
  let graph: FleetGraph;
  before(async () => {
    graph = await buildFleetGraph(topology);
  });

  it("holds every commercial region but those that lack a service, which are refused with what they lack", () => {
    const missing = COMMERCIAL.filter(({ name }) => topology.regions.every((region) => region.name !== name));
    assert.ok(topology.regions.length >= 30);
    assert.equal(topology.regions.length + missing.length, COMMERCIAL.length);
    for (const { name } of missing) {
      const { problems } = parseTopology(
        TEXT.replace("\ntraffic:", `  - { name: ${name}, zone: mea, cidr: 10.99.0.0/16 }\n\ntraffic:`),
        "world.yaml",
      );
      const lacking = problems?.find(({ path: at }) => at === `regions[${topology.regions.length}]`);
      const [, without = "", nearest = ""] =
        /got \S+ without (.+); the nearest region with all services is (\S+)$/.exec(lacking?.reason ?? "") ?? [];
      assert.notEqual(without, "", `${name}: ${JSON.stringify(problems)}`);
      const others = topology.regions.map((region) => distanceKm(name, region.name));
      assert.equal(distanceKm(name, nearest), Math.min(...others), name);
    }
    assert.deepEqual(
      missing.map(({ name }) => name),
      ["me-central-1"],
    );
  });

  it("has written-out, disjoint blocks and two regions or more of one law in each zone", () => {
    assert.equal(TEXT.match(/cidr: /g)?.length, topology.regions.length);
    assert.deepEqual(findOverlaps(topology.regions.map(({ name, cidr }) => ({ owner: name, cidr }))), []);
    assert.ok(topology.residency.every(({ regions }) => regions.length >= 2));
    const lawOf = new Map(allRegions().map(({ name, residency }) => [name, residency]));
    for (const { law, regions } of topology.residency)
      assert.equal(
        law === "eu",
        regions.some((name) => lawOf.get(name) === "eu"),
        regions.join(", "),
      );
  });

  it("runs on types that each region has, though no list does everywhere", () => {
    const wanted = wantedTypes(graph);
    const absent = wanted.filter(({ node, service, type }) => !instanceTypes(node.region, service)?.includes(type));
    assert.deepEqual(absent, []);
    const choices = new Set(topology.regions.map(({ types }) => JSON.stringify(types)));
    assert.ok(choices.size >= 5, `${choices.size} different choices`);
  });

  it("takes tokens of the one issuer that it names, in every region", () => {
    const authorizers = graph.of("aws:apigatewayv2/authorizer:Authorizer");
    assert.equal(new Set(authorizers.map(({ region }) => region)).size, topology.regions.length);
    for (const { inputs } of authorizers) {
      assert.deepEqual(inputs["jwtConfiguration"], {
        issuer: "https://id.example.com/meridian",
        audiences: ["meridian"],
      });
    }
  });

  it("verifies on machines of the intake's own types", () => {
    const groups = graph.of("aws:autoscaling/group:Group").filter(({ name }) => name === "intake");
    assert.equal(groups.length, topology.regions.length);
    for (const { inputs, region } of groups) {
      const { types } = topology.regions.find(({ name }) => name === region) ?? {};
      assert.deepEqual(
        types?.intake.map((type) => JSON.stringify(inputs).includes(`"${type}"`)),
        types?.intake.map(() => true),
      );
      assert.ok(!JSON.stringify(inputs).includes(".xlarge"), region);
    }
  });

  it("spreads the search domain over no more zones than the region's network has", () => {
    const counts = topology.regions.map(({ name, availabilityZones }) => {
      const [domain] = graph.region(name)?.of("aws:opensearch/domain:Domain") ?? [];
      const count = number(domain?.inputs, "clusterConfig.zoneAwarenessConfig.availabilityZoneCount");
      assert.equal(count, Math.min(3, availabilityZones.length), name);
      return count;
    });
    assert.deepEqual([...new Set(counts)].sort(), [2, 3]);
  });

  it("breaks no mandatory rule, as a whole", () => {
    const report = reportOn(topology, graph, [packJudge(), crossStackJudge]);
    assert.deepEqual(
      report.findings.filter(({ level }) => level === "mandatory").map(({ message, stack }) => `${stack}: ${message}`),
      [],
    );
    assert.equal(report.passed, true);
    assert.equal(report.stacks.length, topology.regions.length + 2);
    assert.ok(report.stacks.every(({ resources }) => resources > 20));
  });

  it("has regions of one shape: what differs is declared, the choice of instance types among it", async () => {
    // The Americas: Mexico and Calgary lack most of what the others have.
    const lines = TEXT.split("\n").filter((line) => !/zone: (?!us,|ca,|latam,)/.test(line));
    const text = lines
      .join("\n")
      .replace("residency: { eu: eu }\n", "")
      .replace("recommendationsPerSecond: 12000", "recommendationsPerSecond: 4000");
    const { topology: americas, problems } = parseTopology(text, "world.yaml");
    assert.ok(americas, JSON.stringify(problems));
    const differences = await parity(americas, await buildFleetGraph(americas));
    assert.deepEqual(
      differences.filter(({ declared }) => declared === undefined),
      [],
    );
    const chosen = differences.filter(({ declared }) => declared === "instanceTypes");
    assert.deepEqual([...new Set(chosen.map(({ region }) => region))].sort(), ["ca-west-1", "mx-central-1"]);
    assert.deepEqual([...new Set(chosen.map(({ type }) => type))].sort(), [
      "aws:autoscaling/group:Group",
      "aws:eks/nodeGroup:NodeGroup",
      "aws:emr/cluster:Cluster",
      "aws:emr/instanceFleet:InstanceFleet",
      "aws:opensearch/domain:Domain",
      "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
    ]);
  });
});

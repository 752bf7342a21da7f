import { CALLS } from "../../../aws/calls";
import { PROGRAM_CALLS } from "../../../contracts/calls/programs";
import assert from "node:assert/strict";
import {
  checkFleet,
  packJudge,
  parity,
  readConfiguration,
  reportOn,
  crossStackJudge,
  toJunit,
  toSarif,
} from "../../../fleet/check";
import type { Report } from "../../../fleet/check";
import { RULES } from "../../../fleet/check/reach";
import { buildFleetGraph, type FleetGraph, type GraphNode } from "../../../fleet/graph";
import { FLEET_RULES } from "../../../fleet/rules/catalogue";
import { CATALOGUE } from "../../../policies/catalogue";
import { findTopology, loadTopology } from "../../../regions/topology/load";

const topology = loadTopology(findTopology("dev"));
const BUCKET_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";

describe("checking a fleet", function () {
  let graph: FleetGraph;
  before(async () => {
    graph = await buildFleetGraph(topology);
  });
  const withInputs = (type: string, change: Record<string, GraphNode["inputs"][string]>): FleetGraph => {
    let done = false;
    return graph.map((node) => {
      if (done || node.type !== type) return node;
      done = true;
      return { ...node, inputs: { ...node.inputs, ...change } };
    });
  };
  const judged = (bad: FleetGraph): Report => reportOn(topology, bad, [packJudge(), crossStackJudge]);

  it("finds nothing in dev but what reach knows of, and counts what it judged", async () => {
    const report = await checkFleet(topology);
    assert.equal(report.passed, true);
    assert.deepEqual(
      report.findings.filter(({ level, rule }) => level !== "advisory" || !rule.startsWith("reach-")),
      [],
    );
    const calls = CALLS.length + PROGRAM_CALLS.length;
    assert.equal(report.rules, CATALOGUE.length + FLEET_RULES.length + Object.keys(RULES).length + calls);
    assert.equal((await checkFleet(topology, { access: false })).rules, report.rules - calls);
    assert.deepEqual(
      report.stacks.map(({ stack }) => stack),
      ["dev.foundation", "dev.eu-west-1", "dev.us-east-1", "dev.mesh"],
    );
    assert.ok(report.stacks.every(({ resources }) => resources > 20));
  });

  it("tells a broken rule of one stack and one of the fleet, with resource, property and what to do", () => {
    const report = judged(withInputs(BUCKET_BLOCK, { blockPublicAcls: false }));
    assert.equal(report.passed, false);
    const [finding] = report.findings;
    assert.equal(finding?.rule, "s3-block-public-access");
    assert.equal(finding.level, "mandatory");
    assert.match(finding.message, /want .*, got false\. /);
    assert.equal(report.stacks.find(({ stack }) => stack === finding.stack)?.mandatory, 1);
    const across = judged(withInputs("awsx:ec2:Vpc", { cidrBlock: "10.0.0.0/8" }));
    assert.ok(
      across.findings.some(({ rule, urn }) => rule === "fleet-disjoint-blocks" && urn.includes("awsx:ec2:Vpc")),
    );
  });

  it("takes levels and parameters as the engine does, and refuses what is none", () => {
    const bad = withInputs(BUCKET_BLOCK, { blockPublicAcls: false });
    const read = (text: string) => {
      const result = readConfiguration(text);
      if ("findings" in result) assert.fail(JSON.stringify(result.findings));
      return reportOn(topology, bad, [packJudge(result.configuration)]);
    };
    assert.deepEqual(read('{ "s3-block-public-access": "disabled" }').findings, []);
    assert.equal(read('{ "all": "advisory" }').passed, true);
    assert.equal(read('{ "all": "disabled", "s3-block-public-access": "mandatory" }').findings.length, 1);
    const strict = read('{ "kinesis-retention": { "replayWindowHours": 5000 } }');
    assert.ok(strict.findings.some(({ rule }) => rule === "kinesis-retention"));
    assert.equal(read("").findings.length, 1);
    // The rule repairs the resource before it is judged, as in the engine.
    assert.deepEqual(read('{ "s3-block-public-access": "remediate" }').findings, []);
    assert.deepEqual(read('{ "s3-block-public-access": { "enforcementLevel": "remediate" } }').findings, []);
    for (const [text, path] of [
      ["{", ""],
      ['{ "kinesis-retention": { "replayWindowHours": "long" } }', "kinesis-retention.replayWindowHours"],
      ['{ "kinesis-retention": { "replayWindowHours": -1 } }', "kinesis-retention.replayWindowHours"],
      ['{ "no-such-rule": "advisory" }', "no-such-rule"],
      ['{ "kinesis-retention": { "hours": 1 } }', "kinesis-retention.hours"],
      ['{ "kinesis-retention": 7 }', "kinesis-retention"],
    ] as const) {
      const result = readConfiguration(text);
      assert.ok("findings" in result, text);
      assert.deepEqual(
        result.findings.map(({ path: found }) => found),
        [path],
      );
    }
  });

  it("writes SARIF with a rule for each result, and JUnit with a failure for each mandatory finding", () => {
    const report = judged(withInputs(BUCKET_BLOCK, { blockPublicAcls: false }));
    const sarif = toSarif(report, "1.0.0") as {
      version: string;
      runs: {
        tool: { driver: { rules: { id: string }[] } };
        results: { ruleId: string; ruleIndex: number; level: string }[];
      }[];
    };
    assert.equal(sarif.version, "2.1.0");
    const [run] = sarif.runs;
    assert.ok(run !== undefined && run.results.length === report.findings.length);
    for (const { ruleId, ruleIndex, level } of run.results) {
      assert.equal(run.tool.driver.rules[ruleIndex]?.id, ruleId);
      assert.equal(level, "error");
    }
    const junit = toJunit(report);
    assert.equal(junit.match(/<failure /g)?.length, 1);
    assert.match(
      junit,
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites name="meridian check dev" tests="5" failures="1">/,
    );
    assert.ok(!/message="[^"]*</.test(junit));
  });
});

describe("parity of regions", function () {
  const prod = loadTopology(findTopology("prod"));
  let graph: FleetGraph;
  before(async () => {
    graph = await buildFleetGraph(prod);
  });

  it("finds only what the topology asks for: role, share and availability zones", async () => {
    const differences = await parity(prod, graph);
    const causes = new Set(differences.map(({ declared }) => declared));
    assert.deepEqual([...causes].sort(), ["availabilityZones", "role", "share"]);
  });

  it("finds a setting that one region alone has, and a resource that one region lacks", async () => {
    const [, second] = graph.regions;
    const odd = graph.map((node) => {
      if (node.stack !== second?.stack) return node;
      if (node.type === "aws:athena/workgroup:Workgroup")
        return { ...node, inputs: { ...node.inputs, forceDestroy: true } };
      return node.type === "aws:opensearch/domain:Domain" ? undefined : node;
    });
    const undeclared = (await parity(prod, odd)).filter(({ declared }) => declared === undefined);
    assert.deepEqual(
      undeclared.map(({ region, type, property, here }) => [region, type, property, here]),
      [
        ["ap-southeast-1", "aws:athena/workgroup:Workgroup", "forceDestroy", "true"],
        ["ap-southeast-1", "aws:opensearch/domain:Domain", "", "missing"],
      ],
    );
  });

  it("does not take another number for a matter of share, role or zones, however much these differ", async () => {
    const [, second] = graph.regions;
    const odd = graph.map((node) => {
      if (node.stack !== second?.stack) return node;
      if (node.type === "aws:kinesis/stream:Stream")
        return { ...node, inputs: { ...node.inputs, retentionPeriod: 24 } };
      if (node.type === "aws:scheduler/schedule:Schedule" && node.name === "daily")
        return { ...node, inputs: { ...node.inputs, state: "NEVER" } };
      return node;
    });
    const undeclared = (await parity(prod, odd)).filter(({ declared }) => declared === undefined);
    assert.deepEqual(
      undeclared.map(({ region, property, here }) => [region, property, here]),
      [
        ["ap-southeast-1", "retentionPeriod", "24"],
        ["ap-southeast-1", "state", "NEVER"],
      ],
    );
  });

  it("compares blocks by where they lie in their region's own, and others as they are", async () => {
    const [, second] = graph.regions;
    const open = graph.map((node) =>
      node.stack === second?.stack && node.type === "awsx:ec2:Vpc"
        ? { ...node, inputs: { ...node.inputs, cidrBlock: "10.0.0.0/8" } }
        : node,
    );
    const found = await parity(prod, open);
    assert.ok(found.some(({ property, declared }) => property === "cidrBlock" && declared === undefined));
  });
});

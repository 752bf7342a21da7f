import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import {
  findTopology,
  listEnvironments,
  loadTopology,
  parseTopology,
  TopologyError,
} from "../../../regions/topology/load";
import { topologyJsonSchema } from "../../../regions/topology/schema";
import { arbitraryTopology } from "../arbitrary";
import { accepted, edit, PROD, problemsOf, withRegions } from "./samples";

describe("the topologies of this repository", () => {
  it("are local, dev and prod, and all of them load", () => {
    assert.deepEqual(listEnvironments(), ["dev", "local", "prod"]);
    for (const name of listEnvironments()) assert.equal(loadTopology(findTopology(name)).environment, name);
  });

  it("name the JSON Schema for editors in their first line", () => {
    for (const name of listEnvironments()) {
      const [first] = readFileSync(findTopology(name), "utf8").split("\n");
      assert.equal(first, "# yaml-language-server: $schema=../topology.schema.json");
    }
  });

  it("have a JSON Schema that is up to date (else run regions/topology/write-schema.ts)", () => {
    const file = path.join(__dirname, "..", "..", "..", "regions", "topology.schema.json");
    assert.equal(readFileSync(file, "utf8"), topologyJsonSchema());
  });

  it("give local two regions of one zone in the local account", () => {
    const local = loadTopology(findTopology("local"));
    assert.deepEqual(
      local.regions.map(({ name, role, zone, share, failoverShare }) => ({ name, role, zone, share, failoverShare })),
      [
        { name: "us-east-1", role: "primary", zone: "us", share: 0.5, failoverShare: 1 },
        { name: "us-west-2", role: "replica", zone: "us", share: 0.5, failoverShare: 1 },
      ],
    );
    assert.equal(local.account, "000000000000");
    assert.equal(local.home, "us-east-1");
    assert.equal(local.disposable, true);
  });

  it("give prod six regions in three zones, each with a primary, shares that add up to 1, and three zones", () => {
    const prod = loadTopology(findTopology("prod"));
    assert.deepEqual(prod.residency, [
      {
        zone: "apac",
        law: "none",
        primary: "ap-southeast-1",
        standby: "ap-northeast-1",
        regions: ["ap-northeast-1", "ap-southeast-1"],
      },
      { zone: "eu", law: "eu", primary: "eu-west-1", standby: "eu-central-1", regions: ["eu-central-1", "eu-west-1"] },
      { zone: "us", law: "none", primary: "us-east-1", standby: "us-west-2", regions: ["us-east-1", "us-west-2"] },
    ]);
    assert.ok(Math.abs(prod.regions.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-12);
    assert.ok(prod.regions.every(({ availabilityZones }) => availabilityZones.length === 3));
    assert.ok(
      prod.serving.variants.length >= 2 && prod.serving.variants.every(({ minInstances }) => minInstances >= 2),
    );
    assert.equal(prod.disposable, false);
  });
});

describe("a topology file", () => {
  const MINIMAL = [
    "cloud: local",
    "domain: shop.example.com",
    "ownerEmail: me@example.com",
    "monthlyBudgetUsdPerRegion: 10",
    "regions:",
    "  - { name: us-east-1, zone: us }",
    "  - { name: us-west-2, zone: us }",
    "traffic: { eventsPerSecond: 10, users: 100, items: 50, recommendationsPerSecond: 5 }",
  ].join("\n");

  it("need say little: the rest has defaults", () => {
    const topology = accepted(MINIMAL, "tiny.yaml");
    assert.equal(topology.environment, "tiny");
    assert.equal(topology.prefix, "meridian");
    assert.equal(topology.home, "us-east-1");
    assert.equal(topology.failover, true);
    assert.equal(topology.disposable, false);
    assert.deepEqual(topology.tables, { consistency: "eventual" });
    assert.equal(topology.traffic.peakFactor, 2);
    assert.deepEqual(
      topology.regions.map(({ role }) => role),
      ["primary", "replica"],
    );
  });

  it("takes one line more for one region more, and moves no address of the others", () => {
    const before = accepted(PROD);
    const line = "  - { name: ap-northeast-1, zone: apac, share: 13 }\n";
    const after = accepted(edit(PROD, [line, `${line}  - { name: ap-northeast-2, zone: apac }\n`]));
    assert.equal(after.regions.length, 7);
    for (const region of before.regions) {
      const same = after.regions.find(({ name }) => name === region.name);
      assert.deepEqual(
        [same?.cidr, same?.availabilityZones, same?.role],
        [region.cidr, region.availabilityZones, region.role],
      );
    }
  });

  it("means the same with a map of regions as with a list", () => {
    const map = edit(
      MINIMAL,
      ["  - { name: us-east-1, zone: us }", "  us-east-1: us"],
      ["  - { name: us-west-2, zone: us }", "  us-west-2: { zone: us }"],
    );
    assert.deepEqual(accepted(map), accepted(MINIMAL));
  });

  it("means the same whatever the order of its regions, once roles are given", () => {
    const [one, two] = ["{ name: eu-west-1, zone: eu, role: primary }", "{ name: eu-central-1, zone: eu }"];
    const home: [string, string] = ["home: us-east-1", "home: eu-west-1"];
    assert.deepEqual(accepted(withRegions([one, two], home)), accepted(withRegions([two, one], home)));
  });

  it("makes the first region of a zone primary unless another says it is", () => {
    const roles = (...lines: string[]): unknown =>
      accepted(withRegions(lines)).regions.map(({ name, role }) => `${name} ${role}`);
    assert.deepEqual(roles("{ name: us-west-2, zone: us }", "{ name: us-east-1, zone: us }"), [
      "us-east-1 replica",
      "us-west-2 primary",
    ]);
    assert.deepEqual(roles("{ name: us-west-2, zone: us }", "{ name: us-east-1, zone: us, role: primary }"), [
      "us-east-1 primary",
      "us-west-2 replica",
    ]);
  });

  it("makes the first other region of a zone its primary's standby, so that one more below changes none", () => {
    const standbys = (...lines: string[]): unknown =>
      accepted(withRegions(lines)).residency.map(({ zone, standby }) => `${zone} ${standby ?? "none"}`);
    const [east, west] = ["{ name: us-east-1, zone: us }", "{ name: us-west-2, zone: us }"];
    assert.deepEqual(standbys(east, west), ["us us-west-2"]);
    assert.deepEqual(standbys(east, west, "{ name: ca-central-1, zone: us }"), ["us us-west-2"]);
    const alone: [string, string] = ["failover: true", "failover: false"];
    assert.deepEqual(
      accepted(withRegions([east], alone)).residency.map((zone) => "standby" in zone),
      [false],
    );
  });

  it("takes strong consistency with three regions of a set, or two and a witness", () => {
    const strong: [string, string] = ["consistency: eventual, ttlDays: 14", "consistency: strong"];
    const two = ["{ name: us-east-1, zone: us }", "{ name: us-west-2, zone: us }"];
    assert.equal(accepted(withRegions([...two, "{ name: us-east-2, zone: us }"], strong)).tables.consistency, "strong");
    const witness: [string, string] = ["consistency: strong", "consistency: strong, witness: us-east-2"];
    assert.equal(accepted(withRegions(two, strong, witness)).tables.witness, "us-east-2");
    const useless = withRegions([...two, "{ name: us-east-2, zone: us }"], strong, [
      "consistency: strong",
      "consistency: strong, witness: us-west-1",
    ]);
    assert.deepEqual(
      problemsOf(useless).map(({ reason }) => reason),
      ['want a third region of the set of a zone with 2 regions, got "us-west-1"'],
    );
  });

  it("names its environment: lower-case letters and digits", () => {
    const { problems } = parseTopology(PROD, "My Env.yaml");
    assert.deepEqual(problems, [
      { path: "", reason: 'want a file name of 2 to 10 lower-case letters and digits and .yaml, got "My Env.yaml"' },
    ]);
  });
});

describe("loading a topology", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "topology-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("throws a TopologyError whose message has each problem with its line", () => {
    const file = path.join(folder, "broken.yaml");
    writeFileSync(file, "cloud: aws\nsize: huge\n");
    assert.throws(
      () => loadTopology(file),
      (error) =>
        error instanceof TopologyError &&
        error.message.includes('\n  line 2: size: want small or standard, got "huge"'),
    );
  });

  it("refuses a missing file, a folder and bytes that are no UTF-8", () => {
    const reason = (file: string): string => {
      try {
        loadTopology(file);
      } catch (error) {
        if (error instanceof TopologyError) return error.problems[0]?.reason ?? "";
        throw error;
      }
      return "accepted";
    };
    assert.equal(reason(path.join(folder, "none.yaml")), "want a readable file, got ENOENT");
    assert.equal(reason(folder), "want a file, got something else");
    const file = path.join(folder, "latin.yaml");
    writeFileSync(file, Buffer.concat([Buffer.from("# caf"), Buffer.from([0xe9]), Buffer.from("\ncloud: aws\n")]));
    assert.equal(reason(file), "want plain text, got a byte that is not UTF-8 at line 1, column 6");
  });

  it("refuses a file of gigabytes without reading it, with the line in which the limit is passed", () => {
    const file = path.join(folder, "huge.yaml");
    writeFileSync(file, "a: 1\n".repeat(300_000));
    truncateSync(file, 5 * 2 ** 30);
    assert.throws(
      () => loadTopology(file),
      /line 209716: want at most 1048576 bytes, got 5368709120; the limit is passed in line 209716/,
    );
  });

  it("refuses a file with a byte order mark", () => {
    const file = path.join(folder, "bom.yaml");
    writeFileSync(file, `\uFEFF${PROD}`);
    assert.throws(
      () => loadTopology(file),
      /line 1: want UTF-8 without a byte order mark, got one at line 1, column 1/,
    );
  });

  it("says which environments there are, and which one was meant", () => {
    assert.throws(
      () => findTopology("prdo"),
      (error) =>
        error instanceof TopologyError &&
        error.problems[0]?.reason ===
          'want an environment with a topology (dev, local, prod), got "prdo"; did you mean prod?',
    );
    assert.throws(() => findTopology("../../etc/passwd"), TopologyError);
  });
});

describe("any topology", () => {
  it("that is valid has shares that add up to 1, one primary a zone, disjoint blocks and sorted regions", () => {
    fc.assert(
      fc.property(arbitraryTopology(), ({ regions, residency }) => {
        assert.ok(Math.abs(regions.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9);
        assert.equal(new Set(regions.map(({ cidr }) => cidr)).size, regions.length);
        assert.deepEqual(
          regions.map(({ name }) => name),
          regions.map(({ name }) => name).sort(),
        );
        for (const { zone, primary, regions: members } of residency) {
          const primaries = regions.filter((region) => region.zone === zone && region.role === "primary");
          assert.deepEqual(
            primaries.map(({ name }) => name),
            [primary],
          );
          assert.deepEqual(
            members,
            regions.filter((region) => region.zone === zone).map(({ name }) => name),
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  it("that is broken at random is refused with reasons or read, never with another error", () => {
    const lines = PROD.split("\n");
    const junk = fc.oneof(
      fc.string(),
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "- x",
        "{",
        "}",
        "[[[[",
        "&a",
        "*a",
        "a: b: c",
        "regions:",
        "regions: 3",
        "? x",
        "!!binary x",
        "'",
        '"',
        "\t",
        "%YAML 9",
        "---",
      ),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: lines.length - 1 }), junk, fc.boolean(), (at, text, replace) => {
        const changed = lines.toSpliced(at, replace ? 1 : 0, text).join("\n");
        const { problems } = parseTopology(changed, "prod.yaml");
        for (const { reason } of problems ?? []) assert.match(reason, /want|needs/);
      }),
      { numRuns: 300 },
    );
  });
});

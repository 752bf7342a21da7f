import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { variantsIn } from "../../../regions/topology/derive";
import { accepted, edit, PROD, problemsOf, withRegions } from "./samples";

const WORLD = readFileSync(path.join(__dirname, "..", "world.yaml"), "utf8");

/** Mexico has no M5, R5 and SageMaker's C5; Calgary has no M7i and R7i. */
const WITH_MEXICO = withRegions(["{ name: us-east-1, zone: us }", "{ name: mx-central-1, zone: us }"]);
const NODES: readonly [string, string] = ["nodeInstanceTypes: [m6i.xlarge, m5.xlarge, m7i.xlarge]", ""];

const told = (text: string): unknown => problemsOf(text).map(({ path, reason }) => [path, reason]);
const nodes = (types: string): string => edit(WITH_MEXICO, [NODES[0], `nodeInstanceTypes: [${types}]`]);
const champion = (types: string): string => edit(WITH_MEXICO, ["[ml.c5.2xlarge, ml.c6i.2xlarge]", types]);

describe("a region's instance types", () => {
  it("are those of each list that the region has", () => {
    const { regions } = accepted(WITH_MEXICO);
    const typesOf = (name: string) => regions.find((region) => region.name === name)?.types;
    assert.deepEqual(typesOf("us-east-1"), {
      nodes: ["m6i.xlarge", "m5.xlarge", "m7i.xlarge"],
      intake: ["m6i.large", "m5.large", "m7i.large"],
      training: ["r7i.8xlarge", "r6i.8xlarge", "r5.8xlarge"],
      etl: ["r6i.2xlarge", "r5.2xlarge", "r7i.2xlarge"],
      searchMaster: "m7g.large.search",
      variants: { champion: "ml.c5.2xlarge", challenger: "ml.c5.xlarge" },
    });
    assert.deepEqual(typesOf("mx-central-1"), {
      nodes: ["m6i.xlarge", "m7i.xlarge"],
      intake: ["m6i.large", "m7i.large"],
      training: ["r7i.8xlarge", "r6i.8xlarge"],
      etl: ["r6i.2xlarge", "r7i.2xlarge"],
      searchMaster: "m7g.large.search",
      variants: { champion: "ml.c6i.2xlarge", challenger: "ml.c6i.xlarge" },
    });
  });

  it("stand with each variant as the region runs it", () => {
    const topology = accepted(WITH_MEXICO);
    const [mexico, virginia] = topology.regions;
    assert.ok(mexico && virginia);
    assert.deepEqual(variantsIn(topology, mexico)[0], {
      name: "champion",
      weight: 9,
      instanceType: "ml.c6i.2xlarge",
      minInstances: 3,
      maxInstances: 100,
    });
    assert.equal(variantsIn(topology, virginia)[0]?.instanceType, "ml.c5.2xlarge");
  });

  it("may be written as one text where one is taken, which means a list of it", () => {
    const topology = accepted(edit(PROD, ["[ml.c5.2xlarge, ml.c6i.2xlarge]", "ml.c5.2xlarge"]));
    assert.deepEqual(topology.serving.variants[0]?.instanceTypes, ["ml.c5.2xlarge"]);
    const search = accepted(edit(PROD, ["dataNodes: 3", "masterInstanceType: m6g.large.search, dataNodes: 3"]));
    assert.ok(search.regions.every(({ types }) => types.searchMaster === "m6g.large.search"));
  });

  it("are of the architecture of which the region has enough", () => {
    const { regions } = accepted(nodes("m5.xlarge, m6i.xlarge, m7g.xlarge, m6g.xlarge"));
    assert.deepEqual(
      regions.map(({ types }) => types.nodes),
      [
        ["m7g.xlarge", "m6g.xlarge"],
        ["m5.xlarge", "m6i.xlarge"],
      ],
    );
  });
});

describe("a preference list that does not do in a region", () => {
  it("of a pool is refused with the region, what it has, what is left, and where it would do", () => {
    assert.deepEqual(told(nodes("m6i.xlarge, m5.xlarge")), [
      [
        "serving.nodeInstanceTypes",
        "want 2 or more types of one architecture that ec2 has in mx-central-1 (also m7i.xlarge), " +
          "got m6i.xlarge of m6i.xlarge, m5.xlarge; the nearest region that has 2 is us-east-2",
      ],
    ]);
    const [[, none] = []] = told(nodes("m5.xlarge, m5.2xlarge")) as [string, string][];
    assert.match(none ?? "", /in mx-central-1 \(also .*\), got none of m5\.xlarge, m5\.2xlarge; the nearest region/);
  });

  it("is refused for each of the pools, and for each region", () => {
    const text = edit(
      withRegions([
        "{ name: us-east-1, zone: us }",
        "{ name: mx-central-1, zone: us }",
        "{ name: ca-west-1, zone: us }",
      ]),
      ["[m6i.large, m5.large, m7i.large]", "[m5.large, m7i.large]"],
      [NODES[0], "nodeInstanceTypes: [m5.xlarge, m7i.xlarge]"],
      ["[r7i.8xlarge, r6i.8xlarge, r5.8xlarge]", "[r7i.8xlarge, r5.8xlarge]"],
      ["[r6i.2xlarge, r5.2xlarge, r7i.2xlarge]", "[r5.2xlarge, r7i.2xlarge]"],
    );
    const places = problemsOf(text).map(
      ({ path, reason }) => `${path} ${/has in ([a-z0-9-]+)/.exec(reason)?.[1] ?? ""}`,
    );
    assert.deepEqual(
      places,
      ["intake.instanceTypes", "serving.nodeInstanceTypes", "training.instanceTypes", "etl.instanceTypes"].flatMap(
        (path) => [`${path} mx-central-1`, `${path} ca-west-1`],
      ),
    );
  });

  it("of a variant is refused with the region, what it has, and the nearest that has one", () => {
    const [[path, reason] = []] = told(champion("[ml.c5.2xlarge, ml.m5.2xlarge]")) as [string, string][];
    assert.equal(path, "serving.variants[0].instanceType");
    assert.match(
      reason ?? "",
      /^want a type that sagemaker has in mx-central-1 \(ml\.c.*\), got none of ml\.c5\.2xlarge, ml\.m5\.2xlarge; the nearest region that has one is us-east-2$/,
    );
  });

  it("is refused where a type is misspelt, which would else be left out everywhere without a word", () => {
    assert.deepEqual(told(nodes("m6i.xlarge, m7i.xlarge, m7j.xlarge")), [
      [
        "serving.nodeInstanceTypes[2]",
        "want a type that ec2 has in some region (in us-east-1: m5.xlarge, m6a.xlarge, m6g.xlarge, m6i.xlarge), " +
          'got "m7j.xlarge"',
      ],
    ]);
    assert.match(String(told(champion("[ml.c5.2xlarge, ml.c6i.2xlarge, ml.c99.xlarge]"))), /got "ml\.c99\.xlarge"/);
  });

  it("is refused where a type stands twice, or none", () => {
    assert.deepEqual(told(nodes("m6i.xlarge, m7i.xlarge, m6i.xlarge")), [
      ["serving.nodeInstanceTypes[2]", 'want each type once, got "m6i.xlarge" again'],
    ]);
    const want = "a SageMaker instance type like ml.c5.xlarge";
    assert.deepEqual(told(champion("[]")), [
      ["serving.variants[0].instanceType", `want at least one: ${want}, got a list of 0`],
    ]);
    assert.deepEqual(told(champion("[c5.large]")), [
      ["serving.variants[0].instanceType[0]", `want ${want}, got "c5.large"`],
    ]);
    assert.deepEqual(told(champion("7")), [
      ["serving.variants[0].instanceType", `want ${want}, or a list of them in order of preference, got 7`],
    ]);
  });

  it("counts a type's instances against the quota in the regions that take it", () => {
    const text = edit(WITH_MEXICO, [
      "instanceType: [ml.c5.xlarge, ml.c6i.xlarge]",
      "instanceType: [ml.c5.xlarge, ml.c6i.2xlarge]",
    ]);
    // In Mexico both variants run on ml.c6i.2xlarge: 100 + 10.
    assert.deepEqual(told(text), [
      ["quotas.endpointInstances", "want 110 or more for the variants' maxInstances of ml.c6i.2xlarge, got 100"],
    ]);
  });

  it("is none of the defaults, in every commercial region that has all services", () => {
    const [, lines = ""] = /\nregions:\n([^]*?)\n\ntraffic:/.exec(WORLD) ?? [];
    assert.equal(lines.match(/name:/g)?.length, 33);
    for (const size of ["small", "standard"])
      accepted(
        [
          `size: ${size}`,
          "cloud: local",
          "domain: shop.example.com",
          "ownerEmail: me@example.com",
          "monthlyBudgetUsdPerRegion: 10",
          `regions:\n${lines}`,
          "traffic: { eventsPerSecond: 10, users: 100, items: 50, recommendationsPerSecond: 5 }",
          // The default node of size small, cache.t4g.small, is not to be had in me-south-1.
          "cache: { nodeType: cache.r7g.large }",
        ].join("\n"),
      );
  });
});

describe("a value that is refused", () => {
  const mexico = (change: readonly [string, string]): unknown => told(edit(WITH_MEXICO, change));

  it("has nothing said of the default in its place", () => {
    assert.deepEqual(mexico(["[r6i.2xlarge, r5.2xlarge, r7i.2xlarge]", "[r6i.2xlarge]"]), [
      ["etl.instanceTypes", "want at least two EC2 instance types, since one may run out in a zone, got a list of 1"],
    ]);
    assert.deepEqual(mexico(["maxInstances: 100", "maxInstances: 0"]), [
      ["serving.variants[0].maxInstances", "want a whole number, 1 to 1000, got 0"],
    ]);
    assert.deepEqual(mexico(["failover: true", "failover: maybe"]), [["failover", 'want true or false, got "maybe"']]);
  });

  it("hides nothing that is wrong beside it", () => {
    const text = edit(
      WITH_MEXICO,
      [NODES[0], "nodeInstanceTypes: [m6i.xlarge]"],
      ["[ml.c5.2xlarge, ml.c6i.2xlarge]", "ml.c5.2xlarge"],
    );
    assert.deepEqual(
      problemsOf(text).map(({ path }) => path),
      ["serving.nodeInstanceTypes", "serving.variants[0].instanceType"],
    );
  });

  it("is meant by a key that is misspelt", () => {
    const text = edit(PROD, ["nodeInstanceTypes: [m6i.xlarge", "nodeInstanceType: [m6i.xlarge"]);
    assert.deepEqual(told(text), [
      [
        "serving.nodeInstanceType",
        'want a key that is known here, got "nodeInstanceType"; did you mean nodeInstanceTypes?',
      ],
    ]);
  });

  it("as a law leaves its zone's regions alone", () => {
    const text = edit(PROD, ["eu: eu", "eu: france"], ["eu-west-1, zone", "eu-west-2, zone"]);
    assert.deepEqual(told(text), [["residency.eu", 'want eu or none, got "france"']]);
  });
});

describe("who callers are", () => {
  it("is said by the issuer beside the domain, unless the topology names one", () => {
    assert.deepEqual(accepted(PROD).identity, {
      issuer: "https://auth.meridian.example.com",
      audiences: ["meridian.example.com"],
    });
    const given = `${PROD}identity: { issuer: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_x", audiences: [one, two] }\n`;
    assert.deepEqual(accepted(given).identity, {
      issuer: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_x",
      audiences: ["one", "two"],
    });
  });

  it("is refused without TLS, with a query, and without audience", () => {
    for (const issuer of ["http://auth.example.com", "https://auth.example.com/?x=1", "auth.example.com"])
      assert.deepEqual(told(`${PROD}identity: { issuer: "${issuer}" }\n`), [
        ["identity.issuer", `want an https address of an OIDC issuer, without query, got "${issuer}"`],
      ]);
    assert.deepEqual(told(`${PROD}identity: { audiences: [] }\n`), [
      ["identity.audiences", "want at least one audience, got a list of 0"],
    ]);
  });
});

import assert from "node:assert/strict";
import { accepted, edit, lineOf, PROD, problemsOf, withRegions } from "./samples";

type Change = readonly [from: string, to: string];

const CHALLENGER =
  "    - { name: challenger, weight: 1, instanceType: [ml.c5.xlarge, ml.c6i.xlarge], minInstances: 2, maxInstances: 10 }\n";

/** What is changed in prod.yaml, and the only problem: path and reason. */
const DETAILS: readonly (readonly [what: string, changes: readonly Change[], path: string, reason: string])[] = [
  [
    "a zone listed twice",
    [["zone: eu, share: 18", "zone: eu, availabilityZones: [eu-west-1a, eu-west-1a]"]],
    "regions[2].availabilityZones[1]",
    'want each zone once, got "eu-west-1a" again',
  ],
  [
    "one availability zone",
    [["zone: eu, share: 18", "zone: eu, availabilityZones: [eu-west-1a]"]],
    "regions[2].availabilityZones",
    "want at least 2 availability zones, got a list of 1",
  ],
  [
    "a law for a zone that no region has",
    [["apac: none }", "apac: none, mars: none }"]],
    "residency.mars",
    'want a zone of one of the regions (us, eu, apac), got "mars"',
  ],
  ["an unknown law", [["eu: eu", "eu: gdpr"]], "residency.eu", 'want eu or none, got "gdpr"'],
  [
    "the block of Docker's bridge",
    [["zone: eu, share: 18", "zone: eu, cidr: 172.17.0.0/18"]],
    "regions[2].cidr",
    'want a block apart from 172.17.0.0/16, which Docker\'s bridge uses, got "172.17.0.0/18"',
  ],
  [
    "a block larger than a VPC's",
    [["zone: eu, share: 18", "zone: eu, cidr: 172.20.0.0/14"]],
    "regions[2].cidr",
    'want a block of /16 to /22, got "172.20.0.0/14"',
  ],
  [
    "a block too small for the subnets",
    [["zone: eu, share: 18", "zone: eu, cidr: 172.20.0.0/24"]],
    "regions[2].cidr",
    'want a block of /16 to /22, got "172.20.0.0/24"',
  ],
  [
    "an address space too small for the regions",
    [["home: us-east-1", "home: us-east-1\naddressSpace: 10.0.0.0/20"]],
    "addressSpace",
    'want a private IPv4 block of /16 or larger like 10.0.0.0/8, got "10.0.0.0/20"',
  ],
  [
    "a public address space",
    [["home: us-east-1", "home: us-east-1\naddressSpace: 11.0.0.0/8"]],
    "addressSpace",
    'want a private IPv4 block of /16 or larger like 10.0.0.0/8, got "11.0.0.0/8"',
  ],
  [
    "a global datastore, whose secondary regions cannot keep what they read",
    [["mode: regional", "mode: global-datastore"]],
    "cache.mode",
    "want regional, where each region fills its own cache from the tables that it has already and so survives alone: " +
      "the secondaries of a global datastore take no writes, and none is promoted by itself when the primary is lost, " +
      'got "global-datastore"',
  ],
  ["a cache of an unknown mode", [["mode: regional", "mode: zonal"]], "cache.mode", 'want regional, got "zonal"'],
  [
    "regions that share a cache",
    [["mode: regional", "mode: regional, regions: [us-east-1, us-west-2]"]],
    "cache.regions",
    'want one of engine, mode, nodeType, replicasPerShard, got "regions"',
  ],
  [
    "a witness without strong consistency",
    [["consistency: eventual", "consistency: eventual, witness: us-east-2"]],
    "tables.witness",
    'want a witness only with consistency strong, got "us-east-2"',
  ],
  [
    "a capacity that Serverless has not",
    [["mode: provisioned, nodeType: ra3.4xlarge, nodes: 3, rpoMinutes: 480", "mode: serverless, baseCapacityRpu: 60"]],
    "warehouse.baseCapacityRpu",
    "want 4, a multiple of 8 up to 512, or a multiple of 32 up to 1024, got 60",
  ],
  [
    "a single node of a type that needs two",
    [["nodes: 3", "nodes: 1"]],
    "warehouse.nodes",
    "want 2 or more nodes of ra3.4xlarge, got 1",
  ],
  [
    "fewer instances at most than at least",
    [["minInstances: 3, maxInstances: 100", "minInstances: 3, maxInstances: 2"]],
    "serving.variants[0].maxInstances",
    "want at least minInstances (3), got 2",
  ],
  [
    "two variants of one name",
    [["name: challenger", "name: champion"]],
    "serving.variants[1].name",
    'want each variant\'s name once, got "champion" again',
  ],
  [
    "two search nodes in production",
    [["dataNodes: 3", "dataNodes: 2"]],
    "search.dataNodes",
    "want 3 or more with size standard, got 2",
  ],
  [
    "an unknown mode of the warehouse",
    [["mode: provisioned", "mode: provisoned"]],
    "warehouse.mode",
    'want mode: provisioned or mode: serverless, got "provisoned"',
  ],
  [
    "a Kubernetes version that YAML read as a number",
    [['kubernetesVersion: "', 'kubernetesVersion: 1.35 # "']],
    "serving.kubernetesVersion",
    'want a Kubernetes version in quotes like "1.35", got 1.35',
  ],
  [
    "an unknown collector",
    [["tables: {", "ingest: { collector: lambda }\ntables: {"]],
    "ingest.collector",
    'want gateway or function, got "lambda"',
  ],
  [
    "an unknown way to run the ETL",
    [["etl: {", "etl: { mode: ephemeral, "]],
    "etl.mode",
    'want cluster, transient or serverless, got "ephemeral"',
  ],
  [
    "EMR Serverless with less than a driver and an executor",
    [
      ["etl: {", "etl: { mode: serverless, "],
      ["maxCapacityUnits: 512", "maxCapacityUnits: 4"],
    ],
    "etl.maxCapacityUnits",
    "want 8 or more with mode serverless, a driver and an executor, got 4",
  ],
  [
    "more instances that stand ready than may run",
    [["maxInstances: 12 }", "maxInstances: 12, warmInstances: 13 }"]],
    "training.warmInstances",
    "want at most maxInstances (12), got 13",
  ],
  [
    "a tracking server that no worker reaches",
    [["maxInstances: 12 }", 'maxInstances: 12, trackingUrl: "http://mlflow:5000" }']],
    "training.trackingUrl",
    'want an https address without port, query or blanks, got "http://mlflow:5000"',
  ],
  [
    "a search without a trial",
    [["maxInstances: 12 }", "maxInstances: 12, searchBudget: 0 }"]],
    "training.searchBudget",
    "want a whole number, 1 to 1000, got 0",
  ],
  [
    "a lock on a bucket that has none",
    [["tables: {", "lake: { objectLock: { logs: { mode: governance, days: 1 } } }\ntables: {"]],
    "lake.objectLock.logs",
    'want one of raw, bronze, silver, gold, quarantine, artifacts, got "logs"',
  ],
  [
    "a lock that outlives what it holds",
    [["tables: {", "lake: { objectLock: { raw: { mode: governance, days: 31 } } }\ntables: {"]],
    "lake.objectLock.raw.days",
    "want at most the 30 days that raw is kept, got 31",
  ],
  [
    "a lock that nobody can lift, on data of people who may have it erased",
    [["tables: {", "lake: { objectLock: { gold: { mode: compliance, days: 30 } } }\ntables: {"]],
    "lake.objectLock.gold.mode",
    'want governance where zone eu is under EU law, got "compliance": nobody could erase a person\'s data before its time',
  ],
  [
    "a lock that nobody can lift, on data that is to go with its stack",
    [
      ["disposable: false", "disposable: true"],
      ["tables: {", "lake: { objectLock: { artifacts: { mode: compliance, days: 30 } } }\ntables: {"],
    ],
    "lake.objectLock.artifacts.mode",
    'want governance with disposable: true, got "compliance": nobody could delete the data',
  ],
  [
    "a list of the lake each month",
    [["tables: {", "lake: { inventory: monthly }\ntables: {"]],
    "lake.inventory",
    'want none, daily or weekly, got "monthly"',
  ],
  [
    "one variant without a shadow",
    [[CHALLENGER, ""]],
    "serving.variants",
    "want at least two variants, so that one can be compared with another, or a shadow beside the one; got a list of 1",
  ],
  [
    "a shadow beside two variants",
    [["  variants:", "  shadow: { name: candidate, instanceType: ml.c5.xlarge }\n  variants:"]],
    "serving.variants",
    "want exactly 1 variant beside a shadow, got a list of 2",
  ],
  [
    "a shadow of the variant's name",
    [
      [CHALLENGER, ""],
      ["  variants:", "  shadow: { name: champion, instanceType: ml.c5.xlarge }\n  variants:"],
    ],
    "serving.shadow.name",
    'want another name than the variant\'s, got "champion"',
  ],
  [
    "a shadow without a share of the requests",
    [
      [CHALLENGER, ""],
      ["  variants:", "  shadow: { name: candidate, instanceType: ml.c5.xlarge, samplePercent: 0 }\n  variants:"],
    ],
    "serving.shadow.samplePercent",
    "want a whole number, 1 to 100, got 0",
  ],
  [
    "a collection of models, of which no caller names one",
    [["serving:", "serving:\n  models: collection"]],
    "serving.models",
    "want single, one model for each variant: of a collection every call must name the model, and the recommendation API " +
      'asks for variants, which are what an experiment compares, got "collection"',
  ],
  [
    "the whole Internet among those who apply",
    [["  access: [203.0.113.0/24]", "  access: [0.0.0.0/0]"]],
    "serving.access[0]",
    'want a block of public IPv4 addresses such as 203.0.113.0/24, not the whole Internet, got "0.0.0.0/0"',
  ],
  [
    "callers whom nobody knows",
    [["serving:", "serving:\n  callers: basic"]],
    "serving.callers",
    'want jwt or iam-at-the-gateway, got "basic"',
  ],
  [
    "a collector of traces with a path",
    [["serving:", "serving:\n  telemetry: { endpoint: http://adot:4318/v1/traces, namespace: observability }"]],
    "serving.telemetry.endpoint",
    "want an http or https address without a path, like http://adot-collector.observability:4318, " +
      'got "http://adot:4318/v1/traces"',
  ],
  [
    "queues of a serverless warehouse",
    [
      [
        "mode: provisioned, nodeType: ra3.4xlarge, nodes: 3, rpoMinutes: 480",
        "mode: serverless, baseCapacityRpu: 64, queues: roles",
      ],
    ],
    "warehouse.queues",
    'want one of mode, baseCapacityRpu, rpoMinutes, got "queues"',
  ],
  [
    "a role of a service that makes it by itself",
    [["tables: {", "createServiceLinkedRoles: [lambda.amazonaws.com]\ntables: {"]],
    "createServiceLinkedRoles",
    "want true, false or a list of services, got a list of 1",
  ],
  [
    "a section left empty",
    [["promises: { rtoSeconds: 300, rpoSeconds: 1800, availability: 0.999, dataFreshnessHours: 26 }", "promises:"]],
    "promises",
    "want a map, got null",
  ],
];

describe("details of a topology", () => {
  for (const [what, changes, path, reason] of DETAILS) {
    it(`are refused: ${what}`, () => {
      const problems = problemsOf(edit(PROD, ...changes));
      assert.deepEqual(
        problems.map((problem) => [problem.path, problem.reason]),
        [[path, reason]],
      );
    });
  }

  it("are refused: shares that are all zero", () => {
    const text = withRegions(["{ name: us-east-1, zone: us, share: 0 }", "{ name: us-west-2, zone: us, share: 0 }"]);
    assert.deepEqual(
      problemsOf(text).map(({ reason }) => reason),
      ["want shares >= 0 with a sum > 0, got 0 for every region"],
    );
  });

  it("are accepted: a stand-by region with a share of zero", () => {
    const text = withRegions(["{ name: us-east-1, zone: us }", "{ name: us-west-2, zone: us, share: 0 }"]);
    assert.deepEqual(
      accepted(text).regions.map(({ share, failoverShare }) => [share, failoverShare]),
      [
        [1, 1],
        [0, 1],
      ],
    );
  });

  it("are refused: strong consistency over regions of no one set", () => {
    const text = withRegions(
      ["us-east-1", "us-west-2", "ca-central-1"].map((name) => `{ name: ${name}, zone: america }`),
      ["consistency: eventual, ttlDays: 14", "consistency: strong"],
      ["r7i.8xlarge, r6i", "r6i"],
    );
    assert.deepEqual(
      problemsOf(text).map(({ reason }) => reason),
      [
        "want zone america's regions in one set (us-east-1, us-east-2, us-west-2; or eu-west-1, eu-west-2, eu-west-3, " +
          "eu-central-1; or ap-northeast-1, ap-northeast-2, ap-northeast-3), got us-east-1, us-west-2, ca-central-1",
      ],
    );
  });

  it("are refused: a region without a service that every stack uses, with the nearest that has all", () => {
    const text = edit(PROD, ["ap-southeast-1, zone: apac, share: 12", "me-central-1, zone: apac"]);
    const { path, reason } = problemsOf(text).find((problem) => problem.reason.includes("service")) ?? {};
    assert.equal(path, "regions[4]");
    assert.match(
      reason ?? "",
      /^want a region with every service that we use, got me-central-1 without sagemaker; the nearest .* is [a-z-]+1$/,
    );
  });

  it("are refused: Serverless and global datastores where they are not offered", () => {
    const serverless = edit(
      PROD,
      ["ap-southeast-1, zone: apac", "me-south-1, zone: apac"],
      ["mode: provisioned, nodeType: ra3.4xlarge, nodes: 3, rpoMinutes: 480", "mode: serverless"],
    );
    assert.ok(
      problemsOf(serverless).some(
        ({ reason }) => reason === "want provisioned in me-south-1, which has no Redshift Serverless",
      ),
    );
  });

  it("are not claimed where the catalogue knows no instance types", () => {
    const text = withRegions(
      ["{ name: eusc-de-east-1, zone: eu }"],
      ["home: us-east-1", "home: eusc-de-east-1"],
      ["failover: true", "failover: false"],
    );
    assert.equal(accepted(text).regions[0]?.partition, "aws-eusc");
  });

  it("have the line of the key when the key itself is wrong", () => {
    const text = edit(PROD, ["prefix: meridian", "prefix: meridian\nprefixx:\n  meridian"]);
    assert.deepEqual(
      problemsOf(text).map(({ path, line }) => [path, line]),
      [["prefixx", lineOf(text, "prefixx")]],
    );
  });

  it("have the line of the key when a zone's name is wrong", () => {
    const text = edit(PROD, ["residency: { us: none, eu: eu, apac: none }", "residency:\n  EU-1:\n    eu\n  us: none"]);
    const reason = 'want a residency zone like eu: 2 to 12 lower-case letters and digits, got "EU-1"';
    assert.deepEqual(problemsOf(text), [{ path: "residency.EU-1", line: lineOf(text, "EU-1"), reason }]);
  });
});

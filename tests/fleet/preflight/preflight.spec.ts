import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { QUOTA_TABLE, defaultIn } from "../../../aws/quotas";
import { buildFleetGraph } from "../../../fleet/graph";
import type { FleetGraph, GraphNode } from "../../../fleet/graph";
import { preflight } from "../../../fleet/preflight";
import type { Preflight, QuotaRow } from "../../../fleet/preflight";
import { CONSUMERS } from "../../../fleet/preflight/addresses";
import { grantOf } from "../../../fleet/preflight/quotas";
import { allRegions } from "../../../regions/catalogue";
import { QUOTAS } from "../../../regions/quotas";
import { findTopology, loadTopology, parseTopology } from "../../../regions/topology/load";
import type { Topology } from "../../../regions/topology/model";

const dev = loadTopology(findTopology("dev"));
const prod = loadTopology(findTopology("prod"));

/** A fleet with other inputs in one of its resources of a type. */
function changed(graph: FleetGraph, type: string, inputs: GraphNode["inputs"], stack?: string): FleetGraph {
  let done = false;
  return graph.map((node) => {
    if (done || node.type !== type || (stack !== undefined && node.stack !== stack)) return node;
    done = true;
    return { ...node, inputs: { ...node.inputs, ...inputs } };
  });
}

function row({ quotas }: Preflight, id: string, region: string): QuotaRow {
  return quotas.find((one) => one.id === id && one.region === region) ?? assert.fail(`no row ${id} of ${region}`);
}

describe("the preflight of a topology", function () {
  let production: FleetGraph;
  let graph: FleetGraph;
  let report: Preflight;
  before(async () => {
    production = await buildFleetGraph(prod);
    graph = await buildFleetGraph(dev);
    report = await preflight(prod, production);
  });

  it("counts production in every region and in the account, and finds what its defaults do not hold", () => {
    assert.equal(report.passed, false);
    assert.deepEqual(
      [...new Set(report.quotas.map(({ region }) => region))],
      ["", ...prod.regions.map(({ name }) => name)],
    );
    const wanted = report.quotas.filter(({ status }) => status === "request");
    assert.deepEqual(
      [...new Set(wanted.map(({ id }) => id))],
      [
        "apigateway-throttle-rate",
        "ec2-standard-spot-vcpus",
        "sagemaker-endpoint-instances",
        "sagemaker-instances-per-endpoint",
        "sagemaker-endpoint-ml.c5.2xlarge",
      ],
    );
    assert.deepEqual(
      report.requests,
      wanted.map(({ request }) => request),
    );
    assert.ok(report.quotas.every(({ status }) => status !== "over"));
  });

  it("says the request to make, with service, code, value and region", () => {
    const { request, need, limit } = row(report, "ec2-standard-spot-vcpus", "eu-west-1");
    assert.equal(limit, 5);
    assert.equal(
      request,
      `aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-34B43A08 --desired-value ${need} --region eu-west-1`,
    );
  });

  it("takes what the topology says was granted before the default, and shows it as granted", async () => {
    const granted = row(report, "ec2-standard-vcpus", "eu-west-1");
    assert.deepEqual([granted.limit, granted.from, granted.status], [1024, "topology", "granted"]);
    const more = await preflight({ ...prod, quotas: {} }, production);
    const asked = row(more, "ec2-standard-vcpus", "eu-west-1");
    assert.deepEqual([asked.limit, asked.from, asked.status], [5, "default", "request"]);
    const less = await preflight({ ...prod, quotas: { kinesisShards: 1 } }, production);
    assert.equal(row(less, "kinesis-shards", "eu-west-1").status, "request");
    // Within the default there is nothing to confirm.
    const enough = await preflight({ ...prod, quotas: { kinesisShards: 100 } }, production);
    assert.equal(row(enough, "kinesis-shards", "eu-west-1").status, "fits");
  });

  it("takes every grant that a topology names, and has nothing to request when all are large enough", async () => {
    const grants = Object.fromEntries(Object.keys(QUOTAS).map((name) => [name, 100_000]));
    const granted = await preflight({ ...prod, quotas: grants }, production);
    assert.deepEqual(
      granted.quotas.filter(({ status }) => status === "request").map(({ id }) => id),
      [],
    );
    const named = new Set(QUOTA_TABLE.map(grantOf).filter((name) => name !== undefined));
    assert.deepEqual([...named].sort(), Object.keys(QUOTAS).sort());
  });

  it("counts a cluster that each run makes as one that waits, though it stands in no stack", async () => {
    const transient = parsed("prod", (text) => text.replace("etl: {", "etl: { mode: transient,"));
    const found = await preflight(transient, await buildFleetGraph(transient));
    for (const id of ["ec2-standard-vcpus", "ec2-standard-spot-vcpus", "emr-clusters"])
      for (const { name } of prod.regions)
        assert.equal(row(found, id, name).need, row(report, id, name).need, `${id} ${name}`);
    const addresses = ({ subnets }: Preflight): readonly number[] => subnets.map(({ need }) => need);
    assert.deepEqual(addresses(found), addresses(report));
  });

  it("requests what holds for the whole account where its partition keeps that", async () => {
    const long = changed(graph, "aws:iam/role:Role", { assumeRolePolicy: "x".repeat(2049) });
    const asked = async (partition: Topology["regions"][number]["partition"]): Promise<string> => {
      const topology = { ...dev, regions: dev.regions.map((plan) => ({ ...plan, partition })) };
      return row(await preflight(topology, long), "iam-trust-policy-length", "").request ?? "";
    };
    assert.match(await asked("aws"), /--quota-code L-C07B4B0D --desired-value 2049 --region us-east-1$/);
    assert.match(await asked("aws-us-gov"), / --region us-gov-west-1$/);
    assert.match(await asked("aws-cn"), / --region cn-northwest-1$/);
  });

  it("counts what each resource adds: one more group is as many vCPUs more", async () => {
    const before = row(report, "ec2-standard-vcpus", "us-east-1").need;
    const grown = changed(
      production,
      "aws:eks/nodeGroup:NodeGroup",
      { scalingConfig: { maxSize: 106 } },
      "prod.us-east-1",
    );
    assert.equal(row(await preflight(prod, grown), "ec2-standard-vcpus", "us-east-1").need, before + 400);
  });

  it("counts a zone's tables in the regions of their replicas too", () => {
    assert.deepEqual(
      production.of("aws:dynamodb/table:Table").filter(({ region }) => region === "us-west-2"),
      [],
    );
    assert.equal(row(report, "dynamodb-tables", "us-west-2").need, 5);
    assert.equal(row(report, "dynamodb-tables", "us-east-1").need, 5);
  });

  it("asks for no more than the plan where AWS does not raise a quota", async () => {
    const long = changed(graph, "aws:iam/rolePolicy:RolePolicy", { role: "one", policy: "x".repeat(10_241) });
    const found = await preflight(dev, long);
    const { status, request } = row(found, "iam-inline-policies-per-role", "");
    assert.deepEqual([status, request], ["over", undefined]);
    assert.equal(found.passed, false);
  });

  it("finds the code to ask with where none is known", async () => {
    const odd = changed(graph, "aws:sagemaker/endpointConfiguration:EndpointConfiguration", {
      productionVariants: [{ variantName: "v", instanceType: "ml.g6.xlarge", initialInstanceCount: 2 }],
    });
    const { request, need } = row(await preflight(dev, odd), "sagemaker-endpoint-other-types", "eu-west-1");
    assert.equal(need, 4);
    assert.match(request ?? "", /list-service-quotas --service-code sagemaker .*ml\.g6\.xlarge for endpoint usage/);
  });

  it("says at least, where part of a need only AWS knows", () => {
    assert.equal(row(report, "iam-inline-policies-per-role", "").atLeast, true);
    assert.equal(row(report, "iam-roles", "").atLeast, false);
  });

  it("holds the topology's grants and defaults to the table's", () => {
    for (const name of Object.values(QUOTAS).map((quota) => quota.name)) {
      const own = QUOTA_TABLE.filter((quota) => grantOf(quota) === name);
      assert.ok(own.length > 0, name);
      for (const quota of own)
        for (const { name: region } of allRegions()) {
          const byDefault = QUOTAS[name].byDefault(region);
          if (byDefault !== undefined) assert.equal(defaultIn(quota, region), byDefault, `${quota.id} ${region}`);
        }
    }
  });

  it("finds a type that a region does not offer, with what there is instead", async () => {
    const bad = changed(graph, "aws:redshift/cluster:Cluster", { nodeType: "ds1.xlarge" }, "dev.eu-west-1");
    const serverless = graph.of("aws:redshift/cluster:Cluster").length === 0;
    const target = serverless
      ? changed(graph, "aws:eks/nodeGroup:NodeGroup", { instanceTypes: ["m1.xlarge"] }, "dev.eu-west-1")
      : bad;
    const found = await preflight(dev, target);
    const [wrong, ...more] = found.instances.filter(({ offered }) => offered === false);
    assert.deepEqual([wrong?.region, more], ["eu-west-1", []]);
    assert.ok((wrong?.instead.length ?? 0) > 0);
    assert.equal(found.passed, false);
    assert.ok(report.instances.every(({ offered }) => offered === true));
  });

  it("adds up the addresses of every subnet, and finds one that is too small", async () => {
    assert.equal(report.subnets.length, 6 * 3 * 3);
    assert.ok(report.subnets.every(({ fits }) => fits));
    const tight = parsed("dev", (text) =>
      text.replace("  - { name: eu-west-1, zone: eu }", "  - { name: eu-west-1, zone: eu, cidr: 10.200.0.0/22 }"),
    );
    const small = await preflight(tight, await buildFleetGraph(tight));
    const [first] = small.subnets.filter(({ fits }) => !fits);
    assert.deepEqual([first?.region, first?.tier, first?.usable], ["eu-west-1", "private", 64 - 5]);
    assert.ok((first?.need ?? 0) > 59 && first?.by[0]?.resource === "eks NodeGroup");
    assert.equal(small.passed, false);
  });

  it("finds a name that is longer than AWS takes", async () => {
    const long = changed(graph, "aws:opensearch/domain:Domain", { domainName: "d".repeat(29) });
    const type = "aws:opensearch/domain:Domain";
    const named = graph.of(type).length > 0 ? long : changed(graph, "aws:iam/role:Role", { name: "r".repeat(65) });
    const found = await preflight(dev, named);
    const [over, ...more] = found.names.filter(({ fits }) => !fits);
    assert.deepEqual([over?.length, more], [(over?.max ?? 0) + 1, []]);
    assert.equal(found.passed, false);
  });

  it("lists service-linked roles by what the plan has, with the command that makes them", async () => {
    const roles = new Map(report.roles.map((role) => [role.role, role]));
    assert.equal(roles.get("AWSServiceRoleForAmazonOpenSearchService")?.madeBy, "you");
    assert.equal(
      roles.get("AWSServiceRoleForAutoScaling")?.command,
      "aws iam create-service-linked-role --aws-service-name autoscaling.amazonaws.com",
    );
    assert.equal(roles.has("AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"), false);
    const without = await preflight(
      prod,
      production.map((node) => (node.type === "aws:opensearch/domain:Domain" ? undefined : node)),
    );
    assert.ok(!without.roles.some(({ role }) => role === "AWSServiceRoleForAmazonOpenSearchService"));
  });

  it("names regions that an account must enable, and the command", async () => {
    assert.deepEqual(report.optIn, []);
    const italian = parsed("dev", (text) => text.replace("name: eu-west-1, zone: eu", "name: eu-south-1, zone: eu"));
    const found = await preflight(italian, await buildFleetGraph(italian));
    assert.deepEqual(found.optIn, [
      { region: "eu-south-1", command: "aws account enable-region --region-name eu-south-1" },
    ]);
    assert.equal(found.requests[0], "aws account enable-region --region-name eu-south-1");
    assert.equal(found.passed, false);
  });
});

describe("who takes addresses of a subnet", function () {
  let graph: FleetGraph;
  before(async () => {
    graph = await buildFleetGraph(prod);
  });

  /** Resources that stand in the VPC by a property that names subnets. */
  const SUBNET_PROPERTIES = [
    "subnetIds",
    "subnets",
    "vpcZoneIdentifiers",
    "vpcOptions",
    "vpcConfig",
    "ec2Attributes",
    "opensearchConfiguration",
  ];
  /** Groups of subnets, by which others stand in them, and the model, of which the endpoint's instances are. */
  const BY_OTHERS = [
    "aws:elasticache/subnetGroup:SubnetGroup",
    "aws:redshift/subnetGroup:SubnetGroup",
    "aws:sagemaker/model:Model",
  ];

  it("is everything that names subnets", () => {
    const known = new Set([...CONSUMERS.map(({ type }) => type), ...BY_OTHERS]);
    const standing = graph.nodes.filter(
      ({ uses, custom }) =>
        custom &&
        SUBNET_PROPERTIES.some((property) => uses[property]?.some((urn) => urn.includes("awsx:ec2:Vpc")) === true),
    );
    assert.ok(standing.length > 50);
    assert.deepEqual(
      [...new Set(standing.map(({ type }) => type))].filter((type) => !known.has(type)),
      [],
    );
  });

  it("stands in the tier in which the region's stack puts it", async () => {
    const alternatives = await buildFleetGraph(
      parsed("dev", (text) => `${text}\netl: { mode: serverless }\ncache: { engine: memcached }\n`),
    );
    const folder = join(__dirname, "..", "..", "..", "stacks", "region");
    const source = readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), "utf8"))
      .join("\n");
    const tiers = new Map<string, string>();
    for (const part of source.split(/\bnew (?=[A-Z]\w+\()/).slice(1)) {
      const tier = /subnetIds: network\.(\w+)SubnetIds/.exec(part)?.[1];
      if (tier !== undefined) tiers.set(/^\w+/.exec(part)?.[0] ?? "", tier);
    }
    assert.ok(tiers.size >= 8, [...tiers.keys()].join());
    const held = new Set<string>();
    for (const { type, tier } of CONSUMERS)
      for (const node of [graph, alternatives].flatMap((fleet) => fleet.of(type))) {
        const room = node.urn.split("::")[2]?.split("$")[0]?.split(":").at(-1) ?? "";
        const found = tiers.get(room);
        if (found === undefined) continue;
        assert.equal(tier, found, `${type} of ${room}`);
        held.add(type);
      }
    // Endpoints and the load balancer stand in no room that is given subnets: the network's own, and Kubernetes'.
    assert.deepEqual(
      CONSUMERS.map(({ type }) => type).filter((type) => !held.has(type)),
      ["aws:ec2/vpcEndpoint:VpcEndpoint"],
    );
  });
});

function parsed(environment: string, change: (text: string) => string): Topology {
  const file = findTopology(environment);
  const { topology, problems } = parseTopology(change(readFileSync(file, "utf8")), file);
  return topology ?? assert.fail(JSON.stringify(problems));
}

import assert from "node:assert/strict";
import { Fleet, reachFindings, reachGraph, STANDING } from "../../../../fleet/check/reach";
import type { Path } from "../../../../fleet/check/reach";
import type { FleetGraph, GraphNode, Properties, Value } from "../../../../fleet/graph";
import { LINKS } from "../../../../contracts/links/links";
import { findTopology, loadTopology } from "../../../../regions/topology/load";

const topology = loadTopology(findTopology("dev"));
const HOME = `dev.${topology.home}`;

/** The value with what lies at a path changed. */
function changed(value: Value, path: readonly string[], to: Value): Value {
  const [step, ...rest] = path;
  if (step === undefined) return to;
  if (Array.isArray(value)) {
    return (value as readonly Value[]).map((one, index) => (String(index) === step ? changed(one, rest, to) : one));
  }
  const block = (value ?? {}) as Properties;
  return { ...block, [step]: changed(block[step], rest, to) };
}

interface Mutation {
  readonly what: string;
  readonly type: string;
  readonly name: string;
  /** Dotted path and new value; without it, the resource is taken away. */
  readonly set?: readonly [path: string, to: Value];
  /** Rule and link that name it. */
  readonly want: readonly [rule: string, link: string];
  readonly stack?: string;
}

const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";
const VPC = "awsx:ec2:Vpc";
const POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const RECORD = "aws:route53/record:Record";
const DISTRIBUTION = "aws:cloudfront/distribution:Distribution";
const MAPPING = "aws:apigatewayv2/apiMapping:ApiMapping";
const DENY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: "*", Action: "*", Resource: "*" },
    { Sid: "NoSends", Effect: "Deny", Principal: "*", Action: "sqs:*", Resource: "*" },
  ],
});

/** Each takes one thing away that a link needs. */
const MUTATIONS: readonly Mutation[] = [
  { what: "the verifier's way out", type: EGRESS, name: "intake-https", want: ["reach-egress", "verifier-sqs"] },
  { what: "the worker's way out", type: EGRESS, name: "training-https", want: ["reach-egress", "worker-s3"] },
  { what: "the warehouse's way out", type: EGRESS, name: "warehouse-https", want: ["reach-egress", "warehouse-s3"] },
  {
    what: "the endpoints' way in",
    type: INGRESS,
    name: "network-endpoints-in-1",
    want: ["reach-ingress", "verifier-sqs"],
  },
  {
    what: "the endpoints' way in but from one subnet",
    type: INGRESS,
    name: "network-endpoints-in-1",
    set: ["cidrIpv4", "10.16.0.0/20"],
    want: ["reach-ingress", "verifier-kms"],
  },
  { what: "the cache's way in", type: INGRESS, name: "api-to-cache", want: ["reach-ingress", "api-cache"] },
  {
    what: "the cache's port",
    type: INGRESS,
    name: "api-to-cache",
    set: ["toPort", 6378],
    want: ["reach-ingress", "api-cache"],
  },
  {
    what: "the cache's own port",
    type: "aws:elasticache/replicationGroup:ReplicationGroup",
    name: "cache",
    set: ["port", 6380],
    want: ["reach-network-policy", "api-cache"],
  },
  {
    what: "the search domain's way in",
    type: INGRESS,
    name: "search-from-delivery",
    want: ["reach-ingress", "search-delivery-search"],
  },
  {
    what: "EMR's way to its agents",
    type: EGRESS,
    name: "etl-service-to-core",
    want: ["reach-egress", "emr-service-etl"],
  },
  {
    what: "NAT",
    type: VPC,
    name: "network",
    set: ["natGateways.strategy", "None"],
    want: ["reach-route", "verifier-internet"],
  },
  {
    what: "the route of S3's endpoint",
    type: ENDPOINT,
    name: "network-s3",
    set: ["routeTableIds", []],
    want: ["reach-route", "warehouse-s3"],
  },
  { what: "S3's endpoint", type: ENDPOINT, name: "network-s3", want: ["reach-route", "warehouse-s3"] },
  {
    what: "an endpoint's policy",
    type: ENDPOINT,
    name: "network-sqs",
    set: ["policy", DENY],
    want: ["reach-endpoint", "verifier-sqs"],
  },
  {
    what: "an endpoint's group",
    type: ENDPOINT,
    name: "network-kms",
    set: ["securityGroupIds", []],
    want: ["reach-ingress", "worker-kms"],
  },
  {
    what: "the pods' way out",
    type: POLICY,
    name: "api",
    set: ["spec.egress", []],
    want: ["reach-network-policy", "api-dynamodb"],
  },
  {
    what: "the pods' way in",
    type: POLICY,
    name: "api",
    set: ["spec.ingress", []],
    want: ["reach-network-policy", "load-balancer-api"],
  },
  {
    what: "the pods' way in from one zone's load balancer",
    type: POLICY,
    name: "api",
    set: ["spec.ingress.0.from.0.ipBlock.cidr", "10.16.0.0/20"],
    want: ["reach-network-policy", "load-balancer-api"],
  },
  {
    what: "the Service's target",
    type: "kubernetes:core/v1:Service",
    name: "api",
    set: ["spec.ports.0.targetPort", "metrics"],
    want: ["reach-listener", "load-balancer-api"],
  },
  {
    what: "the Service's selector",
    type: "kubernetes:core/v1:Service",
    name: "api",
    set: ["spec.selector", { app: "other" }],
    want: ["reach-listener", "load-balancer-api"],
  },
  {
    what: "a probe's path",
    type: "kubernetes:apps/v1:Deployment",
    name: "api",
    set: ["spec.template.spec.containers.0.livenessProbe.httpGet.path", "/healthz"],
    want: ["reach-health", "kubelet-api"],
  },
  {
    what: "a liveness probe that asks for readiness",
    type: "kubernetes:apps/v1:Deployment",
    name: "api",
    set: ["spec.template.spec.containers.0.livenessProbe.httpGet.path", "/readyz"],
    want: ["reach-health", "kubelet-api"],
  },
  {
    what: "the private endpoint of Kubernetes, with the nodes' NAT",
    type: VPC,
    name: "network",
    set: ["natGateways.strategy", "None"],
    want: ["reach-route", "node-eks"],
  },
  {
    what: "the public name",
    type: RECORD,
    name: "edge-us-public-a",
    stack: "dev.mesh",
    want: ["reach-name", "visitor-collector"],
  },
  {
    what: "the shared name",
    type: RECORD,
    name: "edge-us-us-east-1",
    stack: "dev.mesh",
    want: ["reach-name", "visitor-collector"],
  },
  { what: "the region's entry", type: RECORD, name: "edge-shared", want: ["reach-name", "visitor-collector"] },
  {
    what: "the edge's alias",
    type: DISTRIBUTION,
    name: "edge-us",
    stack: "dev.mesh",
    set: ["aliases", ["api.eu.dev.meridian.example.com"]],
    want: ["reach-name", "visitor-collector"],
  },
  {
    what: "the edge's certificate",
    type: "aws:acm/certificate:Certificate",
    name: "edge-us",
    stack: "dev.mesh",
    set: ["domainName", "api.dev.meridian.example.com"],
    want: ["reach-certificate", "visitor-collector"],
  },
  {
    what: "the edge's certificate in us-east-1",
    type: "aws:acm/certificate:Certificate",
    name: "edge-us",
    stack: "dev.mesh",
    set: ["region", "eu-west-1"],
    want: ["reach-certificate", "visitor-collector"],
  },
  {
    what: "a name of the region's certificate",
    type: "aws:acm/certificate:Certificate",
    name: "edge",
    set: ["subjectAlternativeNames", []],
    want: ["reach-certificate", "visitor-collector"],
  },
  {
    what: "the methods of events",
    type: DISTRIBUTION,
    name: "edge-us",
    stack: "dev.mesh",
    set: ["orderedCacheBehaviors.0.allowedMethods", ["GET", "HEAD"]],
    want: ["reach-request", "visitor-collector"],
  },
  {
    what: "the origin's name",
    type: DISTRIBUTION,
    name: "edge-us",
    stack: "dev.mesh",
    set: ["origins.0.domainName", "collector.nowhere.dev.meridian.example.com"],
    want: ["reach-name", "visitor-collector"],
  },
  {
    what: "the mapping of the shared name",
    type: MAPPING,
    name: "edge-shared",
    want: ["reach-listener", "visitor-collector"],
  },
  {
    what: "the custom domain name",
    type: "aws:apigatewayv2/domainName:DomainName",
    name: "edge-shared",
    set: ["domainName", "other.us.dev.meridian.example.com"],
    want: ["reach-name", "visitor-collector"],
  },
  {
    what: "the route of events",
    type: "aws:apigatewayv2/route:Route",
    name: "ingest-collector",
    set: ["routeKey", "PUT /v1/events"],
    want: ["reach-request", "visitor-collector"],
  },
];

describe("the judge of reach", () => {
  let graph: FleetGraph;
  before(async () => {
    graph = await reachGraph(topology);
  });
  const mutated = ({ type, name, set, stack = HOME }: Mutation): FleetGraph => {
    let hits = 0;
    const result = graph.map((node: GraphNode) => {
      if (node.type !== type || node.name !== name || node.stack !== stack) return node;
      hits += 1;
      if (set === undefined) return undefined;
      const [path, to] = set;
      return { ...node, inputs: changed(node.inputs, path.split("."), to) as Properties };
    });
    assert.equal(hits, 1, `${type} ${name} in ${stack}`);
    return result;
  };
  const pathsOf = (fleet: FleetGraph): readonly Path[] => [...new Fleet(fleet, topology).paths()];

  it("finds in dev what is known and nothing else, each with path, page and line of code", () => {
    const findings = reachFindings(graph, topology);
    assert.deepEqual(
      findings.filter(({ level }) => level === "mandatory"),
      [],
    );
    for (const { message } of findings) {
      assert.match(
        message,
        /want .+, got .+; path: .+ -> \(nothing\) .+; fix: components\/\S+\.ts:\d+; advisory, since /,
      );
      assert.match(message, /https:\/\/(docs\.aws\.amazon\.com|kubernetes\.io)\/\S+$/);
    }
  });

  it("follows every link of the table that dev has machines for", () => {
    const followed = new Set(pathsOf(graph).map(({ link }) => link));
    const absent = LINKS.map(({ id }) => id).filter((id) => !followed.has(id));
    // dev's collector has no function.
    assert.deepEqual(absent, ["collector-function-kinesis", "collector-function-s3", "collector-function-logs"]);
  });

  it("forgives nothing that is mended: each known finding is found", () => {
    const found = pathsOf(graph);
    for (const { rule, links } of STANDING) {
      for (const link of links) {
        assert.ok(
          found.some(({ gap, link: id }) => gap?.rule === rule && id === link),
          `${rule} ${link}`,
        );
      }
    }
  });

  for (const mutation of MUTATIONS) {
    it(`misses ${mutation.what}`, () => {
      const [rule, link] = mutation.want;
      const gaps = pathsOf(mutated(mutation)).filter(({ gap, link: id }) => gap?.rule === rule && id === link);
      assert.ok(gaps.length > 0, `${rule} ${link}`);
    });
  }

  it("counts a new finding as mandatory", () => {
    const bad = mutated({ what: "", type: EGRESS, name: "intake-https", want: ["", ""] });
    const [finding] = reachFindings(bad, topology).filter(({ level }) => level === "mandatory");
    assert.equal(finding?.rule, "reach-egress");
    assert.equal(finding.stack, HOME);
    assert.match(
      finding.message,
      /^verifier-sqs, verifier-s3, .*: want a rule of security group \S+ that lets TCP 443 out/,
    );
  });
});

import assert from "node:assert/strict";
import { answerReach, Fleet, reachFindings, reachGraph, STANDING } from "../../../../fleet/check/reach";
import type { Path } from "../../../../fleet/check/reach";
import { FleetGraph, StackGraph } from "../../../../fleet/graph";
import type { GraphNode, Properties, Value } from "../../../../fleet/graph";
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
const ALLOW = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }],
});
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
    what: "a readiness probe that asks only whether the process runs",
    type: "kubernetes:apps/v1:Deployment",
    name: "api",
    set: ["spec.template.spec.containers.0.readinessProbe.httpGet.path", "/livez"],
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
    set: ["aliases", [`api.eu.${topology.domain}`]],
    want: ["reach-name", "visitor-collector"],
  },
  {
    what: "the edge's certificate",
    type: "aws:acm/certificate:Certificate",
    name: "edge-us",
    stack: "dev.mesh",
    set: ["domainName", `api.${topology.domain}`],
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
    set: ["origins.0.domainName", `collector.nowhere.${topology.domain}`],
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
    set: ["domainName", `other.us.${topology.domain}`],
    want: ["reach-name", "visitor-collector"],
  },
  {
    what: "the route of events",
    type: "aws:apigatewayv2/route:Route",
    name: "ingest-collector",
    set: ["routeKey", "PUT /v1/events"],
    want: ["reach-request", "visitor-collector"],
  },
  {
    what: "the port of the nodes that a Service has",
    type: "kubernetes:core/v1:Service",
    name: "api",
    set: ["spec.ports.0.nodePort", 30_081],
    want: ["reach-listener", "visitor-api"],
  },
  {
    what: "the nodes' way in from the load balancer",
    type: INGRESS,
    name: "api-edge-from-balancer",
    want: ["reach-ingress", "visitor-api"],
  },
  {
    what: "the load balancer's way out",
    type: EGRESS,
    name: "api-edge-balancer-to-nodes",
    set: ["toPort", 30_079],
    want: ["reach-egress", "visitor-api"],
  },
  {
    what: "the load balancer's way in",
    type: INGRESS,
    name: "api-edge-from-link",
    want: ["reach-ingress", "visitor-api"],
  },
  {
    what: "the link's way out",
    type: EGRESS,
    name: "api-edge-link-to-balancer",
    want: ["reach-egress", "visitor-api"],
  },
  {
    what: "the nodes among the load balancer's targets",
    type: "aws:autoscaling/attachment:Attachment",
    name: "api-edge",
    want: ["reach-listener", "visitor-api"],
  },
  {
    what: "the targets' health path",
    type: "aws:lb/targetGroup:TargetGroup",
    name: "api-edge",
    set: ["healthCheck.path", "/"],
    want: ["reach-health", "visitor-api"],
  },
  {
    what: "TLS between gateway and load balancer",
    type: "aws:apigatewayv2/integration:Integration",
    name: "api-edge",
    set: ["tlsConfig", undefined],
    want: ["reach-listener", "visitor-api"],
  },
  {
    what: "the name on the load balancer's certificate",
    type: "aws:acm/certificate:Certificate",
    name: "api-edge",
    set: ["domainName", `other.${topology.domain}`],
    want: ["reach-certificate", "visitor-api"],
  },
  {
    what: "the listener",
    type: "aws:lb/listener:Listener",
    name: "api-edge",
    want: ["reach-listener", "visitor-api"],
  },
  {
    what: "a route of the API",
    type: "aws:apigatewayv2/route:Route",
    name: "api-edge-similar",
    want: ["reach-request", "visitor-api"],
  },
  {
    what: "the methods of what the API takes",
    type: DISTRIBUTION,
    name: "edge-us",
    stack: "dev.mesh",
    set: ["orderedCacheBehaviors.1.allowedMethods", ["GET", "HEAD"]],
    want: ["reach-request", "visitor-api"],
  },
  {
    what: "the route of health checks",
    type: "aws:apigatewayv2/route:Route",
    name: "api-edge-health",
    want: ["reach-health", "route53-health-check"],
  },
  {
    what: "health checks without a token",
    type: "aws:apigatewayv2/route:Route",
    name: "api-edge-health",
    set: ["authorizationType", "JWT"],
    want: ["reach-health", "route53-health-check"],
  },
  {
    what: "a health check's path",
    type: "aws:route53/healthCheck:HealthCheck",
    name: "edge-us-us-east-1",
    stack: "dev.mesh",
    set: ["resourcePath", "/status"],
    want: ["reach-health", "route53-health-check"],
  },
  {
    what: "the deployer's block",
    type: "aws:eks/cluster:Cluster",
    name: "api",
    set: ["vpcConfig.endpointPublicAccess", false],
    want: ["reach-ingress", "deployer-kubernetes"],
  },
  {
    what: "a closed address of the gateway",
    type: "aws:apigatewayv2/api:Api",
    name: "ingest-collector",
    set: ["disableExecuteApiEndpoint", false],
    want: ["reach-walk-around", "edge-only-own"],
  },
];

/** Each changes nothing that a connection needs: none of them is a finding. */
const HARMLESS: readonly Omit<Mutation, "want">[] = [
  { what: "a rule that is wider", type: EGRESS, name: "intake-https", set: ["ipProtocol", "-1"] },
  { what: "a description", type: INGRESS, name: "api-to-cache", set: ["description", "other"] },
  { what: "a longer time to live", type: RECORD, name: "edge-us-us-east-1", stack: "dev.mesh", set: ["ttl", 30] },
  { what: "an IPv6 name", type: RECORD, name: "edge-us-public-aaaa", stack: "dev.mesh" },
  { what: "a gateway in every zone", type: VPC, name: "network", set: ["natGateways.strategy", "OnePerAz"] },
  { what: "the cache's way in by another port more", type: INGRESS, name: "api-to-cache", set: ["toPort", 6400] },
  { what: "a policy that allows all", type: ENDPOINT, name: "network-sqs", set: ["policy", ALLOW] },
  {
    what: "a wildcard certificate",
    type: "aws:acm/certificate:Certificate",
    name: "edge-us",
    stack: "dev.mesh",
    set: ["domainName", `*.us.${topology.domain}`],
  },
  {
    what: "a behaviour for more paths",
    type: DISTRIBUTION,
    name: "edge-us",
    stack: "dev.mesh",
    set: ["orderedCacheBehaviors.0.pathPattern", "/v1/event*"],
  },
  {
    what: "another health path of the API",
    type: "aws:lb/targetGroup:TargetGroup",
    name: "api-edge",
    set: ["healthCheck.path", "/health"],
  },
  {
    what: "pods let in from more",
    type: POLICY,
    name: "api",
    set: ["spec.ingress.0.from.0.ipBlock.cidr", "10.0.0.0/8"],
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

  it("forgives nothing that is mended: each known finding is found", async () => {
    // local names no block from which it is applied.
    const local = loadTopology(findTopology("local"));
    const found = [...pathsOf(graph), ...new Fleet(await reachGraph(local), local).paths()];
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

  for (const mutation of HARMLESS) {
    it(`has nothing against ${mutation.what}`, () => {
      const broken = (fleet: FleetGraph): readonly string[] =>
        pathsOf(fleet).flatMap(({ link, from, gap }) => (gap === undefined ? [] : [`${link} ${from} ${gap.rule}`]));
      assert.deepEqual(broken(mutated({ ...mutation, want: ["", ""] })), broken(graph));
    });
  }

  it("misses each resource on a path, but for those beside which there is another way", () => {
    const all = pathsOf(graph);
    const lacking = (paths: readonly Path[]): number => paths.filter(({ gap }) => gap !== undefined).length;
    const onPaths = new Set(all.flatMap(({ gap, hops }) => (gap === undefined ? hops.map(({ urn }) => urn) : [])));
    onPaths.delete("");
    assert.ok(onPaths.size > 80, String(onPaths.size));
    const spared = [...onPaths].filter((urn) => {
      const without = pathsOf(graph.map((node) => (node.urn === urn ? undefined : node)));
      return lacking(without) <= lacking(all) && without.length >= all.length;
    });
    const named = spared.map((urn) => urn.split("::").slice(2).join(" ").split("$").at(-1));
    assert.deepEqual(
      [...new Set(named)].sort(),
      [
        // The rule for all of the VPC lets Firehose out, too.
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule network-search-delivery-out-1",
        // NAT leads to what an endpoint does, for subnets that have it.
        "aws:ec2/vpcEndpoint:VpcEndpoint network-dynamodb",
        "aws:ec2/vpcEndpoint:VpcEndpoint network-sqs",
        // IPv4 is enough.
        "aws:route53/record:Record edge-eu-public-aaaa",
        "aws:route53/record:Record edge-us-public-aaaa",
        // Pods without a policy may do everything.
        "kubernetes:networking.k8s.io/v1:NetworkPolicy api",
      ].sort(),
    );
  });

  it("follows a VPC origin to the load balancer, whose group must let CloudFront in", () => {
    const answer = answerReach(topology);
    const balancer = graph.stack(HOME)?.of("aws:lb/loadBalancer:LoadBalancer")[0];
    const distribution = graph
      .stack("dev.mesh")
      ?.of(DISTRIBUTION)
      .find(({ name }) => name === "edge-us");
    assert.ok(balancer !== undefined && distribution !== undefined);
    const origin: GraphNode = {
      ...distribution,
      type: "aws:cloudfront/vpcOrigin:VpcOrigin",
      name: "api",
      urn: distribution.urn.replace("distribution:Distribution", "vpcOrigin:VpcOrigin"),
      inputs: { vpcOriginEndpointConfig: { arn: answer(balancer)?.id ?? "", httpsPort: 443 } },
    };
    const origins: Value = [
      { originId: "nearest", domainName: "api", vpcOriginConfig: { vpcOriginId: answer(origin)?.id ?? "" } },
    ];
    const fleet = new FleetGraph(
      graph.stacks.map((stack) =>
        stack.stack === "dev.mesh"
          ? new StackGraph(stack.name, [
              origin,
              ...stack.nodes.map((node) =>
                node === distribution ? { ...node, inputs: { ...node.inputs, origins } } : node,
              ),
            ])
          : stack,
      ),
    );
    const path = pathsOf(fleet).find(({ link, to }) => link === "visitor-api" && to.includes("api.us."));
    assert.ok(path?.hops.some(({ what }) => what === "VPC origin api") === true);
    assert.equal(path.gap?.rule, "reach-ingress");
    assert.match(path.gap.want, /lets CloudFront's interfaces in on TCP 443/);
  });

  it("says so where only AWS knows whether an endpoint lets a call through", () => {
    const named = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: "arn:aws:iam::111122223333:role/other" },
          Action: "sqs:*",
          Resource: "*",
        },
      ],
    });
    const narrow = mutated({ what: "", type: ENDPOINT, name: "network-sqs", set: ["policy", named], want: ["", ""] });
    const found = reachFindings(narrow, topology).filter(({ rule }) => rule === "reach-endpoint");
    assert.deepEqual(
      found.map(({ level }) => level),
      ["advisory"],
    );
  });

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

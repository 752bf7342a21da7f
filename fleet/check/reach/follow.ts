import { dnsSuffixOf } from "../../../aws/facts";
import { LINKS } from "../../../contracts/links/links";
import type { Link } from "../../../contracts/links/link";
import { regionInfo } from "../../../regions/catalogue";
import type { Topology } from "../../../regions/topology/model";
import { at, list, text } from "../../graph";
import type { FleetGraph, GraphNode } from "../../graph";
import { Packets } from "./packets";
import { Trail } from "./path";
import type { Gap, Path } from "./path";
import { Requests } from "./requests";
import { PROGRAM } from "./requests";
import type { Asking } from "./requests";
import { routeFor } from "./rules/http";
import { selects } from "./rules/network-policy";
import { answerReach, known } from "./world/answers";
import { Machines } from "./world/machines";
import type { Machine } from "./world/machines";
import { Networks } from "./world/network";
import { Web } from "./world/web";

const KUBERNETES_API = "https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html";
const PROBES = "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/";
const SERVICES = "https://kubernetes.io/docs/concepts/services-networking/service/";
const EXECUTE_API =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-disable-default-endpoint.html";
const RESTRICT_ORIGINS =
  "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/restrict-access-to-load-balancer.html";
const ISSUERS = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html";

/** Everything of a fleet that packets and requests meet. */
export class Fleet {
  readonly machines: Machines;
  readonly web: Web;
  private readonly packets: Packets;
  private readonly requests: Requests;

  /** @param graph recorded with names and networks: see `reachGraph`. */
  constructor(
    private readonly graph: FleetGraph,
    topology: Pick<Topology, "account" | "home">,
  ) {
    this.machines = new Machines(graph);
    this.web = new Web(graph, answerReach(topology));
    this.packets = new Packets(new Networks(graph), this.machines, topology.account);
    this.requests = new Requests(graph, this.web, this.packets, this.machines);
  }

  /** The paths of all links, and of what must be closed. */
  *paths(links: readonly Link[] = LINKS): Generator<Path> {
    for (const link of links) yield* this.follow(link);
    yield* this.walksAround();
  }

  /** One link in every region that has its client. */
  *follow(link: Link): Generator<Path> {
    const { from, to } = link;
    if (to === "edge") yield* this.fromVisitors(link);
    else if (from === "route53-health-check") yield* this.healthChecks(link);
    else if (from === "collector-gateway") yield* this.issuers(link);
    else if (from === "deployer") yield* this.deployer(link);
    else if (from === "load-balancer") yield* this.balancers(link);
    else if (from === "kubelet") yield* this.probes(link);
    else for (const client of this.machines.clients(from)) yield* this.fromMachine(link, client);
  }

  /** A request of one's own from the Internet. */
  request(asking: Asking): Path {
    const trail = new Trail();
    const gap = this.requests.ask(trail, asking);
    return pathOf("request", "the Internet", `${asking.method} https://${asking.host}${asking.path}`, "", trail, gap);
  }

  private *fromMachine(link: Link, client: Machine): Generator<Path> {
    const { to, actions = [] } = link;
    const here = client.node.stack;
    if (to.startsWith("aws:")) {
      const trail = new Trail();
      const service = to.slice("aws:".length);
      const suffix = dnsSuffixOf(regionInfo(client.region)?.partition ?? "aws");
      const gap = this.packets.call(trail, client, service, { actions, suffix });
      yield pathOf(link.id, client.name, service, client.region, trail, gap);
      return;
    }
    if (to === "internet") {
      const trail = new Trail();
      const gap = this.packets.leaveVpc(trail, client, "hosts on the Internet", link.port ?? 443);
      yield pathOf(link.id, client.name, "the Internet", client.region, trail, gap);
      return;
    }
    if (to === "kubernetes") {
      for (const cluster of this.machines.clusters().filter(({ stack }) => stack === here)) {
        yield this.joinCluster(link, client, cluster);
      }
      return;
    }
    for (const server of this.servers(link, client)) {
      const trail = new Trail();
      const gap = this.packets.connect(trail, client, server, link.port ?? server.port ?? 443);
      yield pathOf(link.id, client.name, server.name, client.region, trail, gap);
    }
  }

  private servers({ to }: Link, { node, name }: Machine): readonly Machine[] {
    const { machines } = this;
    switch (to) {
      case "cache":
        return machines.in(machines.caches(), node.stack);
      case "search":
        return machines.in(machines.searches(), node.stack);
      case "etl":
        return machines.in(machines.emr("nodes"), node.stack);
      case "emr-service":
        // Only the primary node reports.
        return name.includes("primary") ? machines.in(machines.emr("service"), node.stack) : [];
      default:
        return [];
    }
  }

  /** Nodes go by the private endpoint, in the cluster's own group. */
  private joinCluster(link: Link, client: Machine, cluster: GraphNode): Path {
    const trail = new Trail();
    const server: Machine = {
      node: cluster,
      name: `cluster ${text(cluster.inputs, "name") ?? cluster.name}`,
      region: client.region,
      subnetIds: known(list(cluster.inputs, "vpcConfig.subnetIds")),
      groupIds: client.groupIds,
    };
    const isPrivate = at(cluster.inputs, "vpcConfig.endpointPrivateAccess") === true;
    const gap = isPrivate
      ? this.packets.connect(trail, client, server, link.port ?? 443)
      : this.packets.leaveVpc(trail, client, server.name, link.port ?? 443);
    return pathOf(link.id, client.name, server.name, client.region, trail, gap);
  }

  private *deployer(link: Link): Generator<Path> {
    for (const cluster of this.machines.clusters()) {
      const trail = new Trail();
      const open = at(cluster.inputs, "vpcConfig.endpointPublicAccess") !== false;
      const cidrs = known(list(cluster.inputs, "vpcConfig.publicAccessCidrs"));
      const gap: Gap | undefined = open
        ? trail.pass(`public endpoint of the cluster, from ${cidrs.join(", ") || "0.0.0.0/0"}`, cluster.urn)
        : {
            rule: "reach-ingress",
            urn: cluster.urn,
            property: "vpcConfig.publicAccessCidrs",
            want: "a block from which the machine that applies the stacks reaches the Kubernetes API (serving.access in the topology)",
            got: "none: the endpoint is private",
            source: KUBERNETES_API,
          };
      yield pathOf(
        link.id,
        "the deployer",
        `cluster ${text(cluster.inputs, "name") ?? ""}`,
        cluster.region,
        trail,
        gap,
      );
    }
  }

  private *fromVisitors(link: Link): Generator<Path> {
    for (const distribution of this.graph.of("aws:cloudfront/distribution:Distribution")) {
      for (const host of this.namesOf(distribution)) {
        for (const { method, path, program, signedIn = false } of link.requests ?? []) {
          const trail = new Trail();
          const gap = this.requests.ask(trail, { host, method, path, program, signedIn, alive: false });
          yield pathOf(link.id, "a visitor", `${method} https://${host}${path}`, distribution.region, trail, gap);
        }
      }
    }
  }

  /** Names under which a distribution is asked: its aliases, and the records that lead to it. */
  private namesOf(distribution: GraphNode): readonly string[] {
    const led = this.web.records
      .filter(({ values }) => values.some((value) => this.web.serverOf(value) === distribution))
      .map(({ name }) => name);
    return [...new Set([...known(list(distribution.inputs, "aliases")), ...led])];
  }

  private *healthChecks(link: Link): Generator<Path> {
    for (const { inputs, region } of this.graph.of("aws:route53/healthCheck:HealthCheck")) {
      const host = text(inputs, "fqdn") ?? "";
      const path = text(inputs, "resourcePath") ?? "/";
      if (!["HTTPS", "HTTP"].includes(text(inputs, "type") ?? "")) continue;
      const trail = new Trail();
      const gap = this.requests.ask(trail, { host, method: "GET", path, signedIn: false, alive: true });
      yield pathOf(link.id, "Route 53", `GET https://${host}${path}`, region, trail, gap);
    }
  }

  /** API Gateway reads an issuer's keys below its address. */
  private *issuers(link: Link): Generator<Path> {
    for (const { urn, inputs, region } of this.graph.of("aws:apigatewayv2/authorizer:Authorizer")) {
      const issuer = text(inputs, "jwtConfiguration.issuer");
      if (issuer === undefined) continue;
      const trail = new Trail();
      const { host } = new URL(issuer);
      const found = this.web.records.some(({ name }) => name === host);
      const gap: Gap | undefined =
        !this.web.owns(host) || found
          ? trail.pass(`${host} is ${found ? "in the zone" : "somebody else's"}`, urn)
          : {
              rule: "reach-name",
              urn,
              property: "jwtConfiguration.issuer",
              want: `a record of ${host}, which lies in the fleet's own zone`,
              got: "none",
              source: ISSUERS,
            };
      yield pathOf(link.id, "the collector's gateway", issuer, region, trail, gap);
    }
  }

  /** From inside the VPC to the pods behind each Service that has a load balancer. */
  private *balancers(link: Link): Generator<Path> {
    for (const pods of this.machines.pods()) {
      const { pod, node } = pods;
      for (const service of this.machines.services(node.stack)) {
        const trail = new Trail();
        const name = text(service.inputs, "metadata.name") ?? service.name;
        const own = pod !== undefined && selects({ matchLabels: at(service.inputs, "spec.selector") }, pod.labels);
        const gap: Gap | undefined = own
          ? (trail.pass(`Service ${name} selects ${pods.name}`, service.urn) ??
            this.requests.servicePort(service, undefined, pods) ??
            this.packets.admitPod(
              trail,
              { name: "the load balancer", subnetIds: pods.subnetIds },
              pods,
              pods.port ?? 0,
            ))
          : {
              rule: "reach-listener",
              urn: service.urn,
              property: "spec.selector",
              want: `labels of ${pods.name}`,
              got: "labels of no pods",
              source: SERVICES,
            };
        yield pathOf(link.id, `Service ${name}`, pods.name, pods.region, trail, gap);
      }
    }
  }

  /** Kubelets reach pods of their node whatever network policies say: only the path counts. */
  private *probes(link: Link): Generator<Path> {
    for (const pods of this.machines.pods()) {
      const containers = list(pods.node.inputs, "spec.template.spec.containers");
      for (const kind of ["startupProbe", "livenessProbe", "readinessProbe"] as const) {
        for (const probe of containers.flatMap((one) => list(one, kind))) {
          const path = text(probe, "httpGet.path") ?? "/";
          const trail = new Trail();
          const route = routeFor(PROGRAM.api, "GET", path);
          // A pod that runs without its tables is taken out of service, and not started anew.
          const want = kind === "readinessProbe" ? "answering" : "running";
          const answers = route?.proves === want;
          const gap: Gap | undefined = answers
            ? trail.pass(`${kind} ${path}`, pods.node.urn)
            : {
                rule: "reach-health",
                urn: pods.node.urn,
                property: kind,
                want: `a path that the program answers 2xx as long as it is ${want}`,
                got: path,
                source: PROBES,
              };
          yield pathOf(link.id, "the kubelet", `${pods.name}, ${kind}`, pods.region, trail, gap);
        }
      }
    }
  }

  /** Ways from the Internet to an API that pass by the web ACL before it. */
  private *walksAround(): Generator<Path> {
    const guarded = this.graph
      .of("aws:cloudfront/distribution:Distribution")
      .some(({ inputs }) => at(inputs, "webAclId") !== undefined);
    if (!guarded) return;
    for (const api of this.graph.of("aws:apigatewayv2/api:Api")) {
      const name = text(api.inputs, "name") ?? api.name;
      const trail = new Trail();
      const closed = at(api.inputs, "disableExecuteApiEndpoint") === true;
      const gap: Gap | undefined = closed
        ? trail.pass("its own address is off", api.urn)
        : {
            rule: "reach-walk-around",
            urn: api.urn,
            property: "disableExecuteApiEndpoint",
            want: "no address of its own, as the web ACL is at the edge",
            got: "execute-api open to the Internet",
            source: EXECUTE_API,
          };
      yield pathOf("edge-only-own", "the Internet", `${name} by its own address`, api.region, trail, gap);
    }
    for (const domain of this.graph.of("aws:apigatewayv2/domainName:DomainName")) {
      const host = text(domain.inputs, "domainName") ?? "";
      const trail = new Trail();
      const mutual = at(domain.inputs, "mutualTlsAuthentication") !== undefined;
      const gap: Gap | undefined = mutual
        ? trail.pass("callers need a certificate", domain.urn)
        : {
            rule: "reach-walk-around",
            urn: domain.urn,
            property: "mutualTlsAuthentication",
            want: `${host} open to CloudFront alone`,
            got: "a name that anybody on the Internet may call",
            source: RESTRICT_ORIGINS,
          };
      yield pathOf("edge-only-name", "the Internet", `the collector as ${host}`, domain.region, trail, gap);
    }
  }
}

function pathOf(link: string, from: string, to: string, region: string, { hops }: Trail, gap: Gap | undefined): Path {
  return { link, from, to, region, hops, ...(gap === undefined ? {} : { gap }) };
}

import { API_ROUTES, COLLECTOR_EVENTS } from "../../../contracts/links/routes";
import { CLOUDFRONT_REGION } from "../../../aws/facts";
import { at, list, number, show, text } from "../../graph";
import type { FleetGraph, GraphNode } from "../../graph";
import type { Packets } from "./packets";
import { everyOf, inOrder } from "./path";
import type { Gap, Trail } from "./path";
import { behaviorFor, routeFor } from "./rules/http";
import { certificateCovers, resolve } from "./rules/names";
import { selects } from "./rules/network-policy";
import type { Machine, Machines } from "./world/machines";
import { known } from "./world/answers";
import type { Web } from "./world/web";

/** A request on its way. */
export interface Asking {
  readonly host: string;
  readonly method: string;
  readonly path: string;
  /** Program that must answer; undefined: whatever does. */
  readonly program?: "api" | "collector";
  readonly signedIn: boolean;
  /** The answer must be 2xx while the region can answer visitors, whatever is published: a health check's. */
  readonly alive: boolean;
}

const DISTRIBUTION = "aws:cloudfront/distribution:Distribution";
const DOMAIN = "aws:apigatewayv2/domainName:DomainName";
const API = "aws:apigatewayv2/api:Api";
const LOAD_BALANCER = "aws:lb/loadBalancer:LoadBalancer";

const SOURCES = {
  records: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/rrsets-working-with.html",
  alias: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html",
  certificates: "https://docs.aws.amazon.com/acm/latest/userguide/acm-concepts.html",
  edgeCertificates:
    "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html",
  behaviors: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html",
  vpcOrigins: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html",
  domains: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-custom-domain-names.html",
  mappings: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-mappings.html",
  routes: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html",
  callers: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html",
  links: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-private.html",
  listeners: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-listeners.html",
  targets: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html",
  services: "https://kubernetes.io/docs/concepts/services-networking/service/",
  health: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html",
} as const;

/** Follows an HTTPS request by names, certificates, behaviours, routes and listeners to the program that answers it. */
export class Requests {
  constructor(
    private readonly graph: FleetGraph,
    private readonly web: Web,
    private readonly packets: Packets,
    private readonly machines: Machines,
  ) {}

  /** From the Internet, by name. */
  ask(trail: Trail, asking: Asking): Gap | undefined {
    const { host } = asking;
    const answer = resolve(this.web.records, host, (name) => this.web.owns(name));
    if ("missing" in answer) {
      return {
        rule: "reach-name",
        urn: answer.by.at(-1)?.urn ?? "",
        property: "records",
        want: `a record of ${answer.missing}`,
        got: "none",
        source: SOURCES.records,
      };
    }
    return everyOf(answer.found, ({ host: end, by }) => {
      for (const { name, type, values, urn } of by) trail.pass(`${type} record ${name} -> ${values.join(", ")}`, urn);
      const server = this.web.serverOf(end);
      if (server !== undefined) return this.serve(trail, server, asking);
      return {
        rule: "reach-listener",
        urn: by.at(-1)?.urn ?? "",
        property: "aliases",
        want: `a name of what some stack makes behind ${host}`,
        got: end,
        source: SOURCES.records,
      };
    });
  }

  private serve(trail: Trail, server: GraphNode, asking: Asking): Gap | undefined {
    switch (server.type) {
      case DISTRIBUTION:
        return this.atEdge(trail, server, asking);
      case DOMAIN:
        return this.atDomain(trail, server, asking);
      case API:
        return this.atApi(trail, server, asking);
      default:
        return {
          rule: "reach-listener",
          urn: server.urn,
          property: "internal",
          want: `a server on the Internet behind ${asking.host}`,
          got: "an internal load balancer",
          source: SOURCES.listeners,
        };
    }
  }

  private certified(trail: Trail, user: GraphNode, property: string, host: string, region?: string): Gap | undefined {
    const certificate = this.web.certificateNames(at(user.inputs, property));
    const names = certificate?.names ?? [];
    if (!certificateCovers(names, host)) {
      return {
        rule: "reach-certificate",
        urn: certificate?.node.urn ?? user.urn,
        property: certificate === undefined ? property : "subjectAlternativeNames",
        want: `a certificate with ${host}`,
        got: names.length === 0 ? "none that a stack makes" : names.join(", "),
        source: SOURCES.certificates,
      };
    }
    const issuedIn = text(certificate?.node.inputs, "region") ?? certificate?.node.region ?? "";
    if (region !== undefined && issuedIn !== region) {
      return {
        rule: "reach-certificate",
        urn: certificate?.node.urn ?? "",
        property: "region",
        want: region,
        got: issuedIn,
        source: SOURCES.edgeCertificates,
      };
    }
    return trail.pass(`certificate with ${host}`, certificate?.node.urn);
  }

  private atEdge(trail: Trail, node: GraphNode, asking: Asking): Gap | undefined {
    const { inputs, urn } = node;
    const { host, method, path } = asking;
    const aliases = known(list(inputs, "aliases"));
    if (!aliases.includes(host)) {
      return {
        rule: "reach-name",
        urn,
        property: "aliases",
        want: `alias ${host}`,
        got: aliases.join(", ") || "none",
        source: SOURCES.alias,
      };
    }
    const uncertified = this.certified(trail, node, "viewerCertificate.acmCertificateArn", host, CLOUDFRONT_REGION);
    if (uncertified !== undefined) return uncertified;
    const behaviors = [
      ...list(inputs, "orderedCacheBehaviors"),
      { ...(at(inputs, "defaultCacheBehavior") as object), pathPattern: "*" },
    ].map((one) => ({
      pathPattern: text(one, "pathPattern") ?? "*",
      methods: known(list(one, "allowedMethods")),
      target: text(one, "targetOriginId") ?? "",
    }));
    const behavior = behaviorFor(behaviors, path);
    if (behavior?.methods.includes(method) !== true) {
      return {
        rule: "reach-request",
        urn,
        property: "orderedCacheBehaviors",
        want: `a behaviour that lets ${method} ${path} through`,
        got: `${behavior?.pathPattern ?? "none"} with ${behavior?.methods.join(", ") ?? "no methods"}`,
        source: SOURCES.behaviors,
      };
    }
    trail.pass(`CloudFront ${host}: behaviour ${behavior.pathPattern}`, urn);
    const group = list(inputs, "originGroups").find((one) => text(one, "originId") === behavior.target);
    const ids =
      group === undefined ? [behavior.target] : list(group, "members").map((one) => text(one, "originId") ?? "");
    return everyOf(ids, (id): Gap | undefined => {
      const origin = list(inputs, "origins").find((one) => text(one, "originId") === id);
      const domainName = text(origin, "domainName") ?? "";
      const vpcOrigin = text(origin, "vpcOriginConfig.vpcOriginId");
      trail.pass(`origin ${id}: ${domainName}`, urn);
      if (vpcOrigin !== undefined) return this.byVpcOrigin(trail, node, vpcOrigin, domainName, asking);
      return this.ask(trail, { ...asking, host: domainName });
    });
  }

  /** CloudFront's interfaces in the VPC: in the load balancer's subnets. */
  private byVpcOrigin(trail: Trail, user: GraphNode, id: string, host: string, asking: Asking): Gap | undefined {
    const origin = this.web.find("aws:cloudfront/vpcOrigin:VpcOrigin", id);
    const balancer = this.web.find(LOAD_BALANCER, at(origin?.inputs, "vpcOriginEndpointConfig.arn"));
    if (origin === undefined || balancer === undefined) {
      return {
        rule: "reach-listener",
        urn: origin?.urn ?? user.urn,
        property: "vpcOriginEndpointConfig",
        want: "a load balancer of the VPC origin",
        got: "none that a stack makes",
        source: SOURCES.vpcOrigins,
      };
    }
    const port = number(origin.inputs, "vpcOriginEndpointConfig.httpsPort") ?? 443;
    trail.pass(`VPC origin ${origin.name}`, origin.urn);
    const client = { ...balancerMachine(balancer), name: "CloudFront's interfaces", groupIds: [] };
    return this.atBalancer(trail, client, balancer, port, host, asking);
  }

  private atDomain(trail: Trail, node: GraphNode, asking: Asking): Gap | undefined {
    const { host } = asking;
    const name = text(node.inputs, "domainName") ?? "";
    if (name !== host) {
      return {
        rule: "reach-name",
        urn: node.urn,
        property: "domainName",
        want: `a custom domain name ${host}, which the request's TLS and Host header name`,
        got: name,
        source: SOURCES.domains,
      };
    }
    const mapping = this.graph
      .of("aws:apigatewayv2/apiMapping:ApiMapping")
      .find((one) => one.stack === node.stack && text(one.inputs, "domainName") === name);
    const api = this.web.find(API, at(mapping?.inputs, "apiId"));
    return inOrder(
      () => this.certified(trail, node, "domainNameConfiguration.certificateArn", host),
      () =>
        mapping === undefined || api === undefined
          ? {
              rule: "reach-listener",
              urn: mapping?.urn ?? node.urn,
              property: "apiId",
              want: `an API mapped to ${host}`,
              got: "none",
              source: SOURCES.mappings,
            }
          : trail.pass(`domain name ${host} -> API ${text(api.inputs, "name") ?? api.name}`, mapping.urn),
      () => (api === undefined ? undefined : this.atApi(trail, api, asking)),
    );
  }

  /** Routes of an HTTP API, and what they lead to. */
  private atApi(trail: Trail, api: GraphNode, asking: Asking): Gap | undefined {
    const { method, path, signedIn } = asking;
    const id = this.web.idOf(api);
    const routes = this.graph
      .of("aws:apigatewayv2/route:Route")
      .filter(({ inputs, stack }) => stack === api.stack && text(inputs, "apiId") === id)
      .map((node) => ({ key: text(node.inputs, "routeKey") ?? "", node }));
    const route = routeFor(routes, method, path);
    if (route === undefined) {
      return {
        rule: asking.alive ? "reach-health" : "reach-request",
        urn: api.urn,
        property: "routes",
        want: `a route for ${method} ${path}`,
        got: `404: its routes are ${routes.map(({ key }) => key).join(", ") || "none"}`,
        source: asking.alive ? SOURCES.health : SOURCES.routes,
      };
    }
    const { node } = route;
    const caller = text(node.inputs, "authorizationType") ?? "NONE";
    if (caller === "AWS_IAM" || (caller !== "NONE" && !signedIn)) {
      return {
        rule: asking.alive ? "reach-health" : "reach-caller",
        urn: node.urn,
        property: "authorizationType",
        want: `${route.key} open to ${signedIn ? "a signed-in visitor" : "a caller without a token"}`,
        got:
          caller === "AWS_IAM" ? "403 to all but callers who sign with an AWS key" : `401 without a token (${caller})`,
        source: SOURCES.callers,
      };
    }
    trail.pass(`route ${route.key}`, node.urn);
    return this.integrate(trail, node, asking);
  }

  private integrate(trail: Trail, route: GraphNode, asking: Asking): Gap | undefined {
    const target = (text(route.inputs, "target") ?? "").replace(/^integrations\//, "");
    const integration = this.web.find("aws:apigatewayv2/integration:Integration", target);
    if (integration === undefined)
      return this.noListener(route, "target", "an integration of the route", target || "none");
    const { inputs } = integration;
    if (text(inputs, "connectionType") === "VPC_LINK") return this.byVpcLink(trail, integration, asking);
    const answering =
      text(inputs, "integrationSubtype") === "Kinesis-PutRecord" ? "collector" : this.functionOf(integration);
    if (answering !== "collector") {
      return this.noListener(
        integration,
        "integrationUri",
        "a program of ours",
        text(inputs, "integrationUri") ?? "none",
      );
    }
    return this.answered(trail, integration, answering, asking);
  }

  private functionOf({ inputs, stack }: GraphNode): "collector" | undefined {
    const uri = text(inputs, "integrationUri") ?? "";
    const functions = this.machines.clients("collector-function").filter(({ node }) => node.stack === stack);
    return functions.some(({ node }) => uri.includes(`:function:${text(node.inputs, "name") ?? ""}`))
      ? "collector"
      : undefined;
  }

  private byVpcLink(trail: Trail, integration: GraphNode, asking: Asking): Gap | undefined {
    const { inputs } = integration;
    const link = this.web.find("aws:apigatewayv2/vpcLink:VpcLink", at(inputs, "connectionId"));
    const listener = this.web.find("aws:lb/listener:Listener", at(inputs, "integrationUri"));
    const balancer = this.web.find(LOAD_BALANCER, at(listener?.inputs, "loadBalancerArn"));
    if (link === undefined)
      return this.noListener(integration, "connectionId", "a VPC link", "none that a stack makes");
    if (listener === undefined || balancer === undefined) {
      return this.noListener(integration, "integrationUri", "a listener of a load balancer", "none that a stack makes");
    }
    trail.pass(`VPC link ${text(link.inputs, "name") ?? link.name}`, link.urn);
    const client: Machine = {
      node: link,
      name: "the VPC link",
      region: link.region,
      subnetIds: known(list(link.inputs, "subnetIds")),
      groupIds: known(list(link.inputs, "securityGroupIds")),
    };
    const port = number(listener.inputs, "port") ?? 0;
    const secure = text(listener.inputs, "protocol") === "HTTPS";
    const verified = text(inputs, "tlsConfig.serverNameToVerify");
    if (secure !== (verified !== undefined)) {
      return this.noListener(
        integration,
        "tlsConfig",
        secure
          ? "tlsConfig.serverNameToVerify, as the listener speaks HTTPS"
          : "no tlsConfig, as the listener speaks HTTP",
        verified ?? "none",
      );
    }
    return inOrder(
      () =>
        this.packets.leave(trail, client, {
          name: "the load balancer",
          peer: { cidrs: this.packets.cidrsOf(balancerMachine(balancer)), groups: balancerMachine(balancer).groupIds },
          port,
        }),
      () => this.atBalancer(trail, client, balancer, port, verified ?? asking.host, asking),
    );
  }

  /** A load balancer's group, listener, certificate, targets; then the pods behind its node port. */
  private atBalancer(
    trail: Trail,
    client: Machine,
    balancer: GraphNode,
    port: number,
    host: string,
    asking: Asking,
  ): Gap | undefined {
    const machine = balancerMachine(balancer);
    const listener = this.graph
      .of("aws:lb/listener:Listener")
      .find(
        (one) =>
          number(one.inputs, "port") === port &&
          this.web.find(LOAD_BALANCER, at(one.inputs, "loadBalancerArn")) === balancer,
      );
    if (listener === undefined) {
      return this.noListener(balancer, "listeners", `a listener on port ${port}`, "none");
    }
    const action = list(listener.inputs, "defaultActions").find((one) => text(one, "type") === "forward");
    const group = this.web.find("aws:lb/targetGroup:TargetGroup", at(action, "targetGroupArn"));
    if (group === undefined)
      return this.noListener(listener, "defaultActions", "a target group", "none that a stack makes");
    return inOrder(
      () => this.packets.enter(trail, client, machine, port),
      () =>
        text(listener.inputs, "protocol") === "HTTPS"
          ? this.certified(trail, listener, "certificateArn", host)
          : undefined,
      () => trail.pass(`listener ${text(listener.inputs, "protocol") ?? ""} ${port}`, listener.urn),
      () => this.atTargets(trail, machine, group, asking),
    );
  }

  private atTargets(trail: Trail, balancer: Machine, group: GraphNode, asking: Asking): Gap | undefined {
    const port = number(group.inputs, "port") ?? 0;
    const nodes = this.machines.nodes().find(({ node }) => node.stack === group.stack);
    const attached = this.graph
      .of("aws:autoscaling/attachment:Attachment")
      .find(
        ({ inputs, stack }) =>
          stack === group.stack &&
          this.web.find("aws:lb/targetGroup:TargetGroup", at(inputs, "lbTargetGroupArn")) === group,
      );
    if (nodes === undefined || attached === undefined) {
      return this.noTargets(group, "targets", "the cluster's nodes among its targets", "no attachment of their group");
    }
    const service = this.machines
      .services(group.stack)
      .find(({ inputs }) => list(inputs, "spec.ports").some((one) => number(one, "nodePort") === port));
    const pods = this.machines
      .pods()
      .find(
        ({ node, pod }) =>
          node.stack === group.stack &&
          service !== undefined &&
          pod !== undefined &&
          selects({ matchLabels: at(service.inputs, "spec.selector") }, pod.labels),
      );
    if (service === undefined || pods === undefined) {
      return this.noTargets(
        group,
        "port",
        `the node port of a Service in front of pods`,
        `${port}, which no Service has`,
      );
    }
    const health = text(group.inputs, "healthCheck.path") ?? "/";
    const alive = routeFor(PROGRAM.api, "GET", health)?.proves !== undefined;
    return inOrder(
      () => this.packets.connect(trail, balancer, nodes, port),
      () =>
        trail.pass(`Service ${text(service.inputs, "metadata.name") ?? service.name}, node port ${port}`, service.urn),
      () => this.servicePort(service, port, pods),
      () => this.packets.admitPod(trail, balancer, pods, pods.port ?? 0),
      () =>
        alive
          ? trail.pass(`health check of the targets: ${health}`, group.urn)
          : {
              rule: "reach-health",
              urn: group.urn,
              property: "healthCheck.path",
              want: "a path that the program answers 2xx",
              got: health,
              source: SOURCES.targets,
            },
      () => this.answered(trail, group, "api", asking),
    );
  }

  /** The pods' port that a Service's port leads to. */
  servicePort(service: GraphNode, nodePort: number | undefined, pods: Machine): Gap | undefined {
    const found = list(service.inputs, "spec.ports").filter(
      (one) => nodePort === undefined || number(one, "nodePort") === nodePort,
    );
    for (const one of found) {
      const target = at(one, "targetPort") ?? at(one, "port");
      const port = typeof target === "string" ? pods.pod?.ports?.[target] : target;
      if (port === pods.port && port !== undefined) return undefined;
    }
    return {
      rule: "reach-listener",
      urn: service.urn,
      property: "spec.ports",
      want: `a target port on which ${pods.name} listen (${String(pods.port)})`,
      got: found.map((one) => show(at(one, "targetPort"))).join(", ") || "none",
      source: SOURCES.services,
    };
  }

  /** Whether a program's own route table answers, and 2xx where it must. */
  private answered(trail: Trail, by: GraphNode, program: "api" | "collector", asking: Asking): Gap | undefined {
    const { method, path } = asking;
    const route = routeFor(PROGRAM[program], method, path);
    if (asking.program !== undefined && asking.program !== program) {
      return {
        rule: "reach-request",
        urn: by.urn,
        property: "target",
        want: `${method} ${path} answered by the ${asking.program}`,
        got: `the ${program}`,
        source: SOURCES.routes,
      };
    }
    if (route === undefined || (asking.alive && route.proves !== "answering")) {
      return {
        rule: asking.alive ? "reach-health" : "reach-request",
        urn: by.urn,
        property: "path",
        want: asking.alive
          ? `a path that the ${program} answers 2xx while it can answer visitors`
          : `a route of the ${program}`,
        got: `${method} ${path}, ${route === undefined ? "which it does not have" : "which it may answer otherwise"}`,
        source: asking.alive ? SOURCES.health : SOURCES.routes,
      };
    }
    return trail.pass(`answered by the ${program}: ${route.key}`);
  }

  private noListener(node: GraphNode, property: string, want: string, got: string): Gap {
    return { rule: "reach-listener", urn: node.urn, property, want, got, source: SOURCES.links };
  }

  private noTargets(node: GraphNode, property: string, want: string, got: string): Gap {
    return { rule: "reach-listener", urn: node.urn, property, want, got, source: SOURCES.targets };
  }
}

/** Route tables of the programs. */
export const PROGRAM = {
  api: API_ROUTES.map(({ method, path, proves }) => ({ key: `${method} ${path}`, proves })),
  collector: [{ key: `${COLLECTOR_EVENTS.method} ${COLLECTOR_EVENTS.path}`, proves: undefined }],
} as const;

/** A load balancer's interfaces. */
function balancerMachine(node: GraphNode): Machine {
  return {
    node,
    name: `load balancer ${text(node.inputs, "name") ?? node.name}`,
    region: node.region,
    subnetIds: known(list(node.inputs, "subnets")),
    groupIds: known(list(node.inputs, "securityGroups")),
  };
}

import { SERVICE_ENDPOINTS } from "../../../aws/endpoints";
import { UNKNOWN } from "../../graph";
import { compileDocument, evaluate } from "../access";
import type { Text, Verdict } from "../access";
import { everyOf, inOrder } from "./path";
import type { Gap, Trail } from "./path";
import { policiesAllow } from "./rules/network-policy";
import type { Pod, PolicyPeer } from "./rules/network-policy";
import { wayOut } from "./rules/routes";
import type { Destination } from "./rules/routes";
import { admits } from "./rules/security-groups";
import type { GroupRule, Peer } from "./rules/security-groups";
import type { Machine, Machines } from "./world/machines";
import type { Endpoint, Networks } from "./world/network";

const ANYWHERE = "0.0.0.0/0";
const SOURCES = {
  groups: "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
  routes: "https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html",
  endpoints: "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
  policies: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
} as const;

/** The side of a connection that is not the client: what the client's rules must let it reach. */
export interface Target {
  readonly name: string;
  readonly peer: Peer;
  readonly port: number;
  /** Service whose prefix list has the addresses. */
  readonly service?: string;
  /** A pod, for network policies. */
  readonly pod?: Pod;
}

/** Follows packets through groups, routes, endpoints and network policies. */
export class Packets {
  constructor(
    private readonly networks: Networks,
    private readonly machines: Machines,
    private readonly account: string,
  ) {}

  /** From one machine to another in the VPC. */
  connect(trail: Trail, client: Machine, server: Machine, port: number): Gap | undefined {
    const target: Target = {
      name: server.name,
      peer: { cidrs: this.cidrsOf(server), groups: server.groupIds },
      port,
      ...(server.pod === undefined ? {} : { pod: server.pod }),
    };
    return inOrder(
      () => this.leave(trail, client, target),
      () => this.travel(trail, client, target),
      () => this.enter(trail, client, server, port),
    );
  }

  /** From a machine to an AWS service's API in its region. */
  call(
    trail: Trail,
    client: Machine,
    service: string,
    { actions, suffix }: { readonly actions: readonly string[]; readonly suffix: string },
  ): Gap | undefined {
    const host = `${SERVICE_ENDPOINTS[service]?.host ?? service}.${client.region}.${suffix}`;
    const network = this.networks.ofSubnet(client.subnetIds[0] ?? "");
    if (network === undefined) {
      trail.pass(`${client.name} is in AWS's own network, where ${host} has public addresses`);
      return undefined;
    }
    const { vpc } = network;
    const ready = client.pod === undefined ? undefined : this.resolveInCluster(trail, client);
    if (ready !== undefined) return ready;
    const own = vpc.endpoints.filter((one) => one.service === service);
    const named = own.find(({ kind, privateDns }) => kind === "interface" && privateDns && vpc.privateNames);
    if (named !== undefined) return this.callByInterface(trail, client, named, { host, actions });
    const gateway = own.find(({ kind }) => kind === "gateway");
    trail.pass(`${host} has public addresses`);
    const target: Target = {
      name: host,
      peer: { cidrs: [ANYWHERE], prefixLists: [service] },
      port: 443,
      ...(gateway === undefined ? {} : { service }),
    };
    return inOrder(
      () => this.leave(trail, client, target),
      () => this.travel(trail, client, target),
      () => (gateway === undefined ? undefined : this.passEndpoint(trail, gateway, actions)),
    );
  }

  /** From a machine to hosts on the Internet. */
  leaveVpc(trail: Trail, client: Machine, host: string, port: number): Gap | undefined {
    const target: Target = { name: host, peer: { cidrs: [ANYWHERE] }, port };
    return inOrder(
      () => this.leave(trail, client, target),
      () => this.travel(trail, client, target),
    );
  }

  private callByInterface(
    trail: Trail,
    client: Machine,
    endpoint: Endpoint,
    { host, actions }: { readonly host: string; readonly actions: readonly string[] },
  ): Gap | undefined {
    const server: Machine = {
      node: endpoint.node,
      name: `interface endpoint ${endpoint.node.name}`,
      region: client.region,
      subnetIds: endpoint.subnetIds,
      groupIds: endpoint.groupIds,
    };
    trail.pass(`${host} -> private addresses of ${server.name}`, endpoint.node.urn);
    return inOrder(
      () => this.connect(trail, client, server, 443),
      () => this.passEndpoint(trail, endpoint, actions),
    );
  }

  /** Docs: an endpoint without a policy lets all through. */
  private passEndpoint(trail: Trail, endpoint: Endpoint, actions: readonly string[]): Gap | undefined {
    const { node, policy } = endpoint;
    if (policy === undefined || policy === null) {
      trail.pass(`${endpoint.kind} endpoint ${node.name} without a policy`, node.urn);
      return undefined;
    }
    const document = compileDocument(policy, { name: node.name, urn: node.urn });
    const everything = compileDocument(
      { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] },
      { name: "", urn: "" },
    );
    const gap = everyOf(actions, (action): Gap | undefined => {
      const asked = (arn: Text): Verdict =>
        evaluate(
          { principal: { kind: "role", arn }, action, resource: UNKNOWN },
          { identity: [everything], endpoint: document },
        );
      // Some role of the account; where its policy names others, whether the client is one of them is not known here.
      const first = asked(`arn:aws:iam::${this.account}:role/client`);
      const verdict = first.kind === "missing" ? asked(UNKNOWN) : first;
      if (verdict.kind === "allowed") return undefined;
      return {
        rule: "reach-endpoint",
        urn: node.urn,
        property: "policy",
        want: `a statement of the endpoint's policy that allows ${action}`,
        got:
          verdict.kind === "denied"
            ? `a deny by ${verdict.by.sid}`
            : verdict.kind === "missing"
              ? "none"
              : "one that depends on the resource",
        source: SOURCES.endpoints,
        unjudged: verdict.kind === "unjudged",
      };
    });
    if (gap === undefined) trail.pass(`policy of endpoint ${node.name}`, node.urn);
    return gap;
  }

  /** A pod asks the cluster's DNS before anything else. kubernetes.io/docs/concepts/services-networking/dns-pod-service */
  private resolveInCluster(trail: Trail, client: Machine): Gap | undefined {
    const dns: Pod = { namespace: "kube-system", labels: { "k8s-app": "kube-dns" } };
    return this.byPolicies(trail, client, { pod: dns }, { protocol: "udp", port: 53, what: "the cluster's DNS" });
  }

  /** Egress of the client: its groups, and the policies of a pod. */
  leave(trail: Trail, client: Machine, target: Target): Gap | undefined {
    const { groupIds, pod } = client;
    const rules = groupIds.flatMap((id) => this.networks.groups.get(id)?.egress ?? []);
    const by = admits(rules, { protocol: "tcp", port: target.port }, target.peer);
    if (by === undefined) {
      const group = this.networks.groups.get(groupIds[0] ?? "");
      return {
        rule: "reach-egress",
        urn: group?.node.urn ?? client.node.urn,
        property: "egress",
        want: `a rule of ${group?.name ?? `the groups of ${client.name}`} that lets TCP ${target.port} out to ${target.name}`,
        got: described(rules),
        source: SOURCES.groups,
      };
    }
    trail.pass(`egress of ${client.name}: TCP ${target.port} to ${target.name}`, by[0]?.urn ?? "");
    if (pod === undefined) return undefined;
    const peers: readonly PolicyPeer[] =
      target.pod === undefined ? target.peer.cidrs.map((cidr) => ({ cidr })) : [{ pod: target.pod }];
    return everyOf(peers, (peer) =>
      this.byPolicies(trail, client, peer, { protocol: "tcp", port: target.port, what: target.name }),
    );
  }

  private byPolicies(
    trail: Trail,
    client: Machine,
    peer: PolicyPeer,
    { protocol, port, what }: { readonly protocol: "tcp" | "udp"; readonly port: number; readonly what: string },
  ): Gap | undefined {
    if (client.pod === undefined) return undefined;
    const said = policiesAllow(this.machines.policies(client.node.stack), "egress", client.pod, peer, {
      protocol,
      port,
    });
    const [urn = ""] = said.by;
    if (said.allowed) return trail.pass(`network policy: out to ${what}, ${protocol.toUpperCase()} ${port}`, urn);
    return {
      rule: "reach-network-policy",
      urn,
      property: "spec.egress",
      want: `a rule that lets ${client.name} out to ${what} ${"cidr" in peer ? `(${peer.cidr}) ` : ""}on ${protocol.toUpperCase()} ${port}`,
      got: "none",
      source: SOURCES.policies,
    };
  }

  /** Routes of each of the client's subnets. */
  travel(trail: Trail, client: Machine, target: Target): Gap | undefined {
    const ways = new Set<string>();
    const gap = everyOf(client.subnetIds, (id) => {
      const found = this.networks.ofSubnet(id);
      return everyOf(target.peer.cidrs, (cidr): Gap | undefined => {
        const destination: Destination = { cidr, ...(target.service === undefined ? {} : { service: target.service }) };
        const way = wayOut(found?.subnet.routes ?? [], destination);
        if (way.leaves) {
          ways.add(way.by);
          return undefined;
        }
        return {
          rule: "reach-route",
          urn: found?.vpc.node.urn ?? client.node.urn,
          property: "subnetSpecs",
          want: `a route from ${found?.subnet.tier ?? "its"} subnet ${found?.subnet.cidr ?? id} of ${client.name} to ${target.name}`,
          got: way.why,
          source: SOURCES.routes,
        };
      });
    });
    if (gap === undefined) trail.pass(`route of ${client.name} to ${target.name}: ${[...ways].join(", ")}`);
    return gap;
  }

  /** Ingress of the server: its groups, and the policies of a pod. */
  enter(trail: Trail, client: Machine, server: Machine, port: number): Gap | undefined {
    const rules = server.groupIds.flatMap((id) => this.networks.groups.get(id)?.ingress ?? []);
    const peer: Peer = { cidrs: this.cidrsOf(client), groups: client.groupIds };
    const by = admits(rules, { protocol: "tcp", port }, peer);
    if (by === undefined) {
      const group = this.networks.groups.get(server.groupIds[0] ?? "");
      return {
        rule: "reach-ingress",
        urn: group?.node.urn ?? server.node.urn,
        property: "ingress",
        want: `a rule of ${group?.name ?? `the groups of ${server.name}`} that lets ${client.name} in on TCP ${port}`,
        got: described(rules),
        source: SOURCES.groups,
      };
    }
    trail.pass(`ingress of ${server.name}: TCP ${port} from ${client.name}`, by[0]?.urn ?? "");
    return this.admitPod(trail, client, server, port);
  }

  /** Ingress policies of a pod; none of anything else. */
  admitPod(
    trail: Trail,
    client: Pick<Machine, "name" | "pod" | "subnetIds">,
    server: Machine,
    port: number,
  ): Gap | undefined {
    const { pod } = server;
    if (pod === undefined) return undefined;
    const peers: readonly PolicyPeer[] =
      client.pod === undefined ? this.cidrsOf(client).map((cidr) => ({ cidr })) : [{ pod: client.pod }];
    return everyOf(peers, (peer): Gap | undefined => {
      const said = policiesAllow(this.machines.policies(server.node.stack), "ingress", pod, peer, {
        protocol: "tcp",
        port,
      });
      const [urn = ""] = said.by;
      if (said.allowed) return trail.pass(`network policy: ${server.name} from ${client.name}, TCP ${port}`, urn);
      return {
        rule: "reach-network-policy",
        urn,
        property: "spec.ingress",
        want: `a rule that lets ${client.name} ${"cidr" in peer ? `(${peer.cidr}) ` : ""}in to ${server.name} on TCP ${port}`,
        got: "none",
        source: SOURCES.policies,
      };
    });
  }

  cidrsOf({ subnetIds }: Pick<Machine, "subnetIds">): readonly string[] {
    return subnetIds.flatMap((id) => this.networks.ofSubnet(id)?.subnet.cidr ?? []);
  }
}

function described(rules: readonly GroupRule[]): string {
  if (rules.length === 0) return "no rule";
  return rules
    .map(({ protocol, ports: [first, last], cidr, group, prefixList }) => {
      const ports =
        protocol === "-1" ? "all" : first === last ? `${protocol} ${first}` : `${protocol} ${first}-${last}`;
      return `${ports} ${cidr ?? group ?? prefixList ?? "of nobody"}`;
    })
    .join(", ");
}

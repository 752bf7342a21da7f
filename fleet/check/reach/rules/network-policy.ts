import { contains, overlaps, parseCidr } from "../../../../regions/addresses";
import { at, isBlock, list, text } from "../../../../aws/value";
import type { Value } from "../../../../aws/value";

/** Labels of a pod or a namespace. */
export type Labels = Readonly<Record<string, string>>;

/** A pod, as policies see it. */
export interface Pod {
  readonly namespace: string;
  readonly labels: Labels;
  /** Labels of its namespace; Kubernetes adds `kubernetes.io/metadata.name`. */
  readonly namespaceLabels?: Labels;
  /** Ports by name. */
  readonly ports?: Readonly<Record<string, number>>;
}

/** The other side: a pod, or addresses in CIDR notation. */
export type PolicyPeer = { readonly pod: Pod } | { readonly cidr: string };

/** A NetworkPolicy by the inputs that make it. */
export interface Policy {
  readonly urn: string;
  /** `metadata` and `spec`. */
  readonly object: Value;
}

/** What policies say of a connection. */
export type Said =
  | { readonly allowed: true; readonly by: readonly string[] }
  | { readonly allowed: false; readonly by: readonly string[] };

/**
 * Whether the policies of a pod let a connection in or out. Where no policy of a direction selects the pod, all is let
 * through; else one of those that select it must allow it.
 * kubernetes.io/docs/concepts/services-networking/network-policies
 * @param port of the pod for `ingress`, of the peer for `egress`.
 */
export function policiesAllow(
  policies: readonly Policy[],
  direction: "ingress" | "egress",
  pod: Pod,
  peer: PolicyPeer,
  { protocol, port }: { readonly protocol: "tcp" | "udp"; readonly port: number },
): Said {
  const isolating = policies.filter((policy) => isolates(policy, direction, pod));
  if (isolating.length === 0) return { allowed: true, by: [] };
  const target = direction === "ingress" ? pod : "pod" in peer ? peer.pod : undefined;
  const allowing = isolating.filter(({ object }) =>
    list(object, `spec.${direction}`).some(
      (rule) =>
        portFits(rule, protocol.toUpperCase(), port, target) &&
        peerFits(rule, direction === "ingress" ? "from" : "to", peer, text(object, "metadata.namespace") ?? "default"),
    ),
  );
  const named = (allowing.length > 0 ? allowing : isolating).map(({ urn }) => urn);
  return { allowed: allowing.length > 0, by: named };
}

function isolates({ object }: Policy, direction: "ingress" | "egress", pod: Pod): boolean {
  if ((text(object, "metadata.namespace") ?? "default") !== pod.namespace) return false;
  if (!selects(at(object, "spec.podSelector"), pod.labels)) return false;
  const types = list(object, "spec.policyTypes");
  // Without types: ingress always, egress where there are such rules.
  if (types.length === 0) return direction === "ingress" || at(object, "spec.egress") !== undefined;
  return types.includes(direction === "ingress" ? "Ingress" : "Egress");
}

function portFits(rule: Value, protocol: string, port: number, target: Pod | undefined): boolean {
  const ports = list(rule, "ports");
  if (ports.length === 0) return true;
  return ports.some((one) => {
    if ((text(one, "protocol") ?? "TCP") !== protocol) return false;
    const given = at(one, "port");
    if (given === undefined || given === null) return true;
    const first = typeof given === "string" ? target?.ports?.[given] : given;
    const last = at(one, "endPort") ?? first;
    return typeof first === "number" && typeof last === "number" && first <= port && port <= last;
  });
}

function peerFits(rule: Value, side: "from" | "to", peer: PolicyPeer, namespace: string): boolean {
  const peers = list(rule, side);
  if (peers.length === 0) return true;
  return peers.some((one) => {
    const block = at(one, "ipBlock");
    if (block !== undefined && block !== null) return "cidr" in peer && inBlock(block, peer.cidr);
    if (!("pod" in peer)) return false;
    const namespaces = at(one, "namespaceSelector");
    const pods = at(one, "podSelector");
    const inNamespace =
      namespaces === undefined || namespaces === null
        ? peer.pod.namespace === namespace
        : selects(namespaces, {
            "kubernetes.io/metadata.name": peer.pod.namespace,
            ...peer.pod.namespaceLabels,
          });
    return inNamespace && (pods === undefined || pods === null || selects(pods, peer.pod.labels));
  });
}

function inBlock(block: Value, cidr: string): boolean {
  const outer = parseCidr(text(block, "cidr") ?? "");
  const inner = parseCidr(cidr);
  if (outer === undefined || inner === undefined || !contains(outer, inner)) return false;
  return list(block, "except").every((one) => {
    const hole = typeof one === "string" ? parseCidr(one) : undefined;
    return hole === undefined || !overlaps(hole, inner);
  });
}

/** An empty selector selects all. kubernetes.io/docs/concepts/overview/working-with-objects/labels */
export function selects(selector: Value, labels: Labels): boolean {
  const wanted = at(selector, "matchLabels");
  const equal = isBlock(wanted) ? Object.entries(wanted).every(([key, value]) => labels[key] === value) : true;
  return equal && list(selector, "matchExpressions").every((one) => fits(one, labels));
}

function fits(expression: Value, labels: Labels): boolean {
  const label = labels[text(expression, "key") ?? ""];
  const values = list(expression, "values");
  switch (text(expression, "operator")) {
    case "In":
      return label !== undefined && values.includes(label);
    case "NotIn":
      return label === undefined || !values.includes(label);
    case "Exists":
      return label !== undefined;
    case "DoesNotExist":
      return label === undefined;
    default:
      return false;
  }
}

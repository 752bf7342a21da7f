import { policiesAllow, selects } from "../../../../../fleet/check/reach/rules/network-policy";
import type { Pod, Policy, PolicyPeer } from "../../../../../fleet/check/reach/rules/network-policy";
import type { Properties } from "../../../../../fleet/graph";
import type { Case } from "./case";

const POLICIES = "https://kubernetes.io/docs/concepts/services-networking/network-policies/";
const LABELS = "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/";

const API: Pod = { namespace: "meridian", labels: { app: "api" }, ports: { http: 8080 } };
const DNS: Pod = { namespace: "kube-system", labels: { "k8s-app": "kube-dns" } };
const policy = (spec: Properties, namespace = "meridian"): Policy => ({
  urn: "policy",
  object: { metadata: { namespace, name: "p" }, spec: { podSelector: { matchLabels: { app: "api" } }, ...spec } },
});
const allows =
  (
    policies: readonly Policy[],
    direction: "ingress" | "egress",
    peer: PolicyPeer,
    port: number,
    protocol: "tcp" | "udp" = "tcp",
  ) =>
  () =>
    policiesAllow(policies, direction, API, peer, { protocol, port }).allowed;
const VPC = { cidr: "10.16.0.0/16" };
const web = { from: [{ ipBlock: VPC }], ports: [{ protocol: "TCP", port: 8080 }] };

export const POLICY_CASES: readonly Case[] = [
  {
    name: "without policies everything is let in",
    source: POLICIES,
    got: allows([], "ingress", { cidr: "10.16.0.0/20" }, 8080),
    want: true,
  },
  {
    name: "a policy that selects other pods does not matter",
    source: POLICIES,
    got: allows(
      [policy({ podSelector: { matchLabels: { app: "other" } }, policyTypes: ["Ingress"] })],
      "ingress",
      VPC,
      8080,
    ),
    want: true,
  },
  {
    name: "a policy of another namespace does not matter",
    source: POLICIES,
    got: allows([policy({ policyTypes: ["Ingress"] }, "other")], "ingress", VPC, 8080),
    want: true,
  },
  {
    name: "a policy without rules closes its direction",
    source: POLICIES,
    got: allows([policy({ policyTypes: ["Ingress"] })], "ingress", VPC, 8080),
    want: false,
  },
  {
    name: "and leaves the other direction open",
    source: POLICIES,
    got: allows([policy({ policyTypes: ["Ingress"] })], "egress", VPC, 443),
    want: true,
  },
  {
    name: "without types, ingress is closed",
    source: POLICIES,
    got: allows([policy({})], "ingress", VPC, 8080),
    want: false,
  },
  {
    name: "without types, egress is closed only where there are rules for it",
    source: POLICIES,
    got: allows([policy({})], "egress", VPC, 443),
    want: true,
  },
  {
    name: "a block lets in what lies in it",
    source: POLICIES,
    got: allows([policy({ ingress: [web] })], "ingress", { cidr: "10.16.4.0/24" }, 8080),
    want: true,
  },
  {
    name: "and no other address",
    source: POLICIES,
    got: allows([policy({ ingress: [web] })], "ingress", { cidr: "10.17.0.0/24" }, 8080),
    want: false,
  },
  {
    name: "and no other port",
    source: POLICIES,
    got: allows([policy({ ingress: [web] })], "ingress", { cidr: "10.16.4.0/24" }, 9090),
    want: false,
  },
  {
    name: "an exception is left out of the block",
    source: POLICIES,
    got: allows(
      [policy({ ingress: [{ from: [{ ipBlock: { ...VPC, except: ["10.16.4.0/24"] } }] }] })],
      "ingress",
      { cidr: "10.16.4.0/28" },
      8080,
    ),
    want: false,
  },
  {
    name: "a port may be named after the container's",
    source: POLICIES,
    got: allows([policy({ ingress: [{ ports: [{ port: "http" }] }] })], "ingress", VPC, 8080),
    want: true,
  },
  {
    name: "endPort makes a range",
    source: POLICIES,
    got: allows([policy({ ingress: [{ ports: [{ port: 8000, endPort: 8100 }] }] })], "ingress", VPC, 8080),
    want: true,
  },
  {
    name: "the protocol is TCP unless it says otherwise",
    source: POLICIES,
    got: allows([policy({ egress: [{ ports: [{ port: 53 }] }] })], "egress", { pod: DNS }, 53, "udp"),
    want: false,
  },
  {
    name: "a rule without ports and peers allows all",
    source: POLICIES,
    got: allows([policy({ ingress: [{}] })], "ingress", { cidr: "203.0.113.0/24" }, 1),
    want: true,
  },
  {
    name: "a namespace's own name is a label of it",
    source: POLICIES,
    got: allows(
      [
        policy({
          egress: [{ to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } }] }],
        }),
      ],
      "egress",
      { pod: DNS },
      53,
    ),
    want: true,
  },
  {
    name: "a selector of pods alone means the policy's own namespace",
    source: POLICIES,
    got: allows(
      [policy({ egress: [{ to: [{ podSelector: { matchLabels: { "k8s-app": "kube-dns" } } }] }] })],
      "egress",
      { pod: DNS },
      53,
    ),
    want: false,
  },
  {
    name: "a block does not stand for pods",
    source: POLICIES,
    got: allows([policy({ egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }] })], "egress", { pod: DNS }, 53),
    want: false,
  },
  {
    name: "any of several policies may allow",
    source: POLICIES,
    got: allows(
      [policy({ policyTypes: ["Ingress"] }), policy({ ingress: [web] })],
      "ingress",
      { cidr: "10.16.4.0/24" },
      8080,
    ),
    want: true,
  },
  { name: "an empty selector selects all", source: LABELS, got: () => selects({}, { app: "api" }), want: true },
  {
    name: "NotIn selects what lacks the label",
    source: LABELS,
    got: () => selects({ matchExpressions: [{ key: "tier", operator: "NotIn", values: ["web"] }] }, { app: "api" }),
    want: true,
  },
  {
    name: "In does not",
    source: LABELS,
    got: () => selects({ matchExpressions: [{ key: "tier", operator: "In", values: ["web"] }] }, { app: "api" }),
    want: false,
  },
];

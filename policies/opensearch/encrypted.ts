import type { Rule } from "../kit/rule";
import { at, isBlock, isOn, type Properties } from "../kit/value";

/** TLS policies that refuse everything older than TLS 1.2. Source: docs.aws.amazon.com/opensearch-service/latest/APIReference/API_DomainEndpointOptions.html */
const TLS_POLICIES: ReadonlySet<unknown> = new Set([
  "Policy-Min-TLS-1-2-2019-07",
  "Policy-Min-TLS-1-2-PFS-2023-10",
  "Policy-Min-TLS-1-2-RFC9151-FIPS-2024-08",
]);
const TLS_WANTED = "a policy that refuses TLS below 1.2, e.g. Policy-Min-TLS-1-2-PFS-2023-10";
const TLS = "domainEndpointOptions.tlsSecurityPolicy";
const FLAGS = ["encryptAtRest.enabled", "nodeToNodeEncryption.enabled", "domainEndpointOptions.enforceHttps"] as const;

/** O1. */
export const opensearchEncrypted: Rule = {
  id: "O1",
  name: "opensearch-encrypted",
  title: "OpenSearch is encrypted at rest, between nodes, and speaks TLS 1.2 or later only",
  severity: "high",
  level: "remediate",
  source: ["Opensearch.1", "Opensearch.3", "Opensearch.8"],
  why: "The index holds the events; each of the three ways is a way to read them.",
  fix: `Set encryptAtRest.enabled, nodeToNodeEncryption.enabled and domainEndpointOptions.enforceHttps to true, and ${TLS} to a policy from TLS 1.2 on.`,
  types: ["aws:opensearch/domain:Domain"],
  check(domain, judge) {
    for (const flag of FLAGS) judge.require(isOn(at(domain.props, flag)), domain, flag, "true");
    judge.require(TLS_POLICIES.has(at(domain.props, TLS)), domain, TLS, TLS_WANTED);
  },
  remediate({ props }) {
    const good = FLAGS.every((flag) => isOn(at(props, flag))) && TLS_POLICIES.has(at(props, TLS));
    if (good) return undefined;
    const policy = at(props, TLS);
    return {
      encryptAtRest: { ...block(props, "encryptAtRest"), enabled: true },
      nodeToNodeEncryption: { ...block(props, "nodeToNodeEncryption"), enabled: true },
      domainEndpointOptions: {
        ...block(props, "domainEndpointOptions"),
        enforceHttps: true,
        tlsSecurityPolicy: TLS_POLICIES.has(policy) ? policy : "Policy-Min-TLS-1-2-2019-07",
      },
    };
  },
};

function block(props: Properties, name: string): Properties {
  const value = props[name];
  return isBlock(value) ? value : {};
}

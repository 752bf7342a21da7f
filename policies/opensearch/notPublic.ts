import { isOpen, statements } from "../kit/document";
import type { Rule } from "../kit/rule";
import { UNKNOWN, at, isSet } from "../kit/value";

const DOMAIN = "aws:opensearch/domain:Domain";

/** O2. */
export const opensearchNotPublic: Rule = {
  id: "O2",
  name: "opensearch-not-public",
  title: "OpenSearch is reachable from its VPC only",
  severity: "critical",
  level: "mandatory",
  source: ["Opensearch.2"],
  why: "A domain outside a VPC has a public endpoint; it cannot be moved into one later.",
  fix: "Set vpcOptions.subnetIds and securityGroupIds, and let no access policy statement allow anyone.",
  spares:
    "An access policy that allows anyone inside the VPC: the security groups decide there, and finer access control behind them.",
  unknowns:
    "Subnet ids only have to be set. An access policy that names its domain's ARN is judged as soon as it is known.",
  types: [DOMAIN, "aws:opensearch/domainPolicy:DomainPolicy"],
  check(resource, judge) {
    if (resource.type === DOMAIN) {
      const inside = isSet(at(resource.props, "vpcOptions.subnetIds"));
      judge.require(inside, resource, "vpcOptions.subnetIds", "subnets of a VPC");
      if (inside) return;
    }
    const found = statements(resource.props["accessPolicies"]);
    if (resource.type === DOMAIN && found !== UNKNOWN && found.some(isOpen)) {
      judge.against(resource, "accessPolicies", "no statement that allows anyone", "an Allow for anyone");
    }
  },
};

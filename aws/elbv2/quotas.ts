import { text } from "../value";
import { sum } from "../quotas/quota";
import type { Quota } from "../quotas/quota";

const SERVICE = "kubernetes:core/v1:Service";

/** Elastic Load Balancing. */
export const quotas: readonly Quota[] = [
  {
    id: "elb-network-load-balancers",
    service: "elasticloadbalancing",
    code: "L-69A177A2",
    name: "Network Load Balancers per Region",
    byDefault: 50,
    unit: "load balancers",
    adjustable: true,
    scope: "region",
    source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html",
    counts: "each one, and each Kubernetes service of type LoadBalancer",
    types: [SERVICE, "aws:lb/loadBalancer:LoadBalancer"],
    count: (plan) =>
      sum([
        ...plan.of(SERVICE).filter(({ inputs }) => text(inputs, "spec.type") === "LoadBalancer"),
        ...plan
          .of("aws:lb/loadBalancer:LoadBalancer")
          .filter(({ inputs }) => text(inputs, "loadBalancerType") === "network"),
      ]),
  },
];

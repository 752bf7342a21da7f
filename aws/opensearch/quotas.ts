import { number } from "../value";
import { each, perRegion } from "../quotas/quota";
import type { PlannedResource, Quota } from "../quotas/quota";

const DOMAIN = "aws:opensearch/domain:Domain";
const OPENSEARCH_QUOTAS = "https://docs.aws.amazon.com/general/latest/gr/opensearch-service.html";
/** Nodes of a domain: data, dedicated masters, warm. */
const domainNodes = ({ inputs }: PlannedResource): number =>
  (number(inputs, "clusterConfig.instanceCount") ?? 1) +
  (number(inputs, "clusterConfig.dedicatedMasterCount") ?? 0) +
  (number(inputs, "clusterConfig.warmCount") ?? 0);

/** OpenSearch Service. */
export const quotas: readonly Quota[] = [
  perRegion({
    id: "opensearch-domains",
    service: "es",
    code: "L-076D529E",
    name: "Domains per Region",
    byDefault: 100,
    unit: "domains",
    adjustable: true,
    source: OPENSEARCH_QUOTAS,
    types: [DOMAIN],
  }),
  {
    id: "opensearch-instances-per-domain",
    service: "es",
    code: "L-6408ABDE",
    name: "Instances per domain",
    byDefault: 80,
    unit: "instances",
    adjustable: true,
    scope: "resource",
    source: OPENSEARCH_QUOTAS,
    counts: "data, dedicated master and warm nodes of a domain",
    types: [DOMAIN],
    count: (plan) => each(plan.of(DOMAIN), domainNodes),
  },
];

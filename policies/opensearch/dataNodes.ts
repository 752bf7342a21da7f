import type { Rule } from "../kit/rule";
import { isIn, productionStacks } from "../kit/stages";
import { at, isOn } from "../kit/value";

const COUNT = "clusterConfig.instanceCount";
const ZONES = "clusterConfig.zoneAwarenessEnabled";

/** O3. */
export const opensearchDataNodes: Rule = {
  id: "O3",
  name: "opensearch-data-nodes",
  title: "OpenSearch in production has at least three data nodes over several zones",
  severity: "medium",
  level: "mandatory",
  source: ["Opensearch.6"],
  why: "With fewer than three nodes in several zones the loss of one loses shards or the quorum.",
  fix: `Set ${COUNT} to 3 or more and ${ZONES} to true.`,
  spares: "Stacks that are not production (productionStacks).",
  types: ["aws:opensearch/domain:Domain"],
  settings: {
    productionStacks,
    leastNodes: { type: "integer", minimum: 1, default: 3, description: "Fewest data nodes in production." },
  },
  check(domain, judge) {
    if (!isIn(domain, judge.settings, "productionStacks")) return;
    const least = judge.settings.number("leastNodes");
    const count = at(domain.props, COUNT);
    judge.require(typeof count === "number" && count >= least, domain, COUNT, `at least ${least}`);
    judge.require(isOn(at(domain.props, ZONES)), domain, ZONES, "true");
  },
};

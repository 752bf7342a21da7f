import { opensearchDataNodes } from "../../../policies/opensearch/dataNodes";
import { drop, hide, set, spoilFlag } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const domain = (clusterConfig: object, stack = "prod.eu-west-1") =>
  resource("aws:opensearch/domain:Domain", "events", withUnknowns({ clusterConfig }), { stack });
const COUNT = "clusterConfig.instanceCount";
const ZONES = "clusterConfig.zoneAwarenessEnabled";

specify(opensearchDataNodes, {
  complainsOf: {
    "a domain that says nothing": { by: [domain({})], at: [COUNT, ZONES] },
    "two nodes": { by: [domain({ instanceCount: 2, zoneAwarenessEnabled: true })], at: [COUNT] },
    "three nodes in one zone": { by: [domain({ instanceCount: 3 })], at: [ZONES] },
  },
  accepts: { "three nodes over zones": [domain({ instanceCount: 3, zoneAwarenessEnabled: true })] },
  spares: {
    "one node in dev": [domain({ instanceCount: 1 }, "dev.eu-west-1")],
    "one node in a stack whose name only begins alike": [domain({ instanceCount: 1 }, "product-demo")],
  },
  unknown: {
    "it complains of a count": { by: [domain({ instanceCount: "?", zoneAwarenessEnabled: true })], at: [COUNT] },
  },
  mutants: {
    in: /^prod\./,
    breaks: {
      "aws:opensearch/domain:Domain": [
        set("clusterConfig.instanceCount", 2, "leave two nodes"),
        drop("clusterConfig.instanceCount"),
        hide("clusterConfig.instanceCount"),
        ...spoilFlag("clusterConfig.zoneAwarenessEnabled"),
      ],
    },
    passes: { "aws:opensearch/domain:Domain": [set("clusterConfig.instanceCount", 3, "leave three nodes")] },
  },
});

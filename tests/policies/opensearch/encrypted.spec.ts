import { opensearchEncrypted } from "../../../policies/opensearch/encrypted";
import { drop, set, spoilFlag } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const GOOD = {
  encryptAtRest: { enabled: true },
  nodeToNodeEncryption: { enabled: true },
  domainEndpointOptions: { enforceHttps: true, tlsSecurityPolicy: "Policy-Min-TLS-1-2-2019-07" },
};
const domain = (props: object) => resource("aws:opensearch/domain:Domain", "events", withUnknowns(props));
const TLS = "domainEndpointOptions.tlsSecurityPolicy";
const ALL = ["encryptAtRest.enabled", "nodeToNodeEncryption.enabled", "domainEndpointOptions.enforceHttps", TLS];

specify(opensearchEncrypted, {
  complainsOf: {
    "a domain that says nothing": { by: [domain({})], at: ALL },
    "plain disks": { by: [domain({ ...GOOD, encryptAtRest: { enabled: false } })], at: ["encryptAtRest.enabled"] },
    "plain traffic between nodes": {
      by: [domain({ ...GOOD, nodeToNodeEncryption: undefined })],
      at: ["nodeToNodeEncryption.enabled"],
    },
    "TLS 1.0": {
      by: [
        domain({
          ...GOOD,
          domainEndpointOptions: { enforceHttps: true, tlsSecurityPolicy: "Policy-Min-TLS-1-0-2019-07" },
        }),
      ],
      at: [TLS],
    },
  },
  accepts: { "a domain with all of it": [domain(GOOD)] },
  spares: {
    "a newer TLS policy": [
      domain({
        ...GOOD,
        domainEndpointOptions: { enforceHttps: true, tlsSecurityPolicy: "Policy-Min-TLS-1-2-PFS-2023-10" },
      }),
    ],
  },
  unknown: {
    "it complains of a flag": { by: [domain({ ...GOOD, encryptAtRest: "?" })], at: ["encryptAtRest.enabled"] },
  },
  repairs: {
    "a plain domain, keeping key and endpoint": {
      from: domain({ encryptAtRest: { kmsKeyId: "k" }, domainEndpointOptions: { customEndpoint: "e" } }),
      to: {
        encryptAtRest: { kmsKeyId: "k", enabled: true },
        nodeToNodeEncryption: { enabled: true },
        domainEndpointOptions: {
          customEndpoint: "e",
          enforceHttps: true,
          tlsSecurityPolicy: "Policy-Min-TLS-1-2-2019-07",
        },
      },
    },
    "nothing in a good domain": { from: domain(GOOD), to: undefined },
  },
  mutants: {
    breaks: {
      "aws:opensearch/domain:Domain": [
        ...["encryptAtRest.enabled", "nodeToNodeEncryption.enabled", "domainEndpointOptions.enforceHttps"].flatMap(
          spoilFlag,
        ),
        set("domainEndpointOptions.tlsSecurityPolicy", "Policy-Min-TLS-1-0-2019-07", "allow old TLS"),
        drop("domainEndpointOptions.tlsSecurityPolicy"),
      ],
    },
    passes: {
      "aws:opensearch/domain:Domain": [
        set("domainEndpointOptions.tlsSecurityPolicy", "Policy-Min-TLS-1-2-2019-07", "take the older TLS 1.2 policy"),
      ],
    },
  },
});

import { always, idFrom, validated, type ServiceTable } from "../define";
import { anyOf, cameOrWent, downgraded, turnedOff } from "../replacement";
import type { Resource } from "../resource";

const host = (r: Resource): string =>
  `${r.has("vpcOptions") ? "vpc" : "search"}-${r.text("domainName")}-${r.hex(26)}.${r.place.region}.es.amazonaws.com`;

export const opensearch: ServiceTable = {
  "aws:opensearch/domain:Domain": validated({
    autoName: { property: "domainName", max: 28, lowerCase: true },
    replaceOn: ["domainName", "encryptAtRest.kmsKeyId"],
    replaceIf: anyOf(
      turnedOff("encryptAtRest.enabled"),
      turnedOff("nodeToNodeEncryption.enabled"),
      turnedOff("advancedSecurityOptions.enabled"),
      cameOrWent("vpcOptions"),
      downgraded("engineVersion"),
      (olds, news) =>
        olds["ipAddressType"] === "dualstack" && news["ipAddressType"] === "ipv4" ? ["ipAddressType"] : [],
    ),
    outputs: {
      accessPolicies: always(""),
      advancedOptions: always({}),
      arn: (r) => r.arn("es", `domain/${r.text("domainName")}`),
      dashboardEndpoint: (r) => `${host(r)}/_dashboards`,
      dashboardEndpointV2: always(""),
      domainEndpointV2HostedZoneId: always(""),
      domainId: (r) => `${r.place.account}/${r.text("domainName")}`,
      endpoint: host,
      endpointV2: always(""),
      engineVersion: always("OpenSearch_2.19"),
      ipAddressType: always("ipv4"),
    },
    id: (r) => r.arn("es", `domain/${r.text("domainName")}`),
  }),
  "aws:opensearch/domainPolicy:DomainPolicy": validated({
    key: ["domainName"],
    id: (r) => `esd-policy-${r.text("domainName")}`,
  }),
  "aws:opensearch/outboundConnection:OutboundConnection": validated({
    replaceOn: ["*"],
    outputs: { connectionStatus: always("ACTIVE") },
    id: (r) => r.hex(32),
  }),
  "aws:opensearch/inboundConnectionAccepter:InboundConnectionAccepter": validated({
    replaceOn: ["*"],
    outputs: { connectionStatus: always("ACTIVE") },
    id: idFrom("connectionId"),
  }),
};

import { idLetters } from "../../identity";
import { always, validated, type ServiceTable } from "../define";

export const route53: ServiceTable = {
  "aws:route53/zone:Zone": validated({
    autoName: { property: "name", max: 255 },
    replaceOn: ["name", "delegationSetId"],
    defaults: { comment: "Managed by Pulumi", forceDestroy: false },
    outputs: {
      arn: (r) => r.arn("route53", `hostedzone/${r.id}`, { region: "", account: "" }),
      nameServers: (r) =>
        ["com", "net", "org", "co.uk"].map(
          (end, i) => `ns-${(parseInt(r.hex(3), 16) % 512) + i * 512}.awsdns-${i}0.${end}`,
        ),
      primaryNameServer: (r) => `ns-${parseInt(r.hex(3), 16) % 512}.awsdns-00.com`,
      zoneId: (r) => r.id,
    },
    id: (r) => `Z${idLetters(20, r.urn, r.hex(32))}`,
  }),
  "aws:route53/record:Record": validated({
    replaceOn: ["name", "setIdentifier", "type", "zoneId"],
    key: ["name", "setIdentifier", "type", "zoneId"],
    outputs: { fqdn: (r) => r.text("name").replace(/\.$/, ""), allowOverwrite: always(false) },
    id: (r) =>
      [r.text("zoneId"), r.text("name"), r.text("type"), r.maybeText("setIdentifier")].filter(Boolean).join("_"),
  }),
  "aws:route53/healthCheck:HealthCheck": validated({
    replaceOn: ["measureLatency", "referenceName", "requestInterval", "routingControlArn", "type"],
    outputs: {
      arn: (r) => r.arn("route53", `healthcheck/${r.id}`, { region: "", account: "" }),
      enableSni: always(true),
    },
    id: (r) => r.uuid(),
  }),
};

import { always, validated, type ServiceTable } from "../define";
import type { Resource } from "../resource";

const arn = (kind: string) => (r: Resource) =>
  r.arn("wafv2", `${r.text("scope") === "CLOUDFRONT" ? "global" : "regional"}/${kind}/${r.text("name")}/${r.id}`);

export const wafv2: ServiceTable = {
  "aws:wafv2/webAcl:WebAcl": validated({
    autoName: { property: "name", max: 128 },
    replaceOn: ["name", "scope"],
    outputs: {
      applicationIntegrationUrl: always(""),
      arn: arn("webacl"),
      capacity: always(0),
      lockToken: (r) => r.uuid("lock"),
    },
    id: (r) => r.uuid(),
  }),
  "aws:wafv2/ipSet:IpSet": validated({
    autoName: { property: "name", max: 128 },
    replaceOn: ["name", "scope", "ipAddressVersion"],
    outputs: { arn: arn("ipset"), lockToken: (r) => r.uuid("lock") },
    id: (r) => r.uuid(),
  }),
  "aws:wafv2/webAclAssociation:WebAclAssociation": validated({
    replaceOn: ["*"],
    key: ["resourceArn"],
    id: (r) => `${r.text("webAclArn")},${r.text("resourceArn")}`,
  }),
  "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": validated({
    replaceOn: ["resourceArn"],
    key: ["resourceArn"],
    id: (r) => r.text("resourceArn"),
  }),
};

import { UNKNOWN } from "../value";
import { fromJson, keyed, request, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

export const requests: RequestTable = {
  "aws:wafv2/ipSet:IpSet": type(request("wafv2:CreateIPSet", {}, { adds: { Name: UNKNOWN, Addresses: [] } })),
  "aws:wafv2/webAcl:WebAcl": type(
    request(
      "wafv2:CreateWebACL",
      { customResponseBodies: keyed("CustomResponseBodies", "key"), ruleJson: fromJson("Rules") },
      { adds: { Name: UNKNOWN } },
    ),
  ),
  "aws:wafv2/webAclAssociation:WebAclAssociation": type(request("wafv2:AssociateWebACL")),
  "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": type(
    request("wafv2:PutLoggingConfiguration", {}, { within: "LoggingConfiguration" }),
  ),
};

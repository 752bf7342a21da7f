import type { Rule } from "../kit/rule";

const STAGE = "aws:apigateway/stage:Stage";
const ASSOCIATIONS = [
  "aws:wafv2/webAclAssociation:WebAclAssociation",
  "aws:wafregional/webAclAssociation:WebAclAssociation",
];

/** P1. */
export const apigatewayWebAcl: Rule = {
  id: "P1",
  name: "apigateway-web-acl",
  title: "REST API stages stand behind a web ACL",
  severity: "high",
  level: "mandatory",
  source: ["APIGateway.4"],
  why: "Without one, floods and known attacks reach the functions behind the API, each request at cost.",
  fix: "Create a wafv2 WebAclAssociation whose resourceArn is the stage's ARN.",
  spares:
    "HTTP and WebSocket APIs (API Gateway v2): AWS WAF cannot be attached to them; they are put behind CloudFront (cloudfront-waf-and-tls).",
  unknowns: "An ARN that is not known yet is told by the stage that it is computed from.",
  types: [STAGE, ...ASSOCIATIONS],
  checkStack(graph, judge) {
    for (const stage of graph.of(STAGE)) {
      const guarded = graph.linkedFrom(stage, "resourceArn", ...ASSOCIATIONS).length > 0;
      if (!guarded) judge.against(stage, "WebAclAssociation", "one whose resourceArn is this stage's ARN", undefined);
    }
  },
};

import { isBlock, list, text, UNKNOWN } from "../value";
import type { Properties, Value } from "../value";
import { request, turned, type } from "../requests/spec";
import type { RequestTable, Turned } from "../requests/spec";

/** A list whose elements name themselves, which AWS wants as a map. */
function byName(member: string, key: string, of: (element: Properties) => Value): Turned {
  return turned(member, (elements) => {
    const named = list({ elements }, "elements").map((element): readonly [string | undefined, Value] => [
      text(element, key),
      isBlock(element) ? of(element) : element,
    ]);
    if (named.some(([name]) => name === undefined)) return UNKNOWN;
    return Object.fromEntries(named.map(([name = "", value]) => [name, value]));
  });
}

/** An element without its own name. */
function without(key: string): (element: Properties) => Properties {
  return (element) => Object.fromEntries(Object.entries(element).filter(([name]) => name !== key));
}

/** HTTP and WebSocket APIs. */
export const requests: RequestTable = {
  "aws:apigatewayv2/api:Api": type([
    request("apigatewayv2:CreateApi"),
    request(
      "apigatewayv2:ReimportApi",
      { body: "Body", failOnWarnings: "FailOnWarnings" },
      { adds: { ApiId: UNKNOWN }, when: ["body"] },
    ),
  ]),
  "aws:apigatewayv2/apiMapping:ApiMapping": type(request("apigatewayv2:CreateApiMapping")),
  "aws:apigatewayv2/authorizer:Authorizer": type(request("apigatewayv2:CreateAuthorizer")),
  "aws:apigatewayv2/domainName:DomainName": type(
    request("apigatewayv2:CreateDomainName", { domainNameConfiguration: "DomainNameConfigurations" }),
    { "domainNameConfiguration.targetDomainName": "AWS makes it up" },
  ),
  "aws:apigatewayv2/integration:Integration": type(
    request("apigatewayv2:CreateIntegration", {
      responseParameters: byName("ResponseParameters", "statusCode", ({ mappings }) => mappings),
      timeoutMilliseconds: "TimeoutInMillis",
    }),
  ),
  "aws:apigatewayv2/route:Route": type(
    request("apigatewayv2:CreateRoute", {
      requestParameters: byName("RequestParameters", "requestParameterKey", without("requestParameterKey")),
    }),
  ),
  "aws:apigatewayv2/stage:Stage": type(
    request(
      "apigatewayv2:CreateStage",
      { name: "StageName", routeSettings: byName("RouteSettings", "routeKey", without("routeKey")) },
      { adds: { StageName: UNKNOWN } },
    ),
  ),
  "aws:apigatewayv2/vpcLink:VpcLink": type(request("apigatewayv2:CreateVpcLink", {}, { adds: { Name: UNKNOWN } })),
};

import { UNKNOWN } from "../../../aws/value";
import { sends } from "./sent";

describe("the requests of HTTP APIs", () => {
  sends([
    {
      says: "key response parameters by status",
      type: "aws:apigatewayv2/integration:Integration",
      inputs: {
        apiId: "a",
        integrationType: "HTTP_PROXY",
        responseParameters: [{ statusCode: "200", mappings: { "overwrite:statuscode": "204" } }],
      },
      requests: [
        [
          "CreateIntegration",
          {
            ApiId: "a",
            IntegrationType: "HTTP_PROXY",
            ResponseParameters: { "200": { "overwrite:statuscode": "204" } },
          },
        ],
      ],
    },
    {
      says: "key route settings by route",
      type: "aws:apigatewayv2/stage:Stage",
      inputs: { apiId: "a", routeSettings: [{ routeKey: "POST /v1/events", throttlingBurstLimit: 10 }] },
      requests: [
        [
          "CreateStage",
          { StageName: UNKNOWN, ApiId: "a", RouteSettings: { "POST /v1/events": { ThrottlingBurstLimit: 10 } } },
        ],
      ],
    },
    {
      says: "key request parameters by name",
      type: "aws:apigatewayv2/route:Route",
      inputs: {
        apiId: "a",
        routeKey: "$connect",
        requestParameters: [{ requestParameterKey: "route.request.header.a", required: true }],
      },
      requests: [
        [
          "CreateRoute",
          { ApiId: "a", RouteKey: "$connect", RequestParameters: { "route.request.header.a": { Required: true } } },
        ],
      ],
    },
  ]);
});

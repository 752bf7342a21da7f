import { number, text } from "../value";
import { grouped, nameOfUsed, perRegion, sum } from "../quotas/quota";
import type { PlannedResource, Quota } from "../quotas/quota";

const API = "aws:apigatewayv2/api:Api";
const ROUTE = "aws:apigatewayv2/route:Route";
const STAGE = "aws:apigatewayv2/stage:Stage";
const MAPPING = "aws:apigatewayv2/apiMapping:ApiMapping";
const HTTP_API_QUOTAS = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html";
const API_ACCOUNT_QUOTAS = "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html";
const apiOf = (one: PlannedResource): string => nameOfUsed(one, "apiId", API) ?? text(one.inputs, "apiId") ?? "an API";

/** API Gateway. */
export const quotas: readonly Quota[] = [
  perRegion({
    id: "apigateway-regional-apis",
    service: "apigateway",
    code: "L-AA0FF27B",
    name: "Regional APIs",
    byDefault: 600,
    unit: "APIs",
    adjustable: false,
    source: API_ACCOUNT_QUOTAS,
    types: [API],
  }),
  {
    id: "apigateway-throttle-rate",
    service: "apigateway",
    code: "L-8A5B8E43",
    name: "Throttle rate",
    byDefault: {
      // docs.aws.amazon.com/apigateway/latest/developerguide/limits.html: the newer regions have less.
      regions: Object.fromEntries(
        [
          "af-south-1",
          "ap-east-2",
          "ap-south-2",
          "ap-southeast-3",
          "ap-southeast-4",
          "ap-southeast-5",
          "ap-southeast-7",
          "ca-west-1",
          "eu-central-2",
          "eu-south-1",
          "eu-south-2",
          "il-central-1",
          "me-central-1",
          "mx-central-1",
        ].map((region) => [region, 2500]),
      ),
      others: 10_000,
    },
    unit: "requests/s",
    adjustable: true,
    scope: "region",
    source: API_ACCOUNT_QUOTAS,
    counts: "rates that the stages let through, all together; AWS sets the burst by it",
    types: [STAGE],
    count: (plan) =>
      sum(plan.of(STAGE), ({ inputs }) => number(inputs, "defaultRouteSettings.throttlingRateLimit") ?? 0),
  },
  perRegion({
    id: "apigateway-domain-names",
    service: "apigateway",
    code: "L-A93447B8",
    name: "Custom Domain Names",
    byDefault: 120,
    unit: "names",
    adjustable: true,
    source: HTTP_API_QUOTAS,
    types: ["aws:apigatewayv2/domainName:DomainName"],
  }),
  {
    id: "apigateway-mappings-per-domain",
    service: "apigateway",
    code: undefined,
    name: "Multi-level API mappings per domain",
    byDefault: 200,
    unit: "mappings",
    adjustable: false,
    scope: "resource",
    source: HTTP_API_QUOTAS,
    counts: "by domain name",
    types: [MAPPING],
    count: (plan) => grouped(plan.of(MAPPING), ({ inputs }) => text(inputs, "domainName")),
  },
  {
    id: "apigateway-routes-per-api",
    service: "apigateway",
    code: "L-65B5C802",
    name: "Routes per HTTP API",
    byDefault: 300,
    unit: "routes",
    adjustable: true,
    scope: "resource",
    source: HTTP_API_QUOTAS,
    counts: "by API",
    types: [ROUTE],
    count: (plan) => grouped(plan.of(ROUTE), apiOf),
  },
  {
    id: "apigateway-stages-per-api",
    service: "apigateway",
    code: "L-379E48B0",
    name: "Stages per API",
    byDefault: 10,
    unit: "stages",
    adjustable: true,
    scope: "resource",
    source: HTTP_API_QUOTAS,
    counts: "by API",
    types: [STAGE],
    count: (plan) => grouped(plan.of(STAGE), apiOf),
  },
];

import type { Rule } from "../kit/rule";
import { UNKNOWN, at, isSet } from "../kit/value";

const ROUTE = "aws:apigatewayv2/route:Route";
const METHOD = "aws:apigateway/method:Method";
const LOG = "accessLogSettings.destinationArn";

/** P2. */
export const apigatewayAuthorisedAndLogged: Rule = {
  id: "P2",
  name: "apigateway-authorised-and-logged",
  title: "API Gateway routes are authorised, and stages keep an access log",
  severity: "high",
  level: "mandatory",
  source: ["APIGateway.8", "APIGateway.1"],
  why: "A route without authorisation is open to everybody; without a log nobody can tell who used it.",
  fix: `Set authorizationType of routes (authorization of methods) to AWS_IAM, JWT, CUSTOM or a Cognito pool, and ${LOG} of stages.`,
  spares: "OPTIONS, which browsers call before they may authorise, and the health checks named in openRoutes.",
  unknowns: "A log's ARN only has to be set: it is not known in the preview of a new log group.",
  types: [ROUTE, METHOD, "aws:apigatewayv2/stage:Stage", "aws:apigateway/stage:Stage"],
  settings: {
    openRoutes: {
      type: "array",
      items: { type: "string" },
      default: ["GET /health", "GET /healthz", "GET /ping"],
      description: "Route keys of HTTP APIs that anyone may call.",
    },
  },
  check(resource, judge) {
    switch (resource.type) {
      case ROUTE: {
        const key = resource.props["routeKey"];
        if (typeof key === "string" && (key.startsWith("OPTIONS ") || judge.settings.texts("openRoutes").includes(key)))
          return;
        judge.require(
          authorised(resource.props["authorizationType"]),
          resource,
          "authorizationType",
          "one other than NONE",
        );
        return;
      }
      case METHOD:
        if (resource.props["httpMethod"] === "OPTIONS") return;
        judge.require(authorised(resource.props["authorization"]), resource, "authorization", "one other than NONE");
        return;
      default:
        judge.require(isSet(at(resource.props, LOG)), resource, LOG, "the ARN of a log group or delivery stream");
    }
  },
};

function authorised(kind: Parameters<typeof at>[0]): boolean {
  return isSet(kind) && kind !== "NONE" && kind !== UNKNOWN;
}

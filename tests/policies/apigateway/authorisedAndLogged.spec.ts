import { apigatewayAuthorisedAndLogged } from "../../../policies/apigateway/authorisedAndLogged";
import { all, drop, hide, set } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const route = (props: object) => resource("aws:apigatewayv2/route:Route", "collect", withUnknowns(props));
const method = (props: object) => resource("aws:apigateway/method:Method", "collect", withUnknowns(props));
const stage = (props: object, version = "v2") =>
  resource(`aws:apigateway${version}/stage:Stage`, "live", withUnknowns(props));
const LOG = "accessLogSettings.destinationArn";

specify(apigatewayAuthorisedAndLogged, {
  complainsOf: {
    "a route that says nothing": { by: [route({ routeKey: "POST /events" })], at: ["authorizationType"] },
    "a route for everybody": {
      by: [route({ routeKey: "POST /events", authorizationType: "NONE" })],
      at: ["authorizationType"],
    },
    "a method for everybody": { by: [method({ httpMethod: "POST", authorization: "NONE" })], at: ["authorization"] },
    "a stage without a log": { by: [stage({}), stage({}, "")], at: [LOG, LOG] },
  },
  accepts: {
    "authorised routes and a logged stage": [
      route({ routeKey: "POST /events", authorizationType: "AWS_IAM" }),
      method({ httpMethod: "POST", authorization: "CUSTOM" }),
      stage({
        accessLogSettings: { destinationArn: "arn:aws:logs:eu-west-1:1:log-group:api", format: "$context.requestId" },
      }),
    ],
  },
  spares: {
    "a browser's question before the call": [
      route({ routeKey: "OPTIONS /events" }),
      method({ httpMethod: "OPTIONS", authorization: "NONE" }),
    ],
    "a health check": [route({ routeKey: "GET /health" })],
  },
  unknown: {
    "it complains of an authorisation": {
      by: [route({ routeKey: "POST /e", authorizationType: "?" })],
      at: ["authorizationType"],
    },
    "it accepts a log that is to be created": [stage({ accessLogSettings: { destinationArn: "?" } })],
  },
  mutants: {
    breaks: {
      "aws:apigatewayv2/route:Route": [
        // A health check's route may be open: the mutant is another route.
        all(set("routeKey", "GET /v1/other"), drop("authorizationType")),
        all(set("routeKey", "GET /v1/other"), hide("authorizationType")),
        all(set("routeKey", "GET /v1/other"), set("authorizationType", "NONE", "let anyone call")),
      ],
      "aws:apigatewayv2/stage:Stage": [drop("accessLogSettings"), drop("accessLogSettings.destinationArn")],
    },
    passes: {
      "aws:apigatewayv2/route:Route": [
        all(set("routeKey", "GET /health"), set("authorizationType", "NONE")),
        set("authorizationType", "AWS_IAM", "authorise by IAM"),
      ],
    },
  },
});

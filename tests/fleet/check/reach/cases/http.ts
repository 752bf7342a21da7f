import { behaviorFor, pathFits, routeFor } from "../../../../../fleet/check/reach/rules/http";
import { PROGRAM } from "../../../../../fleet/check/reach/requests";
import type { Case } from "./case";

const PATTERN = "AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesCacheBehavior.html";
const ROUTES = "apigateway/latest/developerguide/http-api-develop-routes.html";
const HEALTH = "Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html";

const fits = (pattern: string, path: string) => () => pathFits(pattern, path);
const route = (keys: readonly string[], method: string, path: string) => () =>
  routeFor(
    keys.map((key) => ({ key })),
    method,
    path,
  )?.key;
const behaviors = ["/v1/events*", "/v1/users/*/rerank", "*"].map((pathPattern) => ({
  pathPattern,
  methods: ["GET"],
  target: pathPattern,
}));

export const HTTP_CASES: readonly Case[] = [
  { name: "a star is any number of characters", source: PATTERN, got: fits("/v1/events*", "/v1/events"), want: true },
  { name: "and slashes too", source: PATTERN, got: fits("/v1/*/rerank", "/v1/users/u1/rerank"), want: true },
  { name: "a question mark is one character", source: PATTERN, got: fits("/v?/events", "/v1/events"), want: true },
  { name: "and not none", source: PATTERN, got: fits("/v?/events", "/v/events"), want: false },
  { name: "case counts", source: PATTERN, got: fits("/v1/events", "/V1/events"), want: false },
  { name: "a slash at the start may be left out", source: PATTERN, got: fits("v1/events", "/v1/events"), want: true },
  { name: "the query does not count", source: PATTERN, got: fits("/v1/events", "/v1/events?anonymous=1"), want: true },
  { name: "a dot is a dot", source: PATTERN, got: fits("/a.json", "/axjson"), want: false },
  { name: "the whole path must fit", source: PATTERN, got: fits("/v1", "/v1/events"), want: false },
  {
    name: "the first behaviour that fits takes the request",
    source: PATTERN,
    got: () => behaviorFor(behaviors, "/v1/users/u1/rerank")?.target,
    want: "/v1/users/*/rerank",
  },
  {
    name: "the default one takes the rest",
    source: PATTERN,
    got: () => behaviorFor(behaviors, "/v1/popular")?.target,
    want: "*",
  },
  {
    name: "a route's method and path must both fit",
    source: ROUTES,
    got: route(["POST /v1/events"], "GET", "/v1/events"),
    want: undefined,
  },
  {
    name: "the exact route",
    source: ROUTES,
    got: route(["POST /v1/events"], "POST", "/v1/events"),
    want: "POST /v1/events",
  },
  { name: "no route, no answer", source: ROUTES, got: route(["POST /v1/events"], "GET", "/health"), want: undefined },
  {
    name: "a variable is one segment",
    source: ROUTES,
    got: route(["GET /v1/users/{id}"], "GET", "/v1/users/u1/recommendations"),
    want: undefined,
  },
  {
    name: "a variable has at least one character",
    source: ROUTES,
    got: route(["GET /v1/users/{id}"], "GET", "/v1/users/"),
    want: undefined,
  },
  {
    name: "a greedy variable is all segments that are left",
    source: ROUTES,
    got: route(["ANY /v1/{proxy+}"], "GET", "/v1/users/u1/recommendations"),
    want: "ANY /v1/{proxy+}",
  },
  {
    name: "a greedy variable is at least one segment",
    source: ROUTES,
    got: route(["ANY /v1/{proxy+}"], "GET", "/v1"),
    want: undefined,
  },
  {
    name: "a full match beats a greedy one",
    source: ROUTES,
    got: route(["GET /v1/{proxy+}", "GET /v1/popular"], "GET", "/v1/popular"),
    want: "GET /v1/popular",
  },
  {
    name: "a method beats ANY",
    source: ROUTES,
    got: route(["ANY /v1/popular", "GET /v1/popular"], "GET", "/v1/popular"),
    want: "GET /v1/popular",
  },
  {
    name: "$default takes what no other route does",
    source: ROUTES,
    got: route(["$default", "GET /v1/popular"], "GET", "/v1/other"),
    want: "$default",
  },
  {
    name: "and only that",
    source: ROUTES,
    got: route(["$default", "GET /v1/{proxy+}"], "GET", "/v1/other"),
    want: "GET /v1/{proxy+}",
  },
  {
    name: "the API answers /health 2xx while it can answer visitors",
    source: HEALTH,
    got: () => routeFor(PROGRAM.api, "GET", "/health")?.proves,
    want: "answering",
  },
  {
    name: "the API answers /readyz 2xx while it can answer visitors",
    source: HEALTH,
    got: () => routeFor(PROGRAM.api, "GET", "/readyz")?.proves,
    want: "answering",
  },
  {
    name: "/livez says only that the process runs",
    source: HEALTH,
    got: () => routeFor(PROGRAM.api, "GET", "/livez")?.proves,
    want: "running",
  },
  {
    name: "the collector's gateway has no path for a health check",
    source: HEALTH,
    got: () => routeFor(PROGRAM.collector, "GET", "/v1/events"),
    want: undefined,
  },
];

import { route53Failover } from "../../../policies/route53/failover";
import { resource, specify, withUnknowns } from "../kit";

const record = (props: object) =>
  resource("aws:route53/record:Record", "api", withUnknowns({ name: "api", type: "A", ...props }));
const latency = { latencyRoutingPolicies: [{ region: "eu-west-1" }] };
const alias = (evaluateTargetHealth: unknown) => ({ aliases: [{ name: "a", zoneId: "z", evaluateTargetHealth }] });

specify(route53Failover, {
  complainsOf: {
    "a routed record without a health check": { by: [record({ ...latency, ttl: 60 })], at: ["healthCheckId"] },
    "a routed record that is cached for long": {
      by: [record({ ...latency, ttl: 300, healthCheckId: "h" })],
      at: ["ttl"],
    },
    "a routed record without a TTL": { by: [record({ ...latency, healthCheckId: "h" })], at: ["ttl"] },
    "an alias that does not look at its target": {
      by: [record({ ...latency, ...alias(false) })],
      at: ["healthCheckId"],
    },
    "a primary without a health check": {
      by: [record({ failoverRoutingPolicies: [{ type: "PRIMARY" }], ttl: 30 })],
      at: ["healthCheckId"],
    },
  },
  accepts: {
    "a health check and a minute": [record({ ...latency, ttl: 60, healthCheckId: "h" })],
    "an alias that looks at its target": [record({ ...latency, ...alias(true) })],
  },
  spares: {
    "a simple record for a day": [record({ ttl: 86400 })],
    "the last resort of a failover pair": [record({ failoverRoutingPolicies: [{ type: "SECONDARY" }], ttl: 60 })],
  },
  unknown: {
    "it complains of a TTL": { by: [record({ ...latency, ttl: "?", healthCheckId: "h" })], at: ["ttl"] },
    "it accepts a health check that is to be created": [record({ ...latency, ttl: 60, healthCheckId: "?" })],
  },
});

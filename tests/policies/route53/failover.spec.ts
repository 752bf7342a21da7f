import type { Resource } from "../../../policies/kit/resource";
import { at, isOn, isSet, list } from "../../../policies/kit/value";
import { route53Failover } from "../../../policies/route53/failover";
import { all, drop, set, where } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const record = (props: object) =>
  resource("aws:route53/record:Record", "api", withUnknowns({ name: "api", type: "A", ...props }));
const latency = { latencyRoutingPolicies: [{ region: "eu-west-1" }] };
const alias = (evaluateTargetHealth: unknown) => ({ aliases: [{ name: "a", zoneId: "z", evaluateTargetHealth }] });

const routed = ({ props }: Resource): boolean =>
  Object.keys(props).some((name) => name.endsWith("RoutingPolicies")) &&
  !list(props, "failoverRoutingPolicies").some((one) => at(one, "type") === "SECONDARY");
const aliased = ({ props }: Resource): boolean => isSet(props["aliases"]);

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
  mutants: {
    breaks: {
      "aws:route53/record:Record": [
        where((record) => routed(record) && !aliased(record), set("ttl", 300, "lengthen the TTL")),
        where((record) => routed(record) && !aliased(record), drop("ttl")),
        where(
          (record) => routed(record) && !(aliased(record) && isOn(at(record.props, "aliases.0.evaluateTargetHealth"))),
          drop("healthCheckId"),
        ),
        where(routed, all(set("aliases", []), set("ttl", 61))),
        where(routed, all(drop("healthCheckId"), set("aliases", [{ evaluateTargetHealth: false }]))),
      ],
    },
    passes: {
      "aws:route53/record:Record": [
        where(routed, all(set("aliases", []), set("ttl", 60), set("healthCheckId", "hc"))),
        where((record) => !routed(record) && !aliased(record), set("ttl", 300, "lengthen a simple record's TTL")),
      ],
    },
  },
});

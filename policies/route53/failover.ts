import type { Rule } from "../kit/rule";
import { UNKNOWN, at, isOn, isSet, list } from "../kit/value";

const ROUTINGS = [
  "failoverRoutingPolicies",
  "latencyRoutingPolicies",
  "weightedRoutingPolicies",
  "geolocationRoutingPolicies",
  "geoproximityRoutingPolicy",
  "cidrRoutingPolicy",
] as const;

/** N1. */
export const route53Failover: Rule = {
  id: "N1",
  name: "route53-failover",
  title: "Route 53 records that choose among answers check their health, and are not cached for more than a minute",
  severity: "high",
  level: "mandatory",
  source: ["new"],
  why: "Without a health check a dead region keeps being answered; with a long TTL clients stay there after it is not.",
  fix: "Set healthCheckId (or evaluateTargetHealth of an alias), and ttl to at most 60.",
  spares: "Simple records; the SECONDARY of a failover pair, the last resort, which must answer whatever its health.",
  unknowns: "healthCheckId only has to be set: a new health check's id is not known in a preview.",
  types: ["aws:route53/record:Record"],
  settings: {
    mostSeconds: {
      type: "integer",
      minimum: 0,
      default: 60,
      description: "Longest TTL in seconds of a record that must be able to fail over.",
    },
  },
  check(record, judge) {
    const { props } = record;
    const routed = ROUTINGS.some((routing) => isSet(props[routing])) || isOn(props["multivalueAnswerRoutingPolicy"]);
    if (!routed) return;
    const last = list(props, "failoverRoutingPolicies").some((policy) => at(policy, "type") === "SECONDARY");
    const aliases = list(props, "aliases");
    const watched =
      isSet(props["healthCheckId"]) ||
      (aliases.length > 0 && aliases.every((alias) => alias === UNKNOWN || isOn(at(alias, "evaluateTargetHealth"))));
    if (!last && !watched)
      judge.against(record, "healthCheckId", "a health check, or an alias with evaluateTargetHealth");
    if (aliases.length > 0) return;
    const most = judge.settings.number("mostSeconds");
    const ttl = props["ttl"];
    judge.require(typeof ttl === "number" && ttl <= most, record, "ttl", `at most ${most} seconds`);
  },
};

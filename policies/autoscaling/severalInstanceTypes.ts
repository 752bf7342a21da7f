import type { Rule } from "../kit/rule";
import { UNKNOWN, at, isSet, list } from "../kit/value";

const OVERRIDES = "mixedInstancesPolicy.launchTemplate.overrides";

/** C3. */
export const autoscalingSeveralInstanceTypes: Rule = {
  id: "C3",
  name: "autoscaling-several-instance-types",
  title: "Auto-scaling groups can launch several instance types",
  severity: "low",
  level: "advisory",
  source: ["AutoScaling.6"],
  why: "In a failover everybody launches the same favourite type at once; a group that knows only one may get none.",
  fix: `Set ${OVERRIDES} to at least two instance types, or to instanceRequirements.`,
  types: ["aws:autoscaling/group:Group"],
  check(group, judge) {
    const overrides = list(group.props, OVERRIDES);
    const open = overrides.some((override) => override === UNKNOWN || isSet(at(override, "instanceRequirements")));
    const kinds = new Set(overrides.map((override) => at(override, "instanceType")));
    if (!open && kinds.size < 2) judge.against(group, OVERRIDES, "at least two instance types", [...kinds]);
  },
};

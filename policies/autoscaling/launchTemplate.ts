import type { Rule } from "../kit/rule";
import { isSet } from "../kit/value";

const GROUP = "aws:autoscaling/group:Group";

/** C4. */
export const autoscalingLaunchTemplate: Rule = {
  id: "C4",
  name: "autoscaling-launch-template",
  title: "Auto-scaling groups use launch templates, not launch configurations",
  severity: "medium",
  level: "mandatory",
  source: ["AutoScaling.9"],
  why: "Launch configurations get no new instance types or features, have no versions, and cannot be made in new accounts.",
  fix: "Replace launchConfiguration by launchTemplate, or by mixedInstancesPolicy.launchTemplate.",
  types: [GROUP, "aws:ec2/launchConfiguration:LaunchConfiguration"],
  check(resource, judge) {
    if (resource.type !== GROUP)
      judge.against(resource, "LaunchConfiguration", "a LaunchTemplate", "a launch configuration");
    else judge.require(!isSet(resource.props["launchConfiguration"]), resource, "launchConfiguration", "none");
  },
};

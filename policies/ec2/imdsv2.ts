import type { Rule } from "../kit/rule";
import { at, isBlock, type Properties } from "../kit/value";

/** C1. */
export const ec2Imdsv2: Rule = {
  id: "C1",
  name: "ec2-imdsv2",
  title: "EC2 instances answer metadata requests with a session token only (IMDSv2)",
  severity: "high",
  level: "remediate",
  source: ["AutoScaling.3", "CIS 5.6"],
  why: "Over IMDSv1 a single forged request through any program on the machine yields its role's credentials.",
  fix: 'Set metadataOptions.httpTokens to "required".',
  spares: 'Machines whose metadata service is off (httpEndpoint "disabled").',
  types: [
    "aws:ec2/launchTemplate:LaunchTemplate",
    "aws:ec2/instance:Instance",
    "aws:ec2/launchConfiguration:LaunchConfiguration",
  ],
  check(machine, judge) {
    judge.require(isSafe(machine.props), machine, "metadataOptions.httpTokens", '"required"');
  },
  remediate({ props }) {
    if (isSafe(props)) return undefined;
    const options = props["metadataOptions"];
    return {
      metadataOptions: { httpEndpoint: "enabled", ...(isBlock(options) ? options : {}), httpTokens: "required" },
    };
  },
};

function isSafe(props: Properties): boolean {
  return (
    at(props, "metadataOptions.httpTokens") === "required" || at(props, "metadataOptions.httpEndpoint") === "disabled"
  );
}

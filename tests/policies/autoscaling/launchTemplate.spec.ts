import { autoscalingLaunchTemplate } from "../../../policies/autoscaling/launchTemplate";
import { UNKNOWN } from "../../../policies/kit/value";
import { all, drop, set } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const group = (props: object) => resource("aws:autoscaling/group:Group", "intake", withUnknowns(props));

specify(autoscalingLaunchTemplate, {
  complainsOf: {
    "a group with a launch configuration": { by: [group({ launchConfiguration: "old" })], at: ["launchConfiguration"] },
    "a launch configuration": {
      by: [resource("aws:ec2/launchConfiguration:LaunchConfiguration", "old", {})],
      at: ["LaunchConfiguration"],
    },
  },
  accepts: { "a group with a launch template": [group({ launchTemplate: { id: "lt-1" } })] },
  spares: {
    "a group with a launch template inside a mixed policy": [group({ mixedInstancesPolicy: { launchTemplate: {} } })],
  },
  unknown: {
    "it complains of a launch configuration": {
      by: [group({ launchConfiguration: "?" })],
      at: ["launchConfiguration"],
    },
  },
  mutants: {
    breaks: {
      "aws:autoscaling/group:Group": [
        set("launchConfiguration", "old", "launch by a configuration"),
        set("launchConfiguration", UNKNOWN, "launch by an unknown configuration"),
        all(drop("mixedInstancesPolicy"), set("launchConfiguration", "old")),
      ],
    },
    passes: {
      "aws:autoscaling/group:Group": [all(drop("mixedInstancesPolicy"), set("launchTemplate", { id: "lt-1" }))],
    },
  },
});

import { autoscalingSeveralInstanceTypes } from "../../../policies/autoscaling/severalInstanceTypes";
import { drop, set } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const group = (overrides?: object) =>
  resource(
    "aws:autoscaling/group:Group",
    "intake",
    withUnknowns(overrides === undefined ? {} : { mixedInstancesPolicy: { launchTemplate: { overrides } } }),
  );
const AT = ["mixedInstancesPolicy.launchTemplate.overrides"];

specify(autoscalingSeveralInstanceTypes, {
  complainsOf: {
    "a group of one launch template": { by: [group()], at: AT },
    "the same type twice": { by: [group([{ instanceType: "r7g.large" }, { instanceType: "r7g.large" }])], at: AT },
  },
  accepts: { "two types": [group([{ instanceType: "r7g.large" }, { instanceType: "r6g.large" }])] },
  spares: { "requirements instead of types": [group([{ instanceRequirements: { vcpuCount: { min: 2 } } }])] },
  mutants: {
    breaks: {
      "aws:autoscaling/group:Group": [
        drop("mixedInstancesPolicy"),
        drop("mixedInstancesPolicy.launchTemplate.overrides"),
        set(
          "mixedInstancesPolicy.launchTemplate.overrides",
          [{ instanceType: "m6i.xlarge" }, { instanceType: "m6i.xlarge" }],
          "name one type twice",
        ),
      ],
    },
    passes: {
      "aws:autoscaling/group:Group": [
        set(
          "mixedInstancesPolicy.launchTemplate.overrides",
          [{ instanceRequirements: { vcpuCount: { min: 2 } } }],
          "name requirements",
        ),
      ],
    },
  },
});

import type { Rule } from "../kit/rule";
import { at, isSet, list } from "../kit/value";

/** M1. */
export const sagemakerVariantInstances: Rule = {
  id: "M1",
  name: "sagemaker-variant-instances",
  title: "SageMaker production variants have at least two instances",
  severity: "medium",
  level: "mandatory",
  source: ["SageMaker.4"],
  why: "SageMaker spreads instances over zones; one instance is in one zone, and a deployment or a fault takes it away.",
  fix: "Set initialInstanceCount of each production variant to 2 or more.",
  spares: "Serverless variants, and shadow variants, which answer nobody.",
  types: ["aws:sagemaker/endpointConfiguration:EndpointConfiguration"],
  settings: {
    leastInstances: {
      type: "integer",
      minimum: 1,
      default: 2,
      description: "Fewest instances of a production variant.",
    },
  },
  check(configuration, judge) {
    const least = judge.settings.number("leastInstances");
    list(configuration.props, "productionVariants").forEach((variant, index) => {
      if (isSet(at(variant, "serverlessConfig"))) return;
      const count = at(variant, "initialInstanceCount");
      const path = `productionVariants.${index}.initialInstanceCount`;
      judge.require(typeof count === "number" && count >= least, configuration, path, `at least ${least}`);
    });
  },
};

import { sagemakerVariantInstances } from "../../../policies/sagemaker/variantInstances";
import { all, drop, hide, set } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const endpoint = (...productionVariants: readonly object[]) =>
  resource("aws:sagemaker/endpointConfiguration:EndpointConfiguration", "rank", withUnknowns({ productionVariants }));
const AT = ["productionVariants.0.initialInstanceCount"];

specify(sagemakerVariantInstances, {
  complainsOf: {
    "one instance": { by: [endpoint({ initialInstanceCount: 1 })], at: AT },
    "a variant that says nothing": { by: [endpoint({}, { initialInstanceCount: 2 })], at: AT },
  },
  accepts: { "two instances": [endpoint({ initialInstanceCount: 2 }, { initialInstanceCount: 3 })] },
  spares: { "a serverless variant": [endpoint({ serverlessConfig: { maxConcurrency: 5 } })] },
  unknown: { "it complains of a count": { by: [endpoint({ initialInstanceCount: "?" })], at: AT } },
  mutants: {
    breaks: {
      "aws:sagemaker/endpointConfiguration:EndpointConfiguration": [
        set("productionVariants.0.initialInstanceCount", 1, "leave one instance"),
        drop("productionVariants.0.initialInstanceCount"),
        hide("productionVariants.0.initialInstanceCount"),
      ],
    },
    passes: {
      "aws:sagemaker/endpointConfiguration:EndpointConfiguration": [
        set("productionVariants.0.initialInstanceCount", 2, "leave two instances"),
        all(
          drop("productionVariants.0.initialInstanceCount"),
          set("productionVariants.0.serverlessConfig", { maxConcurrency: 5 }),
        ),
      ],
    },
  },
});

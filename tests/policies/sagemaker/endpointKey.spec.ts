import { sagemakerEndpointKey } from "../../../policies/sagemaker/endpointKey";
import { all, drop, set } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const endpoint = (instanceType: string, props: object = {}) =>
  resource(
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
    "rank",
    withUnknowns({ productionVariants: [{ instanceType }], ...props }),
  );

specify(sagemakerEndpointKey, {
  complainsOf: {
    "no key": { by: [endpoint("ml.m5.large")], at: ["kmsKeyArn"] },
    "an empty key": { by: [endpoint("ml.c6i.large", { kmsKeyArn: "" })], at: ["kmsKeyArn"] },
  },
  accepts: { "a key": [endpoint("ml.m5.large", { kmsKeyArn: "arn:aws:kms:eu-west-1:1:key/k" })] },
  spares: { "an instance with a local disk, for which AWS refuses a key": [endpoint("ml.g5.xlarge")] },
  unknown: { "it accepts a key that is to be created": [endpoint("ml.m5.large", { kmsKeyArn: "?" })] },
  mutants: {
    breaks: {
      "aws:sagemaker/endpointConfiguration:EndpointConfiguration": [
        drop("kmsKeyArn"),
        set("kmsKeyArn", "", "empty the key"),
        set("kmsKeyArn", null, "give no key"),
      ],
    },
    passes: {
      "aws:sagemaker/endpointConfiguration:EndpointConfiguration": [
        all(drop("kmsKeyArn"), set("productionVariants", [{ instanceType: "ml.g5.xlarge", initialInstanceCount: 2 }])),
        set("kmsKeyArn", "alias/other", "name another key"),
      ],
    },
  },
});

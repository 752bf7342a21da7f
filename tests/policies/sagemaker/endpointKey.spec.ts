import { sagemakerEndpointKey } from "../../../policies/sagemaker/endpointKey";
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
});

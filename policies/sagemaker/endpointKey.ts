import type { Rule } from "../kit/rule";
import { at, isSet, list } from "../kit/value";

/**
 * Instance families with a local NVMe disk, for which SageMaker refuses a key (the disk is encrypted by the hardware).
 * Source: docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html, KmsKeyId
 */
const LOCAL_DISK = /^ml\.(\w+d|g4dn|g5|g6|g6e|inf2|p4de?|p5\w*|trn1n?)\./;

/** M2. */
export const sagemakerEndpointKey: Rule = {
  id: "M2",
  name: "sagemaker-endpoint-key",
  title: "SageMaker endpoints encrypt their volumes by a KMS key",
  severity: "high",
  level: "mandatory",
  source: ["CKV_AWS_98"],
  why: "The model and captured requests lie on the endpoint's volumes.",
  fix: "Set kmsKeyArn to a key of the region.",
  spares:
    "Configurations whose every variant is serverless or on instances with a local disk: AWS refuses a key there.",
  unknowns: "kmsKeyArn only has to be set: a new key's ARN is not known in a preview.",
  types: ["aws:sagemaker/endpointConfiguration:EndpointConfiguration"],
  check(configuration, judge) {
    const variants = list(configuration.props, "productionVariants");
    const refused = variants.every((variant) => {
      const type = at(variant, "instanceType");
      return isSet(at(variant, "serverlessConfig")) || (typeof type === "string" && LOCAL_DISK.test(type));
    });
    if (variants.length > 0 && refused) return;
    judge.require(isSet(configuration.props["kmsKeyArn"]), configuration, "kmsKeyArn", "a key's ARN");
  },
};

import { sagemakerNetworkIsolation } from "../../../policies/sagemaker/networkIsolation";
import { drop, spoilFlag } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const model = (props: object) => resource("aws:sagemaker/model:Model", "als", withUnknowns(props));
const FLAG = "enableNetworkIsolation";

specify(sagemakerNetworkIsolation, {
  complainsOf: {
    "a model that says nothing": { by: [model({})], at: [FLAG] },
    "a model that may call out": { by: [model({ [FLAG]: false })], at: [FLAG] },
  },
  accepts: { "an isolated model": [model({ [FLAG]: true })] },
  spares: { "an isolated model inside a VPC": [model({ [FLAG]: true, vpcConfig: { subnets: ["?"] } })] },
  unknown: { "it complains of the flag": { by: [model({ [FLAG]: "?" })], at: [FLAG] } },
  mutants: {
    breaks: { "aws:sagemaker/model:Model": spoilFlag("enableNetworkIsolation") },
    passes: { "aws:sagemaker/model:Model": [drop("vpcConfig")] },
  },
});

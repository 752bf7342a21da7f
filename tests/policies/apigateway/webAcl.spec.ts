import { apigatewayWebAcl } from "../../../policies/apigateway/webAcl";
import { resource, specify, withUnknowns } from "../kit";

const ARN = "arn:aws:apigateway:eu-west-1::/restapis/a/stages/v1";
const stage = resource("aws:apigateway/stage:Stage", "v1", { stageName: "v1" }, { outputs: { arn: ARN } });
const association = (resourceArn: string, uses: readonly (typeof stage)[] = []) =>
  resource("aws:wafv2/webAclAssociation:WebAclAssociation", "v1", withUnknowns({ resourceArn }), {
    uses: { resourceArn: uses },
  });

specify(apigatewayWebAcl, {
  complainsOf: {
    "a stage without an association": { by: [stage], at: ["WebAclAssociation"] },
    "an association of another stage": { by: [stage, association(`${ARN}2`)], at: ["WebAclAssociation"] },
  },
  accepts: { "a stage with an association": [stage, association(ARN)] },
  spares: {
    "an HTTP API's stage, to which none can be attached": [resource("aws:apigatewayv2/stage:Stage", "v2", {})],
  },
  unknown: {
    "it finds the stage by what the ARN is computed from": [stage, association("?", [stage])],
    "it complains when the ARN comes from elsewhere": { by: [stage, association("?")], at: ["WebAclAssociation"] },
  },
});

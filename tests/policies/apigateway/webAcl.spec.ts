import { apigatewayWebAcl } from "../../../policies/apigateway/webAcl";
import type { Made } from "../../mutation/seed";
import { resource, specify, withUnknowns } from "../kit";

const ARN = "arn:aws:apigateway:eu-west-1::/restapis/a/stages/v1";
const stage = resource("aws:apigateway/stage:Stage", "v1", { stageName: "v1" }, { outputs: { arn: ARN } });
const association = (resourceArn: string, uses: readonly (typeof stage)[] = []) =>
  resource("aws:wafv2/webAclAssociation:WebAclAssociation", "v1", withUnknowns({ resourceArn }), {
    uses: { resourceArn: uses },
  });

const stages =
  (stagesOf: number, guarded: readonly number[]): Made =>
  (stack) => {
    const made = Array.from({ length: stagesOf }, (_, index) =>
      resource(
        "aws:apigateway/stage:Stage",
        `rest-${index}`,
        { stageName: "v1", accessLogSettings: { destinationArn: "arn:aws:logs:x" } },
        {
          stack,
          outputs: { arn: `arn:aws:apigateway:eu-west-1::/restapis/${index}/stages/v1` },
        },
      ),
    );
    return [
      ...made,
      ...guarded.map((index) =>
        resource(
          "aws:wafv2/webAclAssociation:WebAclAssociation",
          `guard-${index}`,
          { resourceArn: `arn:aws:apigateway:eu-west-1::/restapis/${index}/stages/v1` },
          { stack },
        ),
      ),
    ];
  };

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
  mutants: {
    breaks: {},
    added: {
      bad: {
        "add a REST stage": stages(1, []),
        "guard another stage": stages(1, [1]),
        "guard one of two stages": stages(2, [0]),
      },
      good: { "add a guarded REST stage": stages(1, [0]) },
    },
  },
});

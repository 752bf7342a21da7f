import { ec2Imdsv2 } from "../../../policies/ec2/imdsv2";
import { resource, specify, withUnknowns } from "../kit";

const template = (props: object) => resource("aws:ec2/launchTemplate:LaunchTemplate", "intake", withUnknowns(props));
const TOKENS = "metadataOptions.httpTokens";

specify(ec2Imdsv2, {
  complainsOf: {
    "a launch template that says nothing": { by: [template({})], at: [TOKENS] },
    "tokens that are optional": { by: [template({ metadataOptions: { httpTokens: "optional" } })], at: [TOKENS] },
    "an instance that says nothing": { by: [resource("aws:ec2/instance:Instance", "one", {})], at: [TOKENS] },
  },
  accepts: { "tokens that are required": [template({ metadataOptions: { httpTokens: "required" } })] },
  spares: { "a metadata service that is off": [template({ metadataOptions: { httpEndpoint: "disabled" } })] },
  unknown: { "it complains of the tokens": { by: [template({ metadataOptions: { httpTokens: "?" } })], at: [TOKENS] } },
  repairs: {
    "optional tokens, keeping the rest": {
      from: template({ metadataOptions: { httpTokens: "optional", httpPutResponseHopLimit: 2 } }),
      to: { metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 2 } },
    },
    "nothing in a good template": { from: template({ metadataOptions: { httpTokens: "required" } }), to: undefined },
  },
});

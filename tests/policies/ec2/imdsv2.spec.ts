import { ec2Imdsv2 } from "../../../policies/ec2/imdsv2";
import { all, drop, hide, set } from "../../mutation/operators";
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
  mutants: {
    breaks: {
      "aws:ec2/launchTemplate:LaunchTemplate": [
        drop("metadataOptions"),
        drop("metadataOptions.httpTokens"),
        hide("metadataOptions.httpTokens"),
        set("metadataOptions.httpTokens", "optional", "allow IMDSv1"),
      ],
    },
    passes: {
      "aws:ec2/launchTemplate:LaunchTemplate": [
        all(set("metadataOptions.httpTokens", "optional"), set("metadataOptions.httpEndpoint", "disabled")),
      ],
    },
  },
});

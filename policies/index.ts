import { PolicyPack } from "@pulumi/policy";
import { CATALOGUE } from "./catalogue";
import { decodeOnce } from "./kit/decode-once";
import { toPolicies } from "./kit/pack";

decodeOnce();
new PolicyPack("meridian-guardrails", {
  description: "Guardrails for data platforms on AWS that span several regions.",
  displayName: "Meridian guardrails",
  provider: "aws",
  policies: toPolicies(CATALOGUE),
});

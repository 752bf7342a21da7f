import { PolicyPack } from "@pulumi/policy";
import { CATALOGUE } from "./catalogue";
import { toPolicies } from "./kit/pack";

new PolicyPack("meridian-guardrails", {
  description: "Guardrails for data platforms on AWS that span several regions.",
  displayName: "Meridian guardrails",
  provider: "aws",
  policies: toPolicies(CATALOGUE),
});

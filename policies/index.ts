import { PolicyPack } from "@pulumi/policy";
import { CATALOGUE } from "./catalogue";
import { answerAtOnce } from "./kit/answer-at-once";
import { decodeOnce } from "./kit/decode-once";
import { toPolicies } from "./kit/pack";

const policies = toPolicies(CATALOGUE);
decodeOnce();
answerAtOnce(
  new Set(CATALOGUE.flatMap(({ types }) => types)),
  policies.some(({ enforcementLevel }) => enforcementLevel === "remediate"),
);
new PolicyPack("meridian-guardrails", {
  description: "Guardrails for data platforms on AWS that span several regions.",
  displayName: "Meridian guardrails",
  provider: "aws",
  policies,
});

import { UNKNOWN } from "../../../policies/kit/value";
import { kmsNotPublic } from "../../../policies/kms/notPublic";
import { set } from "../../mutation/operators";
import { ANYONE, OPEN, policy, resource, specify, withUnknowns } from "../kit";

const key = (document: string, type = "aws:kms/key:Key") => resource(type, "data", withUnknowns({ policy: document }));
const anyone = { ...ANYONE, Action: "kms:*" };

specify(kmsNotPublic, {
  complainsOf: {
    "a key for anyone": { by: [key(policy(anyone))], at: ["policy"] },
    "a policy beside the key for anyone": {
      by: [key(policy({ ...anyone, Principal: { AWS: ["*"] } }), "aws:kms/keyPolicy:KeyPolicy")],
      at: ["policy"],
    },
    "a condition that lets callers without an account pass": {
      by: [key(policy({ ...anyone, Condition: { StringEqualsIfExists: { "kms:CallerAccount": "1" } } }))],
      at: ["policy"],
    },
    "a condition that only excludes": {
      by: [key(policy({ ...anyone, Condition: { StringNotEquals: { "kms:CallerAccount": "1" } } }))],
      at: ["policy"],
    },
  },
  accepts: { "a key for its account": [key(policy({ ...anyone, Principal: { AWS: "arn:aws:iam::1:root" } }))] },
  spares: {
    "anyone of the account, through a service": [
      key(
        policy({
          ...anyone,
          Condition: { StringEquals: { "kms:CallerAccount": "1", "kms:ViaService": "s3.eu-west-1.amazonaws.com" } },
        }),
      ),
    ],
    "a Deny for anyone": [key(policy({ ...anyone, Effect: "Deny" }))],
    "a key that leaves its policy to AWS": [resource("aws:kms/key:Key", "data", {})],
  },
  unknown: { "it accepts a policy that names a new role": [key("?")] },
  mutants: {
    breaks: {
      "aws:kms/key:Key": [
        set("policy", OPEN, "let anyone in"),
        set("policy", policy({ ...ANYONE, Principal: { AWS: "*" } }), "let any account in"),
        set(
          "policy",
          policy({ Effect: "Allow", NotPrincipal: { AWS: "arn:aws:iam::1:root" }, Action: "kms:*", Resource: "*" }),
          "let all but one in",
        ),
      ],
    },
    passes: {
      "aws:kms/key:Key": [
        set(
          "policy",
          policy({ ...ANYONE, Condition: { StringEquals: { "kms:CallerAccount": "1" } } }),
          "let one account in",
        ),
        set("policy", UNKNOWN, "make the policy unknown"),
      ],
    },
  },
});

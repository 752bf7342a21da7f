import { UNKNOWN } from "../../../policies/kit/value";
import { s3DenyPlainHttp } from "../../../policies/s3/denyPlainHttp";
import { set } from "../../mutation/operators";
import { ANYONE, DENY_PLAIN, OPEN, policy, resource, specify, withUnknowns } from "../kit";

const bucket = resource("aws:s3/bucket:Bucket", "logs", { bucket: "logs-1" });
const attached = (document: string, target = "logs-1") =>
  resource("aws:s3/bucketPolicy:BucketPolicy", "logs", withUnknowns({ bucket: target, policy: document }), {
    uses: { bucket: [bucket] },
  });
const deny = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: ["arn:aws:s3:::logs-1", "arn:aws:s3:::logs-1/*"],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};
const WANTED = { Sid: "DenyPlainHttp", ...deny };

specify(s3DenyPlainHttp, {
  complainsOf: {
    "a bucket without a policy": { by: [bucket], at: ["BucketPolicy"] },
    "a policy about something else": { by: [bucket, attached(policy(ANYONE))], at: ["policy"] },
    "an Allow over TLS, which denies nothing": {
      by: [
        bucket,
        attached(policy({ ...deny, Effect: "Allow", Condition: { Bool: { "aws:SecureTransport": "true" } } })),
      ],
      at: ["policy"],
    },
    "a Deny for reads only": { by: [bucket, attached(policy({ ...deny, Action: "s3:GetObject" }))], at: ["policy"] },
    "a Deny for some principals only": {
      by: [bucket, attached(policy({ ...deny, Principal: { AWS: "arn:aws:iam::1:root" } }))],
      at: ["policy"],
    },
  },
  accepts: { "a policy that denies plain HTTP": [bucket, attached(policy(deny))] },
  spares: {
    "principals given as { AWS: * }, and a flag given as a boolean": [
      bucket,
      attached(policy({ ...deny, Principal: { AWS: "*" }, Condition: { Bool: { "AWS:SecureTransport": false } } })),
    ],
  },
  unknown: { "it accepts a policy that names a new bucket": [bucket, attached("?", "?")] },
  repairs: {
    "a policy without the statement, keeping the rest": {
      from: attached(
        policy({ Effect: "Allow", Principal: { AWS: "arn:aws:iam::1:root" }, Action: "s3:GetObject", Resource: "*" }),
      ),
      to: {
        policy: policy(
          { Effect: "Allow", Principal: { AWS: "arn:aws:iam::1:root" }, Action: "s3:GetObject", Resource: "*" },
          WANTED,
        ),
      },
    },
    "nothing in a good policy": { from: attached(policy(deny)), to: undefined },
    "nothing in a policy that is not known": { from: attached("?"), to: undefined },
  },
  mutants: {
    breaks: {
      "aws:s3/bucketPolicy:BucketPolicy": [
        set("policy", OPEN, "let anyone in"),
        set("policy", policy(), "empty the policy"),
        set("policy", "no document", "break the policy"),
      ],
    },
    passes: {
      "aws:s3/bucketPolicy:BucketPolicy": [
        set("policy", DENY_PLAIN, "deny plain HTTP on all resources"),
        set("policy", UNKNOWN, "make the policy unknown"),
      ],
    },
    needs: ["aws:s3/bucketPolicy:BucketPolicy"],
  },
});

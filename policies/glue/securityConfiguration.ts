import type { Rule } from "../kit/rule";
import { at, isSet } from "../kit/value";

const CONFIGURATION = "aws:glue/securityConfiguration:SecurityConfiguration";

/** Part of a security configuration, its mode, and the modes that encrypt. */
const PARTS = [
  ["s3Encryption", "s3EncryptionMode", ["SSE-KMS", "SSE-S3"]],
  ["cloudwatchEncryption", "cloudwatchEncryptionMode", ["SSE-KMS"]],
  ["jobBookmarksEncryption", "jobBookmarksEncryptionMode", ["CSE-KMS"]],
] as const;

/** G1. */
export const glueSecurityConfiguration: Rule = {
  id: "G1",
  name: "glue-security-configuration",
  title: "Glue jobs and crawlers run under a security configuration that encrypts",
  severity: "high",
  level: "mandatory",
  source: ["CKV_AWS_195"],
  why: "Without one, what a job writes, logs and remembers between runs is not encrypted by your key.",
  fix: "Set securityConfiguration to a SecurityConfiguration that encrypts S3 (SSE-KMS), CloudWatch (SSE-KMS) and bookmarks (CSE-KMS).",
  unknowns: "securityConfiguration only has to be set: a new configuration's name may not be known in a preview.",
  types: ["aws:glue/job:Job", "aws:glue/crawler:Crawler", "aws:glue/devEndpoint:DevEndpoint", CONFIGURATION],
  check(resource, judge) {
    if (resource.type !== CONFIGURATION) {
      judge.require(
        isSet(resource.props["securityConfiguration"]),
        resource,
        "securityConfiguration",
        "the name of a security configuration",
      );
      return;
    }
    for (const [part, mode, modes] of PARTS) {
      const path = `encryptionConfiguration.${part}.${mode}`;
      const got = at(resource.props, path);
      judge.require(
        modes.some((one) => one === got),
        resource,
        path,
        modes.join(" or "),
      );
    }
  },
};

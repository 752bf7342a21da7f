import { glueSecurityConfiguration } from "../../../policies/glue/securityConfiguration";
import type { Properties } from "../../../policies/kit/value";
import { one, resource, specify, withUnknowns } from "../kit";

const job = (props: object) => resource("aws:glue/job:Job", "clean", withUnknowns(props));
const crawler = (props: object) => resource("aws:glue/crawler:Crawler", "gold", withUnknowns(props));
const configuration = (bookmarks: string, s3 = "SSE-KMS") =>
  resource(
    "aws:glue/securityConfiguration:SecurityConfiguration",
    "main",
    withUnknowns({
      encryptionConfiguration: {
        s3Encryption: { s3EncryptionMode: s3 },
        cloudwatchEncryption: { cloudwatchEncryptionMode: "SSE-KMS" },
        jobBookmarksEncryption: { jobBookmarksEncryptionMode: bookmarks },
      },
    }),
  );
const BOOKMARKS = "encryptionConfiguration.jobBookmarksEncryption.jobBookmarksEncryptionMode";

const glue = (s3: string, logs: string, bookmarks: string): Properties => ({
  encryptionConfiguration: {
    s3Encryption: { s3EncryptionMode: s3 },
    cloudwatchEncryption: { cloudwatchEncryptionMode: logs },
    jobBookmarksEncryption: { jobBookmarksEncryptionMode: bookmarks },
  },
});

specify(glueSecurityConfiguration, {
  complainsOf: {
    "a job without one": { by: [job({})], at: ["securityConfiguration"] },
    "a crawler with an empty one": { by: [crawler({ securityConfiguration: "" })], at: ["securityConfiguration"] },
    "one that leaves bookmarks plain": { by: [configuration("DISABLED")], at: [BOOKMARKS] },
  },
  accepts: { "a job under one that encrypts": [job({ securityConfiguration: "main" }), configuration("CSE-KMS")] },
  spares: { "S3's own key for objects": [configuration("CSE-KMS", "SSE-S3")] },
  unknown: {
    "it complains of a mode": { by: [configuration("?")], at: [BOOKMARKS] },
    "it accepts a configuration that is to be created": [job({ securityConfiguration: "?" })],
  },
  mutants: {
    breaks: {},
    added: {
      bad: {
        "add a job without it": one("aws:glue/job:Job", { name: "job" }),
        "add a crawler without it": one("aws:glue/crawler:Crawler", { name: "crawler" }),
        "turn S3 encryption off": one(
          "aws:glue/securityConfiguration:SecurityConfiguration",
          glue("DISABLED", "SSE-KMS", "CSE-KMS"),
        ),
        "turn log encryption off": one(
          "aws:glue/securityConfiguration:SecurityConfiguration",
          glue("SSE-KMS", "DISABLED", "CSE-KMS"),
        ),
        "turn bookmark encryption off": one(
          "aws:glue/securityConfiguration:SecurityConfiguration",
          glue("SSE-KMS", "SSE-KMS", "DISABLED"),
        ),
      },
      good: {
        "add a job with it": one("aws:glue/job:Job", { securityConfiguration: "all" }),
        "encrypt everything": one(
          "aws:glue/securityConfiguration:SecurityConfiguration",
          glue("SSE-S3", "SSE-KMS", "CSE-KMS"),
        ),
      },
    },
  },
});

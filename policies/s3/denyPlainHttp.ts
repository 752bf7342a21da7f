import { BUCKETS, buckets, partsOf } from "../kit/buckets";
import { deniesPlainHttp, statements } from "../kit/document";
import type { Rule } from "../kit/rule";
import { UNKNOWN, isBlock, type Properties, type Value } from "../kit/value";

const POLICY = "aws:s3/bucketPolicy:BucketPolicy";

/** S2. */
export const s3DenyPlainHttp: Rule = {
  id: "S2",
  name: "s3-deny-plain-http",
  title: "S3 buckets refuse requests without TLS",
  severity: "high",
  level: "remediate",
  source: ["S3.5", "CIS 2.1.1"],
  why: "A request over plain HTTP can be read and changed on its way.",
  fix: 'Attach a BucketPolicy that denies s3:* to principal "*" under condition Bool aws:SecureTransport "false".',
  unknowns:
    "A policy that names its bucket's ARN is not known in the preview of a new bucket; it is judged as soon as it is known.",
  types: [...BUCKETS, POLICY],
  check(policy, judge) {
    if (policy.type === POLICY) judge.require(refuses(policy.props["policy"]), policy, "policy", WANT);
  },
  checkStack(graph, judge) {
    for (const bucket of buckets(graph)) {
      if (partsOf(graph, bucket, POLICY).length > 0 || refuses(bucket.props["policy"] ?? "")) continue;
      judge.against(bucket, "BucketPolicy", `one of this bucket with ${WANT}`, undefined);
    }
  },
  remediate({ type, props }) {
    const { policy, bucket } = props;
    if (type !== POLICY || typeof bucket !== "string" || refuses(policy)) return undefined;
    const document = parse(policy);
    if (document === undefined) return undefined;
    const own = document["Statement"];
    const rest: readonly Value[] = Array.isArray(own) ? (own as readonly Value[]) : own === undefined ? [] : [own];
    const arn = `arn:${partitionIn(policy)}:s3:::${bucket}`;
    const deny = {
      Sid: "DenyPlainHttp",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [arn, `${arn}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    };
    return { policy: JSON.stringify({ ...document, Statement: [...rest, deny] }) };
  },
};

const WANT = "a statement that denies s3:* to everyone when aws:SecureTransport is false";

function refuses(document: Value): boolean {
  const found = statements(document);
  return found === UNKNOWN || found.some(deniesPlainHttp);
}

function parse(document: Value): Properties | undefined {
  if (typeof document !== "string") return isBlock(document) ? document : undefined;
  try {
    const parsed = JSON.parse(document) as Value;
    return isBlock(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** The partition that the rest of the policy speaks of. */
function partitionIn(document: Value): string {
  return /arn:(aws[a-z-]*):s3:/.exec(typeof document === "string" ? document : JSON.stringify(document))?.[1] ?? "aws";
}

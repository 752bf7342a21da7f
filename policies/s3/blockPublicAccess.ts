import { BUCKETS, buckets, partsOf } from "../kit/buckets";
import { isOpen, statements } from "../kit/document";
import type { Resource } from "../kit/resource";
import type { Judge, Rule } from "../kit/rule";
import { UNKNOWN, at, isOn, list } from "../kit/value";

const BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const ACCOUNT_BLOCK = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock";
const ACLS = ["aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2"];
const POLICY = "aws:s3/bucketPolicy:BucketPolicy";
const FLAGS = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"] as const;

/** Canned ACLs that let in more than the account. Source: docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html */
const OPEN_ACLS: ReadonlySet<unknown> = new Set(["public-read", "public-read-write", "authenticated-read"]);

/** S1. */
export const s3BlockPublicAccess: Rule = {
  id: "S1",
  name: "s3-block-public-access",
  title: "S3 buckets block public access",
  severity: "critical",
  level: "remediate",
  source: ["S3.8", "CIS 2.1.4"],
  why: "One open bucket shows everybody's data to everybody.",
  fix:
    "Give each bucket a BucketPublicAccessBlock with blockPublicAcls, blockPublicPolicy, ignorePublicAcls and " +
    "restrictPublicBuckets true, a private ACL, and no policy statement that allows anyone.",
  spares: "A stack that holds an AccountPublicAccessBlock with all four flags needs none for each bucket.",
  unknowns:
    "A bucket policy that names its bucket's ARN is not known in the preview of a new bucket; with the four flags on, AWS refuses a public one.",
  types: [...BUCKETS, BLOCK, ACCOUNT_BLOCK, ...ACLS, POLICY],
  check(resource, judge) {
    switch (resource.type) {
      case BLOCK:
      case ACCOUNT_BLOCK:
        for (const flag of FLAGS) judge.require(isOn(resource.props[flag]), resource, flag, "true");
        return;
      case POLICY:
        checkPolicy(resource, "policy", judge);
        return;
      default:
        checkAcl(resource, judge);
        if (BUCKETS.includes(resource.type)) checkPolicy(resource, "policy", judge);
    }
  },
  checkStack(graph, judge) {
    if (graph.of(ACCOUNT_BLOCK).some(({ props }) => FLAGS.every((flag) => isOn(props[flag])))) return;
    for (const bucket of buckets(graph)) {
      if (partsOf(graph, bucket, BLOCK).length === 0) {
        judge.against(bucket, "BucketPublicAccessBlock", "one whose bucket property is this bucket", undefined);
      }
    }
  },
  remediate({ type, props }) {
    if (type === BLOCK || type === ACCOUNT_BLOCK) {
      const off = FLAGS.filter((flag) => !isOn(props[flag]));
      return off.length === 0 ? undefined : Object.fromEntries(off.map((flag) => [flag, true]));
    }
    return OPEN_ACLS.has(props["acl"]) ? { acl: "private" } : undefined;
  },
};

function checkAcl(resource: Resource, judge: Judge): void {
  const acl = resource.props["acl"];
  if (acl === UNKNOWN || OPEN_ACLS.has(acl)) judge.against(resource, "acl", '"private" or none');
  for (const path of ["grants", "accessControlPolicy.grants"]) {
    list(resource.props, path).forEach((grant, index) => {
      const uri = at(grant, path === "grants" ? "uri" : "grantee.uri");
      if (typeof uri === "string" && /\/(AllUsers|AuthenticatedUsers)$/.test(uri)) {
        judge.against(resource, `${path}.${index}`, "a grantee of the account", uri);
      }
    });
  }
}

function checkPolicy(resource: Resource, path: string, judge: Judge): void {
  const found = statements(resource.props[path]);
  if (found !== UNKNOWN && found.some(isOpen)) {
    judge.against(
      resource,
      path,
      "no statement that allows anyone",
      'an Allow for principal "*" without a confining condition',
    );
  }
}

import { UNKNOWN } from "../../../policies/kit/value";
import { s3BlockPublicAccess } from "../../../policies/s3/blockPublicAccess";
import { set, spoilFlag } from "../../mutation/operators";
import { ANYONE, DENY_PLAIN, OPEN, policy, resource, specify, withUnknowns } from "../kit";

const ON = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
const bucket = (props: object = {}) =>
  resource("aws:s3/bucket:Bucket", "logs", withUnknowns({ bucket: "logs-1", ...props }));
const plain = bucket();
const block = (props: object = {}, target = "logs-1") =>
  resource(
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "logs",
    withUnknowns({ bucket: target, ...ON, ...props }),
    {
      uses: { bucket: target === "?" ? [plain] : [] },
    },
  );
const part = (type: string, props: object) => resource(type, "logs", withUnknowns({ bucket: "logs-1", ...props }));
const open = policy({ ...ANYONE, Action: "s3:GetObject" });

specify(s3BlockPublicAccess, {
  complainsOf: {
    "a bucket without a block": { by: [plain], at: ["BucketPublicAccessBlock"] },
    "a block of another bucket": { by: [plain, block({}, "other")], at: ["BucketPublicAccessBlock"] },
    "a flag that is off": { by: [plain, block({ blockPublicPolicy: false })], at: ["blockPublicPolicy"] },
    "a flag that is missing": {
      by: [plain, part("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", { ...ON, ignorePublicAcls: null })],
      at: ["ignorePublicAcls"],
    },
    "a public canned ACL on the bucket": { by: [bucket({ acl: "public-read" }), block()], at: ["acl"] },
    "a public canned ACL beside it": {
      by: [plain, block(), part("aws:s3/bucketAcl:BucketAcl", { acl: "authenticated-read" })],
      at: ["acl"],
    },
    "a grant to everybody": {
      by: [
        plain,
        block(),
        part("aws:s3/bucketAcl:BucketAcl", {
          accessControlPolicy: { grants: [{ grantee: { uri: "http://acs.amazonaws.com/groups/global/AllUsers" } }] },
        }),
      ],
      at: ["accessControlPolicy.grants.0"],
    },
    "a policy that allows anyone": {
      by: [plain, block(), part("aws:s3/bucketPolicy:BucketPolicy", { policy: open })],
      at: ["policy"],
    },
  },
  accepts: { "a bucket with its block": [plain, block()] },
  spares: {
    "a block for the whole account": [
      plain,
      resource("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock", "all", ON),
    ],
    "a private ACL": [bucket({ acl: "private" }), block()],
    "a policy that denies everyone plain HTTP": [
      plain,
      block(),
      part("aws:s3/bucketPolicy:BucketPolicy", {
        policy: policy({ ...ANYONE, Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
      }),
    ],
    "a policy that allows anyone of one organisation": [
      plain,
      block(),
      part("aws:s3/bucketPolicy:BucketPolicy", {
        policy: policy({ ...ANYONE, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }),
      }),
    ],
  },
  unknown: {
    "it complains of a flag": { by: [plain, block({ blockPublicAcls: "?" })], at: ["blockPublicAcls"] },
    "it complains of an ACL": { by: [bucket({ acl: "?" }), block()], at: ["acl"] },
    "it finds a block by what its bucket is computed from": [plain, block({}, "?")],
    "it accepts a policy that names the bucket": [
      plain,
      block(),
      part("aws:s3/bucketPolicy:BucketPolicy", { policy: "?" }),
    ],
  },
  repairs: {
    "flags that are off": {
      from: block({ blockPublicAcls: false, ignorePublicAcls: "?" }),
      to: { blockPublicAcls: true, ignorePublicAcls: true },
    },
    "a public ACL": { from: bucket({ acl: "public-read" }), to: { acl: "private" } },
    "nothing in a good block": { from: block(), to: undefined },
  },
  mutants: {
    breaks: {
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": [
        "blockPublicAcls",
        "blockPublicPolicy",
        "ignorePublicAcls",
        "restrictPublicBuckets",
      ].flatMap(spoilFlag),
      "aws:s3/bucket:Bucket": [
        set("acl", "public-read", "widen the ACL"),
        set("acl", UNKNOWN, "make the ACL unknown"),
        set("policy", OPEN, "let anyone in"),
      ],
      "aws:s3/bucketPolicy:BucketPolicy": [set("policy", OPEN, "let anyone in")],
    },
    passes: {
      "aws:s3/bucket:Bucket": [set("acl", "private", "set a private ACL")],
      "aws:s3/bucketPolicy:BucketPolicy": [set("policy", DENY_PLAIN, "deny anyone")],
    },
    needs: ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"],
  },
});

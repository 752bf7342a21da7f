import { ACCOUNT, allow, BUCKET, deny, OBJECT, QUEUE, ROLE, to, user, when } from "./case";
import type { Case } from "./case";
import { UNKNOWN } from "../../../../../fleet/graph";

const IAM = "IAM/latest/UserGuide/";
const ACTION = `${IAM}reference_policies_elements_action.html`;
const NOT_ACTION = `${IAM}reference_policies_elements_notaction.html`;
const RESOURCE = `${IAM}reference_policies_elements_resource.html`;
const NOT_RESOURCE = `${IAM}reference_policies_elements_notresource.html`;
const VARIABLES = `${IAM}reference_policies_variables.html`;
const S3 = "AmazonS3/latest/userguide/security_iam_service-with-iam.html";
const LOGS = "AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html";
const RECORD = "pulumi: an output that is not known before the update";

const get = (action: unknown): Case["policies"] => ({ identity: [allow(action as string)] });
const on = (resource: string | readonly string[]): Case["policies"] => ({ identity: [allow("*", resource)] });

export const MATCHING_CASES: readonly Case[] = [
  { name: "an action by its name", source: ACTION, policies: get("s3:GetObject"), want: "allowed" },
  { name: "an action in another case", source: ACTION, policies: get("S3:getobject"), want: "allowed" },
  { name: "all actions of a service", source: ACTION, policies: get("s3:*"), want: "allowed" },
  { name: "actions by a prefix", source: ACTION, policies: get("s3:Get*"), want: "allowed" },
  { name: "actions by a suffix", source: ACTION, policies: get("s3:*Object"), want: "allowed" },
  { name: "one character", source: ACTION, policies: get("s3:GetObjec?"), want: "allowed" },
  { name: "one character is not none", source: ACTION, policies: get("s3:GetObject?"), want: "missing identity" },
  { name: "a longer action", source: ACTION, policies: get("s3:GetObjectAcl"), want: "missing identity" },
  { name: "a shorter action", source: ACTION, policies: get("s3:Get"), want: "missing identity" },
  { name: "another service", source: ACTION, policies: get("s3-outposts:GetObject"), want: "missing identity" },
  { name: "several actions", source: ACTION, policies: get(["sqs:SendMessage", "s3:GetObject"]), want: "allowed" },
  { name: "a wildcard in the service", source: ACTION, policies: get("*:GetObject"), want: "allowed" },
  {
    name: "NotAction allows all others",
    source: NOT_ACTION,
    policies: { identity: [{ Effect: "Allow", NotAction: "iam:*", Resource: "*" }] },
    want: "allowed",
  },
  {
    name: "NotAction does not allow what it names",
    source: NOT_ACTION,
    policies: { identity: [{ Effect: "Allow", NotAction: ["iam:*", "s3:Get*"], Resource: "*" }] },
    want: "missing identity",
  },
  {
    name: "a deny of NotAction denies all others",
    source: NOT_ACTION,
    policies: { identity: [allow("*"), { Effect: "Deny", NotAction: "iam:*", Resource: "*" }] },
    want: "denied",
  },
  {
    name: "a deny of NotAction spares what it names",
    source: NOT_ACTION,
    policies: { identity: [allow("*"), { Effect: "Deny", NotAction: "s3:*", Resource: "*" }] },
    want: "allowed",
  },

  { name: "an object by its ARN", source: RESOURCE, policies: on(OBJECT), want: "allowed" },
  { name: "all objects of a bucket", source: S3, policies: on(`${BUCKET}/*`), want: "allowed" },
  { name: "objects under a prefix", source: S3, policies: on(`${BUCKET}/gold/*`), want: "allowed" },
  { name: "objects under another prefix", source: S3, policies: on(`${BUCKET}/silver/*`), want: "missing identity" },
  { name: "a wildcard crosses slashes", source: RESOURCE, policies: on(`${BUCKET}/*.parquet`), want: "allowed" },
  {
    name: "a resource's case counts",
    source: RESOURCE,
    policies: on(OBJECT.replace("gold", "Gold")),
    want: "missing identity",
  },
  { name: "one character of a resource", source: RESOURCE, policies: on(`${BUCKET}/gold/?.parquet`), want: "allowed" },
  {
    name: "a bucket whose name begins the same",
    source: RESOURCE,
    policies: on("arn:aws:s3:::lake2/*"),
    want: "missing identity",
  },
  { name: "a wildcard in the bucket's name", source: RESOURCE, policies: on("arn:aws:s3:::la*/*"), want: "allowed" },
  { name: "another partition", source: RESOURCE, policies: on("arn:aws-cn:s3:::lake/*"), want: "missing identity" },
  { name: "one of several resources", source: RESOURCE, policies: on([QUEUE, OBJECT]), want: "allowed" },
  {
    name: "any region of a queue",
    source: RESOURCE,
    action: "sqs:SendMessage",
    resource: QUEUE,
    policies: on(`arn:aws:sqs:*:${ACCOUNT}:jobs`),
    want: "allowed",
  },
  {
    name: "a wildcard stays in its part of the ARN",
    source: RESOURCE,
    action: "sqs:SendMessage",
    resource: QUEUE,
    policies: on("arn:aws:sqs:*:jobs"),
    want: "missing identity",
  },
  {
    name: "a wildcard at the end of the ARN",
    source: RESOURCE,
    action: "sqs:SendMessage",
    resource: QUEUE,
    policies: on("arn:aws:sqs:*"),
    want: "allowed",
  },
  {
    name: "streams of a log group",
    source: LOGS,
    action: "logs:PutLogEvents",
    resource: `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/a/b:log-stream:x`,
    policies: on(`arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/a/b:*`),
    want: "allowed",
  },
  {
    name: "a log group's ARN is not its streams'",
    source: LOGS,
    action: "logs:PutLogEvents",
    resource: `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/a/b:log-stream:x`,
    policies: on(`arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/a/b`),
    want: "missing identity",
  },
  {
    name: "NotResource allows all others",
    source: NOT_RESOURCE,
    policies: { identity: [{ Effect: "Allow", Action: "s3:*", NotResource: "arn:aws:s3:::secret/*" }] },
    want: "allowed",
  },
  {
    name: "NotResource does not allow what it names",
    source: NOT_RESOURCE,
    policies: { identity: [{ Effect: "Allow", Action: "s3:*", NotResource: `${BUCKET}/*` }] },
    want: "missing identity",
  },
  {
    name: "a deny of NotResource denies all others",
    source: NOT_RESOURCE,
    policies: { identity: [allow("*"), { Effect: "Deny", Action: "s3:*", NotResource: "arn:aws:s3:::other/*" }] },
    want: "denied",
  },
  {
    name: "a question about all objects needs a statement about all",
    source: S3,
    resource: `${BUCKET}/*`,
    policies: on(`${BUCKET}/gold/*`),
    want: "missing identity",
  },
  {
    name: "a call on no resource needs *",
    source: `${IAM}reference_policies_elements_resource.html`,
    action: "xray:PutTraceSegments",
    resource: "*",
    policies: on(QUEUE),
    want: "missing identity",
  },

  {
    name: "a variable in a resource",
    source: VARIABLES,
    who: user,
    policies: on(`${BUCKET}/\${aws:username}/*`),
    resource: `${BUCKET}/ann/x`,
    want: "allowed",
  },
  {
    name: "a variable of another value",
    source: VARIABLES,
    who: user,
    policies: on(`${BUCKET}/\${aws:username}/*`),
    resource: `${BUCKET}/bob/x`,
    want: "missing identity",
  },
  {
    name: "a variable that the request does not have",
    source: VARIABLES,
    policies: on(`${BUCKET}/\${aws:username}/*`),
    resource: `${BUCKET}/ann/x`,
    want: "missing identity",
  },
  {
    name: "a variable's default",
    source: VARIABLES,
    policies: on(`${BUCKET}/\${aws:PrincipalTag/team, 'none'}/*`),
    resource: `${BUCKET}/none/x`,
    want: "allowed",
  },
  {
    name: "a variable's value beats its default",
    source: VARIABLES,
    context: { "aws:PrincipalTag/team": "blue" },
    policies: on(`${BUCKET}/\${aws:PrincipalTag/team, 'none'}/*`),
    resource: `${BUCKET}/blue/x`,
    want: "allowed",
  },
  {
    name: "a variable in a condition",
    source: VARIABLES,
    context: { "aws:PrincipalTag/team": "blue", "aws:ResourceTag/team": "blue" },
    policies: { identity: [allow("*", "*", when("StringEquals", "aws:ResourceTag/team", "${aws:PrincipalTag/team}"))] },
    want: "allowed",
  },
  {
    name: "a variable in a condition of another value",
    source: VARIABLES,
    context: { "aws:PrincipalTag/team": "blue", "aws:ResourceTag/team": "red" },
    policies: { identity: [allow("*", "*", when("StringEquals", "aws:ResourceTag/team", "${aws:PrincipalTag/team}"))] },
    want: "missing identity",
  },
  {
    name: "a variable's value is a text, no pattern",
    source: VARIABLES,
    context: { "aws:PrincipalTag/team": "b..e" },
    policies: { identity: [allow("*", `${BUCKET}/\${aws:PrincipalTag/team}/x`)] },
    resource: `${BUCKET}/blue/x`,
    want: "missing identity",
  },
  {
    name: "the older version of the language has no variables",
    source: VARIABLES,
    who: user,
    policies: { ...on(`${BUCKET}/\${aws:username}/x`), version: "2008-10-17" },
    resource: `${BUCKET}/ann/x`,
    want: "missing identity",
  },
  {
    name: "a star that is a star",
    source: VARIABLES,
    policies: on(`${BUCKET}/\${*}/x`),
    resource: `${BUCKET}/*/x`,
    want: "allowed",
  },
  {
    name: "a star that is no wildcard",
    source: VARIABLES,
    policies: on(`${BUCKET}/\${*}/x`),
    resource: `${BUCKET}/a/x`,
    want: "missing identity",
  },
  {
    name: "a deny by a variable",
    source: VARIABLES,
    who: user,
    policies: {
      identity: [allow("*"), { Effect: "Deny", Action: "s3:*", NotResource: `${BUCKET}/\${aws:username}/*` }],
    },
    resource: `${BUCKET}/bob/x`,
    want: "denied",
  },

  {
    name: "a resource that is not known, and a statement about all",
    source: RECORD,
    resource: UNKNOWN,
    policies: { identity: [allow("s3:*")] },
    want: "allowed",
  },
  {
    name: "a resource that is not known, and a statement about one",
    source: RECORD,
    resource: UNKNOWN,
    policies: { identity: [allow("s3:*", OBJECT)] },
    want: "unjudged",
  },
  {
    name: "a resource that is not known, and a deny about one",
    source: RECORD,
    resource: UNKNOWN,
    policies: { identity: [allow("s3:*"), deny("s3:*", OBJECT)] },
    want: "unjudged",
  },
  {
    name: "a resource that is not known, and no statement about the action",
    source: RECORD,
    resource: UNKNOWN,
    policies: { identity: [allow("sqs:*")] },
    want: "missing identity",
  },
  {
    name: "a key that is not known",
    source: RECORD,
    context: { "aws:SourceVpce": UNKNOWN },
    policies: { identity: [allow("s3:*", "*", when("StringEquals", "aws:SourceVpce", "vpce-1"))] },
    want: "unjudged",
  },
  {
    name: "a key that is not known, and a deny",
    source: RECORD,
    context: { "aws:SourceVpce": UNKNOWN },
    policies: { identity: [allow("s3:*"), deny("s3:*", "*", when("StringNotEquals", "aws:SourceVpce", "vpce-1"))] },
    want: "unjudged",
  },
  {
    name: "a key that is not known does not matter beside an allow without it",
    source: RECORD,
    context: { "aws:SourceVpce": UNKNOWN },
    policies: {
      identity: [allow("s3:*", "*", when("StringEquals", "aws:SourceVpce", "vpce-1")), allow("s3:GetObject")],
    },
    want: "allowed",
  },
  {
    name: "a key that is not known does not matter beside one that fails",
    source: RECORD,
    context: { "aws:SourceVpce": UNKNOWN, "aws:SourceAccount": "1" },
    policies: {
      identity: [
        allow("s3:*", "*", { Condition: { StringEquals: { "aws:SourceVpce": "vpce-1", "aws:SourceAccount": "2" } } }),
      ],
    },
    want: "missing identity",
  },
  {
    name: "a policy's value that is not known",
    source: RECORD,
    context: { "aws:SourceVpce": "vpce-1" },
    policies: { identity: [allow("s3:*", "*", { Condition: { StringEquals: { "aws:SourceVpce": UNKNOWN } } })] },
    want: "unjudged",
  },
  {
    name: "a policy's resource that is not known",
    source: RECORD,
    policies: { identity: [allow("s3:*", UNKNOWN)] },
    want: "unjudged",
  },
  {
    name: "a principal that is not known",
    source: RECORD,
    policies: { resource: [allow("s3:*", "*", to({ AWS: UNKNOWN }))] },
    want: "unjudged",
  },
  {
    name: "a principal that is not known beside one that is",
    source: RECORD,
    policies: { resource: [allow("s3:*", "*", to({ AWS: [UNKNOWN, ROLE] }))] },
    want: "allowed",
  },
  {
    name: "an explicit deny decides whatever is not known",
    source: RECORD,
    resource: UNKNOWN,
    policies: { identity: [allow("s3:*", OBJECT), deny("s3:*")] },
    want: "denied",
  },
];

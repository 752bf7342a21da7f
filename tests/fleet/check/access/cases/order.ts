import {
  allow,
  anonymous,
  BUCKET,
  deny,
  KEY,
  OBJECT,
  OTHER,
  QUEUE,
  role,
  ROLE,
  service,
  stranger,
  to,
  user,
  when,
  ACCOUNT,
} from "./case";
import type { Case } from "./case";

const IAM = "IAM/latest/UserGuide/";
const ORDER = `${IAM}reference_policies_evaluation-logic_policy-eval-denyallow.html`;
const SINGLE = `${IAM}reference_policies_evaluation-logic_policy-eval-basics-single-account.html`;
const CROSS = `${IAM}reference_policies_evaluation-logic-cross-account.html`;
const BOUNDARY = `${IAM}access_policies_boundaries.html`;
const SESSION = `${IAM}access_policies.html`;
const PRINCIPAL = `${IAM}reference_policies_elements_principal.html`;
const NOT_PRINCIPAL = `${IAM}reference_policies_elements_notprincipal.html`;
const SCP = "organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html";
const RCP = "organizations/latest/userguide/orgs_manage_policies_rcps.html";
const ENDPOINT = "vpc/latest/privatelink/vpc-endpoints-access.html";
const DEPUTY = `${IAM}confused-deputy.html`;
const SNS = "sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html";

const all = [allow("*")];
const read = [allow("s3:GetObject", `${BUCKET}/*`)];
const rootOf = (account: string) => ({ AWS: `arn:aws:iam::${account}:root` });

/** Which policies a request needs, and which decides. */
export const ORDER_CASES: readonly Case[] = [
  { name: "nothing allows: implicit deny", source: ORDER, policies: {}, want: "missing identity" },
  { name: "an identity policy allows", source: ORDER, policies: { identity: read }, want: "allowed" },
  {
    name: "an explicit deny beats an allow in the same policy",
    source: ORDER,
    policies: { identity: [...all, deny("s3:*")] },
    want: "denied",
  },
  {
    name: "a deny of another action does not matter",
    source: ORDER,
    policies: { identity: [...all, deny("s3:PutObject")] },
    want: "allowed",
  },
  {
    name: "a deny on another resource does not matter",
    source: ORDER,
    policies: { identity: [...all, deny("s3:*", "arn:aws:s3:::other/*")] },
    want: "allowed",
  },
  {
    name: "a deny in the resource's policy beats an identity policy",
    source: ORDER,
    policies: { identity: all, resource: [deny("s3:*", "*", to("*"))] },
    want: "denied",
  },
  {
    name: "a deny in the boundary beats all",
    source: ORDER,
    policies: { identity: all, boundary: [...all, deny("s3:*")] },
    want: "denied",
  },
  {
    name: "a deny in the session policy beats all",
    source: ORDER,
    policies: { identity: all, session: [...all, deny("s3:*")] },
    want: "denied",
  },
  {
    name: "a deny in a service control policy beats all",
    source: ORDER,
    policies: { identity: all, scps: [[...all, deny("s3:*")]] },
    want: "denied",
  },
  {
    name: "a deny in a resource control policy beats all",
    source: RCP,
    policies: { identity: all, rcps: [[...[allow("*", "*", to("*"))], deny("s3:*", "*", to("*"))]] },
    want: "denied",
  },
  {
    name: "a deny in the endpoint's policy beats all",
    source: ENDPOINT,
    policies: { identity: all, endpoint: [allow("*", "*", to("*")), deny("s3:*", "*", to("*"))] },
    want: "denied",
  },
  {
    name: "a deny whose condition does not hold does not count",
    source: ORDER,
    policies: { identity: [...all, deny("s3:*", "*", when("Bool", "aws:SecureTransport", "false"))] },
    want: "allowed",
  },
  {
    name: "a deny of plain HTTP counts for plain HTTP",
    source: "AmazonS3/latest/userguide/security-best-practices.html",
    context: { "aws:SecureTransport": "false" },
    policies: {
      identity: all,
      resource: [deny("s3:*", "*", { ...to("*"), ...when("Bool", "aws:SecureTransport", "false") })],
    },
    want: "denied",
  },
  {
    name: "a deny of old TLS counts for old TLS",
    source: "AmazonS3/latest/userguide/example-bucket-policies.html",
    context: { "s3:TlsVersion": "1.1" },
    policies: {
      identity: all,
      resource: [deny("s3:*", "*", { ...to("*"), ...when("NumericLessThan", "s3:TlsVersion", "1.2") })],
    },
    want: "denied",
  },
  {
    name: "a deny of old TLS spares a request that does not say",
    source: "AmazonS3/latest/userguide/example-bucket-policies.html",
    policies: {
      identity: all,
      resource: [deny("s3:*", "*", { ...to("*"), ...when("NumericLessThan", "s3:TlsVersion", "1.2") })],
    },
    want: "allowed",
  },

  {
    name: "in one account the bucket's policy alone allows the role",
    source: SINGLE,
    policies: { resource: [allow("s3:GetObject", `${BUCKET}/*`, to({ AWS: ROLE }))] },
    want: "allowed",
  },
  {
    name: "the bucket's policy alone allows the session",
    source: SINGLE,
    policies: {
      resource: [allow("s3:GetObject", `${BUCKET}/*`, to({ AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/app/run` }))],
    },
    want: "allowed",
  },
  {
    name: "another session of the role is another principal",
    source: SINGLE,
    policies: { resource: [allow("s3:GetObject", "*", to({ AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/app/other` }))] },
    want: "missing identity",
  },
  {
    name: "the bucket's policy alone allows the user",
    source: SINGLE,
    who: user,
    policies: { resource: [allow("s3:GetObject", "*", to({ AWS: `arn:aws:iam::${ACCOUNT}:user/ann` }))] },
    want: "allowed",
  },
  {
    name: "the account as principal leaves it to identity policies",
    source: PRINCIPAL,
    policies: { resource: [allow("s3:GetObject", "*", to(rootOf(ACCOUNT)))] },
    want: "missing identity",
  },
  {
    name: "the account's number is the account",
    source: PRINCIPAL,
    who: stranger,
    policies: { identity: read, resource: [allow("s3:GetObject", "*", to({ AWS: OTHER }))] },
    want: "allowed",
  },
  {
    name: "everybody includes the role",
    source: PRINCIPAL,
    policies: { resource: [allow("s3:GetObject", "*", to("*"))] },
    want: "allowed",
  },
  {
    name: "AWS * is everybody",
    source: PRINCIPAL,
    policies: { resource: [allow("s3:GetObject", "*", to({ AWS: "*" }))] },
    want: "allowed",
  },
  {
    name: "everybody includes who does not sign",
    source: PRINCIPAL,
    who: anonymous,
    policies: { resource: [allow("s3:GetObject", "*", to("*"))] },
    want: "allowed",
  },
  {
    name: "who does not sign needs the resource's policy",
    source: PRINCIPAL,
    who: anonymous,
    policies: {},
    want: "missing resource",
  },
  {
    name: "a role of another name is not named",
    source: PRINCIPAL,
    policies: { resource: [allow("s3:GetObject", "*", to({ AWS: `arn:aws:iam::${ACCOUNT}:role/other` }))] },
    want: "missing identity",
  },
  {
    name: "one of several principals",
    source: PRINCIPAL,
    policies: { resource: [allow("s3:GetObject", "*", to({ AWS: [`arn:aws:iam::${ACCOUNT}:role/other`, ROLE] }))] },
    want: "allowed",
  },
  {
    name: "a principal's ARN has no wildcard",
    source: PRINCIPAL,
    policies: { resource: [allow("s3:GetObject", "*", to({ AWS: `arn:aws:iam::${ACCOUNT}:role/*` }))] },
    want: "missing identity",
  },
  {
    name: "aws:PrincipalArn may have one",
    source: PRINCIPAL,
    policies: {
      resource: [
        allow("s3:GetObject", "*", {
          ...to("*"),
          ...when("ArnLike", "aws:PrincipalArn", `arn:aws:iam::${ACCOUNT}:role/*`),
        }),
      ],
    },
    want: "allowed",
  },
  {
    name: "the root user is not limited by identity policies",
    source: `${IAM}id_root-user.html`,
    who: { kind: "root", account: ACCOUNT },
    policies: {},
    want: "allowed",
  },

  {
    name: "another account's role needs both policies",
    source: CROSS,
    who: stranger,
    policies: { identity: read, resource: [allow("s3:GetObject", "*", to(rootOf(OTHER)))] },
    want: "allowed",
  },
  {
    name: "another account's role with its identity policy alone",
    source: CROSS,
    who: stranger,
    policies: { identity: read },
    want: "missing resource",
  },
  {
    name: "another account's role with the bucket's policy alone",
    source: CROSS,
    who: stranger,
    policies: { resource: [allow("s3:GetObject", "*", to(rootOf(OTHER)))] },
    want: "missing identity",
  },
  {
    name: "another account's role, named itself, still needs its identity policy",
    source: CROSS,
    who: stranger,
    policies: { resource: [allow("s3:GetObject", "*", to({ AWS: `arn:aws:iam::${OTHER}:role/app` }))] },
    want: "missing identity",
  },
  {
    name: "a third account is not let in",
    source: CROSS,
    who: stranger,
    policies: { identity: read, resource: [allow("s3:GetObject", "*", to(rootOf("444455556666")))] },
    want: "missing resource",
  },
  {
    name: "a boundary limits across accounts too",
    source: CROSS,
    who: stranger,
    policies: { identity: read, boundary: [allow("sqs:*")], resource: [allow("s3:GetObject", "*", to(rootOf(OTHER)))] },
    want: "missing boundary",
  },

  {
    name: "a boundary must allow what the identity policy allows",
    source: BOUNDARY,
    policies: { identity: read, boundary: [allow("sqs:*")] },
    want: "missing boundary",
  },
  {
    name: "a boundary grants nothing by itself",
    source: BOUNDARY,
    policies: { boundary: all },
    want: "missing identity",
  },
  {
    name: "a boundary that allows it is no limit",
    source: BOUNDARY,
    policies: { identity: read, boundary: [allow("s3:*")] },
    want: "allowed",
  },
  {
    name: "a boundary limits what a bucket's policy gives the role",
    source: SINGLE,
    policies: { boundary: [allow("sqs:*")], resource: [allow("s3:GetObject", "*", to({ AWS: ROLE }))] },
    want: "missing boundary",
  },
  {
    name: "a boundary does not limit what a bucket's policy gives the session",
    source: SINGLE,
    policies: {
      boundary: [allow("sqs:*")],
      resource: [allow("s3:GetObject", "*", to({ AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/app/run` }))],
    },
    want: "allowed",
  },
  {
    name: "a boundary does not limit what a bucket's policy gives the user",
    source: BOUNDARY,
    who: user,
    policies: {
      boundary: [allow("sqs:*")],
      resource: [allow("s3:GetObject", "*", to({ AWS: `arn:aws:iam::${ACCOUNT}:user/ann` }))],
    },
    want: "allowed",
  },
  {
    name: "nor what it gives everybody with a role's ARN as condition",
    source: PRINCIPAL,
    policies: {
      boundary: [allow("sqs:*")],
      resource: [allow("s3:GetObject", "*", { ...to("*"), ...when("ArnEquals", "aws:PrincipalArn", ROLE) })],
    },
    want: "allowed",
  },

  {
    name: "a session policy must allow too",
    source: SESSION,
    policies: { identity: read, session: [allow("sqs:*")] },
    want: "missing session",
  },
  {
    name: "a session policy grants nothing by itself",
    source: SESSION,
    policies: { session: all },
    want: "missing identity",
  },
  {
    name: "a session policy limits what a bucket's policy gives the role",
    source: SESSION,
    policies: { session: [allow("sqs:*")], resource: [allow("s3:GetObject", "*", to({ AWS: ROLE }))] },
    want: "missing session",
  },

  {
    name: "each level of the organisation must allow",
    source: SCP,
    policies: { identity: all, scps: [[allow("*")], [allow("sqs:*")], [allow("*")]] },
    want: "missing scp",
  },
  {
    name: "levels that all allow",
    source: SCP,
    policies: { identity: all, scps: [[allow("*")], [allow("s3:*")], [allow("*")]] },
    want: "allowed",
  },
  {
    name: "a service control policy grants nothing",
    source: SCP,
    policies: { scps: [[allow("*")]] },
    want: "missing identity",
  },
  {
    name: "service control policies limit what a bucket's policy gives the role",
    source: SCP,
    policies: { scps: [[allow("sqs:*")]], resource: [allow("s3:GetObject", "*", to({ AWS: ROLE }))] },
    want: "missing scp",
  },
  {
    name: "service-linked roles are not limited by them",
    source: "organizations/latest/userguide/orgs_manage_policies_scps.html",
    who: {
      kind: "role",
      arn: `arn:aws:iam::${ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
    },
    policies: { identity: all, scps: [[deny("*")]] },
    want: "allowed",
  },
  {
    name: "services are not limited by them",
    source: "organizations/latest/userguide/orgs_manage_policies_scps.html",
    who: service("s3.amazonaws.com"),
    action: "sqs:SendMessage",
    resource: QUEUE,
    policies: { resource: [allow("sqs:SendMessage", QUEUE, to({ Service: "s3.amazonaws.com" }))], scps: [[deny("*")]] },
    want: "allowed",
  },
  {
    name: "each level of resource control policies must allow",
    source: RCP,
    policies: { identity: all, rcps: [[allow("sqs:*", "*", to("*"))]] },
    want: "missing rcp",
  },
  {
    name: "resource control policies do not limit service-linked roles",
    source: RCP,
    who: { kind: "role", arn: `arn:aws:iam::${ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX` },
    policies: { identity: all, rcps: [[deny("s3:*", "*", to("*"))]] },
    want: "allowed",
  },

  {
    name: "an endpoint's policy must allow",
    source: ENDPOINT,
    policies: { identity: all, endpoint: [allow("s3:GetObject", "arn:aws:s3:::other/*", to("*"))] },
    want: "missing endpoint",
  },
  {
    name: "an endpoint's policy that allows everything is no limit",
    source: ENDPOINT,
    policies: { identity: read, endpoint: [allow("*", "*", to("*"))] },
    want: "allowed",
  },
  {
    name: "an endpoint's policy grants nothing",
    source: ENDPOINT,
    policies: { endpoint: [allow("*", "*", to("*"))] },
    want: "missing identity",
  },
  {
    name: "an endpoint's policy may name the role",
    source: ENDPOINT,
    policies: {
      identity: read,
      endpoint: [allow("*", "*", { ...to("*"), ...when("ArnEquals", "aws:PrincipalArn", ROLE) })],
    },
    want: "allowed",
  },

  {
    name: "a service needs the resource's policy",
    source: `${IAM}reference_policies_elements_principal.html`,
    who: service("s3.amazonaws.com"),
    action: "sqs:SendMessage",
    resource: QUEUE,
    policies: { identity: all },
    want: "missing resource",
  },
  {
    name: "a service that the resource's policy names",
    source: "AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html",
    who: service("s3.amazonaws.com"),
    action: "sqs:SendMessage",
    resource: QUEUE,
    policies: { resource: [allow("sqs:SendMessage", QUEUE, to({ Service: "s3.amazonaws.com" }))] },
    want: "allowed",
  },
  {
    name: "another service is not let in",
    source: PRINCIPAL,
    who: service("sns.amazonaws.com"),
    action: "sqs:SendMessage",
    resource: QUEUE,
    policies: { resource: [allow("sqs:SendMessage", QUEUE, to({ Service: "s3.amazonaws.com" }))] },
    want: "missing resource",
  },
  {
    name: "a service under its regional name",
    source: `${IAM}reference_policies_elements_principal.html`,
    who: service("logs.eu-west-1.amazonaws.com", "logs.amazonaws.com"),
    action: "sqs:SendMessage",
    resource: QUEUE,
    policies: { resource: [allow("sqs:SendMessage", QUEUE, to({ Service: "logs.eu-west-1.amazonaws.com" }))] },
    want: "allowed",
  },
  {
    name: "the account is not a service",
    source: PRINCIPAL,
    who: service("s3.amazonaws.com"),
    action: "sqs:SendMessage",
    resource: QUEUE,
    policies: { resource: [allow("sqs:SendMessage", QUEUE, to(rootOf(ACCOUNT)))] },
    want: "missing resource",
  },
  {
    name: "a service on behalf of the resource that the policy names",
    source: SNS,
    who: service("sns.amazonaws.com"),
    action: "sqs:SendMessage",
    resource: QUEUE,
    context: { "aws:SourceArn": `arn:aws:sns:eu-west-1:${ACCOUNT}:t` },
    policies: {
      resource: [
        allow("sqs:SendMessage", QUEUE, {
          ...to({ Service: "sns.amazonaws.com" }),
          ...when("ArnEquals", "aws:SourceArn", `arn:aws:sns:eu-west-1:${ACCOUNT}:t`),
        }),
      ],
    },
    want: "allowed",
  },
  {
    name: "a service on behalf of another resource",
    source: SNS,
    who: service("sns.amazonaws.com"),
    action: "sqs:SendMessage",
    resource: QUEUE,
    context: { "aws:SourceArn": `arn:aws:sns:eu-west-1:${ACCOUNT}:other` },
    policies: {
      resource: [
        allow("sqs:SendMessage", QUEUE, {
          ...to({ Service: "sns.amazonaws.com" }),
          ...when("ArnEquals", "aws:SourceArn", `arn:aws:sns:eu-west-1:${ACCOUNT}:t`),
        }),
      ],
    },
    want: "missing resource",
  },
  {
    name: "a service on behalf of another account",
    source: DEPUTY,
    who: service("sns.amazonaws.com"),
    action: "sqs:SendMessage",
    resource: QUEUE,
    context: { "aws:SourceAccount": OTHER },
    policies: {
      resource: [
        allow("sqs:SendMessage", QUEUE, {
          ...to({ Service: "sns.amazonaws.com" }),
          ...when("StringEquals", "aws:SourceAccount", ACCOUNT),
        }),
      ],
    },
    want: "missing resource",
  },
  {
    name: "a service that does not say for whom",
    source: DEPUTY,
    who: service("ec2.amazonaws.com"),
    action: "sts:AssumeRole",
    resource: ROLE,
    policies: {
      resource: [
        allow("sts:AssumeRole", undefined, {
          ...to({ Service: "ec2.amazonaws.com" }),
          ...when("StringEquals", "aws:SourceAccount", ACCOUNT),
        }),
      ],
    },
    want: "missing resource",
  },
  {
    name: "a deny of everybody but this account's services spares them",
    source: `${IAM}reference_policies_condition-keys.html`,
    who: service("s3.amazonaws.com"),
    action: "sqs:SendMessage",
    resource: QUEUE,
    policies: {
      resource: [
        allow("sqs:SendMessage", QUEUE, to({ Service: "s3.amazonaws.com" })),
        deny("sqs:*", "*", {
          ...to("*"),
          Condition: {
            StringNotEqualsIfExists: { "aws:PrincipalAccount": ACCOUNT },
            BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
          },
        }),
      ],
    },
    want: "allowed",
  },

  {
    name: "NotPrincipal spares the ones that it names",
    source: NOT_PRINCIPAL,
    policies: {
      identity: read,
      resource: [
        {
          Effect: "Deny",
          Action: "s3:*",
          Resource: "*",
          NotPrincipal: { AWS: [ROLE, `arn:aws:iam::${ACCOUNT}:root`] },
        },
      ],
    },
    want: "allowed",
  },
  {
    name: "NotPrincipal denies all others",
    source: NOT_PRINCIPAL,
    policies: {
      identity: read,
      resource: [
        { Effect: "Deny", Action: "s3:*", Resource: "*", NotPrincipal: { AWS: `arn:aws:iam::${ACCOUNT}:role/other` } },
      ],
    },
    want: "denied",
  },

  {
    name: "a role that nobody may assume",
    source: `${IAM}id_roles_create_for-service.html`,
    who: role,
    action: "sts:AssumeRole",
    resource: `arn:aws:iam::${ACCOUNT}:role/target`,
    policies: { identity: all, resource: [allow("sts:AssumeRole", undefined, to({ Service: "ec2.amazonaws.com" }))] },
    want: "missing resource",
  },
  {
    name: "a role that trusts the account needs an identity policy too",
    source: `${IAM}id_roles_create_for-user.html`,
    action: "sts:AssumeRole",
    resource: `arn:aws:iam::${ACCOUNT}:role/target`,
    policies: { resource: [allow("sts:AssumeRole", undefined, to(rootOf(ACCOUNT)))] },
    want: "missing identity",
  },
  {
    name: "a role that trusts the account, and an identity policy",
    source: `${IAM}id_roles_create_for-user.html`,
    action: "sts:AssumeRole",
    resource: `arn:aws:iam::${ACCOUNT}:role/target`,
    policies: {
      identity: [allow("sts:AssumeRole", `arn:aws:iam::${ACCOUNT}:role/target`)],
      resource: [allow("sts:AssumeRole", undefined, to(rootOf(ACCOUNT)))],
    },
    want: "allowed",
  },
  {
    name: "a role of the same account that trusts the caller by name",
    source: `${IAM}id_roles_create_for-user.html`,
    action: "sts:AssumeRole",
    resource: `arn:aws:iam::${ACCOUNT}:role/target`,
    policies: { resource: [allow("sts:AssumeRole", undefined, to({ AWS: ROLE }))] },
    want: "allowed",
  },
  {
    name: "a service assumes a role that trusts it",
    source: `${IAM}id_roles_create_for-service.html`,
    who: service("ec2.amazonaws.com"),
    action: "sts:AssumeRole",
    resource: ROLE,
    policies: { resource: [allow("sts:AssumeRole", undefined, to({ Service: "ec2.amazonaws.com" }))] },
    want: "allowed",
  },
  {
    name: "a pod's role must trust the tags of its session",
    source: "eks/latest/userguide/pod-id-role.html",
    who: service("pods.eks.amazonaws.com"),
    action: "sts:TagSession",
    resource: ROLE,
    policies: { resource: [allow("sts:AssumeRole", undefined, to({ Service: "pods.eks.amazonaws.com" }))] },
    want: "missing resource",
  },
  {
    name: "an identity provider's subject",
    source: `${IAM}id_roles_providers_create_oidc.html`,
    who: { kind: "federated", provider: `arn:aws:iam::${ACCOUNT}:oidc-provider/oidc.eks` },
    action: "sts:AssumeRoleWithWebIdentity",
    resource: ROLE,
    context: { "oidc.eks:sub": "system:serviceaccount:n:s" },
    policies: {
      resource: [
        allow("sts:AssumeRoleWithWebIdentity", undefined, {
          ...to({ Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/oidc.eks` }),
          ...when("StringEquals", "oidc.eks:sub", "system:serviceaccount:n:s"),
        }),
      ],
    },
    want: "allowed",
  },
  {
    name: "another subject of the same provider",
    source: `${IAM}id_roles_providers_create_oidc.html`,
    who: { kind: "federated", provider: `arn:aws:iam::${ACCOUNT}:oidc-provider/oidc.eks` },
    action: "sts:AssumeRoleWithWebIdentity",
    resource: ROLE,
    context: { "oidc.eks:sub": "system:serviceaccount:n:other" },
    policies: {
      resource: [
        allow("sts:AssumeRoleWithWebIdentity", undefined, {
          ...to({ Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/oidc.eks` }),
          ...when("StringEquals", "oidc.eks:sub", "system:serviceaccount:n:s"),
        }),
      ],
    },
    want: "missing resource",
  },
  {
    name: "a role is passed to the service that the policy names",
    source: `${IAM}id_roles_use_passrole.html`,
    action: "iam:PassRole",
    resource: ROLE,
    context: { "iam:PassedToService": "ec2.amazonaws.com" },
    policies: {
      identity: [allow("iam:PassRole", ROLE, when("StringEquals", "iam:PassedToService", "ec2.amazonaws.com"))],
    },
    want: "allowed",
  },
  {
    name: "a role is not passed to another service",
    source: `${IAM}id_roles_use_passrole.html`,
    action: "iam:PassRole",
    resource: ROLE,
    context: { "iam:PassedToService": "lambda.amazonaws.com" },
    policies: {
      identity: [allow("iam:PassRole", ROLE, when("StringEquals", "iam:PassedToService", "ec2.amazonaws.com"))],
    },
    want: "missing identity",
  },
  {
    name: "an identity policy is no key policy",
    source: "kms/latest/developerguide/policy-evaluation.html",
    action: "kms:Decrypt",
    resource: KEY,
    policies: { identity: all },
    want: "missing resource",
  },
  {
    name: "an allow on the bucket does not reach its objects",
    source: "AmazonS3/latest/userguide/security_iam_service-with-iam.html",
    resource: OBJECT,
    policies: { identity: [allow("s3:*", BUCKET)] },
    want: "missing identity",
  },
];

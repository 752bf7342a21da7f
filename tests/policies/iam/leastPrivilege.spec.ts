import { iamLeastPrivilege } from "../../../policies/iam/leastPrivilege";
import { set } from "../../mutation/operators";
import { ANYONE, OPEN, policy, resource, specify, withUnknowns } from "../kit";

const rolePolicy = (...statements: readonly object[]) =>
  resource("aws:iam/rolePolicy:RolePolicy", "job", { policy: policy(...statements) });
const role = (props: object) => resource("aws:iam/role:Role", "job", withUnknowns(props));
const everything = { Effect: "Allow", Action: "*", Resource: "*" };
const trust = (Principal: unknown, Condition?: object) =>
  policy({ Effect: "Allow", Principal, Action: "sts:AssumeRole", ...(Condition === undefined ? {} : { Condition }) });
const queue = (document: string) => resource("aws:sqs/queuePolicy:QueuePolicy", "intake", { policy: document });

const CONFINED = policy({
  ...ANYONE,
  Action: "sts:AssumeRole",
  Condition: { StringEquals: { "aws:SourceAccount": "1" } },
});

specify(iamLeastPrivilege, {
  complainsOf: {
    "a policy for everything": { by: [rolePolicy(everything)], at: ["policy"] },
    "*:*": { by: [rolePolicy({ ...everything, Action: ["s3:GetObject", "*:*"], Resource: ["*"] })], at: ["policy"] },
    "everything but one action": {
      by: [rolePolicy({ Effect: "Allow", NotAction: "iam:*", Resource: "*" })],
      at: ["policy"],
    },
    "a role that anyone may assume": { by: [role({ assumeRolePolicy: trust("*") })], at: ["assumeRolePolicy"] },
    "an inline policy for everything": {
      by: [role({ inlinePolicies: [{ name: "all", policy: policy(everything) }] })],
      at: ["inlinePolicies.0.policy"],
    },
    "the administrator's policy": {
      by: [
        resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "job", {
          policyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
        }),
      ],
      at: ["policyArn"],
    },
    "a queue for anyone": { by: [queue(policy(ANYONE))], at: ["policy"] },
    "everybody but one principal": {
      by: [queue(policy({ Effect: "Allow", NotPrincipal: { AWS: "1" }, Action: "sqs:*", Resource: "*" }))],
      at: ["policy"],
    },
  },
  accepts: {
    "named actions on named resources": [
      rolePolicy({
        Effect: "Allow",
        Action: ["kinesis:GetRecords"],
        Resource: "arn:aws:kinesis:eu-west-1:1:stream/events",
      }),
      role({ assumeRolePolicy: trust({ Service: "lambda.amazonaws.com" }) }),
    ],
  },
  spares: {
    "named actions that know no resource": [
      rolePolicy({ Effect: "Allow", Action: "cloudwatch:PutMetricData", Resource: "*" }),
    ],
    "all actions of a service on named resources": [
      rolePolicy({ Effect: "Allow", Action: "s3:*", Resource: "arn:aws:s3:::b/*" }),
    ],
    "a Deny of everything": [rolePolicy({ ...everything, Effect: "Deny" })],
    "a queue for anyone who comes from one bucket": [
      queue(policy({ ...ANYONE, Condition: { ArnLike: { "aws:SourceArn": "arn:aws:s3:::b" } } })),
    ],
  },
  unknown: { "it accepts a policy that names a new resource": [role({ assumeRolePolicy: "?" })] },
  mutants: {
    breaks: {
      "aws:iam/rolePolicy:RolePolicy": [
        set("policy", policy({ Effect: "Allow", Action: "*", Resource: "*" }), "allow everything"),
        set(
          "policy",
          policy({ Effect: "Allow", NotAction: "iam:*", Resource: "*" }),
          "allow everything but one service",
        ),
      ],
      "aws:iam/role:Role": [
        set("assumeRolePolicy", OPEN, "trust anyone"),
        set("managedPolicyArns", ["arn:aws:iam::aws:policy/AdministratorAccess"], "make it an administrator"),
      ],
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment": [
        set("policyArn", "arn:aws:iam::aws:policy/AdministratorAccess", "attach administration"),
      ],
    },
    passes: {
      "aws:iam/role:Role": [set("assumeRolePolicy", CONFINED, "trust one account")],
      "aws:iam/rolePolicy:RolePolicy": [
        set(
          "policy",
          policy({ Effect: "Allow", Action: "ec2:DescribeSubnets", Resource: "*" }),
          "allow one action everywhere",
        ),
      ],
    },
  },
});

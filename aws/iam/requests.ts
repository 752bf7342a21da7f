import { UNKNOWN } from "../value";
import { json, request, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

export const requests: RequestTable = {
  "aws:iam/role:Role": type(
    [
      request(
        "iam:CreateRole",
        { assumeRolePolicy: json("AssumeRolePolicyDocument"), name: "RoleName" },
        { adds: { RoleName: UNKNOWN } },
      ),
      request(
        "iam:PutRolePolicy",
        {
          inlinePolicies: "",
          "inlinePolicies.name": "PolicyName",
          "inlinePolicies.policy": json("PolicyDocument"),
          name: "RoleName",
        },
        { adds: { RoleName: UNKNOWN, PolicyName: UNKNOWN }, each: "inlinePolicies" },
      ),
      request(
        "iam:AttachRolePolicy",
        { managedPolicyArns: "PolicyArn", name: "RoleName" },
        { adds: { RoleName: UNKNOWN }, each: "managedPolicyArns" },
      ),
    ],
    { forceDetachPolicies: "done when the role is deleted" },
  ),
  "aws:iam/rolePolicy:RolePolicy": type(
    request(
      "iam:PutRolePolicy",
      { name: "PolicyName", policy: json("PolicyDocument"), role: "RoleName" },
      { adds: { PolicyName: UNKNOWN } },
    ),
  ),
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": type(request("iam:AttachRolePolicy", { role: "RoleName" })),
  "aws:iam/policy:Policy": type(
    request(
      "iam:CreatePolicy",
      { name: "PolicyName", policy: json("PolicyDocument") },
      { adds: { PolicyName: UNKNOWN } },
    ),
    { delayAfterPolicyCreationInMs: "says how long the provider waits" },
  ),
  "aws:iam/instanceProfile:InstanceProfile": type([
    request("iam:CreateInstanceProfile", { name: "InstanceProfileName" }, { adds: { InstanceProfileName: UNKNOWN } }),
    request(
      "iam:AddRoleToInstanceProfile",
      { name: "InstanceProfileName", role: "RoleName" },
      { adds: { InstanceProfileName: UNKNOWN }, when: ["role"] },
    ),
  ]),
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": type(request("iam:CreateOpenIDConnectProvider")),
  "aws:iam/serviceLinkedRole:ServiceLinkedRole": type([
    request("iam:CreateServiceLinkedRole"),
    request("iam:TagRole", { tags: "Tags" }, { adds: { RoleName: UNKNOWN }, when: ["tags"] }),
  ]),
};

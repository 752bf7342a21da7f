import { orAbsent, orPresent } from "../../failures";
import { idLetters } from "../../identity";
import { asText } from "../../values";
import { always, emulated, validated, type ServiceTable } from "../define";
import { jsonText, sameJson } from "../json";
import type { Resource } from "../resource";
import { present, tagList } from "../shape";
import { settleTags } from "../tags";

export const iam: ServiceTable = {
  "aws:iam/role:Role": emulated({
    autoName: { property: "name", max: 64 },
    replaceOn: ["name", "path"],
    defaults: { forceDetachPolicies: false, maxSessionDuration: 3600, path: "/" },
    outputs: {
      arn: (r) => iamArn(r, "role"),
      createDate: always("1970-01-01T00:00:00Z"),
      uniqueId: (r) => `AROA${idLetters(17, r.urn)}`,
      managedPolicyArns: always([]),
      inlinePolicies: always([]),
    },
    find: async (r) => {
      const client = await r.aws().iam();
      const role = (await orAbsent(client.getRole({ RoleName: r.text("name") })))?.Role;
      if (role === undefined) return undefined;
      const document = decodeURIComponent(role.AssumeRolePolicyDocument ?? "");
      return {
        id: r.text("name"),
        props: {
          arn: role.Arn ?? iamArn(r, "role"),
          uniqueId: role.RoleId ?? "",
          ...(document === "" ? {} : { assumeRolePolicy: sameJson(r.props["assumeRolePolicy"], document) }),
        },
      };
    },
    make: async (r) => {
      const client = await r.aws().iam();
      await client.createRole({
        RoleName: r.text("name"),
        Path: r.text("path"),
        AssumeRolePolicyDocument: jsonText(r.props["assumeRolePolicy"]),
        MaxSessionDuration: r.number("maxSessionDuration"),
        Tags: tagList(r.tags),
        ...present({
          Description: r.maybeText("description"),
          PermissionsBoundary: r.maybeText("permissionsBoundary"),
        }),
      });
      return { id: r.text("name") };
    },
    settle: settleRole,
    drop: async (r) => {
      const client = await r.aws().iam();
      const RoleName = r.text("name");
      const { PolicyNames = [] } = (await orAbsent(client.listRolePolicies({ RoleName }))) ?? {};
      for (const PolicyName of PolicyNames) await client.deleteRolePolicy({ RoleName, PolicyName });
      const { AttachedPolicies = [] } = (await orAbsent(client.listAttachedRolePolicies({ RoleName }))) ?? {};
      for (const { PolicyArn } of AttachedPolicies) await client.detachRolePolicy({ RoleName, PolicyArn });
      await client.deleteRole({ RoleName });
    },
  }),

  "aws:iam/rolePolicy:RolePolicy": emulated({
    autoName: { property: "name", max: 128 },
    replaceOn: ["name", "role"],
    key: ["name", "role"],
    find: async (r) => {
      const client = await r.aws().iam();
      const found = await orAbsent(client.getRolePolicy({ RoleName: roleName(r), PolicyName: r.text("name") }));
      if (found?.PolicyDocument === undefined) return undefined;
      const policy = sameJson(r.props["policy"], decodeURIComponent(found.PolicyDocument));
      return { id: `${roleName(r)}:${r.text("name")}`, props: { policy } };
    },
    make: async (r) => {
      await putRolePolicy(r);
      return { id: `${roleName(r)}:${r.text("name")}` };
    },
    settle: (r) => (r.fresh ? Promise.resolve() : putRolePolicy(r)),
    drop: async (r) => {
      const client = await r.aws().iam();
      await client.deleteRolePolicy({ RoleName: roleName(r), PolicyName: r.text("name") });
    },
  }),

  "aws:iam/policy:Policy": emulated({
    autoName: { property: "name", max: 128 },
    replaceOn: ["name", "path", "description"],
    defaults: { path: "/" },
    outputs: {
      arn: (r) => iamArn(r, "policy"),
      attachmentCount: always(0),
      policyId: (r) => `ANPA${idLetters(17, r.urn)}`,
    },
    find: async (r) => {
      const client = await r.aws().iam();
      const PolicyArn = iamArn(r, "policy");
      const found = (await orAbsent(client.getPolicy({ PolicyArn })))?.Policy;
      return found === undefined
        ? undefined
        : { id: PolicyArn, props: { arn: PolicyArn, policyId: found.PolicyId ?? "" } };
    },
    make: async (r) => {
      const client = await r.aws().iam();
      await client.createPolicy({
        PolicyName: r.text("name"),
        Path: r.text("path"),
        PolicyDocument: jsonText(r.props["policy"]),
        Tags: tagList(r.tags),
        ...present({ Description: r.maybeText("description") }),
      });
      return { id: iamArn(r, "policy") };
    },
    settle: async (r) => {
      if (r.fresh) return;
      const client = await r.aws().iam();
      const PolicyArn = iamArn(r, "policy");
      await pruneVersions(r, PolicyArn);
      await client.createPolicyVersion({ PolicyArn, PolicyDocument: jsonText(r.props["policy"]), SetAsDefault: true });
    },
    drop: async (r) => {
      const client = await r.aws().iam();
      const PolicyArn = iamArn(r, "policy");
      const { PolicyRoles = [] } = (await orAbsent(client.listEntitiesForPolicy({ PolicyArn }))) ?? {};
      for (const { RoleName } of PolicyRoles) await orAbsent(client.detachRolePolicy({ RoleName, PolicyArn }));
      await pruneVersions(r, PolicyArn);
      await client.deletePolicy({ PolicyArn });
    },
  }),

  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": emulated({
    replaceOn: ["role", "policyArn"],
    find: async (r) => {
      const client = await r.aws().iam();
      const listed = await orAbsent(client.listAttachedRolePolicies({ RoleName: roleName(r) }));
      const there = listed?.AttachedPolicies?.some(({ PolicyArn }) => PolicyArn === r.text("policyArn"));
      return there === true ? { id: `${roleName(r)}/${r.text("policyArn")}` } : undefined;
    },
    make: async (r) => {
      const client = await r.aws().iam();
      await client.attachRolePolicy({ RoleName: roleName(r), PolicyArn: r.text("policyArn") });
      return { id: `${roleName(r)}/${r.text("policyArn")}` };
    },
    drop: async (r) => {
      const client = await r.aws().iam();
      await client.detachRolePolicy({ RoleName: roleName(r), PolicyArn: r.text("policyArn") });
    },
  }),

  "aws:iam/instanceProfile:InstanceProfile": emulated({
    autoName: { property: "name", max: 128 },
    replaceOn: ["name", "path"],
    defaults: { path: "/" },
    outputs: {
      arn: (r) => iamArn(r, "instance-profile"),
      createDate: always("1970-01-01T00:00:00Z"),
      uniqueId: (r) => `AIPA${idLetters(17, r.urn)}`,
    },
    find: async (r) => {
      const client = await r.aws().iam();
      const found = await orAbsent(client.getInstanceProfile({ InstanceProfileName: r.text("name") }));
      return found?.InstanceProfile === undefined ? undefined : { id: r.text("name") };
    },
    make: async (r) => {
      const client = await r.aws().iam();
      const where = { InstanceProfileName: r.text("name"), Path: r.text("path") };
      await client.createInstanceProfile({ ...where, Tags: tagList(r.tags) });
      return { id: r.text("name") };
    },
    settle: async (r) => {
      const client = await r.aws().iam();
      const InstanceProfileName = r.text("name");
      const { Roles = [] } = (await client.getInstanceProfile({ InstanceProfileName })).InstanceProfile ?? {};
      const wanted = r.has("role") ? roleName(r) : undefined;
      for (const { RoleName } of Roles) {
        if (RoleName !== wanted) await client.removeRoleFromInstanceProfile({ InstanceProfileName, RoleName });
      }
      if (wanted === undefined || Roles.some(({ RoleName }) => RoleName === wanted)) return;
      await orPresent(client.addRoleToInstanceProfile({ InstanceProfileName, RoleName: wanted }));
    },
    drop: async (r) => {
      const client = await r.aws().iam();
      const InstanceProfileName = r.text("name");
      const { Roles = [] } =
        (await orAbsent(client.getInstanceProfile({ InstanceProfileName })))?.InstanceProfile ?? {};
      for (const { RoleName } of Roles) await client.removeRoleFromInstanceProfile({ InstanceProfileName, RoleName });
      await client.deleteInstanceProfile({ InstanceProfileName });
    },
  }),

  "aws:iam/serviceLinkedRole:ServiceLinkedRole": validated({
    replaceOn: ["awsServiceName", "customSuffix"],
    key: ["awsServiceName", "customSuffix"],
    outputs: {
      arn: (r) => r.id,
      createDate: always("1970-01-01T00:00:00Z"),
      name: serviceRole,
      path: (r) => `/aws-service-role/${r.text("awsServiceName")}/`,
      uniqueId: (r) => `AROA${idLetters(17, r.urn)}`,
    },
    id: (r) => r.arn("iam", `role/aws-service-role/${r.text("awsServiceName")}/${serviceRole(r)}`, { region: "" }),
  }),
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": validated({
    replaceOn: ["url"],
    key: ["url"],
    outputs: { arn: (r) => r.id },
    id: (r) => r.arn("iam", `oidc-provider/${r.text("url").replace(/^https:\/\//, "")}`, { region: "" }),
  }),
};

function iamArn(r: Resource, kind: "role" | "policy" | "instance-profile"): string {
  return r.arn("iam", `${kind}${r.maybeText("path") ?? "/"}${r.text("name")}`, { region: "" });
}

/** A role by its name, even where the program gives the ARN. */
function roleName(r: Resource): string {
  return r.text("role").split("/").at(-1) ?? "";
}

function serviceRole(r: Resource): string {
  const service = r.text("awsServiceName").split(".")[0] ?? "";
  const suffix = r.maybeText("customSuffix");
  const name = `AWSServiceRoleFor${service.charAt(0).toUpperCase()}${service.slice(1)}`;
  return suffix === undefined ? name : `${name}_${suffix}`;
}

async function settleRole(r: Resource): Promise<void> {
  const client = await r.aws().iam();
  const RoleName = r.text("name");
  if (!r.fresh) {
    const PolicyDocument = jsonText(r.props["assumeRolePolicy"]);
    await client.updateAssumeRolePolicy({ RoleName, PolicyDocument });
    const rest = { Description: r.maybeText("description") ?? "", MaxSessionDuration: r.number("maxSessionDuration") };
    await client.updateRole({ RoleName, ...rest });
    await settleTags(
      r,
      (_, Tags) => client.tagRole({ RoleName, Tags }),
      (TagKeys) => client.untagRole({ RoleName, TagKeys }),
    );
  }
  for (const PolicyArn of r.texts("managedPolicyArns")) await client.attachRolePolicy({ RoleName, PolicyArn });
  for (const { name, policy } of r.list("inlinePolicies")) {
    await client.putRolePolicy({ RoleName, PolicyName: asText(name) ?? "", PolicyDocument: jsonText(policy) });
  }
}

async function putRolePolicy(r: Resource): Promise<void> {
  const client = await r.aws().iam();
  const PolicyDocument = jsonText(r.props["policy"]);
  await client.putRolePolicy({ RoleName: roleName(r), PolicyName: r.text("name"), PolicyDocument });
}

/** A policy keeps at most five versions: all but the default one go. */
async function pruneVersions(r: Resource, PolicyArn: string): Promise<void> {
  const client = await r.aws().iam();
  const { Versions = [] } = (await orAbsent(client.listPolicyVersions({ PolicyArn }))) ?? {};
  for (const { VersionId, IsDefaultVersion } of Versions) {
    if (IsDefaultVersion !== true) await orAbsent(client.deletePolicyVersion({ PolicyArn, VersionId }));
  }
}

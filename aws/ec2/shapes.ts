import { isSet, list, UNKNOWN } from "../value";
import { request, turned } from "../requests/spec";
import type { RequestSpec, Target } from "../requests/spec";

/** A new resource's tags: EC2 takes them with the kind of resource that they are for. */
export function tagsOf(kind: string, member = "TagSpecifications"): Target {
  return turned(member, (tags) => [{ ResourceType: kind, Tags: tags }]);
}

/** The list of a permission that each source of a rule stands in, and that list's member. */
const SOURCES = {
  cidrBlocks: ["IpRanges", "CidrIp"],
  ipv6CidrBlocks: ["Ipv6Ranges", "CidrIpv6"],
  prefixListIds: ["PrefixListIds", "PrefixListId"],
  securityGroups: ["UserIdGroupPairs", "GroupId"],
  sourceSecurityGroupId: ["UserIdGroupPairs", "GroupId"],
} as const;

/** The list of a permission that the source of a rule of its own stands in. */
const OWN_SOURCES = {
  cidrIpv4: "IpRanges",
  cidrIpv6: "Ipv6Ranges",
  prefixListId: "PrefixListIds",
  referencedSecurityGroupId: "UserIdGroupPairs",
} as const;

/**
 * A rule with lists of sources, as a group has it inline and as `SecurityGroupRule` spells it. AWS keeps a description
 * with each source.
 * @param path the rule's property with a point behind it; empty at the top
 */
export function oneRule(path: string): Readonly<Record<string, Target>> {
  const sources = Object.entries(SOURCES).map(([property, [member, source]]): [string, Target] => [
    `${path}${property}`,
    turned(`IpPermissions.0.${member}`, (value, _inputs, rule) =>
      list({ value }, "value").map((one) => ({ [source]: one, Description: rule["description"] })),
    ),
  ]);
  const used = path === "" ? "securityGroups" : "sourceSecurityGroupId";
  return Object.fromEntries([
    ...sources.filter(([property]) => property !== `${path}${used}`),
    [
      `${path}self`,
      turned("IpPermissions.0.UserIdGroupPairs", (self, _inputs, rule) =>
        self === true ? [{ GroupId: UNKNOWN, Description: rule["description"] }] : undefined,
      ),
    ],
    [`${path}description`, []],
    [`${path}fromPort`, "IpPermissions.0.FromPort"],
    [`${path}protocol`, "IpPermissions.0.IpProtocol"],
    [`${path}toPort`, "IpPermissions.0.ToPort"],
    ...(path === "" ? [["securityGroupId", "GroupId"]] : []),
  ]) as Readonly<Record<string, Target>>;
}

/** The rules that stand in a group. */
export function inlineRules(): readonly RequestSpec[] {
  return [
    request(
      "ec2:AuthorizeSecurityGroupIngress",
      { ingress: "", ...oneRule("ingress.") },
      { adds: { GroupId: UNKNOWN }, each: "ingress" },
    ),
    request(
      "ec2:AuthorizeSecurityGroupEgress",
      { egress: "", ...oneRule("egress.") },
      { adds: { GroupId: UNKNOWN }, each: "egress" },
    ),
  ];
}

/** A rule that is a resource of its own. */
export const ruleOfItsOwn: Readonly<Record<string, Target>> = {
  cidrIpv4: "IpPermissions.0.IpRanges.0.CidrIp",
  cidrIpv6: "IpPermissions.0.Ipv6Ranges.0.CidrIpv6",
  description: turned("IpPermissions.0", (Description, inputs) => {
    const source = Object.entries(OWN_SOURCES).find(([property]) => isSet(inputs[property]));
    return source === undefined ? undefined : { [source[1]]: [{ Description }] };
  }),
  fromPort: "IpPermissions.0.FromPort",
  ipProtocol: "IpPermissions.0.IpProtocol",
  prefixListId: "IpPermissions.0.PrefixListIds.0.PrefixListId",
  referencedSecurityGroupId: "IpPermissions.0.UserIdGroupPairs.0.GroupId",
  securityGroupId: "GroupId",
  tags: tagsOf("security-group-rule"),
  toPort: "IpPermissions.0.ToPort",
};

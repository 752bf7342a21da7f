import { at, list, text } from "../value";
import { BASE, GROUP, USER } from "./rules";
import { when, whole } from "../rules/find";
import type { Node, StackRule } from "../rules/rule";

const PARAMETERS = "aws:elasticache/parameterGroup:ParameterGroup";
const GLOBAL = "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup";
const USERS = "aws:elasticache/userGroup:UserGroup";

/** The families that fit an engine's version, e.g. `valkey8`, `redis7`, `redis6.x`, `redis5.0`. */
function familyOf(engine: string, version: string): string | undefined {
  const [major = "", minor = ""] = version.split(".");
  if (engine === "valkey") return `valkey${major}`;
  if (engine !== "redis") return undefined;
  if (Number(major) >= 7) return `redis${major}`;
  return Number(major) === 6 ? "redis6.x" : `redis${major}.${minor}`;
}

const named = (nodes: readonly Node[], property: string, name: string | undefined): Node | undefined =>
  name === undefined ? undefined : nodes.find(({ inputs }) => text(inputs, property) === name);

/** ElastiCache: several resources. */
export const stackRules: readonly StackRule[] = [
  {
    id: "elasticache-parameter-family",
    types: [GROUP],
    title: "The parameter group is of the engine's and the version's family",
    source: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.html",
    across({ inputs }, stack) {
      const group = named(stack.of(PARAMETERS), "name", text(inputs, "parameterGroupName"));
      const family = group === undefined ? undefined : text(group.inputs, "family");
      const [engine, version] = [text(inputs, "engine"), text(inputs, "engineVersion")];
      if (family === undefined || engine === undefined || version === undefined) return [];
      const want = familyOf(engine, version);
      return when(
        want !== undefined && want !== family,
        inputs,
        "parameterGroupName",
        `a group of family ${want ?? ""}`,
        family,
      );
    },
    failing: [
      [
        { type: PARAMETERS, inputs: { name: "lists", family: "redis7" } },
        { type: GROUP, inputs: { ...BASE, parameterGroupName: "lists" } },
      ],
    ],
    passing: [
      [
        { type: PARAMETERS, inputs: { name: "lists", family: "valkey8" } },
        { type: GROUP, inputs: { ...BASE, parameterGroupName: "lists" } },
      ],
    ],
  },
  {
    id: "elasticache-global-nodes",
    types: [GLOBAL],
    title: "Members of a global datastore are M5, R5 or newer nodes, of size large at least",
    source: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Redis-Global-Datastores-Getting-Started.html",
    across(node, stack) {
      const [primary] = stack.linked(node, "primaryReplicationGroupId", GROUP);
      const type = primary === undefined ? undefined : text(primary.inputs, "nodeType");
      const broken = type !== undefined && !/^cache\.[mrc]([5-9]|\d\d)[a-z]*\.(\d*x)?large$/.test(type);
      return when(broken, node.inputs, "primaryReplicationGroupId", "a group of M5, R5, C7 or newer nodes", type);
    },
    failing: [
      [
        { type: GROUP, name: "primary", inputs: { ...BASE, nodeType: "cache.t4g.small" } },
        {
          type: GLOBAL,
          inputs: { globalReplicationGroupIdSuffix: "lists" },
          uses: { primaryReplicationGroupId: ["primary"] },
        },
      ],
    ],
    passing: [
      [
        { type: GROUP, name: "primary", inputs: BASE },
        {
          type: GLOBAL,
          inputs: { globalReplicationGroupIdSuffix: "lists" },
          uses: { primaryReplicationGroupId: ["primary"] },
        },
      ],
    ],
  },
  {
    id: "elasticache-user-engine",
    types: [USERS],
    title: "A Redis user group has a user called default, and a group's users are of an engine that it takes",
    source: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html",
    across({ inputs }, stack) {
      const engine = text(inputs, "engine")?.toLowerCase();
      if (engine === undefined || !whole(inputs, "userIds")) return [];
      const users = list(inputs, "userIds").map((id) =>
        named(stack.of(USER), "userId", typeof id === "string" ? id : undefined),
      );
      const known = users.filter((user) => user !== undefined);
      // A Redis group takes Redis users only; a Valkey group takes both.
      const foreign = known.filter((user) => engine === "redis" && at(user.inputs, "engine") === "valkey");
      const defaultless =
        engine === "redis" &&
        known.length === users.length &&
        known.every(
          (user) => text(user.inputs, "userName") !== undefined && text(user.inputs, "userName") !== "default",
        );
      return [
        ...when(
          foreign.length > 0,
          inputs,
          "userIds",
          "users of engine redis",
          foreign.map(({ inputs: user }) => text(user, "userId")).join(", "),
        ),
        ...when(
          foreign.length === 0 && defaultless,
          inputs,
          "userIds",
          "a user called default among them, with engine redis",
        ),
      ];
    },
    failing: [
      [
        { type: USER, inputs: { userId: "api", userName: "api", engine: "redis" } },
        { type: USERS, inputs: { userGroupId: "readers", engine: "redis", userIds: ["api"] } },
      ],
      [
        { type: USER, inputs: { userId: "api", userName: "default", engine: "valkey" } },
        { type: USERS, inputs: { userGroupId: "readers", engine: "redis", userIds: ["api"] } },
      ],
    ],
    passing: [
      [
        { type: USER, inputs: { userId: "api", userName: "api", engine: "valkey" } },
        { type: USERS, inputs: { userGroupId: "readers", engine: "valkey", userIds: ["api"] } },
      ],
    ],
  },
];

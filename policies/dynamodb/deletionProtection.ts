import type { Rule } from "../kit/rule";
import { disposableStacks, isIn } from "../kit/stages";
import { UNKNOWN, at, isBlock, isOff, isOn, list } from "../kit/value";

const TABLE = "aws:dynamodb/table:Table";
const REPLICA = "aws:dynamodb/tableReplica:TableReplica";
const FLAG = "deletionProtectionEnabled";

/** D2. */
export const dynamodbDeletionProtection: Rule = {
  id: "D2",
  name: "dynamodb-deletion-protection",
  title: "DynamoDB tables are protected from deletion",
  severity: "high",
  level: "remediate",
  source: ["DynamoDB.6"],
  why: "One replaced property or one slip in a console deletes a table and all its replicas.",
  fix: "Set deletionProtectionEnabled to true.",
  spares:
    "Stacks that are made to be thrown away (disposableStacks); replicas that say nothing, which follow their table.",
  types: [TABLE, REPLICA],
  settings: { disposableStacks },
  check(resource, judge) {
    if (isIn(resource, judge.settings, "disposableStacks")) return;
    judge.require(isOn(resource.props[FLAG]), resource, FLAG, "true");
    list(resource.props, "replicas").forEach((replica, index) => {
      const flag = at(replica, FLAG);
      // A list that is not known yet is judged by the table's own flag.
      judge.require(
        replica === UNKNOWN || (!isOff(flag) && flag !== UNKNOWN),
        resource,
        `replicas.${index}.${FLAG}`,
        "true",
      );
    });
  },
  remediate(resource, settings) {
    if (isIn(resource, settings, "disposableStacks")) return undefined;
    const replicas = list(resource.props, "replicas");
    const open = replicas.some((replica) => isOff(at(replica, FLAG)));
    if (isOn(resource.props[FLAG]) && !open) return undefined;
    return {
      [FLAG]: true,
      ...(open ? { replicas: replicas.map((one) => (isBlock(one) ? { ...one, [FLAG]: true } : one)) } : {}),
    };
  },
};

import type { Rule } from "../kit/rule";
import { UNKNOWN, at, isBlock, isOn, list } from "../kit/value";

const TABLE = "aws:dynamodb/table:Table";
const REPLICA = "aws:dynamodb/tableReplica:TableReplica";
const OWN = "pointInTimeRecovery.enabled";

/** D1. */
export const dynamodbPointInTimeRecovery: Rule = {
  id: "D1",
  name: "dynamodb-point-in-time-recovery",
  title: "DynamoDB tables can be restored to a point in time, in every region",
  severity: "high",
  level: "remediate",
  source: ["DynamoDB.2"],
  why: "A bad write reaches every replica within a second: only the past brings the data back, and each region keeps its own past.",
  fix: "Set pointInTimeRecovery.enabled to true, and pointInTimeRecovery to true in each of replicas.",
  types: [TABLE, REPLICA],
  check(resource, judge) {
    if (resource.type === REPLICA) {
      judge.require(isOn(resource.props["pointInTimeRecovery"]), resource, "pointInTimeRecovery", "true");
      return;
    }
    judge.require(isOn(at(resource.props, OWN)), resource, OWN, "true");
    list(resource.props, "replicas").forEach((replica, index) => {
      judge.require(
        isOn(at(replica, "pointInTimeRecovery")),
        resource,
        `replicas.${index}.pointInTimeRecovery`,
        "true",
      );
    });
  },
  remediate({ type, props }) {
    if (type === REPLICA) return isOn(props["pointInTimeRecovery"]) ? undefined : { pointInTimeRecovery: true };
    const replicas = list(props, "replicas");
    if (replicas.includes(UNKNOWN)) return undefined;
    const good = isOn(at(props, OWN)) && replicas.every((replica) => isOn(at(replica, "pointInTimeRecovery")));
    if (good) return undefined;
    const own = props["pointInTimeRecovery"];
    return {
      pointInTimeRecovery: { ...(isBlock(own) ? own : {}), enabled: true },
      ...(replicas.length === 0
        ? {}
        : { replicas: replicas.map((one) => (isBlock(one) ? { ...one, pointInTimeRecovery: true } : one)) }),
    };
  },
};

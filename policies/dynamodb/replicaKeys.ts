import { arnRegion } from "../kit/arn";
import type { Rule } from "../kit/rule";
import { UNKNOWN, at, isSet, list } from "../kit/value";

const REPLICA = "aws:dynamodb/tableReplica:TableReplica";

/** D5. */
export const dynamodbReplicaKeys: Rule = {
  id: "D5",
  name: "dynamodb-replica-keys",
  title: "Each replica of a DynamoDB table is encrypted by a key of its own region",
  severity: "high",
  level: "mandatory",
  source: ["CKV_AWS_271 extended"],
  why: "A replica whose key is in another region cannot be read when that region is down; AWS refuses some of these, late.",
  fix: "Set kmsKeyArn of each of replicas to a key (or a multi-region key's replica) in that replica's region.",
  spares: "Tables that use AWS's own key in every region.",
  unknowns:
    "A kmsKeyArn only has to be set: a new key's ARN is not known in a preview. Its region is judged as soon as it is known.",
  types: ["aws:dynamodb/table:Table", REPLICA],
  check(resource, judge) {
    if (resource.type === REPLICA) {
      const region = arnRegion(resource.props["kmsKeyArn"]);
      if (region === undefined || typeof resource.region !== "string") return;
      judge.require(region === resource.region, resource, "kmsKeyArn", `a key in ${resource.region}`);
      return;
    }
    const own = isSet(at(resource.props, "serverSideEncryption.kmsKeyArn"));
    list(resource.props, "replicas").forEach((replica, index) => {
      if (replica === UNKNOWN) return;
      const path = `replicas.${index}.kmsKeyArn`;
      const region = at(replica, "regionName");
      const key = at(replica, "kmsKeyArn");
      if (!isSet(key)) {
        judge.require(!own, resource, path, "a key of the replica's region, since the table itself has one");
        return;
      }
      const where = arnRegion(key);
      const fits = key === UNKNOWN || where === undefined || where === region;
      judge.require(fits, resource, path, `a key in ${typeof region === "string" ? region : "the replica's region"}`);
    });
  },
};

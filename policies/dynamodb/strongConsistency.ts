import type { Resource } from "../kit/resource";
import type { Judge, Rule } from "../kit/rule";
import { at, isOff, isSet, list } from "../kit/value";

/**
 * The sets of regions within which a table can be strongly consistent.
 * Source: docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
 */
const REGION_SETS: readonly ReadonlySet<unknown>[] = [
  new Set(["us-east-1", "us-east-2", "us-west-2"]),
  new Set(["eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1"]),
  new Set(["ap-northeast-1", "ap-northeast-2", "ap-northeast-3"]),
];
const REGIONS = 3;

/** D6. */
export const dynamodbStrongConsistency: Rule = {
  id: "D6",
  name: "dynamodb-strong-consistency",
  title: "Strongly consistent global tables keep to what DynamoDB supports",
  severity: "medium",
  level: "mandatory",
  source: ["new"],
  why: "AWS refuses the table only while it is being created, after everything that it depends on stands.",
  fix: "Use exactly three regions of one set (or two and a witness), with neither ttl nor localSecondaryIndexes; or give up consistencyMode STRONG.",
  types: ["aws:dynamodb/table:Table"],
  check(table, judge) {
    const replicas = list(table.props, "replicas");
    if (!replicas.some((replica) => at(replica, "consistencyMode") === "STRONG")) return;
    const mixed = replicas.some((replica) => at(replica, "consistencyMode") !== "STRONG");
    judge.require(!mixed, table, "replicas", "consistencyMode STRONG in all replicas or in none");
    checkRegions(table, judge);
    const ttl = at(table.props, "ttl");
    judge.require(!isSet(ttl) || isOff(at(ttl, "enabled")), table, "ttl", "none with strong consistency");
    judge.require(
      !isSet(table.props["localSecondaryIndexes"]),
      table,
      "localSecondaryIndexes",
      "none with strong consistency",
    );
  },
};

function checkRegions(table: Resource, judge: Judge): void {
  const witness = at(table.props, "globalTableWitness.regionName");
  const others = [
    ...list(table.props, "replicas").map((one) => at(one, "regionName")),
    ...(isSet(witness) ? [witness] : []),
  ];
  if (others.length + 1 !== REGIONS) {
    judge.against(table, "replicas", "3 regions, or 2 plus a witness", `${others.length + 1} regions`);
  }
  const all = [table.region, ...others].filter((region) => typeof region === "string");
  if (REGION_SETS.some((set) => all.every((region) => set.has(region)))) return;
  judge.against(table, "replicas", "regions of one set (us, eu or ap)", all.join(", "));
}

import type { Graph, Resource } from "../kit/resource";
import type { Rule } from "../kit/rule";
import { at } from "../kit/value";

const TABLE = "aws:dynamodb/table:Table";
const TARGET = "aws:appautoscaling/target:Target";
const DIMENSIONS = ["dynamodb:table:ReadCapacityUnits", "dynamodb:table:WriteCapacityUnits"];

/** D3. */
export const dynamodbCapacity: Rule = {
  id: "D3",
  name: "dynamodb-capacity",
  title: "DynamoDB tables are on demand or scale by themselves",
  severity: "medium",
  level: "mandatory",
  source: ["DynamoDB.1"],
  why: "A fixed capacity throttles the region that takes over another's load.",
  fix: 'Set billingMode to "PAY_PER_REQUEST", or give the table an Application Auto Scaling target for reads and one for writes.',
  types: [TABLE, TARGET],
  checkStack(graph, judge) {
    for (const table of graph.of(TABLE)) {
      if (table.props["billingMode"] === "PAY_PER_REQUEST") continue;
      const scaled = scalings(graph, table);
      if (DIMENSIONS.every((dimension) => scaled.has(dimension))) continue;
      judge.against(
        table,
        "billingMode",
        '"PAY_PER_REQUEST", or scaling of reads and writes',
        table.props["billingMode"] ?? "PROVISIONED",
      );
    }
  },
};

function scalings(graph: Graph, table: Resource): ReadonlySet<unknown> {
  const name = table.props["name"];
  const targets = graph.of(TARGET).filter((target) => {
    const id = target.props["resourceId"];
    if (typeof id === "string" && typeof name === "string") return id === `table/${name}`;
    return graph.linked(target, "resourceId", TABLE).includes(table);
  });
  return new Set(targets.map(({ props }) => at(props, "scalableDimension")));
}

import { at, list, show, text, type GraphNode, type Value } from "../graph";
import type { FleetRule } from "./rule";

/** G2. */
export const glueSchemas: FleetRule = {
  id: "G2",
  name: "fleet-glue-schemas",
  title: "A Glue table has the same columns in every region",
  severity: "medium",
  level: "mandatory",
  source: ["new"],
  why: "A question that one region answers and another refuses is found out in the middle of a failover; and a table that reads another layout gives wrong answers.",
  fix: "Make the tables from the one event schema (components/lake)",
  check({ graph }, judge) {
    const regions = graph.regions;
    const names = new Set(regions.flatMap((stack) => stack.of(TABLE).map(nameOf)));
    for (const name of names) {
      const found = regions.map((stack) => ({ stack, table: stack.of(TABLE).find((table) => nameOf(table) === name) }));
      const first = found.find(({ table }) => table !== undefined);
      const usual = mostUsual(found.flatMap(({ table }) => (table === undefined ? [] : [layout(table)])));
      for (const { stack, table } of found) {
        if (table === undefined) judge.missing(stack.stack, name, `the table that ${first?.stack.stack ?? ""} has`);
        else if (layout(table) !== usual) {
          judge.against(
            table,
            "storageDescriptor.columns",
            `the columns of the other regions: ${usual}`,
            layout(table),
          );
        }
      }
    }
  },
};

const TABLE = "aws:glue/catalogTable:CatalogTable";

function nameOf({ inputs }: GraphNode): string {
  return text(inputs, "name") ?? "(unknown)";
}

/** Columns, partitions and format as one text. */
function layout({ inputs }: GraphNode): string {
  const columns = (values: readonly Value[]): string =>
    values.map((column) => `${show(at(column, "name"))} ${show(at(column, "type"))}`).join(", ");
  const all = columns(list(inputs, "storageDescriptor.columns"));
  const partitions = columns(list(inputs, "partitionKeys"));
  return `${all}; by ${partitions}; ${show(at(inputs, "storageDescriptor.serDeInfo.serializationLibrary"))}`.replaceAll(
    '"',
    "",
  );
}

function mostUsual(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const one of texts) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "";
}

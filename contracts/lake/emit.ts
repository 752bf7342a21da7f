import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ENTITIES, goldSql, trainingSql, type Entity, type Feature } from "./features";

/** All that is generated from the feature store's definition, by file. A test fails when a file says something else. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    ...ENTITIES.map((one) => [join(__dirname, "sql", `${one.table}.sql`), goldSql(one)] as const),
    ...ENTITIES.map((one) => [join(__dirname, "features", `${one.name}_training_set.sql`), trainingSql(one)] as const),
    [join(__dirname, "..", "..", "docs", "features.md"), featuresDocument()],
  ]);
}

/** `docs/features.md`. */
export function featuresDocument(): string {
  return `${[
    "# Features",
    "",
    "The feature store, from its one definition (`contracts/lake/feature-store.json`); written by",
    "`node --require ./local/toolchain/register.cjs contracts/lake/emit.ts`.",
    "",
    "- **Offline**: the entity's gold table, computed by the daily ETL as of the newest event, on DuckDB and Spark alike. Its SQL and",
    "  its columns in the catalogue are generated from the definition.",
    "- **Online**: the zone's profiles table has the features marked so, one item a user, put there by the same run.",
    "- **Training sets**: `meridian features training-set LABELS.parquet OUT.parquet` adds to each label the features as they were",
    "  known just before it: of events that had happened _and had been received_ by then, so that nothing from after a label's time",
    "  shows. Spark runs the same SQL, `contracts/lake/features/`.",
    "- **Skew**: an ETL run on one machine reads a sample of the users it has put back from the profiles table and compares it with",
    "  gold, feature by feature; `_quality/run_date=<date>/features.json` in its folder of gold has the rates, and `meridian daily` exits 1",
    "  when a feature differs for any user. `meridian features check ENV` does it at any time and wherever the ETL ran, and exits 1",
    "  when a feature differs for more users than the limit allows.",
    "",
    "Default: the value in a training set of an entity without events. Window: how far back events count.",
    ...ENTITIES.flatMap(section),
  ].join("\n")}\n`;
}

function section(one: Entity): string[] {
  return [
    "",
    `## Of each ${one.name}: \`${one.table}\`, by \`${one.key}\``,
    "",
    ...(one.where === "TRUE" ? ["All events count."] : [`Events that count: \`${one.where.replaceAll("e.", "")}\`.`]),
    "",
    ...tableOf([HEADING, ...one.features.map(row)]),
  ];
}

const HEADING = ["Feature", "Type", "Window", "Default", "Class", "Owner", "Online", "What it is"];

function row({ name, type, windowDays, default: value, dataClass, owner, online, comment }: Feature): string[] {
  const window = windowDays === null ? "all time" : `${windowDays} days`;
  return [`\`${name}\``, type, window, String(value ?? "none"), dataClass, owner, online ? "yes" : "no", comment];
}

/** Rows as Markdown, in columns of equal width, as Prettier has them. */
function tableOf(rows: readonly (readonly string[])[]): string[] {
  const [heading = []] = rows;
  const widths = heading.map((_, column) => Math.max(3, ...rows.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(heading), line(widths.map((width) => "-".repeat(width))), ...rows.slice(1).map(line)];
}

/** Writes what is generated. */
export function emit(): void {
  for (const [file, text] of generatedFiles()) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

if (require.main === module) emit();

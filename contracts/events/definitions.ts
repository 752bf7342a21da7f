import { CURATED_COLUMNS, duckdbType, type ColumnKind, type CuratedColumn } from "./columns";
import { CLICKSTREAM_EVENT } from "./event";

/** A column as a Parquet file has it. parquet.apache.org/docs/file-format/types */
export interface ParquetColumn {
  readonly name: string;
  readonly physical: "BYTE_ARRAY" | "INT32" | "INT64" | "DOUBLE" | "BOOLEAN";
  /** Absent for plain numbers and booleans. */
  readonly converted?: "UTF8" | "INT_32" | "TIMESTAMP_MICROS";
  /** Always optional: the engines write all columns so, whatever the contract says. */
  readonly repetition: "OPTIONAL";
}

const PARQUET = {
  string: { physical: "BYTE_ARRAY", converted: "UTF8" },
  int: { physical: "INT32", converted: "INT_32" },
  double: { physical: "DOUBLE" },
  boolean: { physical: "BOOLEAN" },
  instant: { physical: "INT64", converted: "TIMESTAMP_MICROS" },
} as const satisfies Record<ColumnKind, Omit<ParquetColumn, "name" | "repetition">>;

/** Columns of curated events in Parquet files. */
export function parquetColumns(): ParquetColumn[] {
  return CURATED_COLUMNS.map(({ name, kind }) => ({ name, ...PARQUET[kind], repetition: "OPTIONAL" }));
}

/** Widths of text that the transform makes itself, bytes. */
const MADE_WIDTHS: Readonly<Record<string, number>> = {
  user_key: 64,
  device: 7,
  ip_prefix: 45,
  region: 32,
};
/** Most bytes of a character in UTF-8, in which Redshift counts VARCHAR. */
const UTF8_BYTES = 4;
/** docs.aws.amazon.com/redshift/latest/dg/r_Character_types.html */
const MAX_VARCHAR_BYTES = 65_535;

interface TextProperty {
  readonly maxLength?: number;
  readonly enum?: readonly string[];
}

/** Width of a text column, bytes: as the contract bounds its property, or as the transform makes it. */
function width({ name, from }: CuratedColumn): number {
  const made = MADE_WIDTHS[name];
  if (made !== undefined) return made;
  const properties = CLICKSTREAM_EVENT.properties as unknown as Readonly<Record<string, TextProperty>>;
  const property = properties[from ?? ""];
  if (property?.maxLength !== undefined) return Math.min(MAX_VARCHAR_BYTES, property.maxLength * UTF8_BYTES);
  if (property?.enum !== undefined) return Math.max(...property.enum.map((word) => word.length));
  // An id by pattern: a UUID.
  return 36;
}

function redshiftType(column: CuratedColumn): string {
  switch (column.kind) {
    case "string":
      return `VARCHAR(${width(column)})`;
    case "int":
      return "INTEGER";
    case "double":
      return "DOUBLE PRECISION";
    case "boolean":
      return "BOOLEAN";
    case "instant":
      return "TIMESTAMP";
  }
}

/**
 * The table of curated events for Redshift, with what each column is. Spread by user, since sessions and interactions are
 * counted by user, and sorted by time, so that a question about some days reads those. The primary key is told to the planner, which
 * does not check it: the lake keeps it.
 */
export function redshiftTable(schema: string, table: string): string {
  const name = `${identifier(schema)}.${identifier(table)}`;
  const columns: readonly CuratedColumn[] = CURATED_COLUMNS;
  const lines = columns.map(
    (column) => `  ${identifier(column.name)} ${redshiftType(column)}${column.nullable ? "" : " NOT NULL"}`,
  );
  const comments = columns.map(
    ({ name: column, comment, dataClass, consent }) =>
      `COMMENT ON COLUMN ${name}.${identifier(column)} IS ${literal(`${comment} (${dataClass}; consent: ${consent})`)};`,
  );
  return `CREATE TABLE IF NOT EXISTS ${name} (
${[...lines, "  PRIMARY KEY (event_id)"].join(",\n")}
)
DISTSTYLE KEY DISTKEY (user_key)
SORTKEY (occurred_at);

${comments.join("\n")}
`;
}

/** A view of curated events for DuckDB over the NDJSON files that a pattern names, instants as timestamps in UTC. */
export function duckdbView(name: string, files: string): string {
  const read = CURATED_COLUMNS.map(
    ({ name: column, kind }) => `    ${identifier(column)}: '${kind === "instant" ? "VARCHAR" : duckdbType(kind)}'`,
  );
  const chosen = CURATED_COLUMNS.map(({ name: column, kind }) =>
    kind === "instant"
      ? `  CAST(rtrim(${identifier(column)}, 'Z') AS TIMESTAMP) AS ${identifier(column)}`
      : `  ${identifier(column)}`,
  );
  return `CREATE OR REPLACE VIEW ${identifier(name)} AS
SELECT
${chosen.join(",\n")}
FROM read_json(
  ${literal(files)},
  format = 'newline_delimited',
  hive_partitioning = false,
  columns = {
${read.join(",\n")}
  }
);
`;
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";

/** A name in double quotes, as SQL wants it. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text in single quotes, as SQL wants it. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The rows of a SELECT. */
export async function rowsOf(connection: DuckDBConnection, select: string): Promise<Record<string, unknown>[]> {
  return (await connection.runAndReadAll(select)).getRowObjectsJS();
}

/** Files below a folder whose names end in one of those ways, as a list of SQL literals, sorted; empty when there are none. */
export async function filesBelow(
  connection: DuckDBConnection,
  folder: string,
  ends: readonly string[],
): Promise<string> {
  const pattern = literal(join(folder, "**"));
  const files = await rowsOf(
    connection,
    `SELECT file FROM glob(${pattern}) WHERE ${ends.map((end) => `ends_with(file, ${literal(end)})`).join(" OR ")} ORDER BY file`,
  );
  return files.map(({ file }) => literal(String(file))).join(", ");
}

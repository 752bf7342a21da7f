import type { Cell, QueryResult } from "./engines/types";

/** How results are shown. */
export const FORMATS = ["table", "csv", "json"] as const;
export type Format = (typeof FORMATS)[number];

/** A result as text, with a closing line end. */
export function formatResult(result: QueryResult, format: Format): string {
  switch (format) {
    case "table":
      return formatTable(result);
    case "csv":
      return formatCsv(result);
    case "json":
      return formatJson(result);
  }
}

/** Columns for the eye: numbers to the right, then one line of what it cost. */
export function formatTable(result: QueryResult): string {
  const { columns, rows } = result;
  const cells = rows.map((row) => row.map((cell) => (cell === null ? "" : String(cell))));
  const widths = columns.map((column, c) => Math.max(column.length, ...cells.map((row) => row[c]?.length ?? 0)));
  const numeric = columns.map((_, c) => rows.some((row) => typeof row[c] === "number"));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, c) => (numeric[c] === true ? cell.padStart(widths[c] ?? 0) : cell.padEnd(widths[c] ?? 0)))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [line(columns), rule, ...cells.map(line), "", summary(result), ""].join("\n");
}

function summary({ rows, engine, simulated, seconds, bytesScanned, costUsd }: QueryResult): string {
  const count = `${rows.length} ${rows.length === 1 ? "row" : "rows"}`;
  const where = simulated === true ? `${engine} (simulated)` : engine;
  return `${count} from ${where} in ${seconds.toFixed(2)} s, ${bytesScanned} bytes scanned, ${costUsd.toFixed(6)} USD`;
}

/** RFC 4180: CRLF line ends, quotes doubled, NULL as an empty field (an empty text is `""`). */
export function formatCsv({ columns, rows }: QueryResult): string {
  const field = (cell: Cell): string => {
    if (cell === null) return "";
    const text = String(cell);
    return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

/** One document: the rows as objects, and what they cost. */
export function formatJson({ columns, rows, ...rest }: QueryResult): string {
  const objects = rows.map((row) => Object.fromEntries(columns.map((column, c) => [column, row[c] ?? null])));
  return `${JSON.stringify({ ...rest, columns, rows: objects }, null, 2)}\n`;
}

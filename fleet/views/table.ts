/** Lays rows out in columns, the first row as a heading. Numbers are set to the right. */
export function table(heading: readonly string[], rows: readonly (readonly (string | number)[])[]): readonly string[] {
  const cells = [heading, ...rows].map((row) => row.map((cell) => cellText(cell)));
  const widths = heading.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const right = heading.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === "number"));
  return cells.map((row) =>
    row
      .map((cell, column) =>
        right[column] === true ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

function cellText(cell: string | number): string {
  return typeof cell === "number" ? cell.toLocaleString("en-US", { maximumFractionDigits: 3 }) : cell;
}

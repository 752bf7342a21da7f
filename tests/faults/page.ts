import { FAULTS } from "./list";

/** The page of all planted faults, as it must stand in tests/faults.md. */
export function formatFaults(): string {
  const rows = FAULTS.map(({ what, file, spec, test }, index) => [
    String(index + 1),
    what,
    `\`${file}\``,
    `\`${spec}\`: ${test}`,
  ]);
  const head = ["#", "Fault", "Planted in", "Caught by"];
  const widths = head.map((title, column) =>
    Math.max(3, ...[head, ...rows].map((row) => (row[column] ?? title).length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [
    "# Planted faults",
    "",
    "Mistakes that somebody could make, each with the test that turns red for it. `make faults` plants each of them in a copy",
    "of the checkout, runs its test with the fault and without, and fails when one goes unnoticed. The list is",
    "`tests/faults/list.ts`; `tests/faults/faults.spec.ts` holds this page to it.",
    "",
    line(head),
    line(widths.map((width) => "-".repeat(width))),
    ...rows.map(line),
    "",
  ].join("\n");
}

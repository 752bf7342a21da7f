import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Result, Step } from "./step";

/** Seconds by the clock that each step took the last time, by its title. */
type Times = Readonly<Record<string, number>>;

/** The longest first, as they were the last time: started last, one would run alone at the end. Unknown ones come first. */
export function longestFirst(steps: readonly Step[], file: string): readonly Step[] {
  const times = readTimes(file);
  const of = ({ title }: Step): number => times[title] ?? Infinity;
  // Infinity less itself is no number; equal ones keep their order.
  return [...steps].sort((a, b) => (of(a) === of(b) ? 0 : of(b) - of(a)));
}

/** Keeps what the steps took for {@link longestFirst}. */
export function keepTimes(results: readonly Result[], file: string): void {
  const times = Object.fromEntries(results.map(({ title, wallSeconds }) => [title, Math.round(wallSeconds)]));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ ...readTimes(file), ...times }, undefined, 1));
}

function readTimes(file: string): Times {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Times;
  } catch {
    // None yet, or half of one: the order is only a matter of speed.
    return {};
  }
}

/** The table of where the time went, the longest step first. */
export function timeTable(results: readonly Result[], wallSeconds: number): string {
  const rows = [...results]
    .sort((a, b) => b.wallSeconds - a.wallSeconds)
    .map(({ title, wallSeconds: wall, cpuSeconds, passed, failed }) => [
      title,
      wall.toFixed(1),
      cpuSeconds.toFixed(1),
      passed + failed === 0 ? "" : String(passed + failed),
    ]);
  const cpu = results.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  const tests = results.reduce((sum, { passed, failed }) => sum + passed + failed, 0);
  const table = [
    ["step", "wall s", "CPU s", "tests"],
    ...rows,
    ["all, side by side", wallSeconds.toFixed(1), cpu.toFixed(1), String(tests)],
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => (row[column] ?? "").length)));
  return table
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("  "),
    )
    .join("\n");
}

import { appendFileSync } from "node:fs";
import { SMOKE } from "./size";

/** One result of a bench, beside what it is compared with. */
export interface Figure {
  /** What was measured. */
  readonly what: string;
  readonly value: number;
  /** E.g. `s`, `records/s`, or `x` for a ratio. */
  readonly unit: string;
  /** The peer or limit, and its own figure. @default compared with nothing */
  readonly peer?: string;
  /** Bounds that the value is to keep. @default none: it only explains another figure */
  readonly goal?: { readonly most: number } | { readonly least: number };
  /** Medians are of so many rounds. */
  readonly rounds: number;
}

/** Where a bench leaves its figures for `bench/run.ts`. */
export const FIGURES_VARIABLE = "BENCH_FIGURES";

/** Prints figures, and hands them to `bench/run.ts` when that has started the bench. */
export function report(figures: readonly Figure[]): void {
  const file = process.env[FIGURES_VARIABLE];
  for (const figure of figures) {
    // In small a figure means nothing.
    console.log(SMOKE ? `${figure.what}: runs` : line(figure));
    if (file !== undefined) appendFileSync(file, `${JSON.stringify(figure)}\n`);
  }
}

/** Whether a figure keeps its goal; one without a goal always does. */
export function met({ value, goal }: Figure): boolean {
  if (goal === undefined) return true;
  return "most" in goal ? value <= goal.most : value >= goal.least;
}

/** A figure as a line of text. */
export function line(figure: Figure): string {
  const { what, value, unit, peer, goal, rounds } = figure;
  const beside = peer === undefined ? "" : `, beside ${peer}`;
  const wanted =
    goal === undefined
      ? ""
      : `; goal ${"most" in goal ? `<= ${goal.most}` : `>= ${goal.least}`} ${met(figure) ? "met" : "MISSED"}`;
  return `${what}: ${shown(value)} ${unit}${beside} (median of ${rounds})${wanted}`;
}

function shown(value: number): string {
  return Math.abs(value) >= 1000 ? String(Math.round(value)) : value.toPrecision(3);
}

/** The middle value; of an even number of values, the lower of the two in the middle. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? NaN;
}

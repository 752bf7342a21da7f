import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { parseTopology } from "../../../regions/topology/load";
import type { TopologyProblem } from "../../../regions/topology/load";
import type { Topology } from "../../../regions/topology/model";

/** The sample that the bad inputs are made from. */
export const PROD = readFileSync(path.join(__dirname, "..", "..", "fixtures", "topologies", "prod.yaml"), "utf8");

/** A text with parts replaced; each must be there, so that a test cannot pass by changing nothing. */
export function edit(text: string, ...changes: readonly (readonly [from: string, to: string])[]): string {
  return changes.reduce((current, [from, to]) => {
    assert.ok(current.includes(from), `the sample has no ${JSON.stringify(from)}`);
    return current.replace(from, () => to);
  }, text);
}

/** Line of a piece of text, from 1. */
export function lineOf(text: string, piece: string): number {
  const index = text.indexOf(piece);
  assert.ok(index >= 0, `no ${JSON.stringify(piece)}`);
  return text.slice(0, index).split("\n").length;
}

/** The problems of a text that must be refused. */
export function problemsOf(text: string): readonly TopologyProblem[] {
  const { problems } = parseTopology(text, "prod.yaml");
  assert.ok(problems, "it was accepted");
  return problems;
}

/** The topology of a text that must be accepted. */
export function accepted(text: string, source = "prod.yaml"): Topology {
  const { topology, problems } = parseTopology(text, source);
  assert.ok(topology, JSON.stringify(problems, undefined, 1));
  return topology;
}

/** The sample with another list of regions. */
export function withRegions(
  lines: readonly string[],
  ...changes: readonly (readonly [from: string, to: string])[]
): string {
  const start = PROD.indexOf("residency:");
  const end = PROD.indexOf("traffic:");
  const list = lines.map((line) => `  - ${line}\n`).join("");
  return edit(`${PROD.slice(0, start)}regions:\n${list}\n${PROD.slice(end)}`, ...changes);
}

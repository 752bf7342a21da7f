import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { findTopology, loadTopology } from "../../regions/topology/load";
import { shown, type Section } from "./line";
import { scaleUp } from "./lines";
import { MEASURED } from "./measured";

/** Where the page is kept. */
export const DOCS_FILE = join(__dirname, "..", "..", "docs", "scale.md");

/** The page, from the production topology, formatted like every other file. */
export async function formattedPage(): Promise<string> {
  const topology = loadTopology(findTopology("prod"));
  const region = [...topology.regions].sort((a, b) => b.failoverShare - a.failoverShare)[0];
  if (region === undefined) throw new Error("want a region, got none");
  const page = [head(region.name), ...scaleUp(topology, region).map(section), tail()].join("\n");
  return format(page, { ...(await resolveConfig(DOCS_FILE)), parser: "markdown" });
}

function head(region: string): string {
  return `# 10 million users, on paper

What the production topology comes to: from people to requests, and from those to cores, memory, reads, shards, bytes and
hours. Each number is given with its unit, its formula and the source of its parts. Formulas are the plans that the stacks are
sized by (\`components/*/plan.ts\`), so that a change there changes this page; figures "as measured" are those of \`bench/\`, listed
at the end. "One region" is ${region}, which carries the most when its largest peer is lost.

This page is generated: \`node --require ./local/toolchain/register.cjs bench/scale/docs.ts\`.
`;
}

function section({ title, lines }: Section): string {
  const rows = lines.map(
    ({ what, formula, value, unit, source }) => `| ${what} | ${formula} | ${shown(value)} ${unit} | ${source} |`,
  );
  return [`## ${title}\n`, "| What | Formula | Value | Source |", "| --- | --- | --- | --- |", ...rows, ""].join("\n");
}

function tail(): string {
  const rows = Object.values(MEASURED).map(({ value, unit, source }) => {
    const text = value < 0.001 ? `${(value * 1e6).toPrecision(3)} millionths` : shown(value);
    return `| ${text} ${unit} | ${source} |`;
  });
  return [
    "## As measured\n",
    "On four shared cores; `make bench` measures anew.\n",
    "| Figure | Source |",
    "| --- | --- |",
    ...rows,
    "",
    "Not measured on AWS: network hops, TLS and KMS add to each of these. Not counted: answers at hand, which cost a tenth of a look-up,",
    "since how often a user asks twice within a second is not known; and what exposures, traces and tokens add where they are on.",
  ].join("\n");
}

if (require.main === module) {
  void formattedPage().then((page) => {
    writeFileSync(DOCS_FILE, page);
  });
}

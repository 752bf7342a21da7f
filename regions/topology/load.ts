import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import path from "node:path";
import type { EnvironmentName } from "../names";
import { nearestWord } from "../suggest";
import { checkDraft } from "./check";
import { deriveTopology } from "./derive";
import { MAX_BYTES, readDocument, tooLarge } from "./document";
import type { TopologyDocument } from "./document";
import { readDraft } from "./draft";
import type { Finding } from "./draft";
import type { Topology } from "./model";
import { formatPath, TopologyError } from "./problems";
import type { TopologyProblem } from "./problems";
import { findSecrets } from "./secrets";

export { formatProblems, TopologyError } from "./problems";
export type { TopologyProblem } from "./problems";

/** The topologies: one file per environment. `MERIDIAN_TOPOLOGIES` names a folder outside this repository. */
export const TOPOLOGIES = process.env["MERIDIAN_TOPOLOGIES"] ?? path.join(__dirname, "..", "topologies");

/** Environment names: part of resource names, of which the shortest has little room, and of stack names (no dot). */
const ENVIRONMENT = /^[a-z][a-z0-9]{1,9}$/;

export type ParseResult =
  | { readonly topology: Topology; readonly problems?: undefined }
  | { readonly topology?: undefined; readonly problems: readonly TopologyProblem[] };

/**
 * Reads a topology from text. Pure.
 * @param source Where the text is from; its base name without `.yaml` is the environment.
 */
export function parseTopology(text: string, source: string): ParseResult {
  const environment = path.basename(source).replace(/\.ya?ml$/, "");
  const named = ENVIRONMENT.test(environment)
    ? []
    : [
        {
          path: "",
          reason: `want a file name of 2 to 10 lower-case letters and digits and .yaml, got "${path.basename(source)}"`,
        },
      ];
  const { document, problems } = readDocument(text);
  if (document === undefined) return { problems: [...named, ...problems] };
  const { draft, findings } = readDraft(document);
  const all = [
    ...named,
    ...problems,
    ...locate(document, [
      ...hideSecrets(document, findings),
      ...hideSecrets(document, checkDraft(draft, document), false),
    ]),
  ];
  if (all.length > 0) return { problems: sortByLine(all) };
  return { topology: deriveTopology(environment as EnvironmentName, draft) };
}

/**
 * Reads and checks a topology file.
 * @throws TopologyError with every problem in it, or when it cannot be read.
 */
export function loadTopology(file: string): Topology {
  const result = parseTopology(readText(file), file);
  if (result.problems !== undefined) throw new TopologyError(file, result.problems);
  return result.topology;
}

/** Names of the environments that have a topology, sorted. */
export function listEnvironments(folder: string = TOPOLOGIES): readonly EnvironmentName[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => name.slice(0, -".yaml".length) as EnvironmentName)
    .sort();
}

/**
 * The topology file of an environment.
 * @throws TopologyError naming the environments that there are.
 */
export function findTopology(environment: string, folder: string = TOPOLOGIES): string {
  const known = listEnvironments(folder);
  if (known.some((name) => name === environment)) return path.join(folder, `${environment}.yaml`);
  const nearest = nearestWord(environment, known);
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  const shown = JSON.stringify(environment.slice(0, 60));
  const reason = `want an environment with a topology (${known.join(", ")}), got ${shown}${hint}`;
  throw new TopologyError(folder, [{ path: "", reason }]);
}

/** A file's text; what is not UTF-8 becomes U+FFFD, which the reader refuses with its place. */
function readText(file: string): string {
  const bytes = readBeginning(file);
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.beginning);
  if (bytes.size > MAX_BYTES) throw new TopologyError(file, [tooLarge(text, bytes.size)]);
  return text;
}

/** At most the allowed bytes of a file, and its size: a file of gigabytes is not read. */
function readBeginning(file: string): { readonly beginning: Buffer; readonly size: number } {
  let descriptor: number | undefined;
  try {
    // Looked at before it is opened: opening a pipe would wait for its writer.
    if (!statSync(file).isFile())
      throw new TopologyError(file, [{ path: "", reason: "want a file, got something else" }]);
    descriptor = openSync(file, "r");
    const { size } = fstatSync(descriptor);
    const beginning = Buffer.alloc(Math.min(size, MAX_BYTES));
    return { beginning: beginning.subarray(0, readSync(descriptor, beginning)), size };
  } catch (error) {
    if (error instanceof TopologyError) throw error;
    throw new TopologyError(file, [{ path: "", reason: `want a readable file, got ${errorCode(error)}` }]);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function errorCode(error: unknown): string {
  const code = (error as { readonly code?: unknown }).code;
  return typeof code === "string" ? code : "an error";
}

/** Puts the secrets' own findings first, and drops whatever else would be said at or below their places. */
function hideSecrets(document: TopologyDocument, findings: readonly Finding[], report = true): readonly Finding[] {
  const secrets = findSecrets(document.value);
  const hidden = (finding: Finding): boolean =>
    secrets.some(({ path: secret }) => secret.every((step, index) => finding.path[index] === step));
  const shown = findings.filter((finding) => !hidden(finding));
  return report ? [...secrets, ...shown] : shown;
}

function locate(document: TopologyDocument, findings: readonly Finding[]): readonly TopologyProblem[] {
  return findings.map(({ path: steps, reason, atKey }) => {
    const line = atKey === true ? document.lineOfKey(steps) : document.lineOf(steps);
    return { path: formatPath(steps), ...(line === undefined ? {} : { line }), reason };
  });
}

function sortByLine(problems: readonly TopologyProblem[]): readonly TopologyProblem[] {
  return [...problems].sort((left, right) => (left.line ?? 0) - (right.line ?? 0));
}

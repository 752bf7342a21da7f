/** One thing wrong with a topology. */
export interface TopologyProblem {
  /** Where, in the file's own terms: `regions[2].zone`; empty for the file as a whole. */
  readonly path: string;
  /** Line in the file, from 1; absent when the value is not in the file (a default). */
  readonly line?: number;
  /** `want ..., got ...`; never the value of a secret. */
  readonly reason: string;
}

/** A topology that cannot be used: every problem at once. A message for its author; the stack trace says nothing. */
export class TopologyError extends Error {
  override readonly name = "TopologyError";

  constructor(
    /** File or other source of the text. */
    readonly source: string,
    readonly problems: readonly TopologyProblem[],
  ) {
    super(formatProblems(source, problems));
  }
}

/** The problems as lines for people: `prod.yaml:12 regions[2].zone: want ..., got ...`. */
export function formatProblems(source: string, problems: readonly TopologyProblem[]): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const lines = problems.map(({ path, line, reason }) => {
    const place = line === undefined ? "" : `line ${line}: `;
    return `\n  ${place}${path === "" ? "" : `${path}: `}${reason}`;
  });
  return `${source}: ${count}${lines.join("")}`;
}

/** A path of keys and indices as text: `["regions", 2, "zone"]` -> `regions[2].zone`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) => (typeof step === "number" ? `[${step}]` : `${index === 0 ? "" : "."}${String(step)}`))
    .join("");
}

/** A value as a problem's "got": text in quotes, at most 60 characters, lists and maps by their kind. */
export function got(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  return "a map";
}

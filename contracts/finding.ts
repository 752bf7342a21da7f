/** What is wrong with an input or with a resource: the one word for it in every room. */
export interface Finding {
  /** Stack, file or resource that contains it, where `path` alone does not say so: `prod.eu-west-1: Warehouse warehouse`. */
  readonly where?: string;
  /** Path in the author's own terms, e.g. `variants[1].weight`; empty for the input as a whole. */
  readonly path: string;
  /** What would be right, e.g. `1 to 168 hours`. */
  readonly want: string;
  /** What is there instead, shortened; never a secret. */
  readonly got: string;
  /** What to do about it, where `want` does not say so. */
  readonly fix?: string;
}

/** Where a finding is: `prod.eu-west-1: Warehouse warehouse: nodes`; empty for the input as a whole. */
export function whereOf({ where = "", path }: Pick<Finding, "where" | "path">): string {
  return [where, path].filter((part) => part !== "").join(": ");
}

/** What is wrong, without where: `want 2 to 16 nodes, got 1`. */
export function reasonOf({ want, got, fix }: Pick<Finding, "want" | "got" | "fix">): string {
  return `want ${want}, got ${got}${fix === undefined ? "" : `; ${fix}`}`;
}

/** A finding as a line: `nodes: want 2 to 16 nodes, got 1`. */
export function lineOf(finding: Finding): string {
  const where = whereOf(finding);
  return `${where === "" ? "" : `${where}: `}${reasonOf(finding)}`;
}

/** Input that cannot be used: every finding at once. A message for its author; the stack trace says nothing. */
export class FindingsError extends Error {
  constructor(
    /** What the findings amount to, in one line. */
    readonly summary: string,
    readonly findings: readonly Finding[],
  ) {
    super([summary, ...findings.map(lineOf)].join("\n  "));
    this.name = new.target.name;
  }
}

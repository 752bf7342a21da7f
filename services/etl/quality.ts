/** What the gate says of one rule. Equal on DuckDB and Spark: the SQL in `sql/quality_*.sql` makes it. */
export interface Judgement {
  /** `missing`, `unreadable`, `range`, `rows`, `balance`, `share`, `nulls`, `freshness` or `drift`. */
  readonly rule: string;
  /** Column or table. */
  readonly subject: string;
  /** Null where there was too little to judge. */
  readonly observed: number | null;
  /** What would have been refused beyond (for `rows`: below). */
  readonly bound: number;
  readonly verdict: "pass" | "warn" | "refuse";
}

/** Every verified event is in exactly one of the other three. */
export interface EtlLedger {
  readonly verified: number;
  readonly silver: number;
  readonly duplicates: number;
  readonly late: number;
}

/** What `_quality/run_date=<date>/report.json` says in the region's folder of the gold bucket; the daily workflow's gate reads `passed`. */
export interface QualityReport {
  readonly passed: boolean;
  /** Absent when the run was refused before anything was computed. */
  readonly ledger?: EtlLedger;
  readonly checks: readonly Judgement[];
}

/** The run was refused by the quality gate; nothing was published but the report. */
export class QualityRefused extends Error {
  constructor(
    readonly region: string,
    readonly report: QualityReport,
  ) {
    const refusals = report.checks.filter(({ verdict }) => verdict === "refuse").map(described);
    super(`${region}: refused by the quality gate: ${refusals.join("; ")}`);
    this.name = "QualityRefused";
  }
}

/** A row of a gate's SQL. */
export function judgementOf(row: Readonly<Record<string, unknown>>): Judgement {
  return {
    rule: String(row["rule"]),
    subject: String(row["subject"]),
    observed: row["observed"] === null ? null : Number(row["observed"]),
    bound: Number(row["bound"]),
    verdict: row["verdict"] as Judgement["verdict"],
  };
}

/** Whether nothing is refused. */
export function passes(checks: readonly Judgement[]): boolean {
  return checks.every(({ verdict }) => verdict !== "refuse");
}

/** One judgement in words: `unreadable value: 120, want at most 0`. */
export function described({ rule, subject, observed, bound }: Judgement): string {
  return `${rule} ${subject}: ${observed ?? "too little to judge"}, want at ${rule === "rows" ? "least" : "most"} ${bound}`;
}

/** The report for a person: refusals first, then warnings, then the rest. */
export function readable(report: QualityReport): string {
  const { passed, ledger, checks } = report;
  const order = ["refuse", "warn", "pass"];
  const sorted = [...checks].sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  return [
    passed ? "passed" : "REFUSED: nothing of this run was published",
    ...(ledger === undefined
      ? []
      : [
          Object.entries(ledger)
            .map(([name, count]) => `${name} ${count}`)
            .join(", "),
        ]),
    "",
    ...sorted.map((check) => `${check.verdict.padEnd(7)} ${described(check)}`),
    "",
  ].join("\n");
}

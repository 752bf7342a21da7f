import type { ExperimentRecord } from "../../contracts/tables/flags";

/** What one variant's predictions were like, over all regions. */
export interface VariantServing {
  readonly variant: string;
  readonly predictions: number;
  readonly errors: number;
  /** 99th percentile, milliseconds, of the slowest region; `null` where nothing was measured. */
  readonly p99Ms: number | null;
}

/** One row of `queries/experiment_exposures.sql`. */
export interface VariantExposures {
  readonly variant: string;
  /** Version whose list was shown; `null` where it is unknown. */
  readonly modelVersion: string | null;
  readonly exposures: number;
}

/** One row of `queries/experiment_coverage.sql`: how many items a variant showed so many times. */
export interface VariantItems {
  readonly variant: string;
  readonly times: number;
  readonly items: number;
}

/** What a decision is held by, beside the metrics of users. */
export interface Guardrail {
  readonly name: "latency" | "errors" | "coverage" | "stand_ins";
  readonly control: number | null;
  readonly treatment: number | null;
  readonly limit: number;
  /** `unknown`: too little was measured to judge by, which holds nothing. */
  readonly verdict: "pass" | "fail" | "unknown";
  /** In a sentence. */
  readonly told: string;
}

/** All that the guardrails are judged by. */
export interface GuardrailFigures {
  readonly serving: readonly VariantServing[];
  readonly exposures: readonly VariantExposures[];
  readonly items: readonly VariantItems[];
}

/** Below these a share or a percentile says nothing. */
const ENOUGH = { predictions: 100, exposures: 200, coverage: 500 } as const;

/** Limits where nobody gives others. The latency is the endpoint alarm's. */
export const LIMIT_DEFAULTS: ExperimentRecord["limits"] = {
  latency_ms: 100,
  error_share: 0.01,
  coverage_share: 0.5,
  stand_in_share: 0.5,
};

export function failed({ verdict }: Guardrail): boolean {
  return verdict === "fail";
}

/** Judges the new variant's answers by the limits of its experiment. */
export function guardrailsOf(
  figures: GuardrailFigures,
  { variants, limits }: Pick<ExperimentRecord, "variants" | "limits">,
): Guardrail[] {
  const [control = "", treatment = ""] = variants.map(({ name }) => name);
  return [
    latencyOf(figures, control, treatment, limits.latency_ms),
    errorsOf(figures, control, treatment, limits.error_share),
    coverageOf(figures, control, treatment, limits.coverage_share),
    standInsOf(figures, control, treatment, limits.stand_in_share),
  ];
}

function latencyOf({ serving }: GuardrailFigures, control: string, treatment: string, limit: number): Guardrail {
  const of = (name: string): number | null => {
    const found = serving.find(({ variant }) => variant === name);
    return found === undefined || found.predictions < ENOUGH.predictions ? null : found.p99Ms;
  };
  const [theirs, own] = [of(control), of(treatment)];
  return {
    name: "latency",
    control: theirs,
    treatment: own,
    limit,
    ...judged(
      own,
      (ms) => ms > limit,
      `99 % of ${treatment}'s predictions`,
      (ms) => `${rounded(ms)} ms`,
      `${limit} ms`,
    ),
  };
}

function errorsOf({ serving }: GuardrailFigures, control: string, treatment: string, limit: number): Guardrail {
  const of = (name: string): number | null => {
    const found = serving.find(({ variant }) => variant === name);
    return found === undefined || found.predictions < ENOUGH.predictions ? null : found.errors / found.predictions;
  };
  const [theirs, own] = [of(control), of(treatment)];
  return {
    name: "errors",
    control: theirs,
    treatment: own,
    limit,
    ...judged(own, (share) => share > limit, `failed predictions of ${treatment}`, percent, percent(limit)),
  };
}

/** Items that each variant shows of the catalogue, held to the same number of exposures: the larger arm sees more. */
function coverageOf({ items }: GuardrailFigures, control: string, treatment: string, limit: number): Guardrail {
  const rows = (name: string) => items.filter(({ variant }) => variant === name);
  const [theirs, own] = [rows(control), rows(treatment)];
  const draws = Math.min(exposuresIn(theirs), exposuresIn(own));
  const name = "coverage";
  if (draws < ENOUGH.coverage) {
    const told = `items shown: ${draws} exposures, too few to judge by`;
    return { name, control: null, treatment: null, limit, verdict: "unknown", told };
  }
  const [expected, shown] = [rarefied(theirs, draws), rarefied(own, draws)];
  const least = limit * expected;
  const told = `${treatment} shows ${Math.round(shown)} items in ${draws} exposures, ${control} ${Math.round(expected)}`;
  const verdict = shown < least ? "fail" : "pass";
  return { name, control: expected, treatment: shown, limit, verdict, told: `${told} (at least ${percent(limit)})` };
}

/**
 * Exposures of the new variant's users that another model answered: those of a version that the control's users got
 * too, which have none of the new variant's versions.
 */
function standInsOf({ exposures }: GuardrailFigures, control: string, treatment: string, limit: number): Guardrail {
  const rows = (name: string) => exposures.filter(({ variant }) => variant === name);
  const others = new Set(rows(control).map(({ modelVersion }) => modelVersion));
  const sum = (of: readonly VariantExposures[]): number => of.reduce((total, row) => total + row.exposures, 0);
  const own = rows(treatment);
  const all = sum(own);
  const stand = own.filter(({ modelVersion }) => modelVersion === null || others.has(modelVersion));
  const share = all < ENOUGH.exposures ? null : sum(stand) / all;
  return {
    name: "stand_ins",
    control: null,
    treatment: share,
    limit,
    ...judged(share, (value) => value > limit, `${treatment}'s lists by another model`, percent, percent(limit)),
  };
}

function judged(
  value: number | null,
  breaks: (value: number) => boolean,
  what: string,
  spell: (value: number) => string,
  limit: string,
): Pick<Guardrail, "verdict" | "told"> {
  if (value === null) return { verdict: "unknown", told: `${what}: too few to judge by` };
  return { verdict: breaks(value) ? "fail" : "pass", told: `${what}: ${spell(value)} (at most ${limit})` };
}

function exposuresIn(rows: readonly VariantItems[]): number {
  return rows.reduce((sum, { times, items }) => sum + times * items, 0);
}

/**
 * Distinct items that so many exposures, drawn without replacement, are expected to hold.
 * Source: S. Hurlbert, The nonconcept of species diversity, Ecology 52 (1971).
 */
export function rarefied(rows: readonly VariantItems[], draws: number): number {
  const all = exposuresIn(rows);
  return rows.reduce((sum, { times, items }) => sum + items * (1 - missed(all, times, draws)), 0);
}

/** Chance that none of `draws` exposures of `all` is one of an item's `times`: C(all - times, draws) / C(all, draws). */
function missed(all: number, times: number, draws: number): number {
  if (all - times < draws) return 0;
  let log = 0;
  for (let one = 0; one < times; one += 1) log += Math.log1p(-draws / (all - one));
  return Math.exp(log);
}

function percent(share: number): string {
  return `${rounded(share * 100)} %`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}

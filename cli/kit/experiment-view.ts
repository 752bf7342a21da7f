import type { Figures } from "../../services/experiments/controller";
import type { Applied } from "../../services/experiments/operate";
import { textPlot } from "../../services/experiments/plot";
import type { RampDecision } from "../../services/experiments/ramp";
import type { Comparison, ExperimentReport } from "../../services/experiments/report";
import type { ExperimentChangeRecord, ExperimentRecord } from "../../contracts/tables/flags";
import { table } from "../../fleet/views/table";
import type { Output } from "./output";

const HEADINGS = ["variant", "metric", "role", "control", "treatment", "effect", "interval", "p", "verdict", "since"];

/** What a report says, as lines. */
export function showReport(report: ExperimentReport, output: Output): void {
  const { experiment: name, days, firstDay, lastDay, users, crossedShare, mismatch, variants } = report;
  const counts = Object.entries(users).map(([variant, count]) => `${variant} ${count}`);
  output.line(`${name}: ${days} whole days${days === 0 ? "" : ` (${firstDay ?? ""} to ${lastDay ?? ""})`}`);
  output.line(`users: ${counts.join(", ")}; ${(crossedShare * 100).toFixed(2)} % saw a second variant`);
  if (mismatch !== null) {
    const shares = mismatch.alarm ? "not in the planned shares" : "in the planned shares";
    output.line(`split: ${shares} (evidence against ${mismatch.evidence.toPrecision(3)}, alarm at 1000)`);
  }
  const rows = variants.flatMap(({ variant, primary, guardrails }) =>
    [primary, ...guardrails].map((comparison, index) =>
      row(variant, comparison, index === 0 ? "primary" : "guardrail"),
    ),
  );
  if (rows.length === 0) output.line("nothing to compare yet");
  else for (const line of table(HEADINGS, rows)) output.line(line);
}

function row(variant: string, found: Comparison, role: string): string[] {
  const { metric, control, treatment, effect, interval, pValue, verdict, since } = found;
  return [
    variant,
    metric,
    role,
    control.toPrecision(4),
    treatment.toPrecision(4),
    effect.toPrecision(3),
    interval === null ? "not enough yet" : `${interval[0].toPrecision(3)} .. ${interval[1].toPrecision(3)}`,
    pValue < 1e-4 ? "<.0001" : pValue.toFixed(4),
    verdict,
    since ?? "",
  ];
}

/** The guardrails beside the metrics, and the sequence of the primary metric as a picture in characters. */
export function showFigures(
  { report, guardrails }: Figures,
  output: Output,
  { plot = false }: { readonly plot?: boolean } = {},
): void {
  for (const { name, verdict, told } of guardrails) output.line(`${name.padEnd(9)}  ${verdict.padEnd(7)}  ${told}`);
  if (!plot) return;
  for (const { primary } of report.variants) {
    if (primary.interval !== null) for (const line of textPlot(primary)) output.line(line);
  }
}

/** What was changed, and which endpoints could not be changed. */
export function showApplied({ record, endpoints }: Applied, output: Output, decision?: RampDecision): void {
  const { id, state, revision, variants, reason } = record;
  const weights = variants.map(({ name, weight }) => `${name} ${weight} %`).join(", ");
  if (decision !== undefined) output.line(`${decision.action}: ${decision.reason}`);
  output.line(`${id}: ${state}, ${weights}, revision ${revision}${decision === undefined ? ` (${reason})` : ""}`);
  for (const { region, error } of endpoints) {
    output.line(`endpoint ${region}: ${error === undefined ? "weights as above" : `not changed: ${error}`}`);
  }
}

/** The state and its history. */
export function showRecord(record: ExperimentRecord, changes: readonly ExperimentChangeRecord[], output: Output): void {
  output.line(`${record.id}: ${record.state} since ${record.changed_at} (${record.reason})`);
  const rows = record.variants.map(({ name, weight, model, model_versions: versions }) => [
    name,
    `${weight} %`,
    model,
    Object.entries(versions)
      .map(([zone, version]) => `${zone} ${version}`)
      .join(", "),
  ]);
  for (const line of table(["variant", "share", "line of models", "versions"], rows)) output.line(line);
  const { steps } = record.ramp;
  output.line(
    `ramp: ${steps.join(", ")} %; ${record.looks.length} looks, the last at ${record.looks.at(-1)?.at ?? "none"}`,
  );
  const history = changes.map(({ revision, at, by, action, state, weights, reason }) => [
    String(revision),
    at,
    action,
    state,
    Object.values(weights).join("/"),
    by,
    reason,
  ]);
  for (const line of table(["revision", "at", "action", "state", "shares", "by", "reason"], history)) output.line(line);
}

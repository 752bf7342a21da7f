import { appendFileSync, mkdirSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { generatedSource } from "../components/ingest/workload/generator/generate";
import { replayFile } from "../components/ingest/workload/generator/replay";
import type { Replay } from "../components/ingest/workload/generator/replay";
import type { EventSource } from "../components/ingest/workload/generator/source";
import { ingestEvents, readIngestLedger } from "../local/datapath/ingest";
import type { IngestConfig } from "../local/datapath/ingest";
import type { IngestLedger } from "../local/delivery/ledger";
import { BadInput, EXIT } from "./kit/exit";
import type { ExitCode, InputProblem } from "./kit/exit";
import { integerOption, oneOf } from "./kit/options";
import { Output, table } from "./kit/output";
import { StageProgress } from "./kit/progress";
import { openRegions, requireLocal } from "./kit/regions";
import type { OpenRegions } from "./kit/regions";

interface EventsOptions {
  readonly json?: boolean;
  readonly env: string;
  readonly count: unknown;
  readonly seed: unknown;
  readonly format: string;
  readonly assumeConsent?: boolean;
}

const ACTIONS = ["generate", "replay", "ledger"] as const;
const FORMATS = ["ndjson", "access-log"] as const;

/**
 * Sends events through the local data path, or shows the account of all that was sent. Exit code 1 when the account does
 * not balance.
 */
export async function events(action: string, file: string | undefined, options: EventsOptions): Promise<ExitCode> {
  const output = new Output(options.json === true);
  const request = await check(action, file, options);
  const opened = await openRegions(options.env);
  const config = ingestConfig(opened);
  if (request.action === "ledger") return tell(readIngestLedger(config), output);
  const progress = new StageProgress();
  const source = request.source(opened);
  const ledger = await ingestEvents(config, source, ({ stage, region, done }) => {
    progress.show(`${region} ${stage}`, done);
  });
  progress.end();
  if (isReplay(source)) {
    const { lines, events: found, bad, skipped } = source.counts;
    output.note(
      `${lines} lines: ${found} events, ${skipped} that are none, ${bad} unreadable (kept in ${badLines(opened)})`,
    );
  }
  return tell(ledger, output);
}

type Request =
  | { readonly action: "ledger" }
  | { readonly action: "generate" | "replay"; readonly source: (opened: OpenRegions) => EventSource };

/** Everything that is wrong with the command's words, before anything is started. */
async function check(action: string, file: string | undefined, options: EventsOptions): Promise<Request> {
  const problems: InputProblem[] = [];
  const chosen = oneOf("action", action, ACTIONS, problems);
  const count = integerOption("--count", options.count, { min: 1, max: 100_000_000 }, problems);
  const seed = integerOption("--seed", options.seed, { min: 0, max: 2 ** 32 - 1 }, problems);
  const format = oneOf("--format", options.format, FORMATS, problems);
  if (chosen === "replay") {
    if (file === undefined) problems.push({ path: "file", reason: "want the file to replay, got none" });
    else if (!(await isFile(file))) problems.push({ path: "file", reason: `want a readable file, got "${file}"` });
  } else if (file !== undefined) {
    problems.push({ path: "file", reason: `want none with ${action}, got "${file}"` });
  }
  if (problems.length > 0 || chosen === undefined) throw new BadInput("events cannot begin", problems);
  switch (chosen) {
    case "ledger":
      return { action: chosen };
    case "generate":
      return {
        action: chosen,
        source: ({ topology }) =>
          generatedSource({
            seed,
            count,
            users: topology.traffic.users,
            items: topology.traffic.items,
            regions: topology.regions.map(({ name }) => name),
          }),
      };
    case "replay":
      return { action: chosen, source: (opened) => replaySource(opened, file ?? "", format ?? "ndjson", options) };
  }
}

function replaySource(opened: OpenRegions, file: string, format: string, options: EventsOptions): EventSource {
  mkdirSync(opened.stateFolder, { recursive: true });
  return replayFile(file, {
    format: format === "ndjson" ? "ndjson" : "combined",
    regions: opened.topology.regions.map(({ name }) => name),
    accessLog: { assumeConsent: options.assumeConsent === true },
    onBadLine: (bad) => {
      appendFileSync(badLines(opened), `${JSON.stringify(bad)}\n`);
    },
  });
}

function isReplay(source: EventSource): source is Replay {
  return "counts" in source;
}

/** Where lines that gave no event are kept, with their number and the reason. */
function badLines(opened: OpenRegions): string {
  return join(opened.stateFolder, "refused-lines.ndjson");
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** What the local data path must know of the regions. */
export function ingestConfig(opened: OpenRegions): IngestConfig {
  const endpoint = requireLocal(opened, "sending events from this machine");
  return {
    regions: opened.regions.map(({ region, zone, stream, transformFunction, buckets, intakeQueueUrl }) => ({
      region,
      zone,
      endpoint,
      stream,
      transformFunction,
      buckets,
      intakeQueueUrl,
      stateDir: opened.stateFolder,
    })),
  };
}

function tell(ledger: IngestLedger, output: Output): ExitCode {
  output.result(ledger, () => {
    const names = [...Object.keys(ledger.regions), "total"];
    const counts = [...Object.values(ledger.regions), ledger.total];
    const row = (stage: string, of: (index: number) => number): (string | number)[] => [
      stage,
      ...names.map((_, index) => of(index)),
    ];
    const sum = (parts: Readonly<Record<string, number>>): number =>
      Object.values(parts).reduce((total, one) => total + one, 0);
    const lines = table(
      ["stage", ...names],
      [
        row("sent", (i) => counts[i]?.generated ?? 0),
        row("refused by the collector", (i) => counts[i]?.refused ?? 0),
        row("accepted", (i) => counts[i]?.accepted ?? 0),
        row("waiting on disk", (i) => counts[i]?.spilled ?? 0),
        row("dropped (consent, bots)", (i) => sum(counts[i]?.dropped ?? {})),
        row("failed in the transform", (i) => sum(counts[i]?.failed ?? {})),
        row("landed in bronze", (i) => counts[i]?.landed ?? 0),
        row("verified", (i) => counts[i]?.verified ?? 0),
        row("quarantined", (i) => counts[i]?.quarantined ?? 0),
        row("raw copies", (i) => counts[i]?.raw ?? 0),
      ],
    );
    for (const line of lines) output.line(line);
    for (const [stage, seconds] of Object.entries(ledger.seconds ?? {})) {
      const rate = Math.round(ledger.run.generated / seconds);
      output.line(`${stage}: ${seconds.toFixed(1)} s, ${rate} events/s`);
    }
    output.line(ledger.balanced ? "every event is accounted for" : "the account does not balance:");
    for (const difference of ledger.differences) output.line(`  ${difference}`);
    output.line("delivery is simulated: Firehose's semantics by a runner of our own, with the real transform");
  });
  return ledger.balanced ? EXIT.ok : EXIT.failed;
}

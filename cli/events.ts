import { stat } from "node:fs/promises";
import { generatedSource } from "../services/traffic/generate";
import { ingestEvents, readIngestLedger } from "../local/datapath/ingest";
import type { IngestConfig } from "../local/datapath/ingest";
import type { IngestLedger } from "../local/delivery/ledger";
import { checkFile, openFile } from "./events-source";
import type { FileOptions, FileRequest, FileSource } from "./events-source";
import { tellLedger } from "./events-ledger";
import { BadInput, EXIT } from "./kit/exit";
import type { ExitCode, InputProblem } from "./kit/exit";
import { experimentArms } from "./kit/experiment-arms";
import { integerOption, oneOf } from "./kit/options";
import { Output } from "./kit/output";
import { StageProgress } from "./kit/progress";
import { openRegions, requireLocal } from "./kit/regions";
import type { OpenRegions } from "./kit/regions";

interface EventsOptions extends FileOptions {
  readonly json?: boolean;
  readonly env: string;
  readonly count: unknown;
  readonly seed: unknown;
  readonly experiment?: boolean;
  readonly clickLift?: string | number;
}

const ACTIONS = ["generate", "replay", "import", "ledger"] as const;

/**
 * Sends events through the local data path, or shows the account of all that was sent. Exit code 1 when the account does
 * not balance.
 */
export async function events(action: string, file: string | undefined, options: EventsOptions): Promise<ExitCode> {
  const output = new Output(options.json === true);
  const request = await check(action, file, options);
  const opened = await openRegions(options.env);
  const config = ingestConfig(opened);
  if (request.action === "ledger") return tellLedger(readIngestLedger(config), output);
  const progress = new StageProgress();
  const show = ({
    stage,
    region,
    done,
  }: {
    readonly stage: string;
    readonly region: string;
    readonly done: number;
  }) => {
    progress.show(`${region} ${stage}`, done);
  };
  if (request.action === "generate") {
    const { topology } = opened;
    const { users, items } = topology.traffic;
    const regions = topology.regions.map(({ name }) => name);
    const { seed, count, clickLift } = request;
    const experiment =
      clickLift === undefined ? {} : { experiment: { armOf: await experimentArms(opened), clickLift } };
    const source = generatedSource({ seed, count, users, items, regions, ...experiment });
    const ledger = await ingestEvents(config, source, show);
    progress.end();
    return tellLedger(ledger, output);
  }
  const source = openFile(opened, request.file, request.how);
  let ledger: IngestLedger;
  try {
    ledger = await ingestEvents(config, source, show);
  } finally {
    progress.end();
    source.close();
  }
  return tellFile(source, request.how, ledger, output);
}

type Request =
  | { readonly action: "ledger" }
  | {
      readonly action: "generate";
      readonly count: number;
      readonly seed: number;
      /** By variant; absent: exposures are of no experiment. */
      readonly clickLift?: Readonly<Record<string, number>>;
    }
  | { readonly action: "file"; readonly file: string; readonly how: FileRequest };

/** Everything that is wrong with the command's words, before anything is started. */
async function check(action: string, file: string | undefined, options: EventsOptions): Promise<Request> {
  const problems: InputProblem[] = [];
  const chosen = oneOf("action", action, ACTIONS, problems);
  const count = integerOption("--count", options.count, { min: 1, max: 100_000_000 }, problems);
  const seed = integerOption("--seed", options.seed, { min: 0, max: 2 ** 32 - 1 }, problems);
  const clickLift = liftsOf(options, problems);
  const how = checkFile(options, problems);
  if (chosen === "replay" || chosen === "import") {
    if (file === undefined) problems.push({ path: "file", reason: `want the file to ${chosen}, got none` });
    else if (!(await isFile(file))) problems.push({ path: "file", reason: `want a readable file, got "${file}"` });
  } else if (file !== undefined) {
    problems.push({ path: "file", reason: `want none with ${action}, got "${file}"` });
  }
  if (problems.length > 0 || chosen === undefined) throw new BadInput("events cannot begin", problems);
  if (chosen === "ledger") return { action: chosen };
  if (chosen === "generate") {
    return { action: chosen, count, seed, ...(options.experiment === true ? { clickLift } : {}) };
  }
  return { action: "file", file: file ?? "", how };
}

/** `--click-lift challenger=1.2,...` */
function liftsOf({ clickLift, experiment }: EventsOptions, problems: InputProblem[]): Record<string, number> {
  if (clickLift === undefined) return {};
  const path = "--click-lift";
  if (experiment !== true) problems.push({ path, reason: "want it with --experiment only" });
  const pairs = String(clickLift)
    .split(",")
    .map((pair) => pair.split("="))
    .map(([name = "", factor = ""]): [string, number] => [name, factor === "" ? Number.NaN : Number(factor)]);
  if (!pairs.every(([name, factor]) => name !== "" && factor >= 0 && factor <= 2.5)) {
    problems.push({ path, reason: `want variant=factor,... with factors 0 to 2.5, got "${String(clickLift)}"` });
  }
  return Object.fromEntries(pairs);
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** What became of a file's lines, and the account. Failed when no line gave an event: that is some other kind of file. */
function tellFile(source: FileSource, how: FileRequest, ledger: IngestLedger, output: Output): ExitCode {
  const { lines, events: found, bad: refused, skipped } = source.counts;
  const kept = refused === 0 ? "" : ` (kept with their reasons in ${source.refusedFile})`;
  output.note(`${lines} lines: ${found} events, ${skipped} that are none, ${refused} refused${kept}`);
  if ((how.format === "access-log" || how.format === "interactions") && !how.assumeConsent) {
    output.note("such a file does not say what people agreed to: without --assume-consent its events are left out");
  }
  const document = { ...ledger, file: { lines, events: found, skipped, refused, refusedFile: source.refusedFile } };
  const code = tellLedger(document, output);
  return found === 0 || lines !== found + skipped + refused ? EXIT.failed : code;
}

/** What the local data path must know of the regions. */
export function ingestConfig(opened: OpenRegions): IngestConfig {
  const endpoint = requireLocal(opened, "sending events from this machine");
  return {
    regions: opened.regions.map(
      ({ region, zone, stream, transformFunction, buckets, intakeQueueUrl, handoverQueueUrl }) => ({
        region,
        zone,
        endpoint,
        stream,
        transformFunction,
        buckets,
        intakeQueueUrl,
        handoverQueueUrl,
        stateDir: opened.stateFolder,
      }),
    ),
  };
}

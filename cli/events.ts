import { stat } from "node:fs/promises";
import { generatedSource } from "../services/traffic/generate";
import { ingestEvents, readIngestLedger } from "../local/datapath/ingest";
import type { IngestConfig } from "../local/datapath/ingest";
import type { IngestLedger } from "../local/delivery/ledger";
import { EVENT_TYPES } from "../contracts/events/event";
import type { Finding } from "../contracts/finding";
import { choice, command, env, flag, integer, number, requiredChoice, text } from "./kit/command";
import type { Word } from "./kit/command";
import { checkFile, columns, FORMATS, openFile } from "./kit/event-file";
import type { FileRequest, FileSource } from "./kit/event-file";
import { BadInput, EXIT } from "./kit/exit";
import type { ExitCode } from "./kit/exit";
import { experimentArms } from "./kit/experiment-arms";
import { showLedger } from "./kit/ledger";
import { Output } from "./kit/output";
import { StageProgress } from "./kit/progress";
import { openRegions, requireLocal } from "./kit/regions";
import type { OpenRegions } from "./kit/regions";

const ACTIONS = ["generate", "replay", "import", "ledger"] as const;

/** Exit code 1 when the account of all that was sent does not balance. */
export default command({
  summary: "Send events through the data path (generate, replay, import), or show the account of all (ledger)",
  arguments: {
    action: requiredChoice(ACTIONS, `one of ${ACTIONS.join(", ")}`),
    file: text("replay, import: the file"),
  },
  options: {
    env,
    count: integer("generate: how many events", { min: 1, max: 100_000_000 }, 50_000),
    seed: integer("generate: the same seed gives the same events", { min: 0, max: 2 ** 32 - 1 }, 1),
    experiment: flag("generate: exposures carry the variant that the running experiment gives each user"),
    clickLift: lifts("generate, with --experiment: factor on the chance to click, 0 to 2.5"),
    format: choice(FORMATS, "how the file is written", "ndjson"),
    assumeConsent: flag("the people in an access log or interaction file have consented"),
    columns: columns("interactions without a heading: order of user,item,value,timestamp"),
    delimiter: text("interactions: between the fields; default: found in the first line"),
    eventType: choice(EVENT_TYPES, "interactions: what they were; default: view"),
    minValue: number("interactions: rows with a smaller value are none", { min: -Infinity, max: Infinity }),
  },
  examples: ["events generate --count 50000", "events import ratings.csv --format interactions", "events ledger"],
  async run(given) {
    const output = new Output(given.json);
    await check(given);
    const opened = await openRegions(given.env);
    const config = ingestConfig(opened);
    if (given.action === "ledger") return showLedger(readIngestLedger(config), output);
    const progress = new StageProgress();
    const show: Progress = ({ stage, region, done }) => {
      progress.show(`${region} ${stage}`, done);
    };
    if (given.action === "generate") {
      const ledger = await ingestEvents(config, await generated(opened, given), show);
      progress.end();
      return showLedger(ledger, output);
    }
    const source = openFile(opened, given.file ?? "", given);
    let ledger: IngestLedger;
    try {
      ledger = await ingestEvents(config, source, show);
    } finally {
      progress.end();
      source.close();
    }
    return showFile(source, given, ledger, output);
  },
});

type Progress = NonNullable<Parameters<typeof ingestEvents>[2]>;

interface Generation {
  readonly count: number;
  readonly seed: number;
  readonly experiment: boolean;
  readonly clickLift: Readonly<Record<string, number>>;
}

async function generated(opened: OpenRegions, { count, seed, experiment, clickLift }: Generation) {
  const { users, items } = opened.topology.traffic;
  const regions = opened.topology.regions.map(({ name }) => name);
  const arms = experiment ? { experiment: { armOf: await experimentArms(opened), clickLift } } : {};
  return generatedSource({ seed, count, users, items, regions, ...arms });
}

interface Asked extends FileRequest, Generation {
  readonly action: (typeof ACTIONS)[number];
  readonly file: string | undefined;
}

/** What one word demands of another, before anything is started. */
async function check(given: Asked): Promise<void> {
  const { action, file, experiment, clickLift } = given;
  const findings: Finding[] = [...checkFile(given)];
  if (!experiment && Object.keys(clickLift).length > 0) {
    findings.push({ path: "--click-lift", want: "it with --experiment only", got: "it alone" });
  }
  if (action === "replay" || action === "import") {
    if (file === undefined) findings.push({ path: "file", want: `the file to ${action}`, got: "none" });
    else if (!(await isFile(file))) findings.push({ path: "file", want: "a readable file", got: `"${file}"` });
  } else if (file !== undefined) {
    findings.push({ path: "file", want: `none with ${action}`, got: `"${file}"` });
  }
  if (findings.length > 0) throw new BadInput("events cannot begin", findings);
}

/** `challenger=1.2,...` */
function lifts(help: string): Word<Readonly<Record<string, number>>> {
  const read = (given: readonly string[]) => {
    const pairs = given
      .flatMap((text) => text.split(","))
      .map((pair) => pair.split("="))
      .map(([name = "", factor = ""]): [string, number] => [name, factor === "" ? Number.NaN : Number(factor)]);
    return pairs.every(([name, factor]) => name !== "" && factor >= 0 && factor <= 2.5)
      ? { value: Object.fromEntries(pairs) }
      : { want: "variant=factor,... with factors 0 to 2.5" };
  };
  return { help, shows: "variant=factor", fallback: {}, repeats: true, read };
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** What became of a file's lines, and the account. Failed when no line gave an event: that is some other kind of file. */
function showFile(source: FileSource, how: FileRequest, ledger: IngestLedger, output: Output): ExitCode {
  const { lines, events: found, bad: refused, skipped } = source.counts;
  const kept = refused === 0 ? "" : ` (kept with their reasons in ${source.refusedFile})`;
  output.note(`${lines} lines: ${found} events, ${skipped} that are none, ${refused} refused${kept}`);
  if ((how.format === "access-log" || how.format === "interactions") && !how.assumeConsent) {
    output.note("such a file does not say what people agreed to: without --assume-consent its events are left out");
  }
  const document = { ...ledger, file: { lines, events: found, skipped, refused, refusedFile: source.refusedFile } };
  const code = showLedger(document, output);
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

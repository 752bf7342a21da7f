import { appendFileSync, createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { instantOf } from "../../contracts/events/event";
import type { BadLine, Replay } from "./replay";
import { homeRegion, type SourceEvent } from "./source";
import { InteractionReader, type InteractionOptions } from "./interactions";

export interface ImportOptions extends InteractionOptions {
  readonly regions: readonly string[];
  /** Called with each refused line; the caller keeps them. */
  readonly onBadLine?: (bad: BadLine) => void;
  /** Folder for the sort's files, about 1.3 times the events' own size. @default the system's */
  readonly temporaryFolder?: string;
}

const DAY_MS = 86_400_000;
/** Text of a month held before it is written, characters. */
const HELD_CHARACTERS = 1_000_000;

/**
 * A file of interactions as events, in the order of their time: such files are mostly sorted by user, and events of
 * twenty years out of order would land in as many objects as events. Sorted month by month on disk, so that one month
 * is held in memory.
 *
 * Events are received at the end of their day: the same file always gives the same tables, none is late, and a day of
 * history is one partition.
 */
export function importInteractions(file: string, options: ImportOptions): Replay {
  const counts = { lines: 0, events: 0, bad: 0, skipped: 0 };
  return {
    counts,
    events: readSorted(file, options, counts),
    clock: ({ occurredAt }) => Math.floor(instantOf(occurredAt) / DAY_MS) * DAY_MS + DAY_MS - 1,
  };
}

async function* readSorted(
  file: string,
  options: ImportOptions,
  counts: Replay["counts"],
): AsyncGenerator<SourceEvent, void, undefined> {
  const folder = mkdtempSync(join(options.temporaryFolder ?? tmpdir(), "import-"));
  try {
    await split(file, folder, options, counts);
    for (const month of readdirSync(folder).sort()) {
      const lines = readFileSync(join(folder, month), "utf8").trimEnd().split("\n");
      const keyed = lines.map((line) => ({ at: Number(line.slice(0, TIME_DIGITS)), line }));
      // The sort keeps the file's order where times are equal.
      keyed.sort((a, b) => a.at - b.at);
      for (const { line } of keyed) {
        const end = line.indexOf(" ", TIME_DIGITS + 1);
        yield { region: line.slice(TIME_DIGITS + 1, end), line: line.slice(end + 1) };
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Enough for the year 9999. */
const TIME_DIGITS = 15;

/** Writes each event, behind its time and region, to the file of its month. */
async function split(file: string, folder: string, options: ImportOptions, counts: Replay["counts"]): Promise<void> {
  const reader = new InteractionReader(options);
  const held = new Map<string, string>();
  const flush = (month: string): void => {
    appendFileSync(join(folder, month), held.get(month) ?? "", { mode: 0o600 });
    held.delete(month);
  };
  for await (const text of linesOf(file)) {
    counts.lines += 1;
    const line = (counts.lines === 1 ? text.replace(/^\uFEFF/, "") : text).trim();
    if (line === "") {
      counts.skipped += 1;
      continue;
    }
    const parsed = reader.read(line, counts.lines);
    if (parsed.kind === "event") {
      counts.events += 1;
      const month = parsed.event.occurredAt.slice(0, 7);
      const region = homeRegion(parsed.event.userId, options.regions);
      const entry = `${String(parsed.occurred).padStart(TIME_DIGITS, "0")} ${region} ${JSON.stringify(parsed.event)}\n`;
      held.set(month, (held.get(month) ?? "") + entry);
      if ((held.get(month) ?? "").length > HELD_CHARACTERS) flush(month);
    } else if (parsed.kind === "bad") {
      counts.bad += 1;
      options.onBadLine?.({ line: counts.lines, reason: parsed.reason, text: line.slice(0, 4096) });
    } else {
      counts.skipped += 1;
    }
  }
  for (const month of [...held.keys()]) flush(month);
}

/** Lines of a file, unpacked where its name ends with `.gz`. */
async function* linesOf(file: string): AsyncGenerator<string, void, undefined> {
  const raw = createReadStream(file);
  const input = file.endsWith(".gz") ? raw.pipe(createGunzip()) : raw;
  // An error of the file does not travel through pipe.
  raw.once("error", (error) => input.destroy(error));
  yield* createInterface({ input, crlfDelay: Infinity });
}

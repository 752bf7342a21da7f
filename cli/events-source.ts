import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { basename, join } from "node:path";
import { EVENT_TYPES, type EventType } from "../contracts/events/event";
import { replayFile, type BadLine, type Replay } from "../services/traffic/replay";
import { importInteractions } from "../services/traffic/import";
import { INTERACTION_COLUMNS, type InteractionColumn } from "../services/traffic/interactions";
import type { InputProblem } from "./kit/exit";
import { oneOf } from "./kit/options";
import type { OpenRegions } from "./kit/regions";

export const FORMATS = ["ndjson", "access-log", "interactions", "errors"] as const;
export type Format = (typeof FORMATS)[number];

/** The command's words about a file, as they are given. */
export interface FileOptions {
  readonly format: string;
  readonly assumeConsent?: boolean;
  readonly columns?: string;
  readonly delimiter?: string;
  readonly eventType?: string;
  readonly minValue?: unknown;
}

/** The same, checked. */
export interface FileRequest {
  readonly format: Format;
  readonly assumeConsent: boolean;
  readonly columns?: readonly InteractionColumn[];
  readonly delimiter?: string;
  readonly eventType?: EventType;
  readonly minValue?: number;
}

/** A file that is being sent, with where its refused lines are kept. */
export interface FileSource extends Replay {
  readonly refusedFile: string;
  /** Writes what is held and closes the file of refused lines. */
  close(): void;
}

/** Checks the words about a file; problems are added, all of them. */
export function checkFile(options: FileOptions, problems: InputProblem[]): FileRequest {
  const { columns, delimiter, eventType, minValue } = options;
  const format = oneOf("--format", options.format, FORMATS, problems) ?? "ndjson";
  if (format !== "interactions") {
    const only = { "--columns": columns, "--delimiter": delimiter, "--event-type": eventType, "--min-value": minValue };
    for (const [path, given] of Object.entries(only)) {
      if (given !== undefined) problems.push({ path, reason: `want it with --format interactions only, got it` });
    }
  }
  const least = minValue === undefined ? undefined : Number(minValue);
  if (Number.isNaN(least)) problems.push({ path: "--min-value", reason: `want a number, got "${String(minValue)}"` });
  const type = eventType === undefined ? undefined : oneOf("--event-type", eventType, EVENT_TYPES, problems);
  const order = columns === undefined ? undefined : columnsOf(columns, problems);
  return {
    format,
    assumeConsent: options.assumeConsent === true,
    ...(order === undefined ? {} : { columns: order }),
    ...(delimiter === undefined ? {} : { delimiter: delimiter === "\\t" || delimiter === "tab" ? "\t" : delimiter }),
    ...(type === undefined ? {} : { eventType: type }),
    ...(least === undefined ? {} : { minValue: least }),
  };
}

function columnsOf(text: string, problems: InputProblem[]): readonly InteractionColumn[] {
  const names = text.split(",").map((name) => name.trim());
  const known = names.flatMap((name) => INTERACTION_COLUMNS.find((column) => column === name) ?? []);
  const missing = (["user", "item", "timestamp"] as const).filter((name) => !known.includes(name));
  if (known.length < names.length || new Set(known).size < known.length || missing.length > 0) {
    const want = `user, item, timestamp and perhaps value, each once`;
    problems.push({ path: "--columns", reason: `want ${want}, got "${text}"` });
  }
  return known;
}

/** Opens a file as events. Lines that gave none are kept anew each time, with their number and the reason. */
export function openFile(opened: OpenRegions, file: string, request: FileRequest): FileSource {
  mkdirSync(opened.stateFolder, { recursive: true });
  const refusedFile = join(opened.stateFolder, `refused-lines-${basename(file)}.ndjson`);
  const kept = openSync(refusedFile, "w", 0o600);
  let held = "";
  const flush = (): void => {
    writeSync(kept, held);
    held = "";
  };
  const onBadLine = (bad: BadLine): void => {
    held += `${JSON.stringify(bad)}\n`;
    if (held.length > 100_000) flush();
  };
  const regions = opened.topology.regions.map(({ name }) => name);
  const { format, assumeConsent } = request;
  const replay =
    format === "interactions"
      ? importInteractions(file, { ...request, regions, onBadLine, temporaryFolder: opened.stateFolder })
      : replayFile(file, {
          format: format === "access-log" ? "combined" : format,
          regions,
          accessLog: { assumeConsent },
          onBadLine,
        });
  return {
    ...replay,
    refusedFile,
    close: () => {
      flush();
      closeSync(kept);
    },
  };
}

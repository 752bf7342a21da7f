import type { Finding } from "../../contracts/finding";
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { basename, join } from "node:path";
import type { EventType } from "../../contracts/events/event";
import { replayFile, type BadLine, type Replay } from "../../services/traffic/replay";
import { importInteractions } from "../../services/traffic/import";
import { INTERACTION_COLUMNS, type InteractionColumn } from "../../services/traffic/interactions";
import type { Word } from "./command";
import type { OpenRegions } from "./regions";

export const FORMATS = ["ndjson", "access-log", "interactions", "errors"] as const;
export type Format = (typeof FORMATS)[number];

/** How a file is read. */
export interface FileRequest {
  readonly format: Format;
  readonly assumeConsent: boolean;
  readonly columns?: readonly InteractionColumn[] | undefined;
  readonly delimiter?: string | undefined;
  readonly eventType?: EventType | undefined;
  readonly minValue?: number | undefined;
}

/** A file that is being sent, with where its refused lines are kept. */
export interface FileSource extends Replay {
  readonly refusedFile: string;
  /** Writes what is held and closes the file of refused lines. */
  close(): void;
}

/** The columns of a file without a heading, in their order: user, item, timestamp and perhaps value, each once. */
export function columns(help: string): Word<readonly InteractionColumn[] | undefined> {
  const read = (given: readonly string[]) => {
    const names = (given.at(-1) ?? "").split(",").map((name) => name.trim());
    const known = names.flatMap((name) => INTERACTION_COLUMNS.find((column) => column === name) ?? []);
    const missing = (["user", "item", "timestamp"] as const).filter((name) => !known.includes(name));
    return known.length < names.length || new Set(known).size < known.length || missing.length > 0
      ? { want: "user, item, timestamp and perhaps value, each once" }
      : { value: known };
  };
  return { help, shows: "names", read };
}

/** Options that only files of interactions take, given with another format. */
export function checkFile({ format, columns: order, delimiter, eventType, minValue }: FileRequest): readonly Finding[] {
  if (format === "interactions") return [];
  const only = { "--columns": order, "--delimiter": delimiter, "--event-type": eventType, "--min-value": minValue };
  return Object.entries(only)
    .filter(([, given]) => given !== undefined)
    .map(([path]) => ({ path, want: "it with --format interactions only", got: `it with ${format}` }));
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
      ? importInteractions(file, {
          ...interactionsOf(request),
          regions,
          onBadLine,
          temporaryFolder: opened.stateFolder,
        })
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

/** What only files of interactions have, as far as it is given. */
function interactionsOf({ assumeConsent, columns: order, delimiter, eventType, minValue }: FileRequest) {
  return {
    assumeConsent,
    ...(order === undefined ? {} : { columns: order }),
    ...(delimiter === undefined ? {} : { delimiter: delimiter === "\\t" || delimiter === "tab" ? "\t" : delimiter }),
    ...(eventType === undefined ? {} : { eventType }),
    ...(minValue === undefined ? {} : { minValue }),
  };
}

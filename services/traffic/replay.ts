import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import {
  acceptedEventProblems,
  eventProblems,
  instantOf,
  isAcceptedEvent,
  isEvent,
} from "../../contracts/events/event";
import { parseAccessLine, type AccessLine, type AccessLogOptions } from "./access-log";
import { homeRegion, type EventSource, type SourceEvent } from "./source";

/** A line of an imported file that gave no event. */
export interface BadLine {
  /** From 1. */
  readonly line: number;
  readonly reason: string;
  readonly text: string;
}

export interface ReplayOptions {
  /**
   * Newline-delimited events, web-server logs in the combined format, or what delivery wrote under its error prefix; all
   * may be gzipped (`.gz`).
   */
  readonly format: "ndjson" | "combined" | "errors";
  readonly regions: readonly string[];
  /** With `combined`: how lines become events. */
  readonly accessLog?: AccessLogOptions;
  /** Called with each bad line; the caller keeps them. */
  readonly onBadLine?: (bad: BadLine) => void;
}

/** A file to be replayed, with what was counted; complete once its events have been read. */
export interface Replay extends EventSource {
  readonly counts: {
    lines: number;
    events: number;
    /** Lines without an event: broken ones. */
    bad: number;
    /** Requests that are no event, e.g. style sheets. */
    skipped: number;
  };
}

/**
 * Replays a file. Events are received when they occurred, so that the same file always gives the same tables; those of
 * the error prefix when they were received first, so that none is late for having failed. Lines of NDJSON go to the
 * collector as they are, which judges them; other lines that cannot be read are reported and counted.
 */
export function replayFile(file: string, options: ReplayOptions): Replay {
  const counts = { lines: 0, events: 0, bad: 0, skipped: 0 };
  const received = new Map<string, number>();
  return {
    counts,
    events: readEvents(file, options, counts, received),
    clock: (event) => {
      const occurred = received.get(event.eventId) ?? instantOf(event.occurredAt);
      return Number.isNaN(occurred) ? 0 : occurred;
    },
  };
}

async function* readEvents(
  file: string,
  options: ReplayOptions,
  counts: Replay["counts"],
  received: Map<string, number>,
): AsyncGenerator<SourceEvent, void, undefined> {
  const raw = createReadStream(file);
  const input = file.endsWith(".gz") ? raw.pipe(createGunzip()) : raw;
  // An error of the file does not travel through pipe.
  raw.once("error", (error) => input.destroy(error));
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    counts.lines += 1;
    // The mark that some editors put at the beginning of a file.
    const line = (counts.lines === 1 ? text.replace(/^\uFEFF/, "") : text).trim();
    if (line === "") {
      counts.skipped += 1;
      continue;
    }
    if (options.format === "ndjson") {
      counts.events += 1;
      yield { region: regionOf(line, options.regions), line };
      continue;
    }
    const parsed =
      options.format === "errors"
        ? parseErrorLine(line, received)
        : parseAccessLine(line, counts.lines, options.accessLog ?? {});
    if (parsed.kind === "event") {
      counts.events += 1;
      yield { region: homeRegion(parsed.event.userId, options.regions), line: JSON.stringify(parsed.event) };
    } else if (parsed.kind === "bad") {
      counts.bad += 1;
      options.onBadLine?.({ line: counts.lines, reason: parsed.reason, text: line.slice(0, 4096) });
    } else {
      counts.skipped += 1;
    }
  }
}

/** An error record of Firehose: the event as the collector took it, without what the collector had added. */
function parseErrorLine(line: string, received: Map<string, number>): AccessLine {
  const bad = (reason: string): AccessLine => ({ kind: "bad", reason });
  let event: unknown;
  try {
    const { rawData } = JSON.parse(line) as { readonly rawData?: unknown };
    if (typeof rawData !== "string") return bad("want an error record with rawData, got something else");
    event = JSON.parse(Buffer.from(rawData, "base64").toString("utf8"));
  } catch {
    return bad("want an error record whose rawData is JSON, got something else");
  }
  if (!isAcceptedEvent(event)) return bad(acceptedEventProblems(event).join("; "));
  received.set(event.eventId, instantOf(event.receivedAt));
  const sent: Partial<typeof event> = { ...event };
  delete sent.receivedAt;
  delete sent.region;
  return isEvent(sent) ? { kind: "event", event: sent } : bad(eventProblems(sent).join("; "));
}

/** The user's home region, or the first for a line that is no event: any collector can refuse it. */
function regionOf(line: string, regions: readonly string[]): string {
  try {
    const event: unknown = JSON.parse(line);
    if (isEvent(event)) return homeRegion(event.userId, regions);
  } catch {
    // Falls through to the first region.
  }
  return regions[0] ?? homeRegion("", regions);
}

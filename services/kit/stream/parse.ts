import { eventProblems, isEvent, type ClickstreamEvent } from "../../../contracts/events/event";
import { MAX_EVENT_BYTES } from "../../../contracts/events/limits";

/** One event of a request: read, or refused with reasons. `text` is what the client sent. */
export type Parsed =
  | { readonly text: string; readonly event: ClickstreamEvent }
  | { readonly text: string; readonly problems: readonly string[] };

/**
 * Reads a body: one JSON object, a JSON array of events, or one JSON object a line (NDJSON). A body that is no JSON as a
 * whole is taken as NDJSON, so that one broken line costs one event.
 */
export function parseBody(body: string): Parsed[] {
  const text = body.trim();
  if (text === "") return [];
  if (text.startsWith("[")) {
    const values = parseJson(text);
    if (!Array.isArray(values)) return [{ text, problems: ["body: want a JSON array of events, got broken JSON"] }];
    return values.map((value: unknown) => check(JSON.stringify(value), value));
  }
  const parsed: Parsed[] = [];
  const lines = text.split("\n");
  for (const raw of lines) {
    const line = raw.trim();
    if (line !== "") parsed.push(parseLine(line));
  }
  // One event printed over several lines: it is one only if the whole is JSON.
  if (lines.length > 1 && parsed.every((one) => "problems" in one)) {
    const value = parseJson(text);
    if (value !== undefined) return [check(text, value)];
  }
  return parsed;
}

function parseLine(line: string): Parsed {
  const value = parseJson(line);
  return value === undefined ? { text: line, problems: ["event: want JSON, got something else"] } : check(line, value);
}

function check(text: string, value: unknown): Parsed {
  if (text.length > MAX_EVENT_BYTES) {
    return { text, problems: [`event: want at most ${MAX_EVENT_BYTES} bytes, got ${text.length}`] };
  }
  return isEvent(value) ? { text, event: value } : { text, problems: eventProblems(value) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The record that goes on the stream: the client's text with what the collector knows added. Written by splicing, since
 * parsing has already shown that the text is one JSON object with at least one property.
 */
export function streamRecord(text: string, receivedAt: string, region: string): string {
  const end = text.lastIndexOf("}");
  return `${text.slice(0, end)},"receivedAt":"${receivedAt}","region":"${region}"}`;
}

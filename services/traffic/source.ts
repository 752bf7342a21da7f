import type { ClickstreamEvent } from "../../contracts/events/event";
import { hash32 } from "./random";

/** An event on its way to a collector. */
export interface SourceEvent {
  /** Home region of the user: which collector gets it. */
  readonly region: string;
  /** What is sent: one line of JSON, or what should have been one. */
  readonly line: string;
}

/** Events with the clock by which collectors stamp them, so that the same source gives the same tables. */
export interface EventSource {
  readonly events: Iterable<SourceEvent> | AsyncIterable<SourceEvent>;
  /** Time of receipt, milliseconds since 1970. */
  readonly clock: (event: ClickstreamEvent) => number;
}

/** A user's home region: fixed by the id alone, even over the regions. */
export function homeRegion(userId: string, regions: readonly string[]): string {
  const region = regions[hash32(userId) % regions.length];
  if (region === undefined) throw new RangeError("regions: want at least one, got none");
  return region;
}

/** What ETL is told: which verified objects are new. Lies in the bronze bucket, under `verified/_handover/`. */
export interface Handover {
  readonly version: 1;
  readonly bucket: string;
  readonly objects: readonly {
    readonly key: string;
    readonly records: number;
    /** Of what landed. */
    readonly bytes: number;
    readonly sha256: string;
  }[];
  readonly records: number;
  readonly bytes: number;
}

/**
 * Body of the message about a hand-over, JSON. It carries the object's address and not the list itself, which may be
 * longer than a message. Delivered at least once: equal hand-overs have equal keys.
 */
export interface HandoverMessage {
  readonly version: 1;
  readonly bucket: string;
  /** Of the hand-over object. */
  readonly key: string;
  readonly objects: number;
  readonly records: number;
  readonly bytes: number;
}

/** Reads a message's body; `undefined` for one that is no hand-over. */
export function readHandoverMessage(body: string): HandoverMessage | undefined {
  const value = parsed(body);
  const counts = ["objects", "records", "bytes"];
  const fits =
    value?.["version"] === 1 &&
    typeof value["bucket"] === "string" &&
    typeof value["key"] === "string" &&
    counts.every((name) => Number.isInteger(value[name]));
  return fits ? (value as unknown as HandoverMessage) : undefined;
}

/** Reads a hand-over object's content; `undefined` for one that is none. */
export function readHandover(body: string): Handover | undefined {
  const value = parsed(body);
  const fits = value?.["version"] === 1 && typeof value["bucket"] === "string" && Array.isArray(value["objects"]);
  return fits ? (value as unknown as Handover) : undefined;
}

function parsed(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

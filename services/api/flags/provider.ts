import { BatchGetItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import {
  ErrorCode,
  OpenFeatureEventEmitter,
  ProviderEvents,
  StandardResolutionReasons,
  type JsonValue,
  type Provider,
  type ResolutionDetails,
} from "@openfeature/server-sdk";
import { FLAG_KEYS, FLAG_NAMES, flagSchema, type FlagName } from "./definitions";

/** Flags that have a row, as it says. */
export type FlagRows = ReadonlyMap<FlagName, boolean>;

export interface TableFlagsOptions {
  /** All rows there are. */
  readonly read: (signal: AbortSignal) => Promise<FlagRows>;
  /** Time from one look to the next, milliseconds; by up to a fifth less, so that pods do not ask at once. @default 5000 */
  readonly everyMs?: number;
  /** Longest wait for one look, milliseconds. @default 2000 */
  readonly timeoutMs?: number;
  /** Age of the last good read after which values are reported as stale; they stay in force. @default 60000 */
  readonly staleMs?: number;
  readonly onFailure?: (error: unknown) => void;
  readonly now?: () => number;
  readonly random?: () => number;
}

/** Reads the flags' rows from the `flags` table, by key, as the API's role may. An invalid row is left out and reported. */
export function readFlags(
  client: Pick<DynamoDBClient, "send">,
  table: string,
  onBadRow: (error: unknown) => void,
): (signal: AbortSignal) => Promise<FlagRows> {
  const Keys = [...FLAG_KEYS.keys()].map((flag) => marshall({ flag }));
  return async (signal) => {
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetItemCommand({ RequestItems: { [table]: { Keys } } }),
      { abortSignal: signal },
    );
    if ((UnprocessedKeys?.[table]?.Keys?.length ?? 0) > 0) throw new Error("the flags table is throttled");
    const rows = new Map<FlagName, boolean>();
    for (const item of Responses?.[table] ?? []) {
      const row = flagSchema.safeParse(unmarshall(item));
      const name = row.success ? FLAG_KEYS.get(row.data.flag) : undefined;
      if (row.success && name !== undefined) rows.set(name, row.data.value);
      else onBadRow(new Error(`a row of the flags table is no flag: ${JSON.stringify(unmarshall(item)["flag"])}`));
    }
    return rows;
  };
}

/**
 * An OpenFeature provider over the `flags` table. It looks again and again, so that no evaluation waits for the table;
 * what was read last holds while the table is away, and the defaults hold before it was read at all.
 */
export class TableFlagProvider implements Provider {
  readonly metadata = { name: "meridian flags table" } as const;
  readonly runsOn = "server";
  readonly events = new OpenFeatureEventEmitter();
  private rows: FlagRows | undefined;
  private readAt = -Infinity;
  private toldStale = false;
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: TableFlagsOptions) {}

  /** The first look; a table that is away does not keep the process from serving. */
  async initialize(): Promise<void> {
    await this.look();
  }

  onClose(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    return Promise.resolve();
  }

  resolveBooleanEvaluation(flagKey: string, defaultValue: boolean): Promise<ResolutionDetails<boolean>> {
    const name = FLAG_NAMES.find((one) => one === flagKey);
    if (name === undefined) return unresolved(defaultValue, ErrorCode.FLAG_NOT_FOUND, `no such flag: ${flagKey}`);
    const value = this.rows?.get(name);
    if (value === undefined) {
      return Promise.resolve({ value: defaultValue, reason: StandardResolutionReasons.DEFAULT });
    }
    const { CACHED, STALE } = StandardResolutionReasons;
    return Promise.resolve({ value, reason: this.isStale() ? STALE : CACHED });
  }

  resolveStringEvaluation(flagKey: string, defaultValue: string): Promise<ResolutionDetails<string>> {
    return notBoolean(flagKey, defaultValue);
  }

  resolveNumberEvaluation(flagKey: string, defaultValue: number): Promise<ResolutionDetails<number>> {
    return notBoolean(flagKey, defaultValue);
  }

  resolveObjectEvaluation<T extends JsonValue>(flagKey: string, defaultValue: T): Promise<ResolutionDetails<T>> {
    return notBoolean(flagKey, defaultValue);
  }

  private isStale(): boolean {
    return this.now() - this.readAt > (this.options.staleMs ?? 60_000);
  }

  private now(): number {
    return (this.options.now ?? Date.now)();
  }

  private async look(): Promise<void> {
    const { read, everyMs = 5_000, timeoutMs = 2_000, random = Math.random, onFailure } = this.options;
    try {
      this.take(await read(AbortSignal.timeout(timeoutMs)));
    } catch (error) {
      onFailure?.(error);
      if (this.rows !== undefined && this.isStale() && !this.toldStale) {
        this.toldStale = true;
        this.events.emit(ProviderEvents.Stale, { message: "the flags table is away" });
      }
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.look(), everyMs * (1 - random() / 5)).unref();
  }

  private take(rows: FlagRows): void {
    const before = this.rows;
    this.rows = rows;
    this.readAt = this.now();
    if (this.toldStale) this.events.emit(ProviderEvents.Ready);
    this.toldStale = false;
    const flagsChanged = FLAG_NAMES.filter((name) => before?.get(name) !== rows.get(name));
    if (flagsChanged.length > 0) this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged });
  }
}

function notBoolean<T>(flagKey: string, value: T): Promise<ResolutionDetails<T>> {
  return unresolved(value, ErrorCode.TYPE_MISMATCH, `${flagKey}: all flags are true or false`);
}

function unresolved<T>(value: T, errorCode: ErrorCode, errorMessage: string): Promise<ResolutionDetails<T>> {
  return Promise.resolve({ value, reason: StandardResolutionReasons.ERROR, errorCode, errorMessage });
}

import { POPULAR_KEY, popularKeyOf, type ScoredItem } from "../../tables/workload/records";
import type { PublishedModel, RecommendationTable } from "./table-reader";

/** Popular items as last seen, and the model version that they came with. */
export interface PopularList {
  readonly items: readonly ScoredItem[];
  readonly version: string | null;
}

export interface PublishedMemoryOptions {
  readonly region: string;
  readonly table: RecommendationTable;
  /** How long the published version is believed, milliseconds. */
  readonly versionTtlMs: number;
  /** How long a newer version is waited for where one is known, milliseconds. */
  readonly waitMs: number;
  readonly now: () => number;
  readonly onFailure: (error: unknown) => void;
}

/** For how long an old version is believed after the table was late, milliseconds. */
const RETRY_MS = 1000;

/** The published version and the popular list as last seen: what answers when nothing else does. */
export class PublishedMemory {
  private version: { readonly value: PublishedModel; readonly until: number } | undefined;
  private reading: Promise<PublishedModel | undefined> | undefined;
  private list: PopularList = { items: [], version: null };

  constructor(private readonly options: PublishedMemoryOptions) {}

  get popular(): PopularList {
    return this.list;
  }

  /**
   * The published version: a known one at once while it is believed, and after a short wait where the table is slow or
   * away, since a version that was right a while ago beats none: its rows stay for days.
   * @throws the table's error when no version was ever read.
   */
  async published(signal: AbortSignal): Promise<PublishedModel | undefined> {
    const known = this.version;
    if (known !== undefined && this.options.now() < known.until) return known.value;
    this.reading ??= this.read(signal).finally(() => {
      this.reading = undefined;
    });
    if (known === undefined) return this.reading;
    let timer: NodeJS.Timeout | undefined;
    const wait = new Promise<PublishedModel>((resolve) => {
      timer = setTimeout(() => {
        // Nobody else waits for as long as it may take.
        this.version = { value: known.value, until: this.options.now() + RETRY_MS };
        resolve(known.value);
      }, this.options.waitMs);
    });
    const read = this.reading.catch((error: unknown) => {
      this.options.onFailure(error);
      return known.value;
    });
    return Promise.race([read, wait]).finally(() => {
      clearTimeout(timer);
    });
  }

  private async read(signal: AbortSignal): Promise<PublishedModel | undefined> {
    const { table, now, versionTtlMs } = this.options;
    const value = await table.published(signal);
    if (value === undefined) {
      this.version = undefined;
      return undefined;
    }
    this.version = { value, until: now() + versionTtlMs };
    // While the table answers: the list must be at hand when it does not.
    if (this.list.version !== value.current) await this.readPopular(value.current, signal);
    return value;
  }

  private async readPopular(version: string, signal: AbortSignal): Promise<void> {
    const { table, region } = this.options;
    const items =
      (await table.list(popularKeyOf(region), version, signal)) ?? (await table.list(POPULAR_KEY, version, signal));
    if (items !== undefined) this.list = { items, version };
  }
}

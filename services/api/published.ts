import { coldLists, NO_COLD_LISTS, type ColdLists } from "./cold-lists";
import type { PublishedModel, RecommendationTable } from "../kit/dynamodb/table-reader";

export interface PublishedMemoryOptions {
  readonly table: RecommendationTable;
  /** Line of models whose version it is. */
  readonly model: string;
  /** Region whose popular lists are kept beside the version. @default none are */
  readonly listsOf?: string;
  /** How long the published version is believed, milliseconds; that there is none, too, where no lists are kept. */
  readonly versionTtlMs: number;
  /** How long a newer version is waited for where one is known, milliseconds. */
  readonly waitMs: number;
  readonly now: () => number;
  readonly onFailure: (error: unknown) => void;
}

/** For how long an old version is believed after the table was late, milliseconds. */
const RETRY_MS = 1000;

/** The published version of one line of models as last seen, and the lists that answer when nothing else does. */
export class PublishedMemory {
  private version: { readonly value: PublishedModel | undefined; readonly until: number } | undefined;
  private reading: Promise<PublishedModel | undefined> | undefined;
  private lists: ColdLists = NO_COLD_LISTS;
  private isUnpublished = false;

  constructor(private readonly options: PublishedMemoryOptions) {}

  get cold(): ColdLists {
    return this.lists;
  }

  /** Whether the last read was answered, and found no published version. */
  get unpublished(): boolean {
    return this.isUnpublished;
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
    const wait = new Promise<PublishedModel | undefined>((resolve) => {
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
    const { table, model, listsOf, now, versionTtlMs } = this.options;
    const value = await table.published(signal, model).catch((error: unknown) => {
      this.isUnpublished = false;
      throw error;
    });
    this.isUnpublished = value === undefined;
    if (value === undefined && listsOf !== undefined) {
      // The platform's first model: it is looked for until it is there.
      this.version = undefined;
      return undefined;
    }
    this.version = { value, until: now() + versionTtlMs };
    // While the table answers: the lists must be at hand when it does not.
    if (value !== undefined && listsOf !== undefined && this.lists.version !== value.current) {
      this.lists = (await coldLists(table, listsOf, value.current, signal)) ?? this.lists;
    }
    return value;
  }
}

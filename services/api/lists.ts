import { CURRENT_VERSION, MODEL_NAME, modelNameOf, POPULAR_KEY, type ScoredItem } from "../../contracts/tables/records";
import { MAX_LIMIT, type Fallback, type Part, type RecommendationSource, type RecommendDeps } from "./answers";
import { Breaker, BreakerOpenError } from "./resilience/breaker";
import { within } from "./resilience/deadline";
import type { InstanceInput, Prediction } from "../kit/model/inference-body";
import { ListCache } from "./list-cache";
import { PublishedMemory } from "./published";
import type { PublishedModel } from "../kit/dynamodb/table-reader";
import { NO_EXPERIMENT, type Split, type Variant } from "../../contracts/models/assignment";

/** A list and where it came from. */
export interface Found {
  readonly items: readonly ScoredItem[];
  readonly source: RecommendationSource;
  readonly fallback: Fallback;
  readonly version: string | null;
}

/** Counts since the start, and the state of the parts. */
export interface ListsState {
  /** Callers who shared the look-up of another. */
  readonly coalesced: number;
  /** Callers who got popular items, since too many look-ups were under way. */
  readonly overflowed: number;
  readonly underWay: number;
  /** 1 for a part that is not asked, since its last calls failed; else 0. */
  readonly open: Readonly<Record<Part, number>>;
}

/**
 * Lists from the nearest part that has one, within the deadline: cache (fresh, or stale while it is read again), then
 * the table (the published version, else the one before) and the endpoint, then, for users of another variant, the
 * control's list, and then popular items. A part that fails or is late is skipped; one that failed several times in a row is not called for a while. Callers who want the same list
 * at the same time share one look-up.
 */
export class Lists {
  private readonly underWay = new Map<string, Promise<Found>>();
  private readonly breakers: Readonly<Record<Part, Breaker>>;
  /** Of the control's line of models. */
  private readonly memory: PublishedMemory;
  /** Of the other variants' lines. */
  private readonly lines = new Map<string, PublishedMemory>();
  private readonly cached: ListCache;
  private readonly deadlineMs: number;
  private coalesced = 0;
  private overflowed = 0;
  /** Whether the table of lists answered when a probe last asked it. */
  private haveListsAnswered = false;

  constructor(private readonly deps: RecommendDeps) {
    const { now = Date.now, random = Math.random } = deps;
    this.deadlineMs = deps.deadlineMs ?? 150;
    const breaker = (): Breaker => new Breaker({ openMs: deps.breakerMs ?? 1000, now, random });
    this.breakers = { cache: breaker(), table: breaker(), endpoint: breaker() };
    this.memory = this.memoryOf(MODEL_NAME, deps.region);
    this.cached = new ListCache(deps.cache, {
      freshMs: deps.ttlMs ?? 300_000,
      staleMs: deps.staleMs ?? 600_000,
      now,
      random,
    });
  }

  /** The current split; the first of its variants is the control. */
  split(): Split {
    const { split, variants } = this.deps;
    return split?.() ?? { experiment: NO_EXPERIMENT, variants };
  }

  /** A user's list by the user's variant. @param control name of the control */
  ofUser(userKey: string, variant: Variant, control: string): Promise<Found> {
    return variant.name === control ? this.ofControl(userKey, control) : this.ofVariant(userKey, variant, control);
  }

  private ofControl(userKey: string, control: string): Promise<Found> {
    const asked = { instance: { user_key: userKey, limit: MAX_LIMIT }, variant: control };
    return this.shared(`user//${userKey}`, async (signal) => {
      const published = await this.published(signal);
      return this.throughCache(userKeyIn(published?.current, userKey), published, signal, async (inTime) => {
        return (
          (await this.fromTable(userKey, published, inTime)) ?? (await this.fromEndpoint(asked, "endpoint", inTime))
        );
      });
    });
  }

  /**
   * By the variant's own line of models where one is published, else live. Where neither has a list it is the control's,
   * marked as such: the user still counts for the own variant.
   */
  private ofVariant(userKey: string, { name, model }: Variant, control: string): Promise<Found> {
    const asked = { instance: { user_key: userKey, limit: MAX_LIMIT }, variant: name };
    return this.shared(`user/${name}/${userKey}`, async (signal) => {
      const line = model ?? modelNameOf(name, control);
      const [own, published] = await Promise.all([this.published(signal, line), this.published(signal)]);
      const [version, key] =
        own === undefined
          ? [published, userKeyIn(published?.current, `${name}/${userKey}`)]
          : [own, userKeyIn(own.current, userKey)];
      const found = await this.throughCache(key, version, signal, async (inTime) => {
        if (own === undefined) return this.fromEndpoint(asked, "none", inTime);
        return (await this.fromTable(userKey, own, inTime)) ?? (await this.fromEndpoint(asked, "endpoint", inTime));
      });
      if (found !== undefined) return found;
      const instead = await this.ofControl(userKey, control);
      return instead.fallback === "none" ? { ...instead, fallback: "control" } : instead;
    });
  }

  similarTo(itemId: string): Promise<Found> {
    return this.shared(`item/${itemId}`, async (signal) => {
      const published = await this.published(signal);
      const key = published === undefined ? undefined : `item/${published.current}/${itemId}`;
      const instance = { item_id: itemId, limit: MAX_LIMIT };
      return this.throughCache(key, published, signal, (inTime) => this.fromEndpoint({ instance }, "none", inTime));
    });
  }

  async ranked(userKey: string, variant: string, itemIds: readonly string[]): Promise<Found> {
    const given = (): Found => ({
      items: itemIds.map((item_id) => ({ item_id, score: 0 })),
      source: "request",
      fallback: "order",
      version: null,
    });
    return this.inTime(async (signal) => {
      const instance = { user_key: userKey, items: [...itemIds], limit: MAX_LIMIT };
      const found = await this.fromEndpoint({ instance, variant }, "none", signal);
      if (found === undefined) return undefined;
      const known = new Set(found.items.map(({ item_id }) => item_id));
      return { ...found, items: [...found.items, ...given().items.filter(({ item_id }) => !known.has(item_id))] };
    }, given);
  }

  popular(): Promise<Found> {
    return this.shared("popular", async (signal) => {
      const published = await this.published(signal);
      const { popular: items, version } = this.memory.cold;
      return published === undefined ? undefined : { items, source: "popular", fallback: "none", version };
    });
  }

  /**
   * Whether requests can be answered: both tables answer, whether a model is published or not. A process that has read
   * a model and the table of lists stays ready while they are away.
   */
  ready(): Promise<boolean> {
    return this.inTime(
      async (signal) => {
        const published = await this.published(signal);
        if (published === undefined && !this.memory.unpublished) return false;
        if (published === undefined || !this.haveListsAnswered) this.haveListsAnswered = await this.readsLists(signal);
        return this.haveListsAnswered;
      },
      () => false,
    );
  }

  state(): ListsState {
    const { cache, table, endpoint } = this.breakers;
    return {
      coalesced: this.coalesced,
      overflowed: this.overflowed,
      underWay: this.underWay.size,
      open: { cache: Number(cache.isOpen()), table: Number(table.isOpen()), endpoint: Number(endpoint.isOpen()) },
    };
  }

  /** Whether the table of lists answers; the row need not exist. */
  private async readsLists(signal: AbortSignal): Promise<boolean> {
    const read = async (inTime: AbortSignal): Promise<true> => {
      await this.deps.table.list(POPULAR_KEY, CURRENT_VERSION, inTime);
      return true;
    };
    return (await this.attempt("table", this.tableMs(), read, signal)) ?? false;
  }

  private popularNow(): Found {
    const { mixed, level, version } = this.memory.cold;
    const fallback = mixed.length === 0 && this.memory.unpublished ? "no_model" : level;
    return { items: mixed, source: "popular", fallback, version };
  }

  private memoryOf(model: string, listsOf?: string): PublishedMemory {
    const { versionTtlMs = 5000, now = Date.now, table } = this.deps;
    return new PublishedMemory({
      table: {
        published: (signal, name) =>
          this.breakers.table.run(() => within(this.tableMs(), (inTime) => table.published(inTime, name), signal)),
        list: (...key) => table.list(...key),
      },
      model,
      ...(listsOf === undefined ? {} : { listsOf }),
      versionTtlMs,
      waitMs: this.deadlineMs / 5,
      now,
      onFailure: (error) => {
        this.failed("table", error);
      },
    });
  }

  /** One look-up for all who ask at the same time; popular items at once when too many are under way. */
  private shared(key: string, find: (signal: AbortSignal) => Promise<Found | undefined>): Promise<Found> {
    let found = this.underWay.get(key);
    if (found !== undefined) this.coalesced += 1;
    else {
      if (this.underWay.size >= (this.deps.maxLookups ?? 512)) {
        this.overflowed += 1;
        return Promise.resolve(this.popularNow());
      }
      found = this.inTime(find, () => this.popularNow()).finally(() => this.underWay.delete(key));
      this.underWay.set(key, found);
    }
    return found;
  }

  private async inTime<T>(find: (signal: AbortSignal) => Promise<T | undefined>, otherwise: () => T): Promise<T> {
    try {
      return (await within(this.deadlineMs, find)) ?? otherwise();
    } catch {
      // The late part was reported where it was called.
      return otherwise();
    }
  }

  private async throughCache(
    key: string | undefined,
    published: PublishedModel | undefined,
    signal: AbortSignal,
    find: (signal: AbortSignal) => Promise<Found | undefined>,
  ): Promise<Found | undefined> {
    if (key === undefined || published === undefined) return find(signal);
    const version = published.current;
    const known = await this.attempt(
      "cache",
      this.deps.cacheMs ?? this.deadlineMs / 5,
      () => this.cached.get(key),
      signal,
    );
    if (known?.stale === true) this.refresh(key, version, find);
    if (known !== undefined) {
      return { items: known.items, source: "cache", fallback: known.stale ? "stale" : "none", version };
    }
    const found = await find(signal);
    if (found?.fallback === "none") this.remember(key, found.items);
    return found;
  }

  /** Reads a stale list again behind the answer, once for all who meet it. */
  private refresh(key: string, version: string, find: (signal: AbortSignal) => Promise<Found | undefined>): void {
    void this.shared(`refresh/${key}`, async (signal) => {
      const found = await find(signal);
      if (found?.fallback === "none" && found.items.length > 0) this.remember(key, found.items);
      return found ?? { ...this.popularNow(), version };
    });
  }

  /** Writes behind: the answer does not wait for it. */
  private remember(key: string, items: readonly ScoredItem[]): void {
    void this.attempt("cache", this.deadlineMs, () => this.cached.set(key, items));
  }

  /** @param line of models. @default the control's */
  private async published(signal: AbortSignal, line = MODEL_NAME): Promise<PublishedModel | undefined> {
    let memory = line === MODEL_NAME ? this.memory : this.lines.get(line);
    if (memory === undefined) {
      memory = this.memoryOf(line);
      this.lines.set(line, memory);
    }
    try {
      return await memory.published(signal);
    } catch (error) {
      this.failed("table", error);
      return undefined;
    }
  }

  private async fromTable(
    userKey: string,
    published: PublishedModel | undefined,
    signal: AbortSignal,
  ): Promise<Found | undefined> {
    if (published === undefined) return undefined;
    const { current, previous } = published;
    return this.attempt(
      "table",
      this.tableMs(),
      async (inTime): Promise<Found | undefined> => {
        const items = await this.deps.table.list(userKey, current, inTime);
        if (items !== undefined) return { items, source: "table", fallback: "none", version: current };
        const before = previous === undefined ? undefined : await this.deps.table.list(userKey, previous, inTime);
        if (before === undefined || previous === undefined) return undefined;
        return { items: before, source: "table", fallback: "previous", version: previous };
      },
      signal,
    );
  }

  /** What a model says that knows the user or item; its popular items are not an answer, ours are nearer. */
  private async fromEndpoint(
    { instance, variant }: { readonly instance: InstanceInput; readonly variant?: string },
    fallback: Fallback,
    signal: AbortSignal,
  ): Promise<Found | undefined> {
    const { endpoint, switches } = this.deps;
    if (endpoint === undefined || switches?.endpoint() === false) return undefined;
    const answer = await this.attempt(
      "endpoint",
      this.endpointMs(),
      (inTime) => endpoint.invoke([instance], { ...(variant === undefined ? {} : { variant }), signal: inTime }),
      signal,
    );
    const prediction: Prediction | undefined = answer?.predictions[0];
    if (answer === undefined || prediction?.known !== true) return undefined;
    return { items: prediction.items, source: "endpoint", fallback, version: answer.model_version };
  }

  private endpointMs(): number {
    return this.deps.endpointMs ?? (this.deadlineMs * 3) / 5;
  }

  private tableMs(): number {
    return this.deps.tableMs ?? (this.deadlineMs * 3) / 5;
  }

  /** A part's answer, or `undefined` where it fails, is late, or is not asked because it failed before. */
  private async attempt<T>(
    part: Part,
    ms: number,
    work: (signal: AbortSignal) => Promise<T>,
    parent?: AbortSignal,
  ): Promise<T | undefined> {
    try {
      return await this.breakers[part].run(() => within(ms, work, parent));
    } catch (error) {
      this.failed(part, error);
      return undefined;
    }
  }

  private failed(part: Part, error: unknown): void {
    if (!(error instanceof BreakerOpenError)) this.deps.onFailure?.(part, error);
  }
}

function userKeyIn(version: string | undefined, user: string): string | undefined {
  return version === undefined ? undefined : `user/${version}/${user}`;
}

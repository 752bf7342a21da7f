import {
  DEFAULT_LIMIT,
  MAX_LIMIT,
  type ItemList,
  type ListOptions,
  type Recommendation,
  type RecommendDeps,
} from "./answers";
import { Lists, type Found, type ListsState } from "./lists";
import { fused, SESSION_ITEMS } from "./session-list";
import { variantOf } from "../../contracts/models/assignment";

export {
  DEFAULT_LIMIT,
  FALLBACKS,
  MAX_LIMIT,
  SOURCES,
  type Fallback,
  type ItemList,
  type ListOptions,
  type Part,
  type Recommendation,
  type RecommendationSource,
  type RecommendDeps,
} from "./answers";

/** A recommender: holds the memory between calls (version, popular list, calls under way). */
export interface Recommender {
  readonly recommend: (userId: string, options?: ListOptions) => Promise<Recommendation>;
  /** Given items in the order of a user's taste; those that no model knows come last, as given. */
  readonly rerank: (userId: string, itemIds: readonly string[], options?: ListOptions) => Promise<Recommendation>;
  /** A user's list for the current session: without the items that were seen, and with what is similar to the last ones. */
  readonly session: (userId: string, seen: readonly string[], options?: ListOptions) => Promise<Recommendation>;
  readonly similar: (itemId: string, options?: ListOptions) => Promise<ItemList & { readonly itemId: string }>;
  readonly popular: (options?: ListOptions) => Promise<ItemList>;
  /** Whether lists can be answered, with or without a published model: what `/health` and `/ready` answer. */
  readonly ready: () => Promise<boolean>;
  /** Current counts and breakers. */
  readonly state: () => ListsState;
}

/** Bad input of a caller, in the caller's terms. */
export class BadRequestError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BadRequestError";
  }
}

/** One recommendation without memory between calls: for a command line. */
export function recommend(deps: RecommendDeps, userId: string, options: ListOptions = {}): Promise<Recommendation> {
  return createRecommender(deps).recommend(userId, options);
}

/** A recommender on its parts; see {@link Lists} for the order in which they are asked. */
export function createRecommender(deps: RecommendDeps): Recommender {
  const lists = new Lists(deps);
  const similarIsOn = deps.switches?.similar ?? (() => true);
  /** The variant whose list a user gets, and the control by the same split: it may change with any request. */
  const assigned = (userKey: string) => {
    const split = lists.split();
    return { variant: variantOf(userKey, split), control: split.variants[0]?.name ?? "" };
  };
  const answer = ({ items, source, fallback, version }: Found, limit: number): ItemList => ({
    items: items.slice(0, limit),
    source,
    fallback: items.length === 0 && fallback !== "no_model" ? "empty" : fallback,
    region: deps.region,
    modelVersion: version,
  });
  return {
    recommend: async (userId, { limit = DEFAULT_LIMIT } = {}) => {
      checkId("user id", userId);
      checkLimit(limit);
      const userKey = deps.userKeyOf(userId);
      const { variant, control } = assigned(userKey);
      return { userId, ...answer(await lists.ofUser(userKey, variant, control), limit), variant: variant.name };
    },
    rerank: async (userId, itemIds, { limit = itemIds.length } = {}) => {
      checkId("user id", userId);
      if (itemIds.length < 1 || itemIds.length > MAX_LIMIT) {
        throw new BadRequestError(`items: want 1 to ${MAX_LIMIT} item ids, got ${itemIds.length}`);
      }
      for (const itemId of itemIds) checkId("item id", itemId);
      checkLimit(limit);
      const userKey = deps.userKeyOf(userId);
      const { name: variant } = assigned(userKey).variant;
      return { userId, ...answer(await lists.ranked(userKey, variant, [...new Set(itemIds)]), limit), variant };
    },
    session: async (userId, seen, { limit = DEFAULT_LIMIT } = {}) => {
      checkId("user id", userId);
      for (const itemId of seen) checkId("item id", itemId);
      checkLimit(limit);
      const userKey = deps.userKeyOf(userId);
      const { variant, control } = assigned(userKey);
      const latest = similarIsOn() ? seen.slice(-SESSION_ITEMS) : [];
      const [own, ...near] = await Promise.all([
        lists.ofUser(userKey, variant, control),
        ...latest.map((itemId) => lists.similarTo(itemId)),
      ]);
      // Popular items that replaced similar ones say nothing about the session.
      const similar = near.filter(({ source }) => source !== "popular").map(({ items }) => items);
      const items = fused([own.items, ...similar], new Set(seen));
      // A model that is published nowhere may still know what is similar.
      const fallback = own.fallback === "no_model" && items.length > 0 ? "popular" : own.fallback;
      return { userId, ...answer({ ...own, items, fallback }, limit), variant: variant.name };
    },
    similar: async (itemId, { limit = DEFAULT_LIMIT } = {}) => {
      checkId("item id", itemId);
      checkLimit(limit);
      const found = similarIsOn() ? await lists.similarTo(itemId) : insteadOfSimilar(await lists.popular());
      return { itemId, ...answer(found, limit) };
    },
    popular: async ({ limit = DEFAULT_LIMIT } = {}) => {
      checkLimit(limit);
      return answer(await lists.popular(), limit);
    },
    ready: () => lists.ready(),
    state: () => lists.state(),
  };
}

function insteadOfSimilar(popular: Found): Found {
  return popular.fallback === "no_model" ? popular : { ...popular, fallback: "popular" };
}

function checkId(what: string, id: string): void {
  if (id === "" || id.length > 256) throw new BadRequestError(`${what}: want 1 to 256 characters`);
}

function checkLimit(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new BadRequestError(`limit: want a whole number from 1 to ${MAX_LIMIT}, got ${limit}`);
  }
}

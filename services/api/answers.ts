import type { ScoredItem } from "../../contracts/tables/records";
import type { CacheClient } from "./cache";
import type { ModelEndpointClient } from "./endpoint-client";
import type { RecommendationTable } from "../kit/dynamodb/table-reader";
import type { Split, Variant } from "../../contracts/models/assignment";

/** Longest list that can be asked for. */
export const MAX_LIMIT = 100;
export const DEFAULT_LIMIT = 10;

/** Where an answer came from; `request` is the caller's own order. */
export const SOURCES = ["cache", "table", "endpoint", "popular", "request"] as const;
export type RecommendationSource = (typeof SOURCES)[number];

/**
 * What an answer is instead of what was wanted, from near to far: `stale` a list that is due to be read again,
 * `previous` the list of the version before, `endpoint` asked live because the table had none or was away, `control` the
 * control's list for a user of another variant, `fresh` what is popular with new items that do well between, `regional`
 * what is popular in the region, `popular` items for everybody, `order` the caller's own, `no_model` nothing, since no
 * model is published yet, `empty` nothing, since nothing could be read or the list is empty.
 */
export const FALLBACKS = [
  "none",
  "stale",
  "previous",
  "endpoint",
  "control",
  "fresh",
  "regional",
  "popular",
  "order",
  "no_model",
  "empty",
] as const;
export type Fallback = (typeof FALLBACKS)[number];

/** A list that the API answers with. */
export interface ItemList {
  readonly items: readonly ScoredItem[];
  readonly source: RecommendationSource;
  readonly fallback: Fallback;
  readonly region: string;
  /** `null` when no model is published, or none could be asked for in time. */
  readonly modelVersion: string | null;
}

/** A user's list. */
export interface Recommendation extends ItemList {
  readonly userId: string;
  readonly variant: string;
}

/** What can fail behind an answer. */
export type Part = "cache" | "table" | "endpoint";

/** What the recommendation API needs. */
export interface RecommendDeps {
  readonly region: string;
  readonly cache: CacheClient;
  readonly table: RecommendationTable;
  /** Models that are asked live. @default none: the table and popular items only */
  readonly endpoint?: ModelEndpointClient;
  /**
   * The first is the control. A variant's users get the lists of its own line of models where one is published; the
   * others' are asked of the endpoint first.
   */
  readonly variants: readonly Variant[];
  /** The current split, read for each answer. @default the variants above, of no experiment */
  readonly split?: () => Split;
  /** Switches that may change while the process runs. @default all on */
  readonly switches?: {
    /** Whether models are asked live. */
    readonly endpoint: () => boolean;
    /** Whether similar items are looked up; popular items replace them otherwise. */
    readonly similar: () => boolean;
  };
  /** The user's pseudonym: the same function as the transform's. */
  readonly userKeyOf: (userId: string) => string;
  /** Longest wait for all parts together, milliseconds. @default 150 */
  readonly deadlineMs?: number;
  /** Longest wait for the cache: beyond it the table is nearer. @default a fifth of the deadline */
  readonly cacheMs?: number;
  /** Longest wait for the table, so that there is time to ask the endpoint. @default three fifths of the deadline */
  readonly tableMs?: number;
  /** Longest wait for the endpoint, so that there is time to ask the table. @default three fifths of the deadline */
  readonly endpointMs?: number;
  /** How long a list is fresh, milliseconds; each by up to a fifth less, so that not all expire at once. @default 300000 */
  readonly ttlMs?: number;
  /** How long after that it is still shown while it is read again, milliseconds. @default 600000 */
  readonly staleMs?: number;
  /** How long the published version is believed, milliseconds. @default 5000 */
  readonly versionTtlMs?: number;
  /** Lists looked up at once; callers beyond get popular items at once. @default 512 */
  readonly maxLookups?: number;
  /** For how long a part whose calls failed in a row is not asked, milliseconds. @default 1000 */
  readonly breakerMs?: number;
  readonly now?: () => number;
  readonly random?: () => number;
  /** Called for each failed call behind an answer; the answer itself does not fail. */
  readonly onFailure?: (where: Part, error: unknown) => void;
}

/** Options of every question. */
export interface ListOptions {
  readonly limit?: number;
}

import type { CacheClient } from "../../../services/api/cache";
import { memoryCache } from "../../../services/api/cache";
import { EndpointError, type ModelEndpointClient } from "../../../services/api/endpoint-client";
import type { PredictionDocument } from "../../../services/kit/model/inference-body";
import type { RecommendDeps } from "../../../services/api/recommend";
import type { PublishedModel, RecommendationTable } from "../../../services/kit/dynamodb/table-reader";
import { MODEL_NAME, POPULAR_KEY, type ScoredItem } from "../../../contracts/tables/records";

/** What goes wrong in a part: it throws, or is late and does not heed its signal. */
export interface Fault {
  readonly error?: Error;
  readonly delayMs?: number;
}

export const THROTTLED = Object.assign(new Error("slow down"), { name: "ProvisionedThroughputExceededException" });
export const LIST: readonly ScoredItem[] = [
  { item_id: "lamp", score: 2 },
  { item_id: "desk", score: 1 },
];
export const POPULAR: readonly ScoredItem[] = [{ item_id: "rug", score: 9 }];
export const LIVE: readonly ScoredItem[] = [{ item_id: "sofa", score: 5 }];

/** Cache, table and endpoint of the API in memory, each with a fault that can be set, and a count of its calls. */
export class Parts {
  readonly faults: Record<"cache" | "table" | "endpoint", Fault> = { cache: {}, table: {}, endpoint: {} };
  readonly calls = { cache: 0, table: 0, endpoint: 0 };
  model: PublishedModel | undefined = { current: "v2", previous: "v1" };
  /** Of the variants' own lines of models. */
  readonly lines = new Map<string, PublishedModel>();
  readonly rows = new Map<string, readonly ScoredItem[]>([
    ["ada/v2", LIST],
    ["bo/v1", LIST],
    [`${POPULAR_KEY}/v2`, POPULAR],
  ]);
  /** Users and items that the live model knows. */
  readonly known = new Set(["ada", "cy", "lamp"]);
  private readonly memory = memoryCache(1_000);

  readonly cache: CacheClient = {
    get: async (key) => {
      await this.asked("cache");
      return this.memory.get(key);
    },
    set: async (key, value, ttlMs) => {
      await this.asked("cache");
      await this.memory.set(key, value, ttlMs);
    },
  };

  readonly table: RecommendationTable = {
    published: async (_, model = MODEL_NAME) => {
      await this.asked("table");
      return model === MODEL_NAME ? this.model : this.lines.get(model);
    },
    list: async (userKey, version) => {
      await this.asked("table");
      return this.rows.get(`${userKey}/${version}`);
    },
  };

  readonly endpoint: ModelEndpointClient = {
    invoke: async (instances, { variant } = {}): Promise<PredictionDocument> => {
      await this.asked("endpoint");
      return {
        model_version: "live",
        variant: variant ?? "champion",
        predictions: instances.map((instance) => {
          if ("item_id" in instance) {
            const known = this.known.has(instance.item_id);
            return { item_id: instance.item_id, known, items: known ? LIVE : [] };
          }
          const known = this.known.has(instance.user_key);
          const given = instance.items?.toSorted().map((item_id, place) => ({ item_id, score: 1 / (place + 1) }));
          return { user_key: instance.user_key, known, items: given ?? (known ? LIVE : POPULAR) };
        }),
      };
    },
  };

  deps(changes: Partial<RecommendDeps> = {}): RecommendDeps {
    return {
      region: "us-east-1",
      cache: this.cache,
      table: this.table,
      endpoint: this.endpoint,
      variants: [{ name: "champion", weight: 1 }],
      userKeyOf: (id) => id,
      ...changes,
    };
  }

  private async asked(part: keyof Parts["faults"]): Promise<void> {
    this.calls[part] += 1;
    const { error, delayMs } = this.faults[part];
    if (delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (error !== undefined) throw error;
  }
}

export const ENDPOINT_DOWN = new EndpointError(503, "the endpoint answered 503");

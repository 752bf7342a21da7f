import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { createApi } from "../../services/api/api";
import { connectCache } from "../../services/api/cache-connection";
import type { ModelEndpointClient } from "../../services/api/endpoint-client";
import { listen } from "../../services/kit/http/server";
import { createRecommender } from "../../services/api/recommend";
import type { RecommendationTable } from "../../services/kit/dynamodb/table-reader";
import { MODEL_NAME } from "../../contracts/tables/records";
import { LIST, TABLE_MS } from "./answer";

/** What the parts behind the API take, milliseconds; changed by lines such as `endpoint 1000` on standard input. */
const times: Record<string, number> = { table: TABLE_MS, endpoint: 10 };

/** Every twentieth user is new: the table does not know such users. */
const isNew = (userKey: string): boolean => Number(userKey.slice(1)) % 20 === 0;

/** A table that answers after a stated time. It has one line of models, so that the challenger is asked live. */
const table: RecommendationTable = {
  published: async (_, model = MODEL_NAME) => {
    await sleep(times["table"]);
    return model === MODEL_NAME ? { current: "v2", previous: "v1" } : undefined;
  },
  list: async (userKey) => {
    await sleep(times["table"]);
    if (userKey.startsWith("#")) return LIST.slice(0, 50);
    return isNew(userKey) ? undefined : LIST;
  },
};

/** An endpoint that answers after a stated time. */
const endpoint: ModelEndpointClient = {
  invoke: async (instances, { variant = "champion", signal } = {}) => {
    await sleep(times["endpoint"], undefined, signal === undefined ? {} : { signal });
    return {
      predictions: instances.map((instance) => ({ ...instance, known: true, items: [...LIST] })),
      model_version: "v2",
      variant,
    };
  },
};

/** One region's API of `bench/load.ts`. Arguments: region, and port of its cache. */
async function main(region: string, cachePort: number): Promise<void> {
  const recommender = createRecommender({
    region,
    cache: await connectCache({ host: "127.0.0.1", port: cachePort, cluster: false, tls: false }),
    table,
    endpoint,
    variants: [
      { name: "champion", weight: 90 },
      { name: "challenger", weight: 10 },
    ],
    userKeyOf: (id) => id,
  });
  console.log(await listen(await createApi(recommender), 0, "127.0.0.1"));
  for await (const line of createInterface({ input: process.stdin })) {
    const [part = "", ms] = line.split(" ");
    times[part] = Number(ms);
  }
}

const [region = "us-east-1", port] = process.argv.slice(2);
void main(region, Number(port));

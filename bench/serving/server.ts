import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createApi } from "../../services/api/api";
import { memoryCache } from "../../services/api/cache";
import { ExposureLog } from "../../services/api/exposures";
import { listen } from "../../services/kit/http/server";
import { createRecommender } from "../../services/api/recommend";
import { POPULAR_KEY } from "../../contracts/tables/records";
import { ANSWER, LIST, TABLE_MS } from "./answer";

/** A server of `bench/serving.ts`, by its first argument: the API, or bare node:http. */
async function main(kind: string | undefined): Promise<void> {
  console.log(kind === "bare" ? await serveBare() : await serveApi());
}

async function serveApi(): Promise<number> {
  const later = <T>(value: T): Promise<T> => new Promise((resolve) => setTimeout(resolve, TABLE_MS, value));
  const recommender = createRecommender({
    region: "us-east-1",
    cache: memoryCache(20_000),
    table: {
      published: () => later({ current: "v2", previous: "v1" }),
      list: (userKey) => later(userKey.startsWith(POPULAR_KEY) ? LIST.slice(0, 50) : LIST),
    },
    variants: [
      { name: "champion", weight: 90 },
      { name: "challenger", weight: 10 },
    ],
    userKeyOf: (id) => id,
  });
  const exposures = new ExposureLog({
    region: "us-east-1",
    sink: {
      put: (records) => Promise.resolve(records.map(() => undefined)),
      buffered: () => 0,
      drained: () => Promise.resolve(),
    },
    // None is dropped: what is measured is what each costs.
    maxHeld: 1_000_000,
  });
  // As long as a round: what is measured is a hit, not how often one is missed.
  return listen(await createApi(recommender, undefined, { atHandMs: 600_000, exposures }), 0, "127.0.0.1");
}

async function serveBare(): Promise<number> {
  const server = createServer((_, response) => {
    const body = Buffer.from(JSON.stringify(ANSWER));
    response.writeHead(200, { "content-type": "application/json; charset=utf-8", "content-length": body.length });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

void main(process.argv[2]);

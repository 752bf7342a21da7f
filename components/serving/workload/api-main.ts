import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KMSClient } from "@aws-sdk/client-kms";
import { deriveSalt, pseudonymiser } from "../../ingest/workload/transform/pseudonym";
import { createApi } from "./api";
import { memoryCache } from "./cache";
import { log, runMain, runServer, setting } from "./process";
import { createRecommender } from "./recommend";
import { dynamoTable } from "./table-reader";
import type { Variant } from "./variants";

/** Lists kept in the process: about 3 KB each, so 60 MB. */
const CACHED_LISTS = 20_000;

/**
 * The recommendation API as a service. Environment: `AWS_REGION`, `MERIDIAN_RECOMMENDATIONS_TABLE`,
 * `MERIDIAN_MODELS_TABLE`, `MERIDIAN_PSEUDONYM_KEY` (alias of the zone's HMAC key), `MERIDIAN_VARIANTS`
 * (`name=weight,...`; one variant `default` without it), `PORT`, `HOST`. The cache is in the process.
 */
async function main(): Promise<void> {
  const region = setting("AWS_REGION");
  const salt = await deriveSalt(new KMSClient({ region }), setting("MERIDIAN_PSEUDONYM_KEY"));
  const tables = {
    recommendations: setting("MERIDIAN_RECOMMENDATIONS_TABLE"),
    models: setting("MERIDIAN_MODELS_TABLE"),
  };
  const recommender = createRecommender({
    region,
    cache: memoryCache(CACHED_LISTS),
    table: dynamoTable(new DynamoDBClient({ region }), tables),
    variants: variantsOf(process.env["MERIDIAN_VARIANTS"] ?? "default=1"),
    userKeyOf: pseudonymiser(salt),
    onFailure: (where, error) => {
      log("error", `${where} failed`, { error: String(error) });
    },
  });
  const onError = (error: unknown): void => {
    log("error", "request failed", { error: String(error) });
  };
  await runServer(createApi(recommender, onError), "recommendation API");
}

function variantsOf(text: string): Variant[] {
  return text.split(",").map((part) => {
    const [name = "", weight = ""] = part.split("=");
    return { name, weight: Number(weight) };
  });
}

runMain(main);

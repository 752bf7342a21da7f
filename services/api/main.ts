import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KMSClient } from "@aws-sdk/client-kms";
import { deriveSalt, pseudonymiser } from "../kit/pseudonym";
import { createApi } from "./api";
import { readSettings, type ApiSettings } from "./settings";
import { memoryCache, type CacheClient } from "./cache";
import { connectCache } from "./cache-connection";
import { sageMakerEndpoint } from "./endpoint-client";
import { startFeatures } from "./features";
import { readExperiment } from "../kit/experiment/store";
import { watchSplit, type SplitWatch } from "../kit/experiment/watch";
import { log, runMain, runServer } from "../kit/http/process";
import { createRecommender } from "./recommend";
import { dynamoTable } from "../kit/dynamodb/table-reader";

/** Lists kept in the process where there is no cache: about 3 KB each, so 60 MB. */
const CACHED_LISTS = 20_000;

/** The recommendation API as a service, by its environment: see `readSettings`; `PORT` and `HOST` beside it. */
async function main(): Promise<void> {
  // The SDK's own chain finds and renews credentials; what signs by itself asks it.
  const dynamo: DynamoDBClient = new DynamoDBClient({});
  const settings = readSettings(process.env, () => dynamo.config.credentials());
  const { region } = settings;
  const salt = await deriveSalt(new KMSClient({ region }), settings.pseudonymKey);
  const watch = splitWatch(dynamo, settings);
  // Until the split is known, users would be given variants that they do not keep.
  await watch?.ready;
  const features = await startFeatures(settings.features, {
    region,
    dynamo,
    ...(settings.flagsTable === undefined ? {} : { flagsTable: settings.flagsTable }),
    onFailure: failures(),
    onFlag: (flag, value) => {
      log("info", "flag", { flag, value });
    },
  });
  const { traced, switches } = features;
  const recommender = createRecommender({
    region,
    cache: traced(await cacheOf(settings), "cache"),
    table: traced(dynamoTable(dynamo, settings.tables), "table"),
    ...(settings.endpoint === undefined ? {} : { endpoint: traced(sageMakerEndpoint(settings.endpoint), "endpoint") }),
    switches,
    variants: settings.variants,
    ...(watch === undefined ? {} : { split: watch.split }),
    userKeyOf: pseudonymiser(salt),
    onFailure: failures(),
  });
  const onError = (error: unknown): void => {
    log("error", "request failed", { error: String(error) });
  };
  const server = await createApi(recommender, onError, features.around(recommender));
  await runServer(server, "recommendation API", settings.listening, features);
}

/** Looks at the experiment's state for as long as the process lives. */
function splitWatch(dynamo: DynamoDBClient, { flagsTable, variants }: ApiSettings): SplitWatch | undefined {
  if (flagsTable === undefined) return undefined;
  const tell = failures();
  return watchSplit({
    read: () => readExperiment(dynamo, flagsTable),
    variants,
    onFailure: (error) => {
      tell("experiment", error);
    },
  });
}

async function cacheOf({ cache }: ApiSettings): Promise<CacheClient> {
  if (cache === undefined) return memoryCache(CACHED_LISTS);
  const tell = failures();
  return connectCache({
    ...cache,
    onError: (error) => {
      tell("cache connection", error);
    },
  });
}

/** Logs failures of each part at most once a second: what is away fails with every request. */
function failures(): (where: string, error: unknown) => void {
  const last = new Map<string, { at: number; left: number }>();
  return (where, error) => {
    const known = last.get(where) ?? { at: 0, left: 0 };
    if (Date.now() - known.at < 1000) {
      last.set(where, { at: known.at, left: known.left + 1 });
      return;
    }
    log("error", `${where} failed`, { error: String(error), ...(known.left > 0 ? { notLogged: known.left } : {}) });
    last.set(where, { at: Date.now(), left: 0 });
  };
}

runMain(main);

import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import type { Model } from "../kit/model/package";
import { batchWrite, type BatchWriteOptions } from "../kit/dynamodb/batch-writer";
import {
  CURRENT_VERSION,
  MODEL_NAME,
  POPULAR_KEY,
  type CurrentModelRecord,
  type RecommendationRecord,
  type ScoredItem,
} from "../../contracts/tables/records";
import type { ColdStartList } from "./cold-start";

/** Users scored between two looks at the event loop: the writes under way go on meanwhile. */
const USERS_A_TURN = 200;

/** Items in a user's list, by default. */
export const LIST_LENGTH = 50;

/** What one batch scoring works on. */
export interface ScoringConfig {
  readonly tables: { readonly recommendations: string; readonly models: string };
  /** Items in each user's list. @default 50 */
  readonly listLength?: number;
  /** Lists for users whom no model knows, beside the popular one. @default none */
  readonly coldStart?: readonly ColdStartList[];
  /** Days after which a list expires; absent: never (strongly consistent global tables have no TTL). */
  readonly ttlDays?: number;
  /** Time that the lists carry. */
  readonly now: Date;
  readonly write?: Omit<BatchWriteOptions, "onProgress">;
}

/** What one batch scoring did. */
export interface ScoringReport {
  readonly modelVersion: string;
  readonly usersScored: number;
  readonly retried: number;
}

/**
 * Scores every user of a model and writes the lists, and the popular one, under the model's version. Readers do not see
 * them before `publishModel`; a run that died is simply run again, since each list has one key.
 */
export async function writeRecommendations(
  client: Pick<DynamoDBClient, "send">,
  model: Model,
  config: ScoringConfig,
  progress: (usersScored: number, users: number) => void = () => undefined,
): Promise<ScoringReport> {
  const { written, retried } = await batchWrite(client, config.tables.recommendations, lists(model, config), {
    ...config.write,
    onProgress: (count) => {
      progress(Math.min(count, model.users.length), model.users.length);
    },
  });
  return { modelVersion: model.manifest.version, usersScored: written - 1 - (config.coldStart?.length ?? 0), retried };
}

/** Makes the rows of one run: all carry its version and its time, whenever and by whomever they are written. */
export function recordMaker(
  modelVersion: string,
  { now, ttlDays }: Pick<ScoringConfig, "now" | "ttlDays">,
): (userKey: string, items: readonly ScoredItem[]) => RecommendationRecord {
  const common = {
    model_version: modelVersion,
    generated_at: now.toISOString(),
    ...(ttlDays === undefined ? {} : { expires_at: Math.floor(now.getTime() / 1000) + ttlDays * 86_400 }),
  };
  return (user_key, items) => ({ user_key, items, ...common });
}

async function* lists(model: Model, config: ScoringConfig): AsyncGenerator<RecommendationRecord> {
  const length = config.listLength ?? LIST_LENGTH;
  const record = recordMaker(model.manifest.version, config);
  yield record(POPULAR_KEY, model.popular.slice(0, length));
  for (const { key, items } of config.coldStart ?? []) yield record(key, items.slice(0, length));
  for (const [n, user] of model.users.entries()) {
    if (n % USERS_A_TURN === USERS_A_TURN - 1) await new Promise(setImmediate);
    yield record(user, model.score(user, length) ?? []);
  }
}

/** The outcome of publishing a version. `superseded`: a later run has already published its version, which stays. */
export type PublishOutcome = "published" | "unchanged" | "superseded";

/**
 * Makes a version the one that readers use, and keeps the one before it as their second choice. Only forward in time:
 * a run that was late does not take a newer model's place. Publishing the current version again changes nothing.
 * @param name line of models that it is published in; `modelNameOf` a variant. @default the control's
 */
export async function publishModel(
  client: Pick<DynamoDBClient, "send">,
  model: Pick<Model, "manifest">,
  config: Pick<ScoringConfig, "tables" | "now">,
  name: string = MODEL_NAME,
): Promise<PublishOutcome> {
  const { manifest } = model;
  const TableName = config.tables.models;
  const Key = marshall({ name, version: CURRENT_VERSION });
  const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
  const before = Item === undefined ? undefined : (unmarshall(Item) as CurrentModelRecord);
  if (before?.model_version === manifest.version) return "unchanged";
  const published_at = config.now.toISOString();
  const record = marshall({ ...manifest, name, published_at });
  await client.send(new PutItemCommand({ TableName, Item: record }));
  const current: CurrentModelRecord = {
    name,
    version: CURRENT_VERSION,
    model_version: manifest.version,
    model_digest: manifest.digest,
    run_date: published_at.slice(0, 10),
    published_at,
    ...(before === undefined ? {} : { previous_version: before.model_version }),
  };
  try {
    await client.send(
      new PutItemCommand({
        TableName,
        Item: marshall(current),
        ConditionExpression: "attribute_not_exists(run_date) OR run_date <= :date",
        ExpressionAttributeValues: marshall({ ":date": current.run_date }),
      }),
    );
    return "published";
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return "superseded";
    throw error;
  }
}

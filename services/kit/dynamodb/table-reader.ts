import { GetItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import {
  CURRENT_VERSION,
  MODEL_NAME,
  type CurrentModelRecord,
  type RecommendationRecord,
  type ScoredItem,
} from "../../../contracts/tables/records";

/** The published version, and the one before it. */
export interface PublishedModel {
  readonly current: string;
  readonly previous?: string;
}

/** What the recommendation API reads of the zone's tables, in its own region. */
export interface RecommendationTable {
  /**
   * `undefined` before the first model is published.
   * @param model the line of models. @default the control's
   */
  published(signal?: AbortSignal, model?: string): Promise<PublishedModel | undefined>;
  list(userKey: string, version: string, signal?: AbortSignal): Promise<readonly ScoredItem[] | undefined>;
}

/** Reads the zone's global tables through one region's endpoint, eventually consistent. */
export function dynamoTable(
  client: Pick<DynamoDBClient, "send">,
  tables: { readonly recommendations: string; readonly models: string },
): RecommendationTable {
  const get = async (table: string, key: Record<string, string>, signal?: AbortSignal): Promise<unknown> => {
    const Key = Object.fromEntries(Object.entries(key).map(([name, value]) => [name, { S: value }]));
    const command = new GetItemCommand({ TableName: table, Key });
    const { Item } = await client.send(command, signal === undefined ? {} : { abortSignal: signal });
    return Item === undefined ? undefined : unmarshall(Item);
  };
  return {
    published: async (signal, model = MODEL_NAME) => {
      const key = { name: model, version: CURRENT_VERSION };
      const row = (await get(tables.models, key, signal)) as CurrentModelRecord | undefined;
      if (row === undefined) return undefined;
      const { model_version: current, previous_version: previous } = row;
      return { current, ...(previous === undefined ? {} : { previous }) };
    },
    list: async (userKey, version, signal) => {
      const key = { user_key: userKey, model_version: version };
      return ((await get(tables.recommendations, key, signal)) as RecommendationRecord | undefined)?.items;
    },
  };
}

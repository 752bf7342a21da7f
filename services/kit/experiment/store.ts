import {
  BatchGetItemCommand,
  GetItemCommand,
  TransactWriteItemsCommand,
  TransactionCanceledException,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import {
  changeKeyOf,
  EXPERIMENT,
  experimentChangeSchema,
  experimentKeyOf,
  experimentSchema,
  type ExperimentChangeRecord,
  type ExperimentRecord,
} from "../../../contracts/tables/flags";

/** A state and its log entry: written together or not at all. */
export interface Change {
  readonly record: ExperimentRecord;
  readonly entry: ExperimentChangeRecord;
}

/** Where an experiment's state is kept. */
export interface ExperimentStore {
  /** `undefined` before the first experiment. @throws Error for a row that is none. */
  read(): Promise<ExperimentRecord | undefined>;
  /** @throws StaleStateError when the revision before this one is no longer the last. */
  write(change: Change): Promise<void>;
  /** The last entries, oldest first. @param most of them. */
  changes(most?: number): Promise<ExperimentChangeRecord[]>;
}

/** Somebody else changed the experiment since it was read; nothing was written. */
export class StaleStateError extends Error {
  constructor(readonly revision: number) {
    super(`the experiment is no longer at revision ${revision - 1}: read it again, and decide on what it is now`);
    this.name = "StaleStateError";
  }
}

/** Most keys in one BatchGetItem. docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const BATCH_KEYS = 100;

/**
 * The state in the `flags` table, through one region's endpoint. Reads are strongly consistent and writes conditional,
 * which in a global table holds within a region: write through the home region's endpoint alone.
 */
export function dynamoStore(client: Pick<DynamoDBClient, "send">, table: string, name = EXPERIMENT): ExperimentStore {
  const Key = marshall({ flag: experimentKeyOf(name) });
  const read = async (): Promise<ExperimentRecord | undefined> => {
    const { Item } = await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }));
    return Item === undefined ? undefined : experimentSchema.parse(unmarshall(Item));
  };
  return {
    read,
    write: async ({ record, entry }) => {
      const put = (item: object, condition: object) => ({
        Put: { TableName: table, Item: marshall(item, { removeUndefinedValues: true }), ...condition },
      });
      const first = { ConditionExpression: "attribute_not_exists(flag)" };
      const after = {
        ConditionExpression: "revision = :before",
        ExpressionAttributeValues: marshall({ ":before": record.revision - 1 }),
      };
      try {
        await client.send(
          new TransactWriteItemsCommand({
            TransactItems: [
              put({ ...record, flag: experimentKeyOf(name) }, record.revision === 1 ? first : after),
              put({ ...entry, flag: changeKeyOf(name, record.revision) }, first),
            ],
          }),
        );
      } catch (error) {
        if (error instanceof TransactionCanceledException) throw new StaleStateError(record.revision);
        throw error;
      }
    },
    changes: async (most = BATCH_KEYS) => {
      const last = (await read())?.revision ?? 0;
      const count = Math.min(last, most, BATCH_KEYS);
      if (count === 0) return [];
      const keys = Array.from({ length: count }, (_, back) => marshall({ flag: changeKeyOf(name, last - back) }));
      const { Responses } = await client.send(
        new BatchGetItemCommand({ RequestItems: { [table]: { Keys: keys, ConsistentRead: true } } }),
      );
      return (Responses?.[table] ?? [])
        .map((item) => experimentChangeSchema.parse(unmarshall(item)))
        .sort((a, b) => a.revision - b.revision);
    },
  };
}

/** The row that the API assigns users by, as the API's role may read it: eventually consistent, by key. */
export async function readExperiment(
  client: Pick<DynamoDBClient, "send">,
  table: string,
  name = EXPERIMENT,
): Promise<ExperimentRecord | undefined> {
  const Key = marshall({ flag: experimentKeyOf(name) });
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key }));
  return Item === undefined ? undefined : experimentSchema.parse(unmarshall(Item));
}

import { PutItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { flagKeyOf } from "../../../contracts/tables/flags";
import type { FlagName, FlagRecord } from "./definitions";

/** A turn of a flag. */
export interface FlagTurn extends Pick<FlagRecord, "value" | "by" | "reason"> {
  readonly flag: FlagName;
  readonly at: Date;
}

/**
 * Turns a flag: every process of every region has it within the time of one look and of the table's replication. Write
 * through the home region's endpoint, which alone writes the table.
 */
export async function turnFlag(
  client: Pick<DynamoDBClient, "send">,
  table: string,
  { flag, at, ...turn }: FlagTurn,
): Promise<void> {
  const record: FlagRecord = { flag: flagKeyOf(flag), changed_at: at.toISOString(), ...turn };
  await client.send(new PutItemCommand({ TableName: table, Item: marshall(record, { removeUndefinedValues: true }) }));
}

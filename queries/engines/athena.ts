import {
  AthenaClient,
  GetQueryExecutionCommand,
  InvalidRequestException,
  paginateGetQueryResults,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
  type ColumnInfo,
  type QueryExecution,
  type Row,
} from "@aws-sdk/client-athena";
import { QueryError } from "../errors";
import { pollUntil } from "./poll";
import { clientSettings, type Cell, type Execute, type QueryConfig } from "./types";

/** List price of a scan, USD per TB (10^12 bytes), and the least a query is billed for. aws.amazon.com/athena/pricing */
export const USD_PER_TB = 5;
export const MIN_BILLED_BYTES = 10 * 1000 ** 2;

/** What a scan costs by the list price (most regions; some are dearer). */
export function athenaCostUsd(bytesScanned: number): number {
  return (Math.max(bytesScanned, MIN_BILLED_BYTES) / 1e12) * USD_PER_TB;
}

/** Asks Athena, through the region's workgroup: that holds where results go, their key, and the limit of a scan. */
export const executeAthena: Execute = async (sql, config) => {
  const client = new AthenaClient(clientSettings(config));
  try {
    const id = await start(client, sql, config);
    const execution = await pollUntil(
      () => ended(client, id),
      () => client.send(new StopQueryExecutionCommand({ QueryExecutionId: id })),
      config,
    );
    const { State: state, StateChangeReason: reason } = execution.Status ?? {};
    if (state !== "SUCCEEDED") throw new QueryError("engine", `athena: ${reason ?? `the query was ${String(state)}`}`);
    const bytesScanned = execution.Statistics?.DataScannedInBytes ?? 0;
    return { ...(await results(client, id)), bytesScanned, costUsd: athenaCostUsd(bytesScanned) };
  } finally {
    client.destroy();
  }
};

async function start(client: AthenaClient, sql: string, config: QueryConfig): Promise<string> {
  try {
    const { QueryExecutionId: id } = await client.send(
      new StartQueryExecutionCommand({
        QueryString: sql,
        WorkGroup: config.athenaWorkgroup,
        QueryExecutionContext: { Database: config.glueDatabase, Catalog: "AwsDataCatalog" },
      }),
    );
    if (id === undefined) throw new QueryError("engine", "athena: the query got no id");
    return id;
  } catch (error) {
    if (error instanceof InvalidRequestException)
      throw new QueryError("engine", `athena: ${error.message}`, { cause: error });
    throw error;
  }
}

async function ended(client: AthenaClient, id: string): Promise<QueryExecution | undefined> {
  const { QueryExecution: execution } = await client.send(new GetQueryExecutionCommand({ QueryExecutionId: id }));
  const state = execution?.Status?.State;
  return state === "SUCCEEDED" || state === "FAILED" || state === "CANCELLED" ? execution : undefined;
}

async function results(client: AthenaClient, id: string): Promise<{ columns: string[]; rows: Cell[][] }> {
  let types: ColumnInfo[] = [];
  const rows: Row[] = [];
  for await (const page of paginateGetQueryResults({ client }, { QueryExecutionId: id })) {
    types = page.ResultSet?.ResultSetMetadata?.ColumnInfo ?? types;
    rows.push(...(page.ResultSet?.Rows ?? []));
  }
  // A SELECT's first row is its column names.
  const data = rows.slice(1);
  return {
    columns: types.map(({ Name: name }) => name ?? ""),
    rows: data.map((row) => types.map((type, c) => cellOf(row.Data?.[c]?.VarCharValue, type.Type ?? "varchar"))),
  };
}

function cellOf(text: string | undefined, type: string): Cell {
  if (text === undefined) return null;
  switch (type) {
    case "tinyint":
    case "smallint":
    case "integer":
    case "bigint":
      return Number.isSafeInteger(Number(text)) ? Number(text) : text;
    case "float":
    case "real":
    case "double":
    case "decimal":
      return Number(text);
    case "boolean":
      return text === "true";
    default:
      return text;
  }
}

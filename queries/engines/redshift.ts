import {
  BatchExecuteStatementCommand,
  CancelStatementCommand,
  DescribeStatementCommand,
  paginateGetStatementResult,
  RedshiftDataClient,
  ValidationException,
  type DescribeStatementCommandOutput,
  type Field,
} from "@aws-sdk/client-redshift-data";
import { QueryError } from "../errors";
import { executeDuckdb } from "./duckdb";
import { pollUntil } from "./poll";
import { clientSettings, type Cell, type Execute, type QueryConfig } from "./types";

/**
 * Asks Redshift through its Data API: no connection to a private cluster, and the caller's own IAM identity. The cost of
 * one question is 0, since the cluster is paid by the hour. Where there is no warehouse, the embedded engine answers
 * over the same objects, and the result says `simulated`.
 */
export const executeRedshift: Execute = async (sql, config) => {
  if (config.simulatedWarehouse === true) return { ...(await simulate(sql, config)), simulated: true };
  const client = new RedshiftDataClient(clientSettings(config));
  try {
    const id = await start(client, sql, config);
    const statement = await pollUntil(
      () => ended(client, id),
      () => client.send(new CancelStatementCommand({ Id: id })),
      config,
    );
    const question = statement.SubStatements?.[1];
    if (statement.Status !== "FINISHED" || question?.Id === undefined) {
      const reason = question?.Error ?? statement.Error ?? `the query was ${String(statement.Status)}`;
      throw new QueryError("engine", `redshift: ${reason}`);
    }
    const columns: string[] = [];
    const rows: Cell[][] = [];
    for await (const page of paginateGetStatementResult({ client }, { Id: question.Id })) {
      if (columns.length === 0) columns.push(...(page.ColumnMetadata ?? []).map(({ name }) => name ?? ""));
      rows.push(...(page.Records ?? []).map((record) => record.map(cellOf)));
    }
    // The Data API does not say what was scanned; the result's size is all it knows.
    return { columns, rows, bytesScanned: question.ResultSize ?? 0, costUsd: 0 };
  } finally {
    client.destroy();
  }
};

/** The dialect's one macro, as the embedded engine spells it. */
function simulate(sql: string, config: QueryConfig) {
  return executeDuckdb(sql.replaceAll("datediff(second, ", "date_diff('second', "), config);
}

async function start(client: RedshiftDataClient, sql: string, config: QueryConfig): Promise<string> {
  const where =
    config.warehouseMode === "serverless"
      ? { WorkgroupName: config.warehouse }
      : { ClusterIdentifier: config.warehouse };
  try {
    const { Id: id } = await client.send(
      new BatchExecuteStatementCommand({
        ...where,
        Database: config.warehouseDatabase ?? "meridian",
        // One session: the questions name tables without a schema.
        Sqls: [`SET search_path TO "${config.warehouseSchema ?? "lake"}"`, sql],
      }),
    );
    if (id === undefined) throw new QueryError("engine", "redshift: the query got no id");
    return id;
  } catch (error) {
    if (error instanceof ValidationException)
      throw new QueryError("engine", `redshift: ${error.message}`, { cause: error });
    throw error;
  }
}

async function ended(client: RedshiftDataClient, id: string): Promise<DescribeStatementCommandOutput | undefined> {
  const statement = await client.send(new DescribeStatementCommand({ Id: id }));
  const { Status: status } = statement;
  return status === "FINISHED" || status === "FAILED" || status === "ABORTED" ? statement : undefined;
}

function cellOf(field: Field): Cell {
  return field.longValue ?? field.doubleValue ?? field.booleanValue ?? field.stringValue ?? null;
}

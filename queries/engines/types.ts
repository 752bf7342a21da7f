import type { EngineName } from "../catalogue";

/** A value in a result. Whole numbers beyond 2^53 come as text. */
export type Cell = string | number | boolean | null;

/** The answer to a question. */
export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** As the engine says; for the embedded engine, the bytes of the objects it read. */
  readonly bytesScanned: number;
  /** What the scan costs by the list price; 0 where the engine is paid by the hour or is this machine. */
  readonly costUsd: number;
  readonly seconds: number;
  readonly engine: EngineName;
  /** Another engine answered in this one's place. */
  readonly simulated?: boolean;
}

/** What the engines must know of a region; the outputs of a region's stack have this shape. */
export interface QueryConfig {
  readonly region: string;
  readonly glueDatabase: string;
  readonly athenaWorkgroup: string;
  readonly buckets: { readonly silver: string; readonly gold: string };
  /** Name of the Redshift cluster or serverless workgroup. */
  readonly warehouse: string;
  /** @default provisioned */
  readonly warehouseMode?: "provisioned" | "serverless";
  /** Database in the warehouse. @default meridian */
  readonly warehouseDatabase?: string;
  /** Schema of the tables in the warehouse. @default lake */
  readonly warehouseSchema?: string;
  /** There is no warehouse: the embedded engine answers over the same objects, and the result says so. */
  readonly simulatedWarehouse?: boolean;
  /** One endpoint for all services, e.g. the emulator's; absent: AWS's own. */
  readonly endpoint?: string;
  /** Static credentials; absent: the default chain. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Longest wait for an answer, milliseconds. @default 300000 */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Runs one rendered SELECT. */
export type Execute = (sql: string, config: QueryConfig) => Promise<Omit<QueryResult, "engine" | "seconds">>;

/** Settings of any AWS client. */
export function clientSettings(config: QueryConfig) {
  return {
    region: config.region,
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    ...(config.credentials === undefined ? {} : { credentials: config.credentials }),
  };
}

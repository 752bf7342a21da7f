import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HOT_DAYS } from "./plan";

/** Database roles; the IAM role and the user of each carry its name. */
export const WAREHOUSE_ROLES = ["analyst", "loader", "auditor"] as const;
export type WarehouseRole = (typeof WAREHOUSE_ROLES)[number];

/** What the SQL files are told. */
export interface StatementValues {
  /** Names of the IAM roles that log in, by database role. */
  readonly iamRoles: Readonly<Record<WarehouseRole, string>>;
  readonly glueDatabase: string;
  readonly silverBucket: string;
  /** Folder of the events in it, with a slash at its end; below are folders `date=YYYY-MM-DD/`. */
  readonly eventsPrefix: string;
  /** Days for which a late event may still change a day. */
  readonly lateDays: number;
  /** Statements that make `mart.events`, from the event contract. */
  readonly eventsTable: string;
}

/** Redshift's name of the user of an IAM role: docs.aws.amazon.com/redshift/latest/APIReference/API_GetClusterCredentialsWithIAM.html */
export function databaseUser(iamRole: string): string {
  return `IAMR:${iamRole}`;
}

/** The call that the load makes, of one day's run; `:run_date` is its parameter. */
export const LOAD_CALL = "CALL mart.load_events(CAST(:run_date AS DATE))";

/** BatchExecuteStatement: docs.aws.amazon.com/redshift-data/latest/APIReference/API_BatchExecuteStatement.html */
const STATEMENTS_IN_A_BATCH = 40;

/**
 * What the administrator runs before anybody else does, in batches that are one transaction each. Each may be run again at
 * any time: what stands is left as it is, and what was granted besides is not taken away.
 * @throws Error for a placeholder without a value, or a value that could end its quotes.
 */
export function preparation(values: StatementValues): readonly (readonly string[])[] {
  const [roles, tables, grants] = ["roles", "tables", "grants"].map((file) => rendered(file, values));
  const events = statementsOf(values.eventsTable);
  return [
    roles ?? [],
    ...inBatches([...schemasFirst(tables ?? []), ...events, ...procedures(tables ?? [])]),
    grants ?? [],
  ];
}

/** The procedure reads the table, which lies in the schema. */
function schemasFirst(statements: readonly string[]): readonly string[] {
  return statements.filter((statement) => !isProcedure(statement));
}

function procedures(statements: readonly string[]): readonly string[] {
  return statements.filter(isProcedure);
}

function isProcedure(statement: string): boolean {
  return statement.startsWith("CREATE OR REPLACE PROCEDURE");
}

function inBatches(statements: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(statements.length / STATEMENTS_IN_A_BATCH) }, (_, index) =>
    statements.slice(index * STATEMENTS_IN_A_BATCH, (index + 1) * STATEMENTS_IN_A_BATCH),
  );
}

function rendered(file: string, values: StatementValues): readonly string[] {
  const text = readFileSync(join(__dirname, "sql", `${file}.sql`), "utf8");
  const known: Readonly<Record<string, string>> = {
    analyst_user: databaseUser(values.iamRoles.analyst),
    loader_user: databaseUser(values.iamRoles.loader),
    auditor_user: databaseUser(values.iamRoles.auditor),
    glue_database: values.glueDatabase,
    silver_bucket: values.silverBucket,
    events_prefix: values.eventsPrefix,
    late_days: String(values.lateDays),
    hot_days: String(HOT_DAYS),
  };
  return statementsOf(
    text.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      const value = known[name];
      if (value === undefined) throw new Error(`want a value for \${${name}} of ${file}.sql, got none`);
      if (!/^[\w.:/=-]+$/.test(value))
        throw new Error(`want a plain name for \${${name}}, got ${JSON.stringify(value)}`);
      return value;
    }),
  );
}

/** The statements of a file without its comments; a procedure's body, between `$$`, is one statement's. */
export function statementsOf(text: string): readonly string[] {
  const plain = text.replace(/^\s*--.*$/gm, "");
  const pieces = plain.split(/(\$\$[\s\S]*?\$\$|'(?:[^']|'')*'|;)/);
  const statements: string[] = [""];
  for (const piece of pieces) {
    if (piece === ";") statements.push("");
    else statements.push(`${statements.pop() ?? ""}${piece}`);
  }
  return statements.map((statement) => statement.trim()).filter((statement) => statement !== "");
}

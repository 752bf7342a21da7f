import { text } from "../value";
import { grouped, perRegion } from "../quotas/quota";
import type { Count, Plan, Quota } from "../quotas/quota";

const CATALOG_TABLE = "aws:glue/catalogTable:CatalogTable";
const GLUE_QUOTAS = "https://docs.aws.amazon.com/general/latest/gr/glue.html";
const glueTables = (plan: Plan): readonly Count[] =>
  grouped(plan.of(CATALOG_TABLE), ({ inputs }) => text(inputs, "databaseName") ?? "a database");

/** Glue. */
export const quotas: readonly Quota[] = [
  perRegion({
    id: "glue-databases",
    service: "glue",
    code: "L-F953935E",
    name: "Max databases per account",
    byDefault: 10_000,
    unit: "databases",
    adjustable: true,
    source: GLUE_QUOTAS,
    types: ["aws:glue/catalogDatabase:CatalogDatabase"],
  }),
  {
    id: "glue-tables-per-database",
    service: "glue",
    code: "L-B8497671",
    name: "Max tables per database",
    byDefault: 200_000,
    unit: "tables",
    adjustable: true,
    scope: "resource",
    source: GLUE_QUOTAS,
    counts: "by database",
    types: [CATALOG_TABLE],
    count: glueTables,
  },
  perRegion({
    id: "glue-tables",
    service: "glue",
    code: "L-94D025B7",
    name: "Max tables per account",
    byDefault: 1_000_000,
    unit: "tables",
    adjustable: true,
    source: GLUE_QUOTAS,
    types: [CATALOG_TABLE],
  }),
];

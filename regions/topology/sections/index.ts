import { cacheSchema, planCache } from "./cache";
import { etlSchema, planEtl } from "./etl";
import { identitySchema } from "./identity";
import { ingestSchema, planIngest } from "./ingest";
import { intakeSchema, planIntake } from "./intake";
import type { FleetSize } from "./kit";
import { lakeSchema, planLake } from "./lake";
import { planPromises, promisesSchema } from "./promises";
import { quotasSchema } from "./quotas";
import { planSearch, searchSchema } from "./search";
import { planServing, servingSchema } from "./serving";
import { planTables, tablesSchema } from "./tables";
import { trafficSchema } from "./traffic";
import { planTraining, trainingSchema } from "./training";
import { planWarehouse, warehouseSchema } from "./warehouse";

/** The schema of each section, in the order of the reference. */
export const SECTION_SCHEMAS = {
  traffic: trafficSchema,
  promises: promisesSchema,
  tables: tablesSchema,
  cache: cacheSchema,
  identity: identitySchema,
  ingest: ingestSchema,
  lake: lakeSchema,
  intake: intakeSchema,
  serving: servingSchema,
  training: trainingSchema,
  etl: etlSchema,
  warehouse: warehouseSchema,
  search: searchSchema,
  quotas: quotasSchema,
} as const;

/** The sections that are plans by themselves: what the file says, and the size's defaults for what it does not say. */
const PLANS = {
  promises: planPromises,
  tables: planTables,
  cache: planCache,
  ingest: planIngest,
  lake: planLake,
  intake: planIntake,
  serving: planServing,
  training: planTraining,
  etl: planEtl,
  warehouse: planWarehouse,
  search: planSearch,
} as const;

type Plans = typeof PLANS;

/** The plans with all defaults: what the checks look at, too. */
export type Parts = { readonly [K in keyof Plans]: ReturnType<Plans[K]> };

/** Fills in what the sections leave out. */
export function planParts(sections: { readonly [K in keyof Plans]?: Parameters<Plans[K]>[0] }, size: FleetSize): Parts {
  const plan = <K extends keyof Plans>(name: K): Parts[K] =>
    (PLANS[name] as (given: (typeof sections)[K], size: FleetSize) => Parts[K])(sections[name], size);
  return {
    promises: plan("promises"),
    tables: plan("tables"),
    cache: plan("cache"),
    ingest: plan("ingest"),
    lake: plan("lake"),
    intake: plan("intake"),
    serving: plan("serving"),
    training: plan("training"),
    etl: plan("etl"),
    warehouse: plan("warehouse"),
    search: plan("search"),
  };
}

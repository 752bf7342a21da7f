import type { ExperimentRecord } from "../../contracts/tables/flags";
import { modelNameOf } from "../../contracts/tables/records";
import type { RecommendationTable } from "../kit/dynamodb/table-reader";
import { rampStep, type Figures, type ModelVersions } from "./controller";
import type { EndpointWeights } from "./endpoint-weights";
import type { RampDecision } from "./ramp";
import type { Change, ExperimentStore } from "../kit/experiment/store";

/** What an operator's command needs. */
export interface ExperimentDesk {
  readonly store: ExperimentStore;
  /** Endpoints that receive changed weights; none where there is no endpoint. */
  readonly endpoints: readonly EndpointWeights[];
  /** A zone's tables, as readers in its primary region see them. */
  readonly zones: Readonly<Record<string, Pick<RecommendationTable, "published">>>;
  /** What is known of an experiment now. */
  readonly figures: (record: ExperimentRecord) => Promise<Figures>;
  /** Who runs the command, as AWS knows the caller. */
  readonly by: string;
  readonly now: Date;
}

/** What became of the weights of one region's endpoint. */
export interface EndpointOutcome {
  readonly region: string;
  /** Absent: they are as the state has them. */
  readonly error?: string;
}

/** A change that is written. */
export interface Applied {
  readonly record: ExperimentRecord;
  readonly endpoints: readonly EndpointOutcome[];
}

/** Published versions of the variants' lines of models, by variant and residency zone. */
export async function modelVersions(
  zones: ExperimentDesk["zones"],
  [control, ...others]: readonly [string, ...string[]],
): Promise<ModelVersions> {
  const rows = await Promise.all(
    [control, ...others].map(async (name): Promise<[string, Record<string, string>]> => {
      const versions: Record<string, string> = {};
      for (const [zone, table] of Object.entries(zones)) {
        const published = await table.published(undefined, modelNameOf(name, control));
        if (published !== undefined) versions[zone] = published.current;
      }
      return [name, versions];
    }),
  );
  return Object.fromEntries(rows);
}

/**
 * Writes a change, then sends it to the endpoints. The state is what the API goes by: an endpoint that cannot be reached keeps its
 * weights until the next command, and spreads only calls that name no variant.
 * @throws StaleStateError when somebody else was faster; nothing is changed then.
 */
export async function applyChange({ store, endpoints }: ExperimentDesk, change: Change): Promise<Applied> {
  await store.write(change);
  return { record: change.record, endpoints: await tellEndpoints(endpoints, change.record) };
}

async function tellEndpoints(
  endpoints: readonly EndpointWeights[],
  { variants }: ExperimentRecord,
): Promise<EndpointOutcome[]> {
  return Promise.all(
    endpoints.map(async (endpoint): Promise<EndpointOutcome> => {
      try {
        await endpoint.write(variants);
        return { region: endpoint.region };
      } catch (error) {
        return { region: endpoint.region, error: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
}

/** One look at an experiment, the decision by it, and the change: what the daily run does. */
export async function rampExperiment(
  desk: ExperimentDesk,
  record: ExperimentRecord,
): Promise<Applied & { readonly decision: RampDecision; readonly figures: Figures }> {
  const figures = await desk.figures(record);
  const { decision, change } = rampStep(record, figures, await authorOf(desk, record));
  return { ...(await applyChange(desk, change)), decision, figures };
}

/** Who changes an experiment, and what readers have at that moment. */
export async function authorOf({ by, now, zones }: ExperimentDesk, record: Pick<ExperimentRecord, "variants">) {
  const [control = "", ...others] = record.variants.map(({ name }) => name);
  return { by, at: now, versions: await modelVersions(zones, [control, ...others]) };
}

import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { experimentPlanOf } from "../../services/experiments/controller";
import type { Figures } from "../../services/experiments/controller";
import { sageMakerWeights } from "../../services/experiments/endpoint-weights";
import { guardrailsOf } from "../../services/experiments/guardrails";
import { servingOf } from "../../services/experiments/health";
import { mergeDays, variantDayOf, variantExposuresOf, variantItemsOf } from "../../services/experiments/metrics";
import type { VariantDay } from "../../services/experiments/metrics";
import type { ExperimentDesk } from "../../services/experiments/operate";
import { reportOf } from "../../services/experiments/report";
import { dynamoStore } from "../../services/kit/experiment/store";
import { dynamoTable } from "../../services/kit/dynamodb/table-reader";
import type { ExperimentRecord } from "../../contracts/tables/flags";
import { QueryError, runQuery } from "../../queries";
import type { EngineName, QueryResult } from "../../queries";
import type { RegionOutputs } from "../../contracts/outputs/region";
import { BadInput, Failed } from "./exit";
import { chooseRegion, EMULATOR_CREDENTIALS } from "./regions";
import type { OpenRegions } from "./regions";

/** How the lakes are asked. */
export interface Asking {
  readonly engine: EngineName;
  /** @default every region's lake is asked, and their users are added up */
  readonly region?: string;
  /** First day; @default the experiment's first whole one */
  readonly from?: string;
  /** The look: days before it count. @default all that is known */
  readonly to?: string;
}

/** An operator's place: clients of all regions, to be closed. */
export interface OpenDesk extends ExperimentDesk {
  close(): void;
}

/** Opens what the commands of an experiment stand on. The state is written through the home region alone. */
export async function openDesk(opened: OpenRegions, asking: Asking, now: Date): Promise<OpenDesk> {
  const made: { destroy(): void }[] = [];
  const keep = <T extends { destroy(): void }>(client: T): T => {
    made.push(client);
    return client;
  };
  const settings = (region: string) => ({
    region,
    ...(opened.endpoint === undefined ? {} : { endpoint: opened.endpoint, credentials: EMULATOR_CREDENTIALS }),
  });
  const home = chooseRegion(opened, undefined);
  const dynamo = keep(new DynamoDBClient(settings(home.region)));
  const { Arn = "unknown" } = await keep(new STSClient(settings(home.region))).send(new GetCallerIdentityCommand({}));
  const primaries = opened.regions.filter(({ role }) => role === "primary");
  const metrics = opened.regions.map(({ region, endpointName }) => ({
    client: keep(new CloudWatchClient(settings(region))),
    endpointName,
  }));
  return {
    store: dynamoStore(dynamo, home.tables.flags),
    // The local cloud has no endpoint: SageMaker is simulated there.
    endpoints:
      opened.endpoint === undefined
        ? opened.regions.map(({ region, endpointName }) =>
            sageMakerWeights({ region, endpointName, credentials: () => dynamo.config.credentials() }),
          )
        : [],
    zones: Object.fromEntries(
      primaries.map(({ zone, region, tables }) => [
        zone,
        dynamoTable(keep(new DynamoDBClient(settings(region))), tables),
      ]),
    ),
    figures: async (record) => {
      const names = record.variants.map(({ name }) => name);
      return figuresOf(record, {
        ...(await lakeFigures(opened, asking, record)),
        serving: await servingOf(metrics, names, now),
      });
    },
    by: Arn,
    now,
    close: () => {
      for (const client of made) client.destroy();
    },
  };
}

type LakeFigures = Awaited<ReturnType<typeof lakeFigures>>;

function figuresOf(
  record: ExperimentRecord,
  all: LakeFigures & { readonly serving: Awaited<ReturnType<typeof servingOf>> },
): Figures {
  return { report: reportOf(all.days, experimentPlanOf(record)), guardrails: guardrailsOf(all, record) };
}

async function lakeFigures(opened: OpenRegions, asking: Asking, record: ExperimentRecord) {
  const from = asking.from ?? record.phases[0]?.from;
  const asked: Asking = { ...asking, ...(from === undefined ? {} : { from }) };
  const ask = (name: string) => askLakes(opened, asked, name);
  const [days, exposures, items] = [
    await ask("experiment_metrics"),
    await ask("experiment_exposures"),
    await ask("experiment_coverage"),
  ];
  return {
    days: mergeDays(days.map(rowsOf(variantDayOf))),
    exposures: exposures.flatMap(rowsOf(variantExposuresOf)),
    // An item that two regions show counts in each of them, for every variant alike.
    items: items.flatMap(rowsOf(variantItemsOf)),
  };
}

/** The days of users by variant, of one lake or of all. */
export async function askDays(opened: OpenRegions, asking: Asking): Promise<VariantDay[]> {
  return mergeDays((await askLakes(opened, asking, "experiment_metrics")).map(rowsOf(variantDayOf)));
}

function rowsOf<T>(read: (columns: readonly string[], row: readonly unknown[]) => T) {
  return ({ columns, rows }: QueryResult): T[] => rows.map((row) => read(columns, row));
}

async function askLakes(opened: OpenRegions, asking: Asking, name: string): Promise<QueryResult[]> {
  const { engine, region, from, to } = asking;
  const parameters = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  const regions = region === undefined ? opened.regions : [chooseRegion(opened, region)];
  try {
    return await Promise.all(regions.map((of) => runQuery(name, engine, queryConfig(opened, of), parameters)));
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw error.kind === "bad-input" ? new BadInput(error.message) : new Failed(error.message);
  }
}

function queryConfig(opened: OpenRegions, region: RegionOutputs) {
  return {
    ...region,
    warehouseMode: opened.topology.warehouse.mode,
    ...(opened.endpoint === undefined
      ? {}
      : { endpoint: opened.endpoint, credentials: EMULATOR_CREDENTIALS, simulatedWarehouse: true }),
  };
}

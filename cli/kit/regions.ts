import { join } from "node:path";
import { regionOutputs } from "../../fleet/outputs";
import type { RegionOutputs } from "../../contracts/outputs/region";
import type { OpenEnvironment } from "./environment";
import { openEnvironment, topologyOf } from "./environment";
import { BadInput, Failed } from "./exit";

/** Credentials that the emulator takes; it checks none. */
export const EMULATOR_CREDENTIALS = { accessKeyId: "test", secretAccessKey: "test" } as const;

/** The regions of an environment that are up, and how their services are reached. */
export interface OpenRegions extends OpenEnvironment {
  readonly regions: readonly RegionOutputs[];
  /** One endpoint for all services: the emulator's. Absent on AWS. */
  readonly endpoint?: string;
  /** Folder of this machine's own records: checkpoints, ledgers. */
  readonly stateFolder: string;
}

/** @throws Failed when no region of the environment is up. */
export async function openRegions(environment: string | undefined): Promise<OpenRegions> {
  const opened = await openEnvironment(environment);
  const { topology, fleet } = opened;
  const regions = await regionOutputs(topology, fleet.settings);
  if (regions.length < topology.regions.length) {
    const up = regions.map(({ region }) => region);
    const missing = topology.regions.map(({ name }) => name).filter((name) => !up.includes(name));
    throw new Failed(`${missing.join(", ")} not up: run meridian up ${topology.environment}`);
  }
  const { paths } = await import("../../local/toolchain/index.ts");
  const endpoint = topology.cloud === "local" ? fleet.settings.variables["AWS_ENDPOINT_URL"] : undefined;
  return {
    ...opened,
    regions,
    stateFolder: join(paths().home, "datapath", topology.environment),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

/** Refuses a region that the environment does not have, before anything is started. @throws BadInput naming those it has. */
export function checkRegion(environment: string | undefined, name: string | undefined): void {
  const topology = topologyOf(environment);
  const known: readonly string[] = topology.regions.map((plan) => plan.name);
  if (name === undefined || known.includes(name)) return;
  throw new BadInput(`${topology.environment} has no region ${name}`, [
    { path: "--region", want: `one of ${known.join(", ")}`, got: `"${name}"` },
  ]);
}

/** The region that a command is to ask: the one named, or the home region; see checkRegion. */
export function chooseRegion({ regions, topology }: OpenRegions, name: string | undefined): RegionOutputs {
  const wanted = name ?? topology.home;
  const found = regions.find(({ region }) => region === wanted);
  if (found === undefined) throw new Failed(`${wanted} is not up: run meridian up ${topology.environment}`);
  return found;
}

/** The local data path's programs run on this machine: they are for the local cloud only. */
export function requireLocal({ endpoint, topology }: OpenRegions, what: string): string {
  if (endpoint !== undefined) return endpoint;
  throw new BadInput(`${what} is of the local cloud; in ${topology.environment} the services do it`, [
    { path: "environment", want: "one whose cloud is local", got: `"${topology.environment}"` },
  ]);
}

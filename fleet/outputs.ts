import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import pMap, { pMapSkip } from "p-map";
import { z } from "zod";
import { foundationOutputsSchema } from "../contracts/outputs/foundation";
import { meshOutputsSchema } from "../contracts/outputs/mesh";
import { OutputsError, readOutputs } from "../contracts/outputs/read";
import { regionOutputsSchema } from "../contracts/outputs/region";
import type { RegionOutputs } from "../contracts/outputs/region";
import { formatStackName } from "../regions/names";
import type { StackName } from "../regions/names";
import type { Topology } from "../regions/topology/model";
import type { EngineSettings } from "./drive";
import { waves } from "./waves";

const execute = promisify(execFile);

/** Outputs of one stack; secrets are `[secret]`. */
export type StackOutputs = Readonly<Record<string, unknown>>;

/**
 * Outputs of every stack that is up, by stack name; a stack that does not exist, or has no outputs, is absent.
 * @throws OutputsError with all that does not fit the contracts.
 */
export async function fleetOutputs(
  topology: Topology,
  settings: EngineSettings,
): Promise<Readonly<Record<string, StackOutputs>>> {
  const read = await readStacks<StackOutputs>(waves(topology).flat(), settings, ({ kind }) => SCHEMAS[kind]);
  return Object.fromEntries(read.map(({ stack, outputs }) => [stack, outputs]));
}

/**
 * Outputs of all regions that are up, in the topology's order; a region that does not exist is absent.
 * @throws OutputsError with all that does not fit the contract, in whichever region.
 */
export async function regionOutputs(topology: Topology, settings: EngineSettings): Promise<readonly RegionOutputs[]> {
  const names = waves(topology)
    .flat()
    .filter(({ kind }) => kind === "region");
  return (await readStacks(names, settings, () => SCHEMAS.region)).map(({ outputs }) => outputs);
}

/** The contract of each kind of stack. */
const SCHEMAS = {
  foundation: foundationOutputsSchema,
  region: regionOutputsSchema,
  mesh: meshOutputsSchema,
} as const;

async function readStacks<T>(
  names: readonly StackName[],
  settings: EngineSettings,
  schemaOf: (name: StackName) => z.ZodType<T>,
): Promise<readonly { readonly stack: string; readonly outputs: T }[]> {
  const found = await pMap(
    names,
    async (name) => {
      const outputs = await stackOutputs(name, settings);
      if (outputs === undefined || Object.keys(outputs).length === 0) return pMapSkip;
      const stack = formatStackName(name);
      return { stack, ...readOutputs(stack, schemaOf(name), outputs) };
    },
    { concurrency: settings.concurrency },
  );
  const findings = found.flatMap((read) => ("findings" in read ? read.findings : []));
  if (findings.length > 0) throw new OutputsError(findings);
  return found.flatMap((read) => ("outputs" in read ? [read] : []));
}

async function stackOutputs(name: StackName, settings: EngineSettings): Promise<StackOutputs | undefined> {
  const args = ["stack", "output", "--json", "--non-interactive", "--stack", formatStackName(name)];
  try {
    const { stdout } = await execute(join(settings.engineRoot, "bin", "pulumi"), args, {
      cwd: settings.projectFolder,
      env: { ...settings.variables },
    });
    return z.record(z.string(), z.unknown()).parse(JSON.parse(stdout));
  } catch (error) {
    // The engine's answer for a stack that was never made; it has no code of its own.
    if (error instanceof Error && error.message.includes("no stack named")) return undefined;
    throw error;
  }
}

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import pMap from "p-map";
import { z } from "zod";
import { formatStackName } from "../regions/names";
import type { StackName } from "../regions/names";
import type { Topology } from "../regions/topology/model";
import type { RegionOutputs } from "../stacks/contracts";
import type { EngineSettings } from "./drive";
import { waves } from "./waves";

const execute = promisify(execFile);

/** Outputs of one stack; secrets are `[secret]`. */
export type StackOutputs = Readonly<Record<string, unknown>>;

/** Outputs of every stack that is up, by stack name; a stack that does not exist, or has no outputs, is absent. */
export async function fleetOutputs(
  topology: Topology,
  settings: EngineSettings,
): Promise<Readonly<Record<string, StackOutputs>>> {
  const names = waves(topology).flat();
  const found = await pMap(names, (name) => stackOutputs(name, settings), { concurrency: settings.concurrency });
  return Object.fromEntries(
    names.flatMap((name, index) => {
      const outputs = found[index];
      return outputs === undefined || Object.keys(outputs).length === 0 ? [] : [[formatStackName(name), outputs]];
    }),
  );
}

/** Outputs of all regions that are up, checked against the contract; sorted by region. */
export async function regionOutputs(topology: Topology, settings: EngineSettings): Promise<readonly RegionOutputs[]> {
  const names = waves(topology)
    .flat()
    .filter(({ kind }) => kind === "region");
  const found = await pMap(names, (name) => stackOutputs(name, settings), { concurrency: settings.concurrency });
  return found.flatMap((outputs) => {
    const parsed = regionShape.safeParse(outputs);
    return parsed.success ? [parsed.data] : [];
  });
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

const text = z.string();

/** The contract of a region's stack (stacks/contracts.ts), for reading. */
const regionShape: z.ZodType<RegionOutputs> = z.object({
  environment: text,
  region: text,
  zone: text,
  role: z.enum(["primary", "replica"]),
  stream: text,
  transformFunction: text,
  curatedDeliveryStream: text,
  rawDeliveryStream: text,
  collectorUrl: text,
  publicCollectorUrl: text,
  buckets: z.object({
    raw: text,
    bronze: text,
    silver: text,
    gold: text,
    quarantine: text,
    results: text,
    artifacts: text,
  }),
  intakeQueueUrl: text,
  handoverQueueUrl: text,
  trainingQueueUrl: text,
  glueDatabase: text,
  athenaWorkgroup: text,
  pseudonymKeyAlias: text,
  tables: z.object({ recommendations: text, models: text, profiles: text, shards: text, flags: text }),
  cacheEndpoint: text,
  endpointName: text,
  clusterName: text,
  warehouse: text,
  searchDomain: text,
  stateMachineArn: text,
  dashboard: text,
});

import { join } from "node:path";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import type { EngineSettings, FleetOptions } from "../../fleet/drive";
import { formatStackName } from "../../regions/names";
import type { StackName } from "../../regions/names";
import { findTopology, loadTopology } from "../../regions/topology/load";
import type { Topology } from "../../regions/topology/model";
import { stackProgram } from "../../stacks/program";
import { BadInput } from "./exit";
import { FleetProgress } from "./progress";

/** What a command means to do: reading needs no toolchain beyond the engine, applying needs the cloud. */
export interface OpenOptions {
  /** Preview an AWS environment by the local provider: no AWS account, nothing applied. */
  readonly offline?: boolean;
  /** The operator's key for deleting data; the topology's `disposable` is the other. */
  readonly deleteData?: boolean;
  readonly signal?: AbortSignal;
}

export interface OpenEnvironment {
  readonly topology: Topology;
  readonly fleet: FleetOptions;
}

/** The topology of an environment by name. @throws TopologyError with all that is wrong. */
export function topologyOf(environment: string | undefined): Topology {
  return loadTopology(findTopology(environment ?? "local"));
}

/**
 * Makes an environment ready for the fleet: topology checked first, so that bad input changes nothing; then the
 * toolchain and, for the local cloud, the emulator and the providers.
 * @throws TopologyError for a topology that does not hold.
 * @throws BadInput for keys or settings that do not fit the environment.
 */
export async function openEnvironment(
  environment: string | undefined,
  { offline = false, deleteData = false, signal }: OpenOptions = {},
): Promise<OpenEnvironment> {
  const topology = topologyOf(environment);
  if (deleteData && !topology.disposable) {
    throw new BadInput(`data of ${topology.environment} cannot be deleted`, [
      { path: "disposable", reason: "want true in the topology as well as --delete-data, got false" },
    ]);
  }
  const settings = topology.cloud === "local" || offline ? await localSettings() : await awsSettings();
  return {
    topology,
    fleet: {
      settings,
      program: (stack: StackName): PulumiFn => stackProgram(topology, stack, { deleteData }),
      onProgress: new FleetProgress().show,
      ...(signal === undefined ? {} : { signal }),
    },
  };
}

async function localSettings(): Promise<EngineSettings> {
  const { ensureToolchain, localEnvironment, startEmulator, paths } = await import("../../local");
  const { startProvider } = await import("../../local/provider/server");
  const engine = await ensureToolchain((line) => process.stderr.write(`${line}\n`));
  const emulator = await startEmulator();
  const { root, home } = paths();
  return {
    engineRoot: engine.root,
    variables: await localEnvironment(),
    projectFolder: root,
    policyPacks: [join(root, "policies")],
    secretsProvider: "passphrase",
    journalFile: join(home, "journal.ndjson"),
    concurrency: 4,
    attachProviders: async (stack) => {
      const started = await Promise.all(
        (["aws", "awsx", "kubernetes"] as const).map(async (name) => ({
          name,
          provider: await startProvider({ package: name, endpoint: emulator.endpoint, label: formatStackName(stack) }),
        })),
      );
      return {
        variables: {
          PULUMI_DEBUG_PROVIDERS: started.map(({ name, provider }) => `${name}:${provider.port}`).join(","),
        },
        close: async () => {
          await Promise.all(started.map(({ provider }) => provider.close()));
        },
      };
    },
  };
}

async function awsSettings(): Promise<EngineSettings> {
  const { ensureToolchain, paths } = await import("../../local");
  const backend = process.env["PULUMI_BACKEND_URL"];
  const secretsProvider = process.env["MERIDIAN_SECRETS_PROVIDER"];
  const problems = [
    ...(backend === undefined
      ? [
          {
            path: "PULUMI_BACKEND_URL",
            reason: "want a versioned state bucket, e.g. s3://state?region=eu-west-1, got none",
          },
        ]
      : []),
    ...(secretsProvider === undefined
      ? [{ path: "MERIDIAN_SECRETS_PROVIDER", reason: "want e.g. awskms://alias/meridian-state, got none" }]
      : []),
  ];
  if (problems.length > 0 || secretsProvider === undefined) {
    throw new BadInput("this environment needs a backend and a secrets provider", problems);
  }
  const engine = await ensureToolchain((line) => process.stderr.write(`${line}\n`));
  const { root, home } = paths();
  const inherited = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    engineRoot: engine.root,
    variables: Object.fromEntries(inherited),
    projectFolder: root,
    policyPacks: [join(root, "policies")],
    secretsProvider,
    journalFile: join(home, "journal.ndjson"),
    concurrency: 2,
  };
}

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { parse, stringify } from "yaml";
import type { EngineSettings, FleetOptions } from "../../fleet/drive";
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

/** The topology of an environment by name, or of a file by its path (`.yaml`). @throws TopologyError with all that is wrong. */
export function topologyOf(environment = "local"): Topology {
  return loadTopology(environment.endsWith(".yaml") ? environment : findTopology(environment));
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
      { path: "disposable", want: "true in the topology as well as --delete-data", got: "false" },
    ]);
  }
  const settings =
    topology.cloud === "local" || offline
      ? await localSettings(topology.serving.kubernetesVersion)
      : await awsSettings();
  return {
    topology,
    fleet: {
      settings,
      program: (stack: StackName): PulumiFn => stackProgram(topology, stack, { deleteData }),
      onProgress: new FleetProgress().show,
      // `deleteData` is refused above where the topology does not agree.
      dataLoss: deleteData ? "allowed" : "refused",
      ...(signal === undefined ? {} : { signal }),
    },
  };
}

async function localSettings(kubernetesVersion: string): Promise<EngineSettings> {
  const [
    { ensureToolchain, enterLocalEnvironment, localProcessEnvironment, paths },
    { startEmulator },
    { startProvider },
  ] = await Promise.all([
    import("../../local/toolchain/index.ts"),
    import("../../local/emulator/index.ts"),
    import("../../local/provider/index.ts"),
  ]);
  const own = paths();
  await ensureToolchain(quiet);
  const emulator = await startEmulator(own);
  if (emulator.startedNow) note(`local cloud: emulator started on ${emulator.url}`);
  await enterLocalEnvironment(own);
  return {
    engineRoot: own.home,
    variables: await localProcessEnvironment(own),
    projectFolder: localProject(own.root, own.home),
    policyPacks: [join(own.root, "policies")],
    secretsProvider: "passphrase",
    journalFile: join(own.home, "journal.ndjson"),
    concurrency: 4,
    attachProviders: async () => {
      const packages = ["aws", "awsx", "kubernetes"] as const;
      const started = await Promise.all(
        packages.map((name) => startProvider({ package: name, endpoint: emulator.url, kubernetesVersion })),
      );
      return {
        variables: {
          PULUMI_DEBUG_PROVIDERS: packages.map((name, index) => `${name}:${started[index]?.port ?? 0}`).join(","),
        },
        close: async () => {
          await Promise.all(started.map((provider) => provider.close()));
        },
      };
    },
  };
}

/**
 * The project as the local cloud has it: this checkout's, but with the stacks' configuration in the folder of all local
 * state. A second home (`MERIDIAN_HOME`) has a passphrase of its own, and so needs configuration of its own.
 */
function localProject(root: string, home: string): string {
  const folder = join(home, "project");
  const project: unknown = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8"));
  const text = stringify({ ...(project as object), main: root, stackConfigDir: join(home, "stacks") });
  const file = join(folder, "Pulumi.yaml");
  if (existsSync(file) && readFileSync(file, "utf8") === text) return folder;
  mkdirSync(folder, { recursive: true });
  // Written beside and renamed: another command may be reading it.
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
  return folder;
}

/** `make setup` and `meridian doctor` say what was chosen; every other command only what it has to wait for. */
function quiet(line: string): void {
  if (!line.startsWith("engine ")) note(line);
}

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function awsSettings(): Promise<EngineSettings> {
  const { ensureToolchain, paths } = await import("../../local/toolchain/index.ts");
  const backend = process.env["PULUMI_BACKEND_URL"];
  const secretsProvider = process.env["MERIDIAN_SECRETS_PROVIDER"];
  const findings = [
    ...(backend === undefined
      ? [
          {
            path: "PULUMI_BACKEND_URL",
            want: "a versioned state bucket, e.g. s3://state?region=eu-west-1",
            got: "none",
          },
        ]
      : []),
    ...(secretsProvider === undefined
      ? [{ path: "MERIDIAN_SECRETS_PROVIDER", want: "e.g. awskms://alias/meridian-state", got: "none" }]
      : []),
  ];
  if (findings.length > 0 || secretsProvider === undefined) {
    throw new BadInput("this environment needs a backend and a secrets provider", findings);
  }
  await ensureToolchain(quiet);
  const { root, home } = paths();
  const inherited = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    engineRoot: home,
    variables: Object.fromEntries(inherited),
    projectFolder: root,
    policyPacks: [join(root, "policies")],
    secretsProvider,
    journalFile: join(home, "journal.ndjson"),
    concurrency: 2,
  };
}

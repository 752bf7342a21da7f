import { setTimeout } from "node:timers/promises";
import { LocalWorkspace, PulumiCommand } from "@pulumi/pulumi/automation";
import type { EngineEvent, PulumiFn, Stack } from "@pulumi/pulumi/automation";
import pMap from "p-map";
import { z } from "zod";
import { formatStackName, PROJECT } from "../regions/names";
import type { StackName } from "../regions/names";
import type { Topology } from "../regions/topology/model";
import { EventCollector, urnName } from "./events";
import type { Collected, Step } from "./events";
import { dataLosses, errorsBesides } from "./guard";
import type { DataLoss, StoredResource } from "./guard";
import { Journal } from "./journal";
import { breakDeadLocks, dropTornSidecars } from "./locks";
import type { HeldLock } from "./locks";
import { waves } from "./waves";

/** What the engine runs in: made by the caller, so that the fleet knows nothing of the local cloud. */
export interface EngineSettings {
  /** Folder whose `bin/` holds the engine. */
  readonly engineRoot: string;
  /** Environment of the engine: PATH, PULUMI_*, AWS_*. */
  readonly variables: Readonly<Record<string, string>>;
  /** Folder of `Pulumi.yaml`. */
  readonly projectFolder: string;
  /** Folders of policy packs that every preview and update must pass. */
  readonly policyPacks: readonly string[];
  /** e.g. `passphrase` or `awskms://alias/...`. */
  readonly secretsProvider: string;
  readonly journalFile: string;
  /** Stacks of one wave that are worked on at a time. */
  readonly concurrency: number;
  /** Providers that are already running, for one stack; absent: the engine starts plugins itself. */
  readonly attachProviders?: (stack: StackName) => Promise<AttachedProviders>;
}

export interface AttachedProviders {
  readonly variables: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** What the caller shows while a stack is worked on. */
export type Progress =
  | { readonly stack: string; readonly phase: "started"; readonly operation: Operation }
  | { readonly stack: string; readonly phase: "step"; readonly step: Step; readonly done: number }
  | { readonly stack: string; readonly phase: "finished"; readonly result: StackResult };

export type Operation = "plan" | "up" | "destroy";

export interface StackResult extends Collected {
  readonly stack: string;
  readonly operation: Operation;
  readonly succeeded: boolean;
  readonly seconds: number;
  /** After `destroy`: what was kept, since it is protected. */
  readonly kept: readonly KeptResource[];
  /** After `plan`: what would lose data, which fails the plan. */
  readonly refused: readonly DataLoss[];
}

export interface KeptResource {
  /** False for what is kept only because something protected stands on it, e.g. a warehouse's network. */
  readonly protected: boolean;
  readonly type: string;
  readonly name: string;
  readonly id: string;
}

export interface FleetOptions {
  readonly settings: EngineSettings;
  readonly program: (stack: StackName) => PulumiFn;
  readonly onProgress?: (progress: Progress) => void;
  /**
   * Whether a plan may replace or delete what holds data. `allowed` wants both keys: `disposable: true` in the topology
   * and the operator's `--delete-data`.
   * @default "refused"
   */
  readonly dataLoss?: "refused" | "allowed";
  /** Asked before each wave of `upFleet`: whether it may begin. @default always */
  readonly beforeWave?: (wave: readonly StackName[]) => Promise<boolean>;
  /** Ends the run after the operations that are under way. */
  readonly signal?: AbortSignal;
}

/**
 * Previews every stack of the environment, policy pack included, all at once: a preview changes nothing. A plan that
 * would replace or delete what holds data fails, with every such resource in `refused`.
 */
export async function planFleet(topology: Topology, options: FleetOptions): Promise<readonly StackResult[]> {
  return pMap(waves(topology).flat(), (stack) => run("plan", stack, options), {
    concurrency: options.settings.concurrency,
  });
}

/**
 * Applies every stack, wave by wave. Waves after a failed one, or after one that may not begin, are not begun, so that a
 * fleet is never half of one version in more waves than one.
 */
export async function upFleet(topology: Topology, options: FleetOptions): Promise<readonly StackResult[]> {
  return inWaves("up", waves(topology), options);
}

/** Destroys every stack, last wave first. Protected data stays and is listed in each result's `kept`. */
export async function destroyFleet(topology: Topology, options: FleetOptions): Promise<readonly StackResult[]> {
  return inWaves("destroy", [...waves(topology)].reverse(), options);
}

async function inWaves(
  operation: Operation,
  order: readonly (readonly StackName[])[],
  options: FleetOptions,
): Promise<readonly StackResult[]> {
  const results: StackResult[] = [];
  for (const wave of order) {
    if (options.signal?.aborted === true) break;
    if (operation === "up" && (await options.beforeWave?.(wave)) === false) break;
    results.push(
      ...(await pMap(wave, (stack) => run(operation, stack, options), { concurrency: options.settings.concurrency })),
    );
    if (results.some(({ succeeded }) => !succeeded)) break;
  }
  return results;
}

/** Makes stacks known to the backend, empty, where they are not yet: plain `pulumi preview --stack` wants them. */
export async function ensureStacks(names: readonly StackName[], settings: EngineSettings): Promise<void> {
  const workspace = await LocalWorkspace.create(await workspaceOptions(settings));
  const known = new Set((await workspace.listStacks()).map(({ name }) => name.split("/").at(-1)));
  for (const name of names.map(formatStackName)) {
    if (!known.has(name)) await workspace.createStack(name);
  }
}

async function run(operation: Operation, name: StackName, options: FleetOptions): Promise<StackResult> {
  const { settings, onProgress } = options;
  const stackName = formatStackName(name);
  const journal = new Journal(settings.journalFile);
  const collector = new EventCollector();
  const started = performance.now();
  let done = 0;
  onProgress?.({ stack: stackName, phase: "started", operation });
  await journal.write({ operation, stack: stackName, outcome: "started" });

  const onEvent = (event: EngineEvent): void => {
    const step = collector.take(event);
    if (step === undefined || event.resourcePreEvent !== undefined) return;
    done += 1;
    onProgress?.({ stack: stackName, phase: "step", step, done });
  };
  const providers = await settings.attachProviders?.(name);
  let failure: unknown;
  let kept: readonly KeptResource[] = [];
  let left: readonly StoredResource[] = [];
  try {
    await clearLeftovers(settings, stackName);
    const stack = await openStack(name, options, providers?.variables ?? {});
    try {
      kept = await operate(operation, stack, options, onEvent);
    } finally {
      if (operation === "plan") left = await leftOut(stack, collector);
    }
  } catch (error) {
    failure = error;
  } finally {
    await providers?.close();
  }

  const collected = collector.collected();
  const refused =
    operation === "plan" && options.dataLoss !== "allowed" ? dataLosses(stackName, collected.steps, left) : [];
  const errors = errorsOf(collected, refused, failure);
  const result: StackResult = {
    ...collected,
    errors,
    stack: stackName,
    operation,
    succeeded: failure === undefined && errors.length === 0 && refused.length === 0 && !blocking(collected),
    seconds: (performance.now() - started) / 1000,
    kept,
    refused,
  };
  const outcome = result.succeeded ? "succeeded" : "failed";
  await journal.write({ operation, stack: stackName, outcome, counts: result.counts, seconds: result.seconds });
  onProgress?.({ stack: stackName, phase: "finished", result });
  return result;
}

/** Errors as the operator reads them: what the guard or the policy pack says is not said once more by the engine. */
function errorsOf(collected: Collected, refused: readonly DataLoss[], failure: unknown): readonly string[] {
  if (refused.length > 0) return errorsBesides(refused, collected.errors);
  if (failure === undefined || collected.errors.length > 0 || blocking(collected)) return collected.errors;
  return [tell(failure)];
}

async function operate(
  operation: Operation,
  stack: Stack,
  { settings, signal }: FleetOptions,
  onEvent: (event: EngineEvent) => void,
): Promise<readonly KeptResource[]> {
  const common = { onEvent, ...(signal === undefined ? {} : { signal }) };
  const packs = [...settings.policyPacks];
  switch (operation) {
    case "plan":
      await stack.preview({ ...common, policyPacks: packs });
      return [];
    case "up":
      await stack.up({ ...common, policyPacks: packs });
      return [];
    case "destroy":
      await stack.destroy({ ...common, excludeProtected: true });
      return keptResources(stack);
  }
}

/** The part of an exported deployment that is read here (pulumi/sdk/go/common/apitype, `DeploymentV3`). */
const deploymentShape = z.object({
  resources: z
    .array(
      z.object({
        type: z.string(),
        urn: z.string(),
        id: z.string().optional(),
        custom: z.boolean().optional(),
        protect: z.boolean().optional(),
        /** Already replaced, and only waiting to be deleted. */
        delete: z.boolean().optional(),
      }),
    )
    .default([]),
});

/** Resources in the stack's state that its program no longer has, which a plan that got as far as deleting leaves. */
async function leftOut(stack: Stack, collector: EventCollector): Promise<readonly StoredResource[]> {
  if (!collector.collected().steps.some(({ op }) => op === "delete")) return [];
  const stored = await storedResources(stack);
  return stored.filter((resource) => resource.delete !== true && !collector.registered.has(resource.urn));
}

async function storedResources(stack: Stack): Promise<z.infer<typeof deploymentShape>["resources"]> {
  return deploymentShape.parse((await stack.exportStack()).deployment).resources;
}

async function keptResources(stack: Stack): Promise<readonly KeptResource[]> {
  return (await storedResources(stack))
    .filter(({ custom, type }) => custom === true && !type.startsWith("pulumi:"))
    .map(({ type, urn, id, protect }) => ({ protected: protect === true, type, name: urnName(urn), id: id ?? "" }));
}

function blocking({ violations }: Collected): boolean {
  return violations.some(({ level }) => level === "mandatory");
}

/** How the Automation API finds the project, the engine and its settings. */
export async function workspaceOptions(
  settings: EngineSettings,
  extra: Readonly<Record<string, string>> = {},
): Promise<{
  workDir: string;
  envVars: Record<string, string>;
  secretsProvider: string;
  pulumiCommand: PulumiCommand;
}> {
  return {
    workDir: settings.projectFolder,
    envVars: { ...settings.variables, ...extra },
    secretsProvider: settings.secretsProvider,
    pulumiCommand: await PulumiCommand.get({ root: settings.engineRoot, skipVersionCheck: true }),
  };
}

async function openStack(
  name: StackName,
  { settings, program }: FleetOptions,
  extra: Readonly<Record<string, string>>,
): Promise<Stack> {
  return LocalWorkspace.createOrSelectStack(
    { stackName: formatStackName(name), projectName: PROJECT, program: program(name) },
    await workspaceOptions(settings, extra),
  );
}

/**
 * How long a lock of a living process is waited for, milliseconds: an engine whose orchestrator was killed ends by
 * itself, when it finds its program and its providers gone, and writes its state first.
 */
const LOCK_WAIT_MS = 90_000;
const LOCK_POLL_MS = 500;

/**
 * Takes away what a killed run left of a stack in the backend, once nobody changes it any more.
 * @throws Error naming who holds the stack's lock for longer than an orphaned engine lives.
 */
async function clearLeftovers({ variables }: EngineSettings, stackName: string): Promise<void> {
  const backend = variables["PULUMI_BACKEND_URL"] ?? "";
  const locks = (): Promise<readonly HeldLock[]> => breakDeadLocks(backend, PROJECT, stackName);
  const until = performance.now() + LOCK_WAIT_MS;
  let held = await locks();
  while (held.length > 0 && performance.now() < until) {
    await setTimeout(LOCK_POLL_MS);
    held = await locks();
  }
  if (held.length === 0) {
    await dropTornSidecars(backend, PROJECT, stackName);
    return;
  }
  const owners = held.map(({ owner, since }) => `${owner} since ${since}`).join(", ");
  throw new Error(`${stackName} is being changed by ${owners}: wait for it to end, or stop it`);
}

/** The line that says most of an engine's failure: its own `error:`, else the first that is not empty. */
function tell(failure: unknown): string {
  const text = failure instanceof Error ? failure.message : String(failure);
  const lines = text.split("\n").map((line) => line.trim());
  const said = lines.find((line) => line.startsWith("error: "))?.slice("error: ".length);
  return said ?? lines.find((line) => line !== "") ?? "the engine failed without a message";
}

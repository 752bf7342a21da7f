import type { Inputs } from "@pulumi/pulumi";
import type { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { createRequire } from "node:module";
import { ProviderError } from "../failures";

/** What the work inside one `Construct` may use. */
export interface Session {
  /** The program's inputs, as outputs where they depend on something. */
  readonly inputs: Inputs;
  /** Turns a component's outputs into what the engine reads, with the URNs each depends on. */
  readonly serialize: (
    label: string,
    outputs: Inputs,
  ) => Promise<{ readonly state: Record<string, unknown>; readonly dependencies: ReadonlyMap<string, string[]> }>;
  /** Waits until the engine has answered every registration. */
  readonly settled: () => Promise<void>;
}

/**
 * The parts of Pulumi's Node runtime that its own provider server (`@pulumi/pulumi/provider/server`) uses for
 * `Construct` and that its public types leave out. They come with the locked version of the package.
 */
interface Runtime {
  readonly state: { withLocalStorage<T>(work: () => Promise<T>): Promise<T> };
  readonly settings: {
    resetOptions(
      project: string,
      stack: string,
      parallel: number,
      engine: string,
      monitor: string,
      preview: boolean,
      organization: string,
    ): void;
    awaitFeatureSupport(): Promise<void>;
    waitForRPCs(): Promise<void>;
  };
  readonly config: { setAllConfig(values: Record<string, string>, secretKeys: string[]): void };
  readonly rpc: {
    serializeResourceProperties(
      label: string,
      props: Inputs,
    ): Promise<[Record<string, unknown>, Map<string, Set<{ urn: { promise(): Promise<string> } }>>]>;
  };
  readonly server: { deserializeInputs(inputs: Struct | undefined, dependencies: unknown): Promise<Inputs> };
}

const load = createRequire(__filename);
const runtime: Runtime = {
  state: load("@pulumi/pulumi/runtime/state") as Runtime["state"],
  settings: load("@pulumi/pulumi/runtime/settings") as Runtime["settings"],
  config: load("@pulumi/pulumi/runtime/config") as Runtime["config"],
  rpc: load("@pulumi/pulumi/runtime/rpc") as Runtime["rpc"],
  server: load("@pulumi/pulumi/provider/server") as Runtime["server"],
};

/**
 * Runs the work of one `Construct` with a runtime of its own, tied to the engine that asked: several stacks' components
 * may be built in one process at once, each with its own monitor, stack name and config.
 */
export function isolated<T>(
  request: ConstructRequest,
  engine: string,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  return runtime.state.withLocalStorage(async () => {
    if (engine === "") throw new ProviderError("the engine has not said where it listens");
    runtime.settings.resetOptions(
      request.getProject(),
      request.getStack(),
      request.getParallel(),
      engine,
      request.getMonitorendpoint(),
      request.getDryrun(),
      request.getOrganization(),
    );
    await runtime.settings.awaitFeatureSupport();
    const config = [...(request.getConfigMap().entries() as unknown as Iterable<[string, string]>)];
    runtime.config.setAllConfig(Object.fromEntries(config), request.getConfigsecretkeysList());
    const settled = (): Promise<void> => runtime.settings.waitForRPCs();
    try {
      const inputs = await runtime.server.deserializeInputs(request.getInputs(), request.getInputdependenciesMap());
      return await work({ inputs, serialize, settled });
    } catch (error) {
      // The engine goes away when one child fails; the others' registrations then fail too, after this one is told.
      // Nobody else waits for them, and an error nobody waits for would end the process that serves other stacks.
      settled().catch(() => undefined);
      throw error;
    }
  });
}

async function serialize(label: string, outputs: Inputs): ReturnType<Session["serialize"]> {
  const [state, resources] = await runtime.rpc.serializeResourceProperties(label, outputs);
  const dependencies = new Map<string, string[]>();
  for (const [key, set] of resources) {
    dependencies.set(key, await Promise.all([...set].map((resource) => resource.urn.promise())));
  }
  return { state, dependencies };
}

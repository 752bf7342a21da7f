import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceOutputsRequest, RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import type { ReadResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import type { ResourceInvokeRequest } from "@pulumi/pulumi/proto/resource_pb";
import type { GraphNode } from "./graph";
import { makeLean } from "./lean";
import { UNKNOWN } from "../../aws/value";
import type { Properties, Value } from "../../aws/value";

/**
 * The parts of Pulumi's Node runtime that its Automation API uses to run an inline program and that its public types
 * leave out. They come with the locked version of the package.
 */
interface Runtime {
  readonly state: {
    withLocalStorage<T>(work: () => Promise<T>): Promise<T>;
    getStore(): Record<string, unknown>;
  };
  readonly settings: {
    setMockOptions(monitor: Monitor, project: string, stack: string, preview: boolean, organization: string): void;
    waitForRPCs(): Promise<void>;
  };
}

const load = createRequire(__filename);
const runtime: Runtime = {
  state: load("@pulumi/pulumi/runtime/state") as Runtime["state"],
  settings: load("@pulumi/pulumi/runtime/settings") as Runtime["settings"],
};

/** What the engine can do; the monitor does as much of it as a recording needs. */
const FEATURES = {
  supportsSecrets: true,
  supportsResourceReferences: true,
  supportsOutputValues: false,
  supportsDeletedWith: true,
  supportsReplaceWith: true,
  supportsAliasSpecs: true,
  supportsTransforms: false,
  supportsParameterization: true,
  supportsResourceHooks: true,
  supportsErrorHooks: true,
};

/** A resource that the program registers, as far as its answer depends on it. */
export type Asked = Pick<GraphNode, "type" | "name" | "urn" | "region" | "inputs">;

/** What a provider would give a new resource: its id, and outputs beside the inputs. */
export interface Answered {
  readonly id?: string;
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface RecordSettings {
  readonly project: string;
  readonly stack: string;
  /** Outputs of other stacks, by full name, where a program needs more than a stand-in. */
  readonly references?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /**
   * Identifiers that AWS would give, e.g. a key's ARN, so that a document that names them is known.
   * @default none: what only AWS knows stays unknown
   */
  readonly answer?: (asked: Asked) => Answered | undefined;
  /** Lets the runtime take the traces that its messages need, which is much slower. @default false, unless the program fails */
  readonly traces?: boolean;
}

/**
 * Runs a program as a preview of a stack that does not exist yet, and gives every resource that it registers. No engine,
 * no provider and no AWS: what only AWS knows stays unknown. One at a time: the process's handlers are its own meanwhile.
 * @throws AggregateError with all that failed in the program, also inside an un-awaited `apply`.
 */
export async function recordStack(
  program: () => Promise<unknown>,
  settings: RecordSettings,
): Promise<readonly GraphNode[]> {
  const lean = await run(program, settings, { traces: settings.traces ?? false });
  if (lean.errors.length === 0) return lean.nodes;
  // It failed: what for is told by a second run, which takes the time to note where.
  const { errors, nodes } = await run(program, settings, { traces: true });
  const [first, ...more] = errors;
  if (more.length > 0) throw new AggregateError(errors, errors.map(String).join("\n"));
  if (first !== undefined) throw first;
  return nodes;
}

interface Run {
  readonly nodes: readonly GraphNode[];
  readonly errors: readonly Error[];
}

/** @param options.traces whether the runtime takes the traces that its messages need; without them it is much faster. */
function run(
  program: () => Promise<unknown>,
  settings: RecordSettings,
  { traces }: { readonly traces: boolean },
): Promise<Run> {
  return runtime.state.withLocalStorage(async () => {
    const monitor = new Monitor(settings);
    runtime.settings.setMockOptions(monitor, settings.project, settings.stack, true, "organization");
    Object.assign(runtime.state.getStore(), FEATURES);
    const errors: Error[] = [];
    const rejected = (reason: unknown): void => void errors.push(asError(reason));
    const listeners = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", rejected);
    const restore = traces ? undefined : makeLean();
    try {
      await pulumi.runtime.runInPulumiStack(program);
    } catch (error) {
      errors.push(asError(error));
    } finally {
      await settled(monitor);
      restore?.();
      process.off("unhandledRejection", rejected);
      for (const listener of listeners) process.on("unhandledRejection", listener);
    }
    return { nodes: monitor.nodes, errors: [...new Set([...monitor.errors, ...errors])] };
  });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** Waits until a whole turn of the event loop brings nothing new: an `apply` may register after the last answer. */
async function settled(monitor: Monitor): Promise<void> {
  let before = -1;
  while (before !== monitor.calls) {
    before = monitor.calls;
    await runtime.settings.waitForRPCs();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

type Callback = (error: unknown, response?: object) => void;

/** As much of a protobuf Struct as the runtime reads of an answer. */
interface Answer {
  toJavaScript(): Record<string, unknown>;
}

/** Stands in for the engine's resource monitor: takes requests down, answers as a preview of new resources would. */
class Monitor {
  readonly nodes: GraphNode[] = [];
  readonly errors: Error[] = [];
  /** Requests so far. */
  calls = 0;
  private readonly regions = new Map<string, string>();
  private readonly urns = new Set<string>();

  constructor(private readonly settings: RecordSettings) {}

  registerResource(request: RegisterResourceRequest, callback: Callback): void {
    this.calls += 1;
    const type = request.getType();
    const name = request.getName();
    const parent = request.getParent();
    const urn = this.once(this.urn(parent, type, name));
    const raw = (request.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>;
    const inputs = properties(raw);
    const provider = withoutId(request.getProvider());
    if (type.startsWith("pulumi:providers:")) this.regions.set(urn, asText(inputs["region"]));
    const region = asText(inputs["region"]) || (this.regions.get(provider) ?? "");
    this.nodes.push({
      stack: this.settings.stack,
      urn,
      type,
      name,
      region,
      inputs,
      parent,
      protect: request.getProtect() ?? false,
      retainOnDelete: request.getRetainondelete() ?? false,
      ignoreChanges: request.getIgnorechangesList(),
      provider,
      dependencies: request.getDependenciesList(),
      uses: usesOf(request),
      custom: request.getCustom(),
    });
    // Also of a component that another process makes, such as awsx's VPC: its outputs are all that the program sees.
    const made = request.getCustom() || request.getRemote();
    const given = made ? this.settings.answer?.({ type, name, urn, region, inputs }) : undefined;
    const answer: Answer = {
      toJavaScript: () => (given === undefined ? (request.getRemote() ? {} : raw) : { ...raw, ...given.outputs }),
    };
    callback(null, {
      getUrn: () => urn,
      // A provider must have an id, since resources refer to it; any other id is known only after the update.
      getId: () => (type.startsWith("pulumi:providers:") ? "recorded" : (given?.id ?? "")),
      getObject: () => answer,
      getPropertydependenciesMap: () => undefined,
      getResult: () => 0,
    });
  }

  /** Another stack's outputs: those given, else none, as before that stack's first update. */
  readResource(request: ReadResourceRequest, callback: Callback): void {
    this.calls += 1;
    const urn = this.once(this.urn(request.getParent(), request.getType(), request.getName()));
    const inputs = (request.getProperties()?.toJavaScript() ?? {}) as Record<string, unknown>;
    const outputs = this.settings.references?.[String(inputs["name"])] ?? {};
    callback(null, {
      getUrn: () => urn,
      getProperties: () => ({ toJavaScript: () => ({ ...inputs, outputs, secretOutputNames: [] }) }),
    });
  }

  /** The engine takes each URN once. */
  private once(urn: string): string {
    if (this.urns.has(urn)) this.errors.push(new Error(`duplicate resource URN ${urn}: give it a name of its own`));
    this.urns.add(urn);
    return urn;
  }

  invoke(request: ResourceInvokeRequest, callback: Callback): void {
    this.calls += 1;
    const problem = new Error(`${this.settings.stack} calls ${request.getTok()}: only AWS can answer that`);
    this.errors.push(problem);
    callback(problem);
  }

  registerResourceOutputs(_request: RegisterResourceOutputsRequest, callback: Callback): void {
    this.calls += 1;
    callback(null, {});
  }

  registerPackage(_request: unknown, callback: Callback): void {
    callback(null, { getRef: () => "recorded" });
  }

  supportsFeature(_request: unknown, callback: Callback): void {
    callback(null, { getHassupport: () => true });
  }

  /** As the engine spells it: types of all ancestors but the stack, joined by `$`. */
  private urn(parent: string, type: string, name: string): string {
    const above = parent.split("::")[2] ?? "";
    const qualified = above === "" || above === "pulumi:pulumi:Stack" ? type : `${above}$${type}`;
    return `urn:pulumi:${this.settings.stack}::${this.settings.project}::${qualified}::${name}`;
  }
}

function asText(value: Value): string {
  return typeof value === "string" ? value : "";
}

/** A provider reference is `<urn>::<id>`. */
function withoutId(reference: string): string {
  return reference === "" ? "" : reference.slice(0, reference.lastIndexOf("::"));
}

function usesOf(request: RegisterResourceRequest): Readonly<Record<string, readonly string[]>> {
  const uses: Record<string, readonly string[]> = {};
  request.getPropertydependenciesMap().forEach((dependencies, property) => {
    const urns = dependencies.getUrnsList();
    if (urns.length > 0) uses[property] = urns;
  });
  return uses;
}

// The runtime's marks of special values. Source: @pulumi/pulumi/runtime/rpc.js, `special*Sig` and `unknownValue`.
const MARK = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
const UNKNOWN_ON_THE_WIRE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function properties(raw: Readonly<Record<string, unknown>>): Properties {
  const clear: Record<string, Value> = {};
  for (const key in raw) clear[key] = value(raw[key]);
  return clear;
}

function value(raw: unknown): Value {
  if (raw === UNKNOWN_ON_THE_WIRE) return UNKNOWN;
  if (raw === null || typeof raw === "boolean" || typeof raw === "number" || typeof raw === "string") return raw;
  if (Array.isArray(raw)) return raw.map(value);
  if (typeof raw !== "object") return undefined;
  const block = raw as Readonly<Record<string, unknown>>;
  switch (block[MARK]) {
    case undefined:
      return properties(block);
    case SECRET:
      return value(block["value"]);
    case RESOURCE:
      return value(block["urn"]);
    case ASSET:
    case ARCHIVE:
      return { asset: digestOf(block) };
    default:
      return UNKNOWN;
  }
}

/** Digests of long texts: the same program's text goes to every region. */
const digests = new Map<string, string>();

/** A digest of an asset's text and names; files and folders count by their paths. */
function digestOf(asset: unknown): string {
  if (typeof asset === "string") {
    const known = digests.get(asset);
    if (known !== undefined) return known;
    const digest = createHash("sha256").update(asset).digest("hex");
    digests.set(asset, digest);
    return digest;
  }
  const hash = createHash("sha256");
  // By name: the runtime orders an archive's parts on the way, a recording leaves them as they are.
  for (const [key, part] of Object.entries(asset ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (key === MARK || part === undefined || typeof part === "function") continue;
    hash.update(`${key}\0${digestOf(part)}\0`);
  }
  return hash.digest("hex");
}

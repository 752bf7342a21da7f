import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import type { Alias } from "@pulumi/pulumi/proto/alias_pb";
import type { RegisterResourceOutputsRequest, RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import type { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { fakeOutputs } from "./outputs";

/** One resource as the engine was asked to register it: what mocks alone do not show is read from the request. */
export interface Recorded {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly remote: boolean;
  /** Inputs in the clear; which of them are secret stands in `secretInputs`. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly secretInputs: readonly string[];
  /** URN of the parent; the stack's own for a resource without one. */
  readonly parent: string;
  /** `<type> <name>` of the parent. */
  readonly parentLabel: string;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  /** Provider reference `<urn>::<id>`, or empty when a default provider would be used. */
  readonly provider: string;
  /** Providers given to a component, by package. */
  readonly providers: Readonly<Record<string, string>>;
  readonly aliases: readonly string[];
  /** URNs of all that it waits for: `dependsOn` and inputs. */
  readonly dependencies: readonly string[];
  readonly version: string;
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  readonly deleteBeforeReplace: boolean;
  readonly additionalSecretOutputs: readonly string[];
  /** What `registerOutputs` gave; empty for a component that never called it. */
  outputs: Readonly<Record<string, unknown>>;
}

/** A function of a provider that the program called. */
export interface RecordedInvoke {
  readonly token: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly provider: string;
}

type Values = Record<string, unknown>;
type Announced = Values | ((inputs: Values) => Values);

export interface RecordOptions {
  /** Answers by token, e.g. `"aws:ssm/getParameter:getParameter"`. A call that is not announced here is an error. */
  readonly invokes?: Readonly<Record<string, Announced>>;
  /** Outputs by type, laid over the plausible ones. */
  readonly outputs?: Readonly<Record<string, (inputs: Values, name: string) => Values>>;
  /** Region of the explicit AWS provider. @default "us-east-1" */
  readonly region?: string;
  /** @default false */
  readonly preview?: boolean;
}

/** What the program under test is given. */
export interface Harness {
  readonly aws: aws.Provider;
  /** Options for the component under test: the explicit aws and awsx providers, inherited by all children. */
  readonly opts: pulumi.ComponentResourceOptions & { readonly providers: Record<string, pulumi.ProviderResource> };
}

/** Everything one program registered and called. */
export class Recording<T = unknown> {
  constructor(
    /** What the program returned. */
    readonly result: T,
    /** In order of registration, without the stack and without the explicit providers. */
    readonly resources: readonly Recorded[],
    readonly providers: readonly Recorded[],
    readonly invokes: readonly RecordedInvoke[],
    readonly stackUrn: string,
  ) {}

  /** Resources of a type, e.g. `aws:s3/bucket:Bucket`. */
  all(type: string): readonly Recorded[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  /** The one resource of a type (and name). Fails when there is none or more than one. */
  only(type: string, name?: string): Recorded {
    const found = this.all(type).filter((resource) => name === undefined || resource.name === name);
    const [first] = found;
    assert.ok(
      first !== undefined && found.length === 1,
      `want one ${type} ${name ?? ""}, got ${found.length}: ${found.map((resource) => resource.name).join(", ")}; all:\n${this.snapshot().join("\n")}`,
    );
    return first;
  }

  /** Direct children of a resource. */
  children(parent: Recorded): readonly Recorded[] {
    return this.resources.filter((resource) => resource.parent === parent.urn);
  }

  /** Names of the resources that one waits for. */
  dependencies(resource: Recorded): readonly string[] {
    return resource.dependencies.map((urn) => urn.split("::").at(-1) ?? urn).sort();
  }

  /**
   * One line a resource, sorted: `type name < parent's name`, then marks (`protect`, `retain`, `no provider`, aliases,
   * ignored changes). Compared as a whole, so that a lost parent, protection or provider shows as a difference.
   */
  snapshot(): readonly string[] {
    return this.resources
      .map((resource) => {
        const marks = [
          resource.protect ? "protect" : "",
          resource.retainOnDelete ? "retain" : "",
          resource.custom && resource.provider === "" ? "no provider" : "",
          resource.aliases.length > 0 ? `aliases=${resource.aliases.join(",")}` : "",
          resource.ignoreChanges.length > 0 ? `ignores=${resource.ignoreChanges.join(",")}` : "",
          resource.deleteBeforeReplace ? "delete-before-replace" : "",
        ].filter((mark) => mark !== "");
        const parent = resource.parent === this.stackUrn ? "(stack)" : (resource.parentLabel.split(" ")[1] ?? "");
        return [`${resource.type} ${resource.name} < ${parent}`, ...marks].join(" | ");
      })
      .sort();
  }
}

/**
 * Runs a program as a stack and records every resource as the engine would be asked to register it, with its options
 * after inheritance. Resolves when every registration has settled.
 * @throws AggregateError when anything in the program failed, also inside an un-awaited `apply`.
 */
export async function record<T>(
  program: (harness: Harness) => T | Promise<T>,
  options: RecordOptions = {},
): Promise<Recording<T>> {
  const region = options.region ?? "us-east-1";
  const resources: Recorded[] = [];
  const invokes: RecordedInvoke[] = [];
  const errors: unknown[] = [];

  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        const given = clear(inputs) as Values;
        const fake = fakeOutputs({ type, name, inputs: given }, region);
        const more = options.outputs?.[type]?.(given, name) ?? {};
        return { id: typeof more["id"] === "string" ? more["id"] : fake.id, state: { ...fake.state, ...more } };
      },
      call: ({ token, inputs, provider }) => {
        const given = clear(inputs) as Values;
        invokes.push({ token, inputs: given, provider: provider ?? "" });
        const answer = options.invokes?.[token];
        if (answer === undefined) {
          const unannounced = new Error(`the program calls ${token}, which the test did not announce`);
          errors.push(unannounced);
          throw unannounced;
        }
        return typeof answer === "function" ? answer(given) : answer;
      },
    },
    "meridian",
    `test.${region}`,
    options.preview ?? false,
  );
  listen(pulumi.runtime.getMonitor() as unknown as MockMonitor, resources);

  const rejected = (reason: unknown): void => void errors.push(reason);
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", rejected);
  let result: { readonly value: T } | undefined;
  try {
    await pulumi.runtime.runInPulumiStack(async () => {
      const provider = new aws.Provider("aws", { region: region as aws.Region });
      const providers = { aws: provider, awsx: new awsx.Provider("awsx", {}) };
      result = { value: await program({ aws: provider, opts: { providers } }) };
    });
  } catch (error) {
    errors.push(error);
  } finally {
    await settled(resources, invokes);
    process.off("unhandledRejection", rejected);
    for (const listener of listeners) process.on("unhandledRejection", listener);
  }
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1 || result === undefined) throw new AggregateError(errors, errors.map(String).join("\n"));

  const isProvider = (resource: Recorded): boolean => resource.type.startsWith("pulumi:providers:");
  const stack = resources.find((resource) => resource.type === "pulumi:pulumi:Stack");
  return new Recording(
    result.value,
    resources.filter((resource) => resource !== stack && !isProvider(resource)),
    resources.filter(isProvider),
    invokes,
    stack?.urn ?? "",
  );
}

/**
 * Every resource belongs to something that the program made (only `roots`, by default one, hang from the stack), every
 * AWS resource and AWS call goes through the explicit provider, and every component lists its outputs.
 */
export function assertEveryChildIsOwned(recording: Recording, roots = 1): void {
  const problems: string[] = [];
  const orphans = recording.resources.filter((resource) => resource.parent === recording.stackUrn);
  if (orphans.length !== roots) {
    problems.push(
      `want ${roots} without a parent, got ${orphans.map(({ type, name }) => `${type} ${name}`).join(", ")}`,
    );
  }
  const explicit = new Set(recording.providers.map((provider) => provider.urn));
  const isExplicit = (reference: string): boolean => explicit.has(reference.slice(0, reference.lastIndexOf("::")));
  for (const resource of recording.resources) {
    const label = `${resource.type} ${resource.name}`;
    if (resource.custom && !isExplicit(resource.provider)) problems.push(`${label}: no explicit provider`);
    if (resource.remote) {
      const own = resource.type.split(":")[0] ?? "";
      for (const wanted of new Set(["aws", own])) {
        if (!isExplicit(inheritedProvider(recording, resource, wanted)))
          problems.push(`${label}: no explicit ${wanted} provider`);
      }
    }
    if (!resource.custom && !resource.remote && Object.keys(resource.outputs).length === 0)
      problems.push(`${label}: registers no outputs`);
  }
  for (const invoke of recording.invokes) {
    if (!isExplicit(invoke.provider)) problems.push(`call of ${invoke.token}: no explicit provider`);
  }
  assert.deepEqual(problems, []);
}

/** A component's provider of a package: its own or, as the engine hands them down, the nearest ancestor's. */
function inheritedProvider(recording: Recording, resource: Recorded, wanted: string): string {
  for (let at: Recorded | undefined = resource; at !== undefined;) {
    const reference = at.providers[wanted];
    if (reference !== undefined) return reference;
    const { parent }: Recorded = at;
    at = recording.resources.find(({ urn }) => urn === parent);
  }
  return "";
}

function listen(monitor: MockMonitor, resources: Recorded[]): void {
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = async (request: RegisterResourceRequest, callback): Promise<void> => {
    await register(request, (error: unknown, response: { getUrn(): string } | undefined) => {
      if (response !== undefined) resources.push(read(request, response.getUrn()));
      callback(error, response);
    });
  };
  const registerOutputs = monitor.registerResourceOutputs.bind(monitor);
  monitor.registerResourceOutputs = (request: OutputsRequest, callback): void => {
    const { urn, outputs } = readOutputs(request);
    const resource = resources.find((candidate) => candidate.urn === urn);
    if (resource !== undefined) resource.outputs = outputs;
    registerOutputs(request, callback);
  };
}

type OutputsRequest = Pick<RegisterResourceOutputsRequest, "getUrn" | "getOutputs">;

function readOutputs(request: OutputsRequest): { urn: string; outputs: Values } {
  const outputs = request.getOutputs();
  return { urn: request.getUrn(), outputs: outputs === undefined ? {} : (clear(outputs.toJavaScript()) as Values) };
}

function read(request: RegisterResourceRequest, urn: string): Recorded {
  const raw = (request.getObject()?.toJavaScript() ?? {}) as Values;
  const parent = request.getParent();
  const [, , parentType = "", parentName = ""] = parent.split("::");
  return {
    urn,
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    remote: request.getRemote(),
    inputs: clear(raw) as Values,
    secretInputs: Object.keys(raw).filter((key) => holdsSecret(raw[key])),
    parent,
    parentLabel: `${parentType.split("$").at(-1) ?? ""} ${parentName}`,
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    provider: request.getProvider(),
    providers: Object.fromEntries(request.getProvidersMap().toArray()),
    aliases: request
      .getAliasesList()
      .map(spellAlias)
      .filter((alias) => !isOfTheSdk(alias, request.getType())),
    dependencies: request.getDependenciesList(),
    version: request.getVersion(),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    outputs: {},
  };
}

function spellAlias(alias: Alias): string {
  if (alias.hasUrn()) return alias.getUrn();
  const { name = "", type = "", parenturn = "" } = alias.getSpec()?.toObject() ?? {};
  return [type && `type:${type}`, name && `name:${name}`, name === "" && type === "" && `parent:${parenturn}`]
    .filter((part) => part !== "" && part !== false)
    .join(" ");
}

/** Provider SDKs alias each resource to the former names of its own type; those are not the program's doing. */
function isOfTheSdk(alias: string, type: string): boolean {
  return alias.startsWith(`type:${type.split(":")[0] ?? ""}:`) && !alias.includes("name:");
}

// The runtime's mark of a special value (sdk/nodejs/runtime/rpc.ts: specialSigKey, specialSecretSig, specialResourceSig).
const MARK = "4dabf18193072939515e22adb298388d";
const SECRET_MARK = "1b47061264138c4ac30d75fd1eb44270";
const RESOURCE_MARK = "5cf8f73096256a8f31e491e813e4eb8e";

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null;
}

/** The value without secret wrappers; a resource reference becomes its URN. */
function clear(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clear);
  if (!isObject(value)) return value;
  if (pulumi.asset.Asset.isInstance(value) || pulumi.asset.Archive.isInstance(value)) return value;
  if (value[MARK] === SECRET_MARK) return clear(value["value"]);
  if (value[MARK] === RESOURCE_MARK) return value["urn"];
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, clear(inner)]));
}

function holdsSecret(value: unknown): boolean {
  if (!isObject(value)) return false;
  return value[MARK] === SECRET_MARK || Object.values(value).some(holdsSecret);
}

/**
 * Waits until nothing is under way. An `apply` may start a registration after the last one ended, so the wait ends only
 * after a whole turn of the event loop in which nothing new came.
 */
async function settled(resources: readonly unknown[], invokes: readonly unknown[]): Promise<void> {
  let before = -1;
  while (before !== resources.length + invokes.length) {
    before = resources.length + invokes.length;
    await (pulumi.runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

import { ProviderError } from "./failures";
import type { Mode, ServiceTable, TypeDefinition } from "./aws/define";
import { services } from "./aws/services";

/** One line of the table: what stands behind a type. */
export interface TypeLine {
  /** Pulumi's type token. */
  readonly type: string;
  /** AWS service, or `kubernetes`. */
  readonly service: string;
  readonly mode: Mode;
}

const definitions = new Map<string, TypeDefinition & { readonly service: string }>(
  Object.entries(services).flatMap(([service, table]: [string, ServiceTable]) =>
    Object.entries(table).map(([type, definition]) => [type, { ...definition, service }] as const),
  ),
);

/** Every type of AWS that the local provider carries, sorted by token. Kubernetes objects are simulated, whatever their kind. */
export function typeTable(): readonly TypeLine[] {
  return [...definitions]
    .map(([type, { service, mode }]) => ({ type, service, mode }))
    .sort((a, b) => (a.type < b.type ? -1 : 1));
}

/**
 * What stands behind a type: `emulated` (real calls to the emulator), `validated` (the request held to AWS's model, the
 * state simulated) or `simulated` (a Kubernetes object, held to its published schema).
 * @returns nothing for a type that the provider does not carry
 */
export function modeOf(type: string): Mode | undefined {
  if (type.startsWith("kubernetes:")) return "simulated";
  return definitions.get(type)?.mode;
}

/**
 * All that is known about a type.
 * @throws ProviderError naming the type and the place for it
 */
export function awsType(type: string): TypeDefinition {
  const definition = definitions.get(type);
  if (definition !== undefined) return definition;
  const module = type.split(":")[1]?.split("/")[0] ?? "";
  // A service's file may carry the types of several modules of the SDK, e.g. emr.ts those of emrserverless.
  const carrier = [...definitions].find(([known]) => known.startsWith(`aws:${module}/`))?.[1].service ?? module;
  throw new ProviderError(
    `the local provider does not know the type ${type}: write what AWS is asked for in aws/${carrier}/requests.ts, and ` +
      `what the local cloud does in local/provider/aws/services/${carrier}.ts`,
  );
}

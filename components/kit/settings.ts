import * as pulumi from "@pulumi/pulumi";
import type { ProgramSettings, Setting, ValueOf } from "../../contracts/settings/setting";
import type { Grant } from "./grant";

/** Values of a program's settings, any of which may be known only later; those left out or undefined are not set. */
export type SettingInputs<S> = { readonly [K in keyof S]?: pulumi.Input<NonNullable<ValueOf<S[K]>>> | undefined };

/** Settings that name a thing, by the grant for it: a setting cannot name a thing that the program has no grant for. */
export type SettingGrants<S> = { readonly [K in keyof S]?: Pick<Grant, "address"> };

/**
 * The environment of a program, by the schema that the program reads it with.
 * @param grants of the things that settings name.
 * @example environmentOf(verifierSettings, { region: scope.region }, { intakeQueueUrl: queue.allowConsume() })
 */
export function environmentOf<S extends { readonly [K in keyof S]: Setting<unknown> }>(
  settings: ProgramSettings<S>,
  values: SettingInputs<S>,
  grants: SettingGrants<S> = {},
): Record<string, pulumi.Input<string>> {
  const variables: Record<string, pulumi.Input<string>> = {};
  for (const name of Object.keys(values) as (keyof S & string)[]) {
    const value = values[name];
    if (value === undefined) continue;
    const format = (known: unknown): string => settings.format(name, known as ValueOf<S[typeof name]>);
    variables[settings.variableOf(name)] = isPending(value) ? pulumi.output(value).apply(format) : format(value);
  }
  for (const name of Object.keys(grants) as (keyof S & string)[]) {
    const grant = grants[name];
    if (grant !== undefined) variables[settings.variableOf(name)] = grant.address;
  }
  return variables;
}

function isPending(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

import * as pulumi from "@pulumi/pulumi";
import type { ProgramSettings, Setting, ValueOf } from "../../contracts/settings/setting";

/** Values of a program's settings, any of which may be known only later; those left out or undefined are not set. */
export type SettingInputs<S> = { readonly [K in keyof S]?: pulumi.Input<NonNullable<ValueOf<S[K]>>> | undefined };

/**
 * The environment of a program, by the schema that the program reads it with.
 * @example environmentOf(verifierSettings, { region: scope.region, intakeQueueUrl: queue.url })
 */
export function environmentOf<S extends { readonly [K in keyof S]: Setting<unknown> }>(
  settings: ProgramSettings<S>,
  values: SettingInputs<S>,
): Record<string, pulumi.Input<string>> {
  const variables: Record<string, pulumi.Input<string>> = {};
  for (const name of Object.keys(values) as (keyof S & string)[]) {
    const value = values[name];
    if (value === undefined) continue;
    const format = (known: unknown): string => settings.format(name, known as ValueOf<S[typeof name]>);
    variables[settings.variableOf(name)] = isPending(value) ? pulumi.output(value).apply(format) : format(value);
  }
  return variables;
}

function isPending(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

import type * as pulumi from "@pulumi/pulumi";

/** A stack's outputs (contracts/outputs) as its program exports them: each value may be known only later. */
export type Exported<T> = { readonly [K in keyof T]: pulumi.Input<T[K]> | ExportedMap<T[K]> };
type ExportedMap<V> =
  V extends Readonly<Record<string, string>> ? { readonly [K in keyof V]: pulumi.Input<V[K]> } : never;

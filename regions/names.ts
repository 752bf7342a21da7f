/**
 * Branded names. A string becomes one of these only through a check, so that a region cannot be passed where a zone is
 * wanted.
 */
declare const brand: unique symbol;
export type Brand<T, B extends string> = T & { readonly [brand]: B };

/** An AWS region code that the catalogue knows, e.g. `eu-west-1`. */
export type RegionName = Brand<string, "RegionName">;
/** A residency zone of the topology, e.g. `eu`: personal data of a zone never leaves its regions. */
export type ZoneName = Brand<string, "ZoneName">;
/** An environment name, e.g. `prod`: the file name of its topology. */
export type EnvironmentName = Brand<string, "EnvironmentName">;
/** A 12-digit AWS account id. */
export type AccountId = Brand<string, "AccountId">;
/** An IPv4 block in CIDR notation, e.g. `10.16.0.0/16`. */
export type Cidr = Brand<string, "Cidr">;

/** AWS partitions: resources of one cannot replicate to another. */
export type Partition = "aws" | "aws-cn" | "aws-us-gov" | "aws-iso" | "aws-iso-b" | "aws-eusc";

/** The Pulumi project, as Pulumi.yaml names it: part of every URN. */
export const PROJECT = "meridian";

/** The stacks of an environment: one before the regions, one for each region, one after them. */
export type StackName =
  | { readonly kind: "foundation"; readonly environment: EnvironmentName }
  | { readonly kind: "region"; readonly environment: EnvironmentName; readonly region: RegionName }
  | { readonly kind: "mesh"; readonly environment: EnvironmentName };

/** Pulumi's stack name: `<env>.foundation`, `<env>.<region>` or `<env>.mesh`. */
export function formatStackName(stack: StackName): string {
  return `${stack.environment}.${stack.kind === "region" ? stack.region : stack.kind}`;
}

import type { DataClass } from "../../contracts/data-class";

/**
 * Where a component stands: enough to name, tag and address everything it creates. Every component takes one.
 */
export interface Scope {
  /** First part of every name, e.g. `meridian`. */
  readonly prefix: string;
  readonly environment: string;
  /** AWS region code. */
  readonly region: string;
  /** AWS partition, for ARNs. */
  readonly partition: string;
  /** 12-digit account id. */
  readonly account: string;
  /** Residency zone of the region, e.g. `eu`. */
  readonly zone: string;
  /** What happens to stored data when its resource is deleted. `disposable` needs both the topology's and the operator's key. */
  readonly data: "retained" | "disposable";
}

/** Tags on every taggable resource; set once, as the provider's default tags. */
export function scopeTags(scope: Scope): Record<string, string> {
  return {
    "meridian:environment": scope.environment,
    "meridian:region": scope.region,
    "meridian:zone": scope.zone,
    "meridian:managed-by": "pulumi",
  };
}

/** The tag that says what a store holds. */
export function dataTags(dataClass: DataClass): Record<string, string> {
  return { "meridian:data-class": dataClass };
}

/** Resource options of a store: protected and kept on delete, unless its data is disposable. */
export function keepData(scope: Scope): { readonly protect: boolean; readonly retainOnDelete: boolean } {
  const keep = scope.data === "retained";
  return { protect: keep, retainOnDelete: keep };
}

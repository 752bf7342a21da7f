import type { Topology } from "../../regions/topology/model";
import type { FleetGraph } from "../graph";

/** How a finding counts: a mandatory one stops, an advisory one warns. */
export type FindingLevel = "mandatory" | "advisory";

/** A broken rule, wherever it was found. */
export interface Finding {
  /** Id in the catalogue, e.g. `S1`. */
  readonly id: string;
  /** The rule's name, e.g. `s3-block-public-access`. */
  readonly rule: string;
  /** What must hold. */
  readonly title: string;
  readonly severity: "low" | "medium" | "high" | "critical";
  readonly level: FindingLevel;
  /** The stack that must change; empty when the topology must. */
  readonly stack: string;
  /** The resource that is wrong; empty when one is missing. */
  readonly urn: string;
  readonly property: string;
  /** What is wrong, where, how to fix. */
  readonly message: string;
}

/** Judges the resources of a whole fleet. */
export interface Judge {
  /** Rules that it asks. */
  readonly rules: number;
  judge(fleet: { readonly graph: FleetGraph; readonly topology: Topology }): readonly Finding[];
}

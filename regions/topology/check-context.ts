import type { RegionInfo } from "../catalogue";
import type { Parts } from "./sections";
import type { TopologyDocument } from "./document";
import type { Draft, DraftRegion, Finding } from "./draft";
import type { FleetSize } from "./model";

/** A region's entry with what the catalogue knows of it. */
export interface KnownRegion extends DraftRegion {
  readonly info: RegionInfo;
}

/** What a check looks at. */
export interface CheckContext {
  readonly draft: Draft;
  readonly document: Pick<TopologyDocument, "lineOf" | "lineOfKey">;
  /** Entries of regions that exist, each once: later checks speak of these. */
  readonly known: readonly KnownRegion[];
  readonly size: FleetSize;
  /** The plans with the size's defaults. */
  readonly parts: Parts;
}

/** One check: everything it finds wrong. Pure. */
export type Check = (context: CheckContext) => readonly Finding[];

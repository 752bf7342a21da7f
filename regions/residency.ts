import { regionInfo } from "./catalogue";
import type { Residency } from "./topology/model";

/** What a residency zone's law asks of its regions. */
export type Law = Residency["law"];

/**
 * Why a region may not hold a zone's personal data; undefined when it may. Under `eu`, only regions in member states of
 * the European Union: London left it in 2020, Zurich never was in it.
 */
export function residencyProblem(region: string, law: Law): string | undefined {
  const info = regionInfo(region);
  if (info === undefined) return `${region} is no region that the catalogue knows`;
  switch (law) {
    case "none":
      return undefined;
    case "eu":
      return info.residency === "eu" ? undefined : `${info.city} is outside the EU`;
  }
}

/** Whether a region may hold the personal data of a zone. */
export function mayHold(residency: Residency, region: string): boolean {
  return residency.regions.some((member) => member === region) && residencyProblem(region, residency.law) === undefined;
}

import type { Topology } from "../../regions/topology/model";

/** One number of the page: what it is, how it comes about, and where its parts are from. */
export interface Line {
  readonly what: string;
  readonly formula: string;
  readonly value: number;
  readonly unit: string;
  readonly source: string;
}

export interface Section {
  readonly title: string;
  readonly lines: readonly Line[];
}

export type Traffic = Topology["traffic"];
/** Where the traffic profile stands. */
export const PROFILE = "`regions/topologies/prod.yaml`, traffic";

/** A number as the page writes it: whole from 100 on, else three digits. */
export function shown(value: number): string {
  if (value !== 0 && Math.abs(value) < 100) return String(Number(value.toPrecision(3)));
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A line of the page. */
export function line(what: string, formula: string, value: number, unit: string, source: string): Line {
  return { what, formula, value, unit, source };
}

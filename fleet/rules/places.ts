import type { Residency, Topology } from "../../regions/topology/model";
import { allRegions } from "../../regions/catalogue";
import { text, texts, type GraphNode, type Value } from "../graph";
import type { Fleet } from "./rule";

const REGION = new RegExp(
  `(?<![a-z0-9])(?:${allRegions()
    .map(({ name }) => name)
    .sort((a, b) => b.length - a.length)
    .join("|")})(?![0-9])`,
  "g",
);

/** AWS regions that a text names: in an ARN, a bucket's name, a host name. */
export function regionsIn(given: string): readonly string[] {
  return given.match(REGION) ?? [];
}

/**
 * Regions that a host name leads to, by the region that the caller is near to: those of the records that share the name,
 * or the one that the name itself speaks of, for every caller (key `""`).
 */
export function regionsOfHost({ graph }: Fleet, host: string): ReadonlyMap<string, string> {
  const [own] = regionsIn(host);
  if (own !== undefined) return new Map([["", own]]);
  return new Map(
    graph.of("aws:route53/record:Record").flatMap(({ inputs }): [string, string][] => {
      const [leads] = regionsIn(text(inputs, "records.0") ?? "");
      return text(inputs, "name") === host && leads !== undefined ? [[text(inputs, "setIdentifier") ?? "", leads]] : [];
    }),
  );
}

/** Every mention of a region in a value, by path. */
export function mentions(value: Value): readonly { readonly path: string; readonly region: string }[] {
  return texts(value).flatMap(({ path, text: found }) => regionsIn(found).map((region) => ({ path, region })));
}

/** The residency zone of a region; undefined for one that is not of the fleet. */
export function zoneOf(topology: Topology, region: string): Residency | undefined {
  return topology.residency.find(({ regions }) => regions.some((member) => member === region));
}

/** Zones that outlive the loss of a region. */
export function zonesOfSeveral({ topology }: Fleet): readonly Residency[] {
  return topology.failover ? topology.residency.filter(({ regions }) => regions.length > 1) : [];
}

/** The region of a bucket of the fleet, by name or ARN; undefined for a bucket that no stack makes. */
export function regionOfBucket({ graph }: Fleet, bucket: string): string | undefined {
  const name = bucket.replace(/^arn:[^:]*:s3:::/, "").split("/", 1)[0];
  return graph.of("aws:s3/bucket:Bucket").find(({ inputs }) => text(inputs, "bucket") === name)?.region;
}

/** The region of an ARN; undefined for none, or for what has no region. */
export function regionOfArn(arn: string | undefined): string | undefined {
  return /^arn:[^:]*:[^:]*:([^:]+):/.exec(arn ?? "")?.[1];
}

/** Data class that a store's tag declares; personal unless it says `technical`. */
export function holdsPersonalData({ inputs }: GraphNode): boolean {
  return text(inputs, "tags.meridian:data-class") !== "technical";
}

import type { RegionPlan, Topology } from "../../regions/topology/model";
import { UNKNOWN, isBlock, show, type FleetGraph, type GraphNode, type StackGraph, type Value } from "../graph";

/** Something that one region has otherwise than the region that all are compared with. */
export interface Difference {
  readonly region: string;
  /** Region it is compared with. */
  readonly against: string;
  readonly type: string;
  readonly name: string;
  /** Dotted path; empty when the resource stands in one of the two only. */
  readonly property: string;
  readonly here: string;
  readonly there: string;
  /** What in the topology asks for it; undefined when nothing does. */
  readonly declared: string | undefined;
}

/**
 * Compares every region's stack with the first one's, after everything that is bound to a region (its name, its zone,
 * its addresses, its account's bucket names) is taken out.
 */
export function parity(topology: Topology, graph: FleetGraph): readonly Difference[] {
  const [first, ...others] = graph.regions;
  if (first === undefined) return [];
  const base = normalised(topology, first);
  return others.flatMap((stack) => compare(topology, stack, normalised(topology, stack), first, base));
}

function compare(
  topology: Topology,
  stack: StackGraph,
  own: ReadonlyMap<string, Normal>,
  first: StackGraph,
  base: ReadonlyMap<string, Normal>,
): readonly Difference[] {
  const region = regionOf(stack);
  const against = regionOf(first);
  const found: Difference[] = [];
  const keys = new Set([...base.keys(), ...own.keys()]);
  for (const key of keys) {
    const here = own.get(key);
    const there = base.get(key);
    const { type, name } = (here ?? there) as Normal;
    const tell = (property: string, mine: string, theirs: string): void => {
      const declared = declaration(topology, { region, against, property, here: mine, there: theirs });
      found.push({ region, against, type, name, property, here: mine, there: theirs, declared });
    };
    if (here === undefined || there === undefined) {
      tell("", here === undefined ? "missing" : "there", there === undefined ? "missing" : "there");
      continue;
    }
    for (const path of new Set([...here.values.keys(), ...there.values.keys()])) {
      const [mine, theirs] = [here.values.get(path) ?? "nothing", there.values.get(path) ?? "nothing"];
      if (mine !== theirs) tell(path, mine, theirs);
    }
  }
  return found;
}

/** Properties that follow from what the topology says of each region by itself. */
const BY_FIGURE: readonly {
  readonly figure: keyof RegionPlan;
  readonly of: (plan: RegionPlan) => unknown;
  readonly fits: (difference: Differing) => boolean;
}[] = [
  { figure: "role", of: ({ role }) => role, fits: ({ property }) => property === "state" },
  {
    figure: "availabilityZones",
    of: ({ availabilityZones }) => availabilityZones.length,
    fits: ({ property }) => /availabilityZone|subnet/i.test(property),
  },
  // Sizes, thresholds and buffers are numbers, and planned from the region's traffic.
  {
    figure: "share",
    of: ({ share, failoverShare }) => `${share} ${failoverShare}`,
    fits: ({ here, there }) => numbersOf(here) !== undefined && numbersOf(here) === numbersOf(there),
  },
];

type Differing = Pick<Difference, "region" | "against" | "property" | "here" | "there">;

function declaration({ regions }: Topology, difference: Differing): string | undefined {
  const here = regions.find(({ name }) => name === difference.region);
  const there = regions.find(({ name }) => name === difference.against);
  if (here === undefined || there === undefined || difference.property === "") return undefined;
  return BY_FIGURE.find(({ of, fits }) => of(here) !== of(there) && fits(difference))?.figure;
}

/** A text with its numbers taken out; nothing for one without numbers. Two that differ in numbers only have the same. */
function numbersOf(text: string): string | undefined {
  const free = text.replace(/\d+(?:\.\d+)?/g, "#");
  return free === text ? undefined : free;
}

interface Normal {
  readonly type: string;
  readonly name: string;
  /** Known values by dotted path. */
  readonly values: ReadonlyMap<string, string>;
}

function normalised(topology: Topology, stack: StackGraph): ReadonlyMap<string, Normal> {
  const region = regionOf(stack);
  const plan = topology.regions.find(({ name }) => name === region);
  const zone = plan?.zone ?? "";
  const take = (text: string): string => {
    // Images come from the home region, whatever region runs them.
    const image = text.includes(".dkr.ecr.") ? text.replaceAll(`-${topology.home}-`, "-<home>-") : text;
    const free = image
      .replaceAll(region, "<region>")
      .replaceAll(region.replaceAll("-", "_"), "<region>")
      .replaceAll(shortOf(region), "<region>")
      .replace(/\b10\.\d+\.\d+\.\d+\/\d+/g, "<block>")
      .replace(/[0-9a-f]{8,64}/g, "<digest>");
    return zone === "" ? free : free.replace(new RegExp(`(?<![a-z0-9])${zone}(?![a-z0-9])`, "g"), "<zone>");
  };
  return new Map(
    stack.nodes
      .filter(({ custom, type }) => custom && !type.startsWith("pulumi:"))
      .map((node) => {
        const name = take(node.name);
        return [`${node.type} ${name}`, { type: node.type, name, values: flat(node, take) }] as const;
      }),
  );
}

/** `ap-southeast-1` -> `apse1`, as short names have it. */
function shortOf(region: string): string {
  return region.replace(/north|south|east|west|central/g, ([first = ""]) => first).replaceAll("-", "");
}

function flat(node: GraphNode, take: (text: string) => string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const walk = (value: Value, path: string): void => {
    if (value === UNKNOWN) values.set(path, show(value));
    else if (typeof value === "string") values.set(path, take(value));
    else if (Array.isArray(value))
      for (const [index, inner] of (value as readonly Value[]).entries()) walk(inner, `${path}.${index}`);
    else if (isBlock(value))
      for (const [key, inner] of Object.entries(value)) walk(inner, path === "" ? take(key) : `${path}.${take(key)}`);
    else if (typeof value === "number" || typeof value === "boolean") values.set(path, String(value));
  };
  walk(node.inputs, "");
  return values;
}

function regionOf({ name }: StackGraph): string {
  return name.kind === "region" ? name.region : "";
}

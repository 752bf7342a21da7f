import type { RegionPlan, Topology } from "../../regions/topology/model";
import { planOf } from "../../stacks/scope";
import { UNKNOWN, buildStackGraph, isBlock, show } from "../graph";
import type { FleetGraph, GraphNode, StackGraph, Value } from "../graph";

/** Something that one region has otherwise than the home region. */
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
  /** What in the topology asks for it; undefined when nothing does, or when the program does not make it. */
  readonly declared: string | undefined;
}

/**
 * Compares every region's stack with the home region's, after everything that is bound to a region (its name, its zone,
 * its addresses) is taken out. A difference is declared when it is gone once the program is given the other region's
 * role, share, availability zones or choice of instance types (what the catalogue leaves of the topology's preference
 * lists), and nothing else.
 */
export async function parity(topology: Topology, graph: FleetGraph): Promise<readonly Difference[]> {
  const first = graph.region(topology.home);
  if (first === undefined) return [];
  const base = normalised(topology, first);
  const found: Difference[] = [];
  for (const stack of graph.regions) {
    if (stack === first) continue;
    const differences = compare(stack, normalised(topology, stack), first, base);
    found.push(...(differences.length === 0 ? [] : await declare(topology, stack, first, differences)));
  }
  return found;
}

type Undeclared = Omit<Difference, "declared">;

function compare(stack: StackGraph, own: Normals, first: StackGraph, base: Normals): readonly Undeclared[] {
  const region = regionOf(stack);
  const against = regionOf(first);
  return [...new Set([...base.keys(), ...own.keys()])].flatMap((key) => {
    const [here, there] = [own.get(key), base.get(key)];
    const { type, name } = (here ?? there) as Normal;
    const paths =
      here === undefined || there === undefined ? [""] : new Set([...here.values.keys(), ...there.values.keys()]);
    return [...paths]
      .map((property) => ({ region, against, type, name, property }))
      .map((place) => ({ ...place, here: look(own, place), there: look(base, place) }))
      .filter((one) => one.here !== one.there);
  });
}

/** What stands at a place: a value, or whether the resource is there at all. */
function look(normals: Normals, { type, name, property }: Pick<Difference, "type" | "name" | "property">): string {
  const found = normals.get(`${type} ${name}`);
  if (property === "") return found === undefined ? "missing" : "there";
  return found?.values.get(property) ?? "nothing";
}

/** What the topology says of each region by itself, beside its name, its zone and its addresses. */
const FIGURES: readonly {
  readonly name: string;
  /** The figure of `from`, as `to` would have it. */
  readonly taken: (from: RegionPlan, to: RegionPlan) => Partial<RegionPlan>;
}[] = [
  { name: "role", taken: ({ role }) => ({ role }) },
  { name: "share", taken: ({ share, failoverShare }) => ({ share, failoverShare }) },
  {
    name: "availabilityZones",
    taken: (from, to) => ({
      availabilityZones: from.availabilityZones.map((zone) => `${to.name}${zone.slice(from.name.length)}`),
    }),
  },
  { name: "instanceTypes", taken: ({ types }) => ({ types }) },
];

/** Says of each difference which figure of the topology makes it: the one without which the program makes none. */
async function declare(
  topology: Topology,
  stack: StackGraph,
  first: StackGraph,
  differences: readonly Undeclared[],
): Promise<readonly Difference[]> {
  const plan = planOf(topology, regionOf(stack));
  const model = planOf(topology, regionOf(first));
  const made = async (change: Partial<RegionPlan>): Promise<Normals> => {
    const regions = topology.regions.map((one) => (one === plan ? { ...plan, ...change } : one));
    const variant = { ...topology, regions };
    return normalised(variant, await buildStackGraph(variant, stack.name));
  };
  const asPlanned = await made({});
  const figures = FIGURES.map(({ name, taken }) => ({ name, change: taken(model, plan) })).filter(({ change }) =>
    Object.entries(change).some(
      ([key, value]) => JSON.stringify(value) !== JSON.stringify(plan[key as keyof RegionPlan]),
    ),
  );
  const all = {
    name: figures.map(({ name }) => name).join(", "),
    change: Object.assign({}, ...figures.map(({ change }) => change)) as object,
  };
  const causes = new Map<Undeclared, string>();
  for (const { name, change } of figures.length > 1 ? [...figures, all] : figures) {
    const open = differences.filter((one) => !causes.has(one) && look(asPlanned, one) === one.here);
    if (open.length === 0) break;
    const without = await made(change);
    for (const one of open) if (look(without, one) === one.there) causes.set(one, name);
  }
  return differences.map((one) => ({ ...one, declared: causes.get(one) }));
}

interface Normal {
  readonly type: string;
  readonly name: string;
  /** Known values by dotted path. */
  readonly values: ReadonlyMap<string, string>;
}

type Normals = ReadonlyMap<string, Normal>;

function normalised(topology: Topology, stack: StackGraph): Normals {
  const region = regionOf(stack);
  const { zone, cidr } = planOf(topology, region);
  const zoneName = new RegExp(`(?<![a-z0-9])${zone}(?![a-z0-9])`, "g");
  const take = (text: string): string => {
    // Images come from the home region, whatever region runs them.
    const image = text.includes(".dkr.ecr.") ? text.replaceAll(`-${topology.home}-`, "-<home>-") : text;
    const free = image
      .replaceAll(region, "<region>")
      .replaceAll(region.replaceAll("-", "_"), "<region>")
      .replaceAll(shortOf(region), "<region>")
      .replace(SUFFIX, "-<digest>")
      .replace(ADDRESS, (address) => withinBlock(address, cidr));
    return free.replace(zoneName, "<zone>");
  };
  return new Map(
    stack.nodes
      .filter(({ custom, type }) => (custom && !type.startsWith("pulumi:")) || type.startsWith("awsx:"))
      .map((node) => {
        const name = take(node.name);
        return [`${node.type} ${name}`, { type: node.type, name, values: flat(node, take) }] as const;
      }),
  );
}

/** End of a name that tells versions of a thing apart by its content, which holds the region's own names. */
const SUFFIX = /-[0-9a-f]{8}$/;
const ADDRESS = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g;

/** An address of the region's own block as its distance from the block's start; any other as it is. */
function withinBlock(address: string, block: string): string {
  const [start = "", bits = "32"] = block.split("/");
  const distance = asNumber(address) - asNumber(start);
  return distance >= 0 && distance < 2 ** (32 - Number(bits)) ? `<block>+${distance}` : address;
}

function asNumber(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
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

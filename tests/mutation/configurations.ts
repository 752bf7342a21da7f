import fc from "fast-check";
import { stringify } from "yaml";
import { buildFleetGraph } from "../../fleet/graph";
import { FLEET_RULES } from "../../fleet/rules/catalogue";
import { judgeFleet } from "../../fleet/rules/rule";
import { CATALOGUE } from "../../policies/catalogue";
import { Settings } from "../../policies/kit/rule";
import { parseTopology } from "../../regions/topology/load";
import { arbitraryTopologyInput } from "../regions/arbitrary";
import { resourcesOf, verdict } from "./graphs";
import { bytesOutsideEu, lostWithOneRegion } from "./walks";

type Draft = Record<string, unknown> & { regions: Record<string, unknown>[] };

/** Mistakes that people make in a topology file. Some are harmless with some topologies. */
const MISTAKES: readonly ((draft: Draft) => void)[] = [
  (draft) => void draft.regions.push({ name: "eu-west-9", zone: "eu" }),
  (draft) => void draft.regions.push({ ...draft.regions[0] }),
  (draft) => void draft.regions.push({ name: "eu-west-2", zone: "eu" }),
  (draft) => void draft.regions.push({ name: "cn-north-1", zone: "china" }),
  (draft) => void (draft.regions = draft.regions.slice(0, 1)),
  (draft) => {
    for (const region of draft.regions) region["cidr"] = "10.0.0.0/16";
  },
  (draft) => {
    for (const region of draft.regions) region["share"] = 0;
  },
  (draft) => void (draft["tables"] = { consistency: "strong", ttlDays: 7 }),
  (draft) => void (draft["cache"] = { mode: "global-datastore", nodeType: "cache.t4g.small" }),
  (draft) => void (draft["promises"] = { rtoSeconds: 30 }),
  (draft) => void (draft["warehouse"] = { mode: "provisioned", nodeType: "ra3.4xlarge", nodes: 2, rpoMinutes: 5 }),
  (draft) => void (draft["training"] = { instanceTypes: ["r99.huge", "r99.large"] }),
  (draft) => void (draft["traffic"] = { eventsPerSecond: -1 }),
  (draft) => void (draft["password"] = "hunter2-hunter2"),
  (draft) => void (draft["domain"] = "no domain"),
  (draft) => void (draft["regoins"] = []),
  (draft) => {
    delete draft["ownerEmail"];
  },
  (draft) => void (draft["home"] = "mars-north-1"),
];

/** A champion and a challenger, on a type that most regions have. */
const VARIANTS = ["champion", "challenger"].map((name) => ({
  name,
  weight: 1,
  instanceType: "ml.m5.xlarge",
  minInstances: 2,
  // As many as a topology may ask for, so that a random load is carried.
  maxInstances: 1000,
}));

/** What a large account has been granted. */
const QUOTAS = { kinesisShards: 100_000 };

/** Above this a workgroup's scan limit is wider than athena-scan-limit allows unless its mostBytes is raised. */
const MOST_EVENTS_PER_SECOND = 20_000;

/** What became of one configuration. */
export interface Outcome {
  readonly accepted: boolean;
  readonly regions: number;
  /** What is wrong with how it was treated; empty when all is as it must be. */
  readonly faults: readonly string[];
}

/**
 * The text of a topology file, of at most `mostRegions` regions in zones of two.
 * @param flawed part of the texts that hold a mistake or two, 0..1
 */
export function arbitraryConfiguration(flawed: number, mostRegions: number): fc.Arbitrary<string> {
  return fc
    .tuple(
      arbitraryTopologyInput(),
      fc.noBias(fc.integer({ min: 0, max: 999 })),
      fc.array(fc.constantFrom(...MISTAKES), { minLength: 1, maxLength: 2 }),
    )
    .map(([input, chance, mistakes]) => {
      const serving = { variants: VARIANTS, nodeInstanceTypes: ["t3.large", "m5.large"] };
      // Most fleets are of two regions, which is quick; one in ten of the sound ones is as large as it may be.
      const listed = Array.isArray(input.regions) ? input.regions : [];
      const regions = fewer(listed, chance >= 1000 - 100 * (1 - flawed) ? mostRegions : 2);
      const eventsPerSecond = Math.min(input.traffic.eventsPerSecond, MOST_EVENTS_PER_SECOND);
      const traffic = { ...input.traffic, eventsPerSecond };
      const draft = structuredClone({ ...input, serving, traffic, regions, quotas: QUOTAS }) as unknown as Draft;
      if (chance < 1000 * flawed) for (const mistake of mistakes) mistake(draft);
      return stringify(draft);
    });
}

/** At most so many regions, two of a zone at a time, the EU's first, so that each zone can still fail over. */
function fewer<R extends { readonly zone: string }>(regions: readonly R[], most: number): readonly R[] {
  const zones = [...new Set(regions.map(({ zone }) => zone))].sort((left) => (left === "eu" ? -1 : 1));
  return zones.flatMap((zone) => regions.filter((region) => region.zone === zone).slice(0, 2)).slice(0, most);
}

/** Brings a configuration all the way: refused by field and fix, or planned, judged by all rules and walked. */
export async function examine(text: string): Promise<Outcome> {
  const { topology, problems } = parseTopology(text, "random.yaml");
  if (topology === undefined) {
    const vague = problems.filter(
      ({ path, reason }) => path === "" || !/want|did you mean|got|use|must|not/i.test(reason),
    );
    return { accepted: false, regions: 0, faults: vague.map(({ path, reason }) => `vague: ${path}: ${reason}`) };
  }
  const fleet = await buildFleetGraph(topology);
  const resources = fleet.stacks.map(resourcesOf);
  const violations = resources
    .flatMap((stack) => verdict(stack))
    .filter(({ rule }) => rule.level !== "advisory")
    .map(({ rule, urn, message }) => `${rule.id} ${urn} ${message}`);
  const acrossStacks = judgeFleet(FLEET_RULES, { graph: fleet, topology })
    .filter(({ rule }) => rule.level === "mandatory")
    .map(({ rule, stack, message }) => `${rule.id} ${stack} ${message}`);
  const repairs = resources.flat().flatMap((resource) =>
    CATALOGUE.filter((rule) => rule.types.includes(resource.type))
      .filter((rule) => rule.remediate?.(resource, new Settings(rule)) !== undefined)
      .map(({ id }) => `${id} would change ${resource.urn}`),
  );
  return {
    accepted: true,
    regions: topology.regions.length,
    faults: [
      ...violations,
      ...acrossStacks,
      ...repairs,
      ...bytesOutsideEu(fleet, topology),
      ...lostWithOneRegion(fleet, topology),
    ],
  };
}

/** Generates and examines so many configurations; the same seed gives the same ones. */
export async function examineMany(
  count: number,
  { seed, flawed, mostRegions }: { readonly seed: number; readonly flawed: number; readonly mostRegions: number },
): Promise<{
  readonly accepted: number;
  readonly refused: number;
  readonly regions: number;
  readonly faults: readonly string[];
}> {
  const faults: string[] = [];
  let accepted = 0;
  let regions = 0;
  for (const text of fc.sample(arbitraryConfiguration(flawed, mostRegions), { numRuns: count, seed })) {
    const outcome = await examine(text);
    if (outcome.accepted) accepted += 1;
    regions += outcome.regions;
    if (outcome.faults.length > 0) faults.push(`${outcome.faults.slice(0, 3).join("\n")}\n${text}`);
  }
  return { accepted, refused: count - accepted, regions, faults };
}

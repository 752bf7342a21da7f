/** From checked input to the topology that everything else reads: pure arithmetic and defaults. */
import { DEFAULT_ADDRESS_SPACE, regionCidr } from "../addresses";
import { regionInfo } from "../catalogue";
import { firstIn, poolIn } from "../instances";
import { linkedRolesOf } from "../service-roles";
import type { AccountId, Cidr, EnvironmentName, RegionName, ZoneName } from "../names";
import { DEFAULTS } from "./defaults";
import type { Draft } from "./draft";
import type {
  FleetSize,
  RegionPlan,
  RegionRole,
  RegionTypes,
  Residency,
  ShadowPlan,
  Topology,
  VariantPlan,
} from "./model";
import type { RegionInput, TopologyInput } from "./schema";
import { planParts } from "./sections";
import type { Parts } from "./sections";
import { planIdentity } from "./sections/identity";
import { planQuotas } from "./sections/quotas";
import { planTraffic } from "./sections/traffic";

type Sections = Draft["sections"];

/** A region's place among its zone's. */
export interface SharedRegion {
  readonly name: string;
  readonly zone: string;
  /** 0..1 */
  readonly share: number;
}

/** Relative shares to parts of 1. Absent shares count 1. */
export function normaliseShares(shares: readonly (number | undefined)[]): readonly number[] {
  const given = shares.map((share) => share ?? 1);
  const sum = given.reduce((total, share) => total + share, 0);
  return given.map((share) => share / sum);
}

/**
 * What a region carries when the largest other region of its zone is lost: its own share, and of the lost one's share a
 * part in proportion to the survivors' shares (equal parts when they have none). A region alone in its zone takes
 * nothing over: a zone's data never leaves it.
 */
export function failoverShare(region: SharedRegion, all: readonly SharedRegion[]): number {
  const peers = all.filter(({ zone, name }) => zone === region.zone && name !== region.name);
  const [lost, ...rest] = peers.map(({ share }) => share).sort((left, right) => right - left);
  if (lost === undefined) return region.share;
  const surviving = rest.reduce((total, share) => total + share, region.share);
  // With one region lost, as many are left as there were peers.
  const part = surviving > 0 ? region.share / surviving : 1 / peers.length;
  return Math.min(1, region.share + lost * part);
}

/** Role of each entry: as given; else the first of a zone without a given primary is primary. */
export function rolesOf(entries: readonly Pick<RegionInput, "zone" | "role">[]): readonly RegionRole[] {
  const taken = new Set(entries.filter(({ role }) => role === "primary").map(({ zone }) => zone));
  return entries.map(({ zone, role }) => {
    if (role !== undefined) return role;
    if (taken.has(zone)) return "replica";
    taken.add(zone);
    return "primary";
  });
}

/** Law of a zone: as given, else `eu` for the zone of that name. */
export function lawOf(zone: string, residency: TopologyInput["residency"]): Residency["law"] {
  return residency?.[zone] ?? (zone === "eu" ? "eu" : "none");
}

/** Block of a region: as given, else of its slot in the address space. */
export function cidrOf(entry: Pick<RegionInput, "name" | "cidr">, addressSpace: string | undefined): Cidr {
  const space = (addressSpace ?? DEFAULT_ADDRESS_SPACE) as Cidr;
  return entry.cidr === undefined ? regionCidr(entry.name as RegionName, space) : (entry.cidr as Cidr);
}

/** Each region's part of the traffic, and what it carries when its largest peer is lost; in the order of the file. */
export function sharesOf(draft: Draft): readonly (SharedRegion & { readonly failoverShare: number })[] {
  const entries = draft.regions.map(({ entry }) => entry);
  const shares = normaliseShares(entries.map(({ share }) => share));
  const shared = entries.map(({ name, zone }, index) => ({ name, zone, share: shares[index] ?? 0 }));
  return shared.map((region) => ({
    ...region,
    failoverShare: draft.sections.failover === false ? region.share : failoverShare(region, shared),
  }));
}

/** What a region has of each preference list. A list of which too little is left is refused by the checks. */
export function typesIn(region: string, parts: Parts): RegionTypes {
  const { serving, intake, training, etl, search } = parts;
  return {
    nodes: poolIn(region, "ec2", serving.nodeInstanceTypes),
    intake: poolIn(region, "ec2", intake.instanceTypes),
    training: poolIn(region, "ec2", training.instanceTypes),
    etl: poolIn(region, "emr", etl.instanceTypes),
    searchMaster: firstIn(region, "opensearch", search.masterInstanceTypes) ?? "",
    variants: Object.fromEntries(
      [...serving.variants, ...(serving.shadow === undefined ? [] : [serving.shadow])].map(
        ({ name, instanceTypes }) => [name, firstIn(region, "sagemaker", instanceTypes) ?? ""],
      ),
    ),
  };
}

/** The A/B split as a region runs it: each variant on the region's own type. */
export function variantsIn({ serving }: Pick<Topology, "serving">, { types }: RegionPlan): readonly VariantPlan[] {
  return serving.variants.map(({ instanceTypes, ...variant }) => ({
    ...variant,
    instanceType: types.variants[variant.name] ?? instanceTypes[0] ?? "",
  }));
}

/** The candidate as a region runs it; undefined where there is none. */
export function shadowIn(
  { serving: { shadow } }: Pick<Topology, "serving">,
  { types }: RegionPlan,
): ShadowPlan | undefined {
  if (shadow === undefined) return undefined;
  const { instanceTypes, ...rest } = shadow;
  return { ...rest, instanceType: types.variants[shadow.name] ?? instanceTypes[0] ?? "" };
}

function planRegions(draft: Draft, size: FleetSize, parts: Parts): readonly RegionPlan[] {
  const entries = draft.regions.map(({ entry }) => entry);
  const roles = rolesOf(entries);
  const shared = sharesOf(draft);
  const plans = entries.map((entry, index): RegionPlan => {
    const info = required(regionInfo(entry.name), entry.name);
    const region = required(shared[index], entry.name);
    return {
      name: info.name,
      role: required(roles[index], entry.name),
      zone: entry.zone as ZoneName,
      partition: info.partition,
      cidr: cidrOf(entry, draft.sections.addressSpace),
      availabilityZones: entry.availabilityZones ?? info.availabilityZones.slice(0, DEFAULTS.availabilityZones[size]),
      share: region.share,
      failoverShare: region.failoverShare,
      types: typesIn(info.name, parts),
    };
  });
  return plans.sort((left, right) => (left.name < right.name ? -1 : 1));
}

function planResidency(
  regions: readonly RegionPlan[],
  entries: readonly Pick<RegionInput, "name">[],
  sections: Sections,
): readonly Residency[] {
  const zones = [...new Set(regions.map(({ zone }) => zone))].sort();
  return zones.map((zone) => {
    const members = regions.filter((region) => region.zone === zone);
    const primary = required(
      members.find(({ role }) => role === "primary"),
      zone,
    );
    const replicas = members.filter((region) => region !== primary);
    const standby = entries.flatMap((entry) => replicas.find(({ name }) => name === entry.name) ?? []).at(0);
    return {
      zone,
      law: lawOf(zone, sections.residency),
      primary: primary.name,
      ...(standby === undefined ? {} : { standby: standby.name }),
      regions: members.map(({ name }) => name),
    };
  });
}

/** Services whose roles the foundation makes: those that are named, all that are needed, or none. */
function planLinkedRoles(given: TopologyInput["createServiceLinkedRoles"], parts: Parts): readonly string[] {
  if (given === true) return linkedRolesOf(parts);
  return given === undefined || given === false ? [] : [...new Set(given)].sort();
}

/** Region of the foundation and mesh stacks: as given, else the first primary as written. */
export function homeOf(draft: Draft): string | undefined {
  const roles = rolesOf(draft.regions.map(({ entry }) => entry));
  return draft.sections.home ?? draft.regions[roles.indexOf("primary")]?.entry.name;
}

/** Builds the topology from a draft in which no check found a problem. */
export function deriveTopology(environment: EnvironmentName, draft: Draft): Topology {
  const { sections } = draft;
  const cloud = required(sections.cloud, "cloud");
  const size = sections.size ?? DEFAULTS.size;
  const parts = planParts(sections, size);
  const regions = planRegions(draft, size, parts);
  const domain = required(sections.domain, "domain");
  return {
    environment,
    cloud,
    prefix: sections.prefix ?? DEFAULTS.prefix,
    account: (sections.account ?? DEFAULTS.localAccount) as AccountId,
    size,
    disposable: sections.disposable ?? false,
    failover: sections.failover ?? true,
    serviceLinkedRoles: planLinkedRoles(sections.createServiceLinkedRoles, parts),
    domain,
    ownerEmail: required(sections.ownerEmail, "ownerEmail"),
    monthlyBudgetUsdPerRegion: required(sections.monthlyBudgetUsdPerRegion, "monthlyBudgetUsdPerRegion"),
    home: required(homeOf(draft), "home") as RegionName,
    regions,
    residency: planResidency(
      regions,
      draft.regions.map(({ entry }) => entry),
      sections,
    ),
    traffic: planTraffic(required(sections.traffic, "traffic")),
    quotas: planQuotas(sections.quotas),
    identity: planIdentity(sections.identity, domain),
    ...parts,
  };
}

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`a checked topology lacks ${what}`);
  return value;
}

/** From checked input to the topology that everything else reads: pure arithmetic and defaults. */
import { DEFAULT_ADDRESS_SPACE, regionCidr } from "../addresses";
import { regionInfo } from "../catalogue";
import { firstIn, poolIn } from "../instances";
import { linkedRolesOf } from "../service-roles";
import type { AccountId, Cidr, EnvironmentName, RegionName, ZoneName } from "../names";
import { DEFAULTS, SIZE_DEFAULTS } from "./defaults";
import type { Draft } from "./draft";
import type {
  CachePlan,
  EtlPlan,
  FleetSize,
  IdentityPlan,
  IngestPlan,
  IntakePlan,
  LakePlan,
  Promises,
  RegionPlan,
  RegionRole,
  RegionTypes,
  Residency,
  SearchPlan,
  ServingPlan,
  ShadowPlan,
  ShadowPreference,
  TablesPlan,
  Topology,
  TrainingPlan,
  VariantPlan,
  WarehousePlan,
} from "./model";
import type { RegionInput, TopologyInput } from "./schema";
import type { TrafficProfile } from "../traffic";

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
      availabilityZones: entry.availabilityZones ?? info.availabilityZones.slice(0, SIZE_DEFAULTS[size].zones),
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

/** The traffic profile with its defaults. */
export function planTraffic(traffic: TopologyInput["traffic"]): TrafficProfile {
  const { peakFactor, eventBytes, recommendationsPerUser, retentionDays } = DEFAULTS;
  return { peakFactor, eventBytes, recommendationsPerUser, retentionDays, ...defined(traffic) };
}

/** The stores' and computers' plans with the size's defaults: what the checks look at, too. */
export interface Parts {
  readonly promises: Promises;
  readonly tables: TablesPlan;
  readonly cache: CachePlan;
  readonly ingest: IngestPlan;
  readonly lake: LakePlan;
  readonly intake: IntakePlan;
  readonly serving: ServingPlan;
  readonly training: TrainingPlan;
  readonly etl: EtlPlan;
  readonly warehouse: WarehousePlan;
  readonly search: SearchPlan;
}

/** Fills in what the sections leave out. */
export function planParts(draft: Draft, size: FleetSize): Parts {
  const { sections } = draft;
  const defaults = SIZE_DEFAULTS[size];
  return {
    promises: { ...DEFAULTS.promises, ...defined(sections.promises) },
    tables: { ...DEFAULTS.tables, ...defined(sections.tables) } as TablesPlan,
    cache: { ...defaults.cache, ...defined(sections.cache) },
    ingest: { ...DEFAULTS.ingest, ...defined(sections.ingest) },
    lake: { ...defaults.lake, ...defined(sections.lake) } as LakePlan,
    intake: { ...defaults.intake, ...defined(sections.intake) },
    serving: planServing(defaults.serving, sections.serving),
    training: { ...defaults.training, ...defined(sections.training) },
    etl: { ...defaults.etl, ...defined(sections.etl) },
    warehouse:
      sections.warehouse?.mode === "serverless"
        ? { ...defaults.serverless, ...defined(sections.warehouse) }
        : { ...defaults.provisioned, ...defined(sections.warehouse ?? {}) },
    search: planSearch(defaults.search, sections.search),
  };
}

function planServing(defaults: ServingPlan, given: TopologyInput["serving"]): ServingPlan {
  const { variants, shadow, nodeInstanceTypes, kubernetesVersion, access, callers, telemetry } = given ?? {};
  return {
    ...defaults,
    ...(nodeInstanceTypes === undefined ? {} : { nodeInstanceTypes }),
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
    ...(shadow === undefined ? {} : { shadow: planShadow(shadow) }),
    ...(access === undefined ? {} : { access }),
    ...(callers === undefined ? {} : { callers }),
    ...(telemetry === undefined ? {} : { telemetry }),
    variants:
      variants?.map(({ instanceType, ...variant }) => ({ ...variant, instanceTypes: listOf(instanceType) })) ??
      defaults.variants,
  };
}

function planShadow({
  instanceType,
  ...shadow
}: NonNullable<NonNullable<TopologyInput["serving"]>["shadow"]>): ShadowPreference {
  return { ...DEFAULTS.shadow, ...defined(shadow), instanceTypes: listOf(instanceType) };
}

function planSearch(defaults: SearchPlan, given: TopologyInput["search"]): SearchPlan {
  const { masterInstanceType, ...rest } = given ?? {};
  const masters = masterInstanceType === undefined ? {} : { masterInstanceTypes: listOf(masterInstanceType) };
  return { ...defaults, ...defined(rest), ...masters };
}

/** A preference as a list, which the file may write as its only type. */
function listOf(preference: string | readonly string[]): readonly string[] {
  return typeof preference === "string" ? [preference] : preference;
}

/** Services whose roles the foundation makes: those that are named, all that are needed, or none. */
function planLinkedRoles(given: TopologyInput["createServiceLinkedRoles"], parts: Parts): readonly string[] {
  if (given === true) return linkedRolesOf(parts);
  return given === undefined || given === false ? [] : [...new Set(given)].sort();
}

/** The issuer of callers' tokens: as given, else the one beside the domain. */
function planIdentity(domain: string, given: TopologyInput["identity"]): IdentityPlan {
  return { issuer: `https://auth.${domain}`, audiences: [domain], ...defined(given) };
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
  const parts = planParts(draft, size);
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
    quotas: defined(sections.quotas),
    identity: planIdentity(domain, sections.identity),
    ...parts,
  };
}

/** A section, or nothing of it. YAML has no undefined: an optional key is either absent or has its value. */
function defined<T extends object>(value: T | undefined): DefinedPart<T> {
  return (value ?? {}) as DefinedPart<T>;
}

type DefinedPart<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`a checked topology lacks ${what}`);
  return value;
}

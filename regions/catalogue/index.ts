/**
 * What each AWS region has. The facts come from catalogue.json, which build.py makes from dated public data; nothing is
 * written by hand but places.csv (cities, coordinates, address slots).
 */
import type { Partition, RegionName } from "../names";
import { nearestWord } from "../suggest";
import raw from "./catalogue.json";

/** Services for which the catalogue knows instance types. */
export type InstanceService = "ec2" | "emr" | "elasticache" | "opensearch" | "redshift" | "sagemaker";

/** Services whose offering by region is known (see SERVICES in build.py). */
export const SERVICES = [
  "apigateway",
  "appconfig",
  "athena",
  "autoscaling",
  "backup",
  "cloudwatch",
  "cognito",
  "dynamodb",
  "ec2",
  "ecr",
  "ecs",
  "eks",
  "elasticache",
  "elasticache-global",
  "emr",
  "emr-serverless",
  "eventbridge",
  "firehose",
  "flink",
  "glue",
  "kinesis",
  "kms",
  "lambda",
  "msk",
  "mwaa",
  "opensearch",
  "pipes",
  "quicksight",
  "redshift",
  "redshift-serverless",
  "s3",
  "sagemaker",
  "sagemaker-featurestore",
  "scheduler",
  "secretsmanager",
  "sns",
  "sqs",
  "stepfunctions",
  "waf",
  "xray",
] as const;
export type Service = (typeof SERVICES)[number];

export interface RegionInfo {
  readonly name: RegionName;
  /** Row in places.csv: the region's fixed place in the address plan. */
  readonly slot: number;
  readonly partition: Partition;
  /** AWS's own words, e.g. `Europe (Ireland)`. */
  readonly description: string;
  readonly city: string;
  /** ISO 3166-1, two letters. */
  readonly country: string;
  /** `eu` for member states of the European Union, else the country in lower case. */
  readonly residency: string;
  /** Degrees, of the city. */
  readonly latitude: number;
  readonly longitude: number;
  /** Whether an account must enable the region before it can be used. */
  readonly optIn: boolean;
  /** Zones that a new account may use, e.g. `eu-west-1a`. */
  readonly availabilityZones: readonly string[];
}

interface RawRegion {
  readonly about: Omit<RegionInfo, "name" | "availabilityZones"> & { readonly zones: string };
  readonly services: string;
  readonly instances: Readonly<Partial<Record<InstanceService, Readonly<Record<string, string>>>>>;
}

const REGIONS = raw.regions as unknown as Readonly<Record<string, RawRegion>>;

/** How each service spells an instance type around `<family>.<size>`. */
const SPELLING: Readonly<Record<InstanceService, { readonly prefix: string; readonly suffix: string }>> = {
  ec2: { prefix: "", suffix: "" },
  emr: { prefix: "", suffix: "" },
  elasticache: { prefix: "cache.", suffix: "" },
  opensearch: { prefix: "", suffix: ".search" },
  redshift: { prefix: "", suffix: "" },
  sagemaker: { prefix: "ml.", suffix: "" },
};

const infos = new Map<string, RegionInfo>();
for (const [name, { about }] of Object.entries(REGIONS)) {
  const { zones, ...facts } = about;
  const availabilityZones = Array.from(zones, (letter) => `${name}${letter}`);
  infos.set(name, { ...facts, name: name as RegionName, availabilityZones });
}

/** All regions of the partitions aws, aws-cn, aws-us-gov and aws-eusc, sorted by name. */
export function allRegions(): readonly RegionInfo[] {
  return [...infos.values()];
}

/** A region's facts; undefined for a name that is no region. */
export function regionInfo(name: string): RegionInfo | undefined {
  return infos.get(name);
}

/** Whether a name is that of a region. */
export function isRegionName(name: string): name is RegionName {
  return infos.has(name);
}

/** Whether a region has a service. False for an unknown region. */
export function offers(region: string, service: Service): boolean {
  return REGIONS[region]?.services.split(" ").includes(service) ?? false;
}

const typeLists = new Map<string, readonly string[]>();

/**
 * Instance types of a service in a region, in the service's own spelling (`ml.c5.xlarge`, `cache.r7g.large`,
 * `r7g.large.search`), of the families that build.py keeps. Undefined when the sources do not know them.
 */
export function instanceTypes(region: string, service: InstanceService): readonly string[] | undefined {
  const families = REGIONS[region]?.instances[service];
  if (families === undefined) return undefined;
  const key = `${region}/${service}`;
  const known = typeLists.get(key);
  if (known !== undefined) return known;
  const { prefix, suffix } = SPELLING[service];
  const types = Object.entries(families).flatMap(([family, sizes]) =>
    sizes.split(" ").map((size) => `${prefix}${family}.${size}${suffix}`),
  );
  typeLists.set(key, types);
  return types;
}

/** Family and size of an instance type in any service's spelling: `ml.c5.xlarge` -> `c5`, `xlarge`. */
export function familyAndSize(type: string): { readonly family: string; readonly size: string } {
  const bare = type.replace(/^(?:cache|ml)\./, "").replace(/\.search$/, "");
  const [family = "", size = ""] = bare.split(".");
  return { family, size };
}

/**
 * Types that a region has in place of one that it has not: the same size in a kindred family (same first letter)
 * first, then other sizes of the same family. At most `limit`.
 */
export function alternatives(region: string, service: InstanceService, missing: string, limit = 4): readonly string[] {
  const wanted = familyAndSize(missing);
  const rank = (type: string): number => {
    const { family, size } = familyAndSize(type);
    const kindred = family.startsWith(wanted.family.slice(0, 1)) ? 0 : 4;
    if (family === wanted.family) return 1;
    return size === wanted.size ? kindred : kindred + 2;
  };
  return (instanceTypes(region, service) ?? [])
    .map((type, index) => ({ type, index, rank: rank(type) }))
    .sort((left, right) => left.rank - right.rank || left.index - right.index)
    .slice(0, limit)
    .map(({ type }) => type);
}

/** The region that a mistyped name most likely meant; of equals the one with the lowest slot (the oldest first). */
export function suggestRegion(text: string): RegionName | undefined {
  const bySlot = [...infos.values()].sort((left, right) => left.slot - right.slot).map(({ name }) => name);
  return nearestWord(text, bySlot) as RegionName | undefined;
}

const EARTH_RADIUS_KM = 6371; // mean radius, IUGG

/** Great-circle distance of two regions' cities, km. Infinite when one is unknown. */
export function distanceKm(from: string, to: string): number {
  const [a, b] = [infos.get(from), infos.get(to)];
  if (a === undefined || b === undefined) return Number.POSITIVE_INFINITY;
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const latitudes = radians(b.latitude - a.latitude);
  const longitudes = radians(b.longitude - a.longitude);
  const chord =
    Math.sin(latitudes / 2) ** 2 +
    Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * Math.sin(longitudes / 2) ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(Math.min(1, chord)));
}

/** What a region is searched for by: services, and instance types by service. */
export interface Wanted {
  readonly services?: readonly Service[];
  readonly instances?: readonly { readonly service: InstanceService; readonly type: string }[];
}

/** The nearest other region of the same partition that has everything wanted; undefined when none has. */
export function nearestRegionWith(from: string, wanted: Wanted): RegionInfo | undefined {
  return nearestRegion(
    from,
    ({ name }) =>
      (wanted.services ?? []).every((service) => offers(name, service)) &&
      (wanted.instances ?? []).every(({ service, type }) => instanceTypes(name, service)?.includes(type) ?? false),
  );
}

/** The nearest other region of the same partition that fits; undefined when none does. */
export function nearestRegion(from: string, fits: (region: RegionInfo) => boolean): RegionInfo | undefined {
  const origin = infos.get(from);
  if (origin === undefined) return undefined;
  return [...infos.values()]
    .filter((one) => one.name !== origin.name && one.partition === origin.partition && fits(one))
    .sort((left, right) => distanceKm(from, left.name) - distanceKm(from, right.name))[0];
}

/** Days after which the catalogue should be built again: AWS adds instance families about twice a year. */
export const CATALOGUE_MAX_AGE_DAYS = 180;

export interface CatalogueAge {
  /** When catalogue.json was built, `YYYY-MM-DD`. */
  readonly built: string;
  /** When AWS's schemas in it were read, ISO 8601. */
  readonly schemas: string;
  /** Versions of the packages it was made from. */
  readonly sources: { readonly "cfn-lint": string; readonly botocore: string };
  /** Age of the schemas, whole days. */
  readonly days: number;
  readonly stale: boolean;
  /** One line for people, with what to do when stale. */
  readonly message: string;
}

/** How old the catalogue's facts are; `now` is the machine's clock unless given. */
export function catalogueAge(now: Date = new Date()): CatalogueAge {
  const { built, sources } = raw;
  const schemas = sources["cfn-lint"].schemas;
  const days = Math.floor((now.getTime() - Date.parse(schemas)) / 86_400_000);
  const stale = days > CATALOGUE_MAX_AGE_DAYS;
  const versions = { "cfn-lint": sources["cfn-lint"].version, botocore: sources.botocore.version };
  const from = `cfn-lint ${versions["cfn-lint"]}, botocore ${versions.botocore}`;
  const advice = stale
    ? `; older than ${CATALOGUE_MAX_AGE_DAYS} days: raise regions/catalogue/requirements.txt and run build.py`
    : "";
  const message = `region catalogue: ${days} days old (${from}, schemas of ${schemas.slice(0, 10)})${advice}`;
  return { built, schemas, sources: versions, days, stale, message };
}

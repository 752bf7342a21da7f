import { allRegions, alternatives, instanceTypes, nearestRegion, nearestRegionWith, offers } from "../../catalogue";
import type { InstanceService, Service } from "../../catalogue";
import { architectureOf, isMemoryOptimised } from "../../../aws/facts";
import { firstIn, isOffered, LEAST_TYPES, poolIn } from "../../instances";
import type { CheckContext, KnownRegion } from "../check-context";
import type { Finding } from "../draft";
import { got } from "../problems";

/** A preference list of instance types: of a pool of machines, or of something that takes one type. */
interface Preference {
  /** Of the list; of the value itself when the file has a single type there. */
  readonly path: readonly PropertyKey[];
  readonly service: InstanceService;
  readonly types: readonly string[];
  /** Types that a region must have of the list: {@link LEAST_TYPES} of one architecture, or 1. */
  readonly least: number;
}

/** Instance types that each region has enough of, services that every region has, and an A/B split that splits. */
export function checkCompute(context: CheckContext): readonly Finding[] {
  return [
    ...missingTypes(context),
    ...missingServices(context),
    ...variants(context),
    ...memoryOptimised(context),
    ...warmPool(context),
    ...serverlessEtl(context),
    ...production(context),
  ];
}

function preferences({ parts }: CheckContext): readonly Preference[] {
  const { serving, intake, training, etl, warehouse, search, cache } = parts;
  const least = LEAST_TYPES;
  return [
    ...serving.variants.map(({ instanceTypes: types }, index) => ({
      path: ["serving", "variants", index, "instanceType"],
      service: "sagemaker" as const,
      types,
      least: 1,
    })),
    ...(serving.shadow === undefined
      ? []
      : [
          {
            path: ["serving", "shadow", "instanceType"],
            service: "sagemaker" as const,
            types: serving.shadow.instanceTypes,
            least: 1,
          },
        ]),
    { path: ["serving", "nodeInstanceTypes"], service: "ec2", types: serving.nodeInstanceTypes, least },
    { path: ["intake", "instanceTypes"], service: "ec2", types: intake.instanceTypes, least },
    { path: ["training", "instanceTypes"], service: "ec2", types: training.instanceTypes, least },
    { path: ["etl", "instanceTypes"], service: "emr", types: etl.instanceTypes, least },
    ...(warehouse.mode === "provisioned"
      ? [{ path: ["warehouse", "nodeType"], service: "redshift" as const, types: [warehouse.nodeType], least: 1 }]
      : []),
    { path: ["search", "instanceType"], service: "opensearch", types: [search.instanceType], least: 1 },
    { path: ["search", "masterInstanceType"], service: "opensearch", types: search.masterInstanceTypes, least: 1 },
    { path: ["cache", "nodeType"], service: "elasticache", types: [cache.nodeType], least: 1 },
  ];
}

function missingTypes(context: CheckContext): readonly Finding[] {
  return preferences(context).flatMap((preference) => {
    const misspelt = [...repeated(preference), ...nowhere(preference, context)];
    if (misspelt.length > 0) return misspelt;
    return context.known
      .filter(({ entry }) => !suffices(entry.name, preference))
      .map((region) => ({ path: preference.path, reason: absent(preference, region) }));
  });
}

function left(region: string, { service, types, least }: Preference): readonly string[] {
  if (least > 1) return poolIn(region, service, types);
  const first = firstIn(region, service, types);
  return first === undefined ? [] : [first];
}

function suffices(region: string, preference: Preference): boolean {
  return left(region, preference).length >= preference.least;
}

function repeated({ path, types }: Preference): readonly Finding[] {
  return types.flatMap((type, index) =>
    types.indexOf(type) === index
      ? []
      : [{ path: [...path, index], reason: `want each type once, got ${got(type)} again` }],
  );
}

/** A type in a list that no region has is a slip of the pen, which would be left out everywhere without a word. */
function nowhere({ path, service, types }: Preference, { known }: CheckContext): readonly Finding[] {
  const [first] = known;
  if (first === undefined || types.length === 1) return [];
  return types.flatMap((type, index) => {
    if (allRegions().some(({ name }) => instanceTypes(name, service)?.includes(type))) return [];
    const there = alternatives(first.entry.name, service, type).join(", ");
    const reason = `want a type that ${service} has in some region (in ${first.entry.name}: ${there}), got ${got(type)}`;
    return [{ path: [...path, index], reason }];
  });
}

/** What a region lacks: what it has in place of it, what of the list is left there, and where the list would do. */
function absent(preference: Preference, { entry }: KnownRegion): string {
  const { service, types, least } = preference;
  const here = left(entry.name, preference);
  const missing = types.find((type) => !isOffered(entry.name, service, type)) ?? types[0] ?? "";
  const architecture = architectureOf(here[0] ?? missing);
  const there = alternatives(entry.name, service, missing, 12)
    .filter((type) => !here.includes(type) && (least === 1 || architectureOf(type) === architecture))
    .slice(0, 4)
    .join(", ");
  const nearest = nearestRegion(
    entry.name,
    ({ name }) => instanceTypes(name, service) !== undefined && suffices(name, preference),
  );
  const near = (has: string): string =>
    nearest === undefined ? "" : `; the nearest region that has ${has} is ${nearest.name}`;
  if (least > 1) {
    const want = `want ${least} or more types of one architecture that ${service} has in ${entry.name} (also ${there})`;
    return `${want}, got ${here.length === 0 ? "none" : here.join(", ")} of ${types.join(", ")}${near(String(least))}`;
  }
  const want = `want a type that ${service} has in ${entry.name} (${there})`;
  return types.length === 1
    ? `${want}, got ${got(types[0])}${near("it")}`
    : `${want}, got none of ${types.join(", ")}${near("one")}`;
}

/** Services that every region's stack uses. */
const EVERYWHERE: readonly Service[] = [
  "apigateway",
  "athena",
  "autoscaling",
  "cloudwatch",
  "dynamodb",
  "ec2",
  "eks",
  "elasticache",
  "emr",
  "firehose",
  "glue",
  "kinesis",
  "kms",
  "lambda",
  "opensearch",
  "redshift",
  "s3",
  "sagemaker",
  "scheduler",
  "secretsmanager",
  "sns",
  "sqs",
  "stepfunctions",
  "waf",
];

function missingServices({ known }: CheckContext): readonly Finding[] {
  return known.flatMap(({ path, entry }) => {
    const missing = EVERYWHERE.filter((service) => !offers(entry.name, service));
    if (missing.length === 0) return [];
    const nearest = nearestRegionWith(entry.name, { services: EVERYWHERE });
    const hint = nearest === undefined ? "" : `; the nearest region with all services is ${nearest.name}`;
    return [
      {
        path,
        reason: `want a region with every service that we use, got ${entry.name} without ${missing.join(", ")}${hint}`,
      },
    ];
  });
}

function variants({ draft, parts }: CheckContext): readonly Finding[] {
  const { variants: all, shadow } = parts.serving;
  const path = ["serving", "variants"];
  const findings: Finding[] = [];
  if (shadow === undefined && all.length < 2 && !draft.refused("serving", "shadow")) {
    findings.push({
      path,
      reason: `want at least two variants, so that one can be compared with another, or a shadow beside the one; got a list of ${all.length}`,
    });
  }
  // docs.aws.amazon.com/sagemaker/latest/dg/shadow-tests-exclusions.html
  if (shadow !== undefined && all.length > 1) {
    findings.push({ path, reason: `want exactly 1 variant beside a shadow, got a list of ${all.length}` });
  }
  if (shadow !== undefined && all.some(({ name }) => name === shadow.name)) {
    const reason = `want another name than the variant's, got ${got(shadow.name)}`;
    findings.push({ path: ["serving", "shadow", "name"], reason });
  }
  if (!(all.reduce((sum, { weight }) => sum + weight, 0) > 0)) {
    findings.push({ path, reason: "want weights >= 0 with a sum > 0, got a sum of 0" });
  }
  const names = all.map(({ name }) => name);
  for (const [index, variant] of all.entries()) {
    if (names.indexOf(variant.name) !== index) {
      findings.push({
        path: [...path, index, "name"],
        reason: `want each variant's name once, got ${got(variant.name)} again`,
      });
    }
    if (variant.maxInstances < variant.minInstances) {
      const want = `at least minInstances (${variant.minInstances})`;
      findings.push({ path: [...path, index, "maxInstances"], reason: `want ${want}, got ${variant.maxInstances}` });
    }
  }
  return findings;
}

function memoryOptimised({ parts }: CheckContext): readonly Finding[] {
  return parts.training.instanceTypes.flatMap((type, index) =>
    isMemoryOptimised(type)
      ? []
      : [
          {
            path: ["training", "instanceTypes", index],
            reason: `want a memory-optimised type (R, X, U or Z family), got ${got(type)}`,
          },
        ],
  );
}

function warmPool({ parts: { training } }: CheckContext): readonly Finding[] {
  const { warmInstances, maxInstances } = training;
  if (warmInstances <= maxInstances) return [];
  const reason = `want at most maxInstances (${maxInstances}), got ${warmInstances}`;
  return [{ path: ["training", "warmInstances"], reason }];
}

/** A driver and an executor of 4 virtual CPUs each, which EMR Serverless takes by itself. */
const LEAST_SERVERLESS_VCPUS = 8;

function serverlessEtl({ known, parts: { etl } }: CheckContext): readonly Finding[] {
  if (etl.mode !== "serverless") return [];
  const path = ["etl", "mode"];
  const findings: Finding[] = known
    .filter(({ entry }) => !offers(entry.name, "emr-serverless"))
    .map(({ entry }) => ({
      path,
      reason: `want cluster or transient in ${entry.name}, which has no EMR Serverless, got ${got(etl.mode)}`,
    }));
  if (etl.maxCapacityUnits < LEAST_SERVERLESS_VCPUS) {
    const reason = `want ${LEAST_SERVERLESS_VCPUS} or more with mode serverless, a driver and an executor, got ${etl.maxCapacityUnits}`;
    findings.push({ path: ["etl", "maxCapacityUnits"], reason });
  }
  return findings;
}

/** What size standard adds: losing one machine or zone changes nothing for the users. */
function production({ size, parts }: CheckContext): readonly Finding[] {
  if (size !== "standard") return [];
  const findings: Finding[] = [];
  for (const [index, { minInstances }] of parts.serving.variants.entries()) {
    if (minInstances < 2) {
      const path = ["serving", "variants", index, "minInstances"];
      findings.push({ path, reason: `want 2 or more with size standard, got ${minInstances}` });
    }
  }
  if (parts.search.dataNodes < 3) {
    findings.push({
      path: ["search", "dataNodes"],
      reason: `want 3 or more with size standard, got ${parts.search.dataNodes}`,
    });
  }
  return findings;
}

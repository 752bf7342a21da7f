import { alternatives, instanceTypes, nearestRegionWith, offers } from "../../catalogue";
import type { InstanceService, Service } from "../../catalogue";
import type { CheckContext, KnownRegion } from "../check";
import type { Finding } from "../draft";
import { got } from "../problems";

/** One instance type that every region needs. */
interface Needed {
  readonly path: readonly PropertyKey[];
  readonly service: InstanceService;
  readonly type: string;
}

/** Instance types that every region has, services that every region has, and an A/B split that splits. */
export function checkCompute(context: CheckContext): readonly Finding[] {
  return [
    ...missingTypes(context),
    ...missingServices(context),
    ...variants(context),
    ...memoryOptimised(context),
    ...production(context),
  ];
}

function needed({ parts }: CheckContext): readonly Needed[] {
  const { serving, training, etl, warehouse, search, cache } = parts;
  const each = (types: readonly string[], service: InstanceService, path: readonly PropertyKey[]): readonly Needed[] =>
    types.map((type, index) => ({ path: [...path, index], service, type }));
  return [
    ...serving.variants.map(({ instanceType }, index) => ({
      path: ["serving", "variants", index, "instanceType"],
      service: "sagemaker" as const,
      type: instanceType,
    })),
    ...each(serving.nodeInstanceTypes, "ec2", ["serving", "nodeInstanceTypes"]),
    ...each(training.instanceTypes, "ec2", ["training", "instanceTypes"]),
    ...each(etl.instanceTypes, "emr", ["etl", "instanceTypes"]),
    ...(warehouse.mode === "provisioned"
      ? [{ path: ["warehouse", "nodeType"], service: "redshift" as const, type: warehouse.nodeType }]
      : []),
    { path: ["search", "instanceType"], service: "opensearch", type: search.instanceType },
    { path: ["cache", "nodeType"], service: "elasticache", type: cache.nodeType },
  ];
}

function missingTypes(context: CheckContext): readonly Finding[] {
  return needed(context).flatMap((need) =>
    context.known
      .filter(({ entry }) => !(instanceTypes(entry.name, need.service)?.includes(need.type) ?? true))
      .map((region) => ({ path: need.path, reason: absent(need, region) })),
  );
}

function absent({ service, type }: Needed, { entry }: KnownRegion): string {
  const there = alternatives(entry.name, service, type);
  const nearest = nearestRegionWith(entry.name, { instances: [{ service, type }] });
  const elsewhere = nearest === undefined ? "" : `; the nearest region that has it is ${nearest.name}`;
  return `want a type that ${service} has in ${entry.name} (${there.join(", ")}), got ${got(type)}${elsewhere}`;
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

function variants({ parts }: CheckContext): readonly Finding[] {
  const { variants: all } = parts.serving;
  const path = ["serving", "variants"];
  const findings: Finding[] = [];
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

/** Families with 8 GiB or more a virtual CPU (docs.aws.amazon.com/ec2, "Memory optimized instances"). */
const MEMORY_OPTIMISED = /^(?:r\d|x\d|z1)/;

function memoryOptimised({ parts }: CheckContext): readonly Finding[] {
  return parts.training.instanceTypes.flatMap((type, index) =>
    MEMORY_OPTIMISED.test(type)
      ? []
      : [
          {
            path: ["training", "instanceTypes", index],
            reason: `want a memory-optimised type (R or X family), got ${got(type)}`,
          },
        ],
  );
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

import { list, number, text } from "../value";
import type { Count, Plan, Quota } from "../quotas/quota";

const CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration";
const TARGET = "aws:appautoscaling/target:Target";
const SAGEMAKER_QUOTAS = "https://docs.aws.amazon.com/general/latest/gr/sagemaker.html";

/** Quota codes of "ml.<type> for endpoint usage", of the families that serve on CPUs. A new account has 0 of each. */
const ENDPOINT_CODES: Readonly<Record<string, string>> = {
  "ml.c5.large": "L-4D27DFDD",
  "ml.c5.xlarge": "L-E9EE5599",
  "ml.c5.2xlarge": "L-E091038E",
  "ml.c5.4xlarge": "L-FEF755D6",
  "ml.c5.9xlarge": "L-C15ACFF4",
  "ml.c5.18xlarge": "L-409A03CD",
  "ml.c6i.large": "L-3C2EBC55",
  "ml.c6i.xlarge": "L-28FF72CA",
  "ml.c6i.2xlarge": "L-4FDB33AC",
  "ml.c6i.4xlarge": "L-B5612E02",
  "ml.c6i.8xlarge": "L-18904FF8",
  "ml.c6i.12xlarge": "L-2AD0234B",
  "ml.c6i.16xlarge": "L-FE72E327",
  "ml.c6i.24xlarge": "L-9A32E51C",
  "ml.c7i.large": "L-9FCA2A26",
  "ml.c7i.xlarge": "L-9A5FC4CF",
  "ml.c7i.2xlarge": "L-41DD34AF",
  "ml.c7i.4xlarge": "L-8C4E467D",
  "ml.c7i.8xlarge": "L-DD693DF2",
  "ml.c7i.12xlarge": "L-D98C40FA",
  "ml.c7i.16xlarge": "L-4B9D3092",
  "ml.c7i.24xlarge": "L-B78A48C6",
  "ml.m5.large": "L-614B09FD",
  "ml.m5.xlarge": "L-2F737F8D",
  "ml.m5.2xlarge": "L-C88C8F13",
  "ml.m5.4xlarge": "L-E2649D46",
  "ml.m5.12xlarge": "L-A9F2A8B3",
  "ml.m5.24xlarge": "L-329751EB",
  "ml.m7i.large": "L-3E715088",
  "ml.m7i.xlarge": "L-E793924B",
  "ml.m7i.2xlarge": "L-6C9165E8",
  "ml.m7i.4xlarge": "L-80F387A8",
  "ml.m7i.8xlarge": "L-AE505887",
  "ml.m7i.12xlarge": "L-0AFA3D20",
  "ml.m7i.16xlarge": "L-6F258322",
  "ml.m7i.24xlarge": "L-C473817C",
  "ml.r5.large": "L-B156D5EC",
  "ml.r5.xlarge": "L-BCA2C892",
  "ml.r5.2xlarge": "L-AA5E2462",
  "ml.r5.4xlarge": "L-DD362E80",
  "ml.r5.12xlarge": "L-23FF30BF",
  "ml.r5.24xlarge": "L-B03C553E",
};

/** A shadow runs on instances, too. */
const VARIANT_LISTS = ["productionVariants", "shadowProductionVariants"] as const;

interface Variant {
  readonly configuration: string;
  readonly type: string;
  /** Instances that scaling may take it to, or that an update runs. */
  readonly instances: number;
}

/**
 * An update starts the new fleet beside the old one and ends the old one after it:
 * docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html
 */
const FLEETS_DURING_UPDATE = 2;

/** Variants of a place's endpoints, each with the maximum of its scaling, or with both fleets of an update if they are more. */
function variants(plan: Plan): readonly Variant[] {
  const targets = plan.of(TARGET);
  return plan.of(CONFIGURATION).flatMap((configuration) =>
    VARIANT_LISTS.flatMap((key) => list(configuration.inputs, key)).flatMap((variant) => {
      const name = text(variant, "variantName") ?? "";
      const target = targets.find(({ inputs }) => text(inputs, "resourceId")?.endsWith(`/variant/${name}`) === true);
      const updating = FLEETS_DURING_UPDATE * (number(variant, "initialInstanceCount") ?? 0);
      const instances = Math.max(updating, number(target?.inputs, "maxCapacity") ?? 0);
      const type = text(variant, "instanceType");
      return type === undefined ? [] : [{ configuration: configuration.name, type, instances }];
    }),
  );
}

function summed(all: readonly Variant[], key: (variant: Variant) => string): readonly Count[] {
  return [...Map.groupBy(all, key)].map(([of, group]) => ({
    of,
    amount: group.reduce((total, { instances }) => total + instances, 0),
  }));
}

const COMMON = {
  service: "sagemaker",
  unit: "instances",
  adjustable: true,
  source: SAGEMAKER_QUOTAS,
  types: [CONFIGURATION, TARGET],
} as const;

function byType(type: string, code: string): Quota {
  return {
    ...COMMON,
    id: `sagemaker-endpoint-${type}`,
    code,
    name: `${type} for endpoint usage`,
    byDefault: 0,
    scope: "region",
    counts: "what variants of this type may scale to, or both fleets of an update",
    count: (plan) => {
      const own = variants(plan).filter((one) => one.type === type);
      return [{ amount: own.reduce((total, { instances }) => total + instances, 0) }];
    },
  };
}

/** SageMaker endpoints. */
export const quotas: readonly Quota[] = [
  ...Object.entries(ENDPOINT_CODES).map(([type, code]) => byType(type, code)),
  {
    ...COMMON,
    id: "sagemaker-endpoint-other-types",
    code: undefined,
    name: "<of> for endpoint usage",
    byDefault: 0,
    scope: "resource",
    counts: "the same for each other type",
    count: (plan) =>
      summed(
        variants(plan).filter(({ type }) => ENDPOINT_CODES[type] === undefined),
        ({ type }) => type,
      ),
  },
  {
    ...COMMON,
    id: "sagemaker-endpoint-instances",
    code: "L-7A3DF611",
    name: "Number of instances across active endpoints",
    byDefault: 4,
    scope: "region",
    counts: "what all variants may scale to, or both fleets of an update",
    count: (plan) => [{ amount: variants(plan).reduce((total, { instances }) => total + instances, 0) }],
  },
  {
    ...COMMON,
    id: "sagemaker-instances-per-endpoint",
    code: "L-ED8DEE9B",
    name: "Maximum number of instances per endpoint",
    byDefault: 4,
    scope: "resource",
    counts: "the same for the variants of an endpoint together",
    count: (plan) => summed(variants(plan), ({ configuration }) => configuration),
  },
];

import { z } from "zod";
import { isPrivate, parseCidr } from "../../addresses";
import { amount, general, integer, listOf, pool, preference, text } from "./kit";
import type { BySize, Filled, FleetSize, Given } from "./kit";

/** Why an endpoint has one model for each variant. */
const NO_COLLECTION =
  "single, one model for each variant: of a collection every call must name the model, and the recommendation API asks " +
  "for variants, which are what an experiment compares";

// Production variants in one endpoint configuration (CreateEndpointConfig).
const VARIANTS = { min: 1, max: 10 };

// Blocks of a cluster's public endpoint (docs.aws.amazon.com/eks/latest/userguide/service-quotas.html).
const ACCESS_BLOCKS_MAX = 40;

const PUBLIC_BLOCK = "a block of public IPv4 addresses such as 203.0.113.0/24, not the whole Internet";
const publicBlock = text(PUBLIC_BLOCK, /^\d{1,3}(?:\.\d{1,3}){3}\/\d{1,2}$/).refine(
  (given) => {
    const block = parseCidr(given);
    return block !== undefined && block.prefix > 0 && !isPrivate(block);
  },
  { error: PUBLIC_BLOCK },
);

const name = text("a name of letters, digits and inner dashes, at most 63", /^[a-zA-Z0-9](?:-*[a-zA-Z0-9]){0,62}$/);
const instanceType = preference(
  text("a SageMaker instance type like ml.c5.xlarge", /^ml\.[a-z0-9-]+\.[a-z0-9-]+$/),
  "a SageMaker instance type like ml.c5.xlarge",
);

/** One arm of the A/B split. */
const variantSchema = z.strictObject({
  name,
  weight: amount("a number >= 0, at most 1e9", 0, 1e9).describe("Relative weight of the variant in the A/B split."),
  instanceType,
  minInstances: integer(1, 1000),
  maxInstances: integer(1, 1000),
});

/** A candidate beside the one variant: it is sent copies of requests, and answers nobody. */
const shadowSchema = z.strictObject({
  name,
  instanceType,
  instances: integer(1, 1000).optional().describe("They do not scale: nobody waits for them. Default 1."),
  samplePercent: integer(1, 100).optional().describe("Percent of the variant's requests that are copied. Default 100."),
});

/** A collector of OpenTelemetry's protocol in the cluster. */
const telemetrySchema = z.strictObject({
  endpoint: text(
    "an http or https address without a path, like http://adot-collector.observability:4318",
    /^https?:\/\/[a-z0-9.-]+(?::\d{1,5})?$/,
  ),
  namespace: text("a Kubernetes namespace", /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/),
});

/** The recommendation API and its model endpoint. */
export const servingSchema = z
  .strictObject({
    variants: z
      .array(variantSchema, { error: "a list of variants" })
      .min(VARIANTS.min, { error: "at least one variant" })
      .max(VARIANTS.max, { error: `at most ${VARIANTS.max} variants` })
      .optional(),
    shadow: shadowSchema
      .optional()
      .describe("A candidate that is sent copies of the one variant's requests. Default none."),
    models: z
      .enum(["single"], { error: ({ input }) => (input === "collection" ? NO_COLLECTION : "single") })
      .optional()
      .describe("One model for each variant."),
    nodeInstanceTypes: pool.optional(),
    kubernetesVersion: text('a Kubernetes version in quotes like "1.35"', /^1\.\d{2}$/).optional(),
    access: z
      .array(publicBlock, { error: "a list of blocks" })
      .min(1, { error: "at least one block" })
      .max(ACCESS_BLOCKS_MAX, { error: `at most ${ACCESS_BLOCKS_MAX} blocks` })
      .optional()
      .describe(
        "Blocks from which stacks are applied: they reach the Kubernetes API. Default none: only from the VPC.",
      ),
    callers: z
      .enum(["jwt", "iam-at-the-gateway"], { error: "jwt or iam-at-the-gateway" })
      .optional()
      .describe("Whom the recommendation API answers. Default whoever the region's gateway lets in."),
    telemetry: telemetrySchema
      .optional()
      .describe("The cluster's collector of traces and metrics (OTLP over HTTP). Default none are sent."),
  })
  .optional();

/** A variant, or the shadow, with its SageMaker types in order of preference: each region takes the first that it has. */
type Preferring<T> = Omit<T, "instanceType"> & { readonly instanceTypes: readonly string[] };

export type VariantPreference = Preferring<Filled<typeof variantSchema>>;
export type ShadowPreference = Preferring<Filled<typeof shadowSchema>>;
export type TelemetryPlan = Filled<typeof telemetrySchema>;

export type ServingPlan = Omit<
  Filled<typeof servingSchema, "access" | "callers" | "telemetry">,
  "variants" | "shadow" | "models"
> & {
  /** Two or more, or one beside a shadow. */
  readonly variants: readonly VariantPreference[];
  readonly shadow?: ShadowPreference;
};

// The newest whose add-on versions components/serving pins; in standard support until 2027-03-27, extended until a year
// later (docs.aws.amazon.com/eks, "Kubernetes release calendar").
const KUBERNETES_VERSION = "1.35";

// C5 and C6i are what SageMaker has where (catalogue.json).
const inference = (size: string): readonly string[] => ["ml.c5", "ml.c6i"].map((family) => `${family}.${size}`);

const variants = (instanceTypes: readonly string[], minInstances: number, maxInstances: number) => [
  { name: "champion", weight: 9, instanceTypes, minInstances, maxInstances },
  { name: "challenger", weight: 1, instanceTypes, minInstances, maxInstances },
];

const DEFAULTS: BySize<ServingPlan> = {
  small: {
    variants: variants(inference("large"), 2, 4),
    nodeInstanceTypes: general("large"),
    kubernetesVersion: KUBERNETES_VERSION,
  },
  standard: {
    variants: variants(inference("xlarge"), 2, 20),
    nodeInstanceTypes: general("xlarge"),
    kubernetesVersion: KUBERNETES_VERSION,
  },
};

const SHADOW = { instances: 1, samplePercent: 100 };

export function planServing(given: Given<typeof servingSchema>, size: FleetSize): ServingPlan {
  // `models` has one value: it is there to refuse the other by a reason.
  const { variants: own, shadow, nodeInstanceTypes, kubernetesVersion, access, callers, telemetry } = given ?? {};
  return {
    ...DEFAULTS[size],
    ...(nodeInstanceTypes === undefined ? {} : { nodeInstanceTypes }),
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
    ...(access === undefined ? {} : { access }),
    ...(callers === undefined ? {} : { callers }),
    ...(telemetry === undefined ? {} : { telemetry }),
    ...(own === undefined ? {} : { variants: own.map(withTypes) }),
    ...(shadow === undefined ? {} : { shadow: { ...SHADOW, ...withTypes(shadow) } }),
  };
}

function withTypes<T extends { readonly instanceType: string | readonly string[] }>({
  instanceType: types,
  ...rest
}: T) {
  return { ...rest, instanceTypes: listOf(types) };
}

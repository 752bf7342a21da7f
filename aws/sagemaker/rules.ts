import { list, text } from "../value";
import type { Properties } from "../value";
import { absent, amount, given, on, outside, parts, repeated, when, whole, wrong } from "../rules/find";
import type { PropertyRule, StackRule } from "../rules/rule";

const CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration";
const ENDPOINT = "aws:sagemaker/endpoint:Endpoint";
const MODEL = "aws:sagemaker/model:Model";
const TARGET = "aws:appautoscaling/target:Target";
const VARIANT = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html";

const CHAMPION: Properties = {
  variantName: "champion",
  modelName: "als",
  instanceType: "ml.c5.large",
  initialInstanceCount: 2,
  initialVariantWeight: 9,
};
const SERVERLESS: Properties = {
  variantName: "champion",
  modelName: "als",
  serverlessConfig: { memorySizeInMb: 2048, maxConcurrency: 10 },
};

const configuration = (variants: readonly Properties[], more: Properties = {}): Properties => ({
  productionVariants: variants,
  ...more,
});

function deployment(traffic: Properties, more: Properties = {}): Properties {
  return {
    endpointConfigName: "champion",
    deploymentConfig: { blueGreenUpdatePolicy: { trafficRoutingConfiguration: traffic, ...more } },
  };
}

const BLUE_GREEN = "deploymentConfig.blueGreenUpdatePolicy";
const TRAFFIC = `${BLUE_GREEN}.trafficRoutingConfiguration`;
/** Size of the step that each way of shifting traffic takes. */
const STEPS: Readonly<Record<string, string>> = { CANARY: "canarySize", LINEAR: "linearStepSize" };

/** SageMaker: single resources. */
export const rules: readonly PropertyRule[] = [
  {
    id: "sagemaker-variant-capacity",
    types: [CONFIGURATION],
    title: "A variant has instances of a type, or is serverless, not both",
    source: VARIANT,
    check: (inputs) =>
      parts(inputs, "productionVariants").flatMap(({ path, block }) => {
        if (given(block, "serverlessConfig"))
          return ["instanceType", "initialInstanceCount"].flatMap((name) =>
            when(given(block, name), inputs, `${path}.${name}`, "nothing, for a serverless variant"),
          );
        if (!absent(block, "serverlessConfig") || !absent(block, "managedInstanceScaling")) return [];
        return ["instanceType", "initialInstanceCount"].flatMap((name) =>
          when(absent(block, name), inputs, `${path}.${name}`, "a value, for a variant with instances"),
        );
      }),
    failing: [
      configuration([{ ...SERVERLESS, instanceType: "ml.c5.large" }]),
      configuration([{ variantName: "champion", modelName: "als", instanceType: "ml.c5.large" }]),
    ],
    passing: [configuration([CHAMPION]), configuration([SERVERLESS])],
  },
  {
    id: "sagemaker-variant-weights",
    types: [CONFIGURATION],
    title: "Weights of the variants are at least 0, and not all of them are",
    source: VARIANT,
    check(inputs) {
      const weights = parts(inputs, "productionVariants").map(({ path, block }) => ({
        path: `${path}.initialVariantWeight`,
        weight: absent(block, "initialVariantWeight") ? 1 : amount(block, "initialVariantWeight"),
      }));
      const negative = weights.filter(({ weight }) => weight !== undefined && !(weight >= 0));
      const idle =
        weights.length > 0 && whole(inputs, "productionVariants") && weights.every(({ weight }) => weight === 0);
      return [
        ...negative.flatMap(({ path }) => wrong(inputs, path, "at least 0")),
        ...when(idle, inputs, "productionVariants.0.initialVariantWeight", "a sum of weights above 0"),
      ];
    },
    failing: [
      configuration([{ ...CHAMPION, initialVariantWeight: 0 }]),
      configuration([CHAMPION, { ...CHAMPION, variantName: "challenger", initialVariantWeight: -1 }]),
    ],
    passing: [configuration([CHAMPION, { ...CHAMPION, variantName: "challenger", initialVariantWeight: 0 }])],
  },
  {
    id: "sagemaker-variant-names",
    types: [CONFIGURATION],
    title: "One to ten variants, each with a name of its own",
    source: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html",
    check(inputs) {
      const names = parts(inputs, "productionVariants").map(
        ({ block }) => text(block, "variantName") ?? Symbol("unknown"),
      );
      const count = list(inputs, "productionVariants").length;
      return [
        ...when(
          repeated(names).length > 0,
          inputs,
          "productionVariants",
          "names that differ",
          names.map(String).join(", "),
        ),
        ...when(count > 10, inputs, "productionVariants", "at most 10 variants", String(count)),
      ];
    },
    failing: [configuration([CHAMPION, CHAMPION])],
    passing: [configuration([CHAMPION, { ...CHAMPION, variantName: "challenger" }])],
  },
  {
    id: "sagemaker-shadow",
    types: [CONFIGURATION],
    title: "One shadow stands beside exactly one variant, under another name",
    source: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html",
    check(inputs) {
      const [count, shadows] = [list(inputs, "productionVariants").length, list(inputs, "shadowProductionVariants")];
      if (shadows.length === 0) return [];
      const names = ["productionVariants", "shadowProductionVariants"].flatMap((path) =>
        parts(inputs, path).flatMap(({ block }) => text(block, "variantName") ?? []),
      );
      const same = repeated(names);
      return [
        ...when(count > 1, inputs, "productionVariants", "1 variant, beside a shadow", String(count)),
        ...when(shadows.length > 1, inputs, "shadowProductionVariants", "1 shadow", String(shadows.length)),
        ...when(
          count === 1 && shadows.length === 1 && same.length > 0,
          inputs,
          "shadowProductionVariants.0.variantName",
          "another name than the variant's",
        ),
      ];
    },
    failing: [
      configuration([CHAMPION, { ...CHAMPION, variantName: "challenger" }], {
        shadowProductionVariants: [{ ...CHAMPION, variantName: "candidate" }],
      }),
      configuration([CHAMPION], { shadowProductionVariants: [CHAMPION] }),
      configuration([CHAMPION], {
        shadowProductionVariants: [CHAMPION, CHAMPION].map((shadow, index) => ({
          ...shadow,
          variantName: `s${index}`,
        })),
      }),
    ],
    passing: [configuration([CHAMPION], { shadowProductionVariants: [{ ...CHAMPION, variantName: "candidate" }] })],
  },
  {
    id: "sagemaker-serverless-size",
    types: [CONFIGURATION],
    title: "A serverless variant has 1 to 6 GB of memory and 1 to 200 requests at once, not fewer than are provisioned",
    source: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantServerlessConfig.html",
    check: (inputs) =>
      parts(inputs, "productionVariants").flatMap(({ path, block }) => {
        const at = `${path}.serverlessConfig`;
        const memory = amount(block, "serverlessConfig.memorySizeInMb");
        const [most, ready] = [
          amount(block, "serverlessConfig.maxConcurrency"),
          amount(block, "serverlessConfig.provisionedConcurrency"),
        ];
        return [
          ...when(
            memory !== undefined && (memory % 1024 !== 0 || memory < 1024 || memory > 6144),
            inputs,
            `${at}.memorySizeInMb`,
            "a multiple of 1,024 up to 6,144",
          ),
          ...outside(inputs, `${at}.maxConcurrency`, 1, 200, "requests"),
          ...when(
            most !== undefined && ready !== undefined && ready > most,
            inputs,
            `${at}.provisionedConcurrency`,
            `at most ${most ?? 0}, the most requests at once`,
          ),
        ];
      }),
    failing: [
      configuration([{ ...SERVERLESS, serverlessConfig: { memorySizeInMb: 1500, maxConcurrency: 10 } }]),
      configuration([
        { ...SERVERLESS, serverlessConfig: { memorySizeInMb: 2048, maxConcurrency: 10, provisionedConcurrency: 20 } },
      ]),
    ],
    passing: [configuration([SERVERLESS])],
  },
  {
    id: "sagemaker-serverless-without",
    types: [CONFIGURATION],
    title: "A serverless endpoint has no variant with instances, no data capture, no asynchronous requests",
    source: "https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html",
    check(inputs) {
      const variants = parts(inputs, "productionVariants");
      const serverless = variants.filter(({ block }) => given(block, "serverlessConfig"));
      if (serverless.length === 0) return [];
      return [
        ...when(
          variants.some(({ block }) => absent(block, "serverlessConfig")),
          inputs,
          "productionVariants",
          "serverless variants only",
          "a variant with instances",
        ),
        ...when(
          on(inputs, "dataCaptureConfig.enableCapture"),
          inputs,
          "dataCaptureConfig.enableCapture",
          "false, for a serverless endpoint",
        ),
        ...when(
          given(inputs, "asyncInferenceConfig"),
          inputs,
          "asyncInferenceConfig",
          "nothing, for a serverless endpoint",
        ),
      ];
    },
    failing: [
      configuration([SERVERLESS, { ...CHAMPION, variantName: "challenger" }]),
      configuration([SERVERLESS], { dataCaptureConfig: { enableCapture: true, initialSamplingPercentage: 10 } }),
    ],
    passing: [
      configuration([SERVERLESS], { dataCaptureConfig: { enableCapture: false, initialSamplingPercentage: 10 } }),
    ],
  },
  {
    id: "sagemaker-capture-sampling",
    types: [CONFIGURATION],
    title: "Data capture samples 0 to 100 % of requests, and says which side of them",
    source: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataCaptureConfig.html",
    check: (inputs) => [
      ...outside(inputs, "dataCaptureConfig.initialSamplingPercentage", 0, 100, "%"),
      ...when(
        repeated(
          parts(inputs, "dataCaptureConfig.captureOptions").map(
            ({ block }) => text(block, "captureMode") ?? Symbol("unknown"),
          ),
        ).length > 0,
        inputs,
        "dataCaptureConfig.captureOptions",
        "each side once",
      ),
    ],
    failing: [
      configuration([CHAMPION], { dataCaptureConfig: { enableCapture: true, initialSamplingPercentage: 120 } }),
    ],
    passing: [
      configuration([CHAMPION], { dataCaptureConfig: { enableCapture: true, initialSamplingPercentage: 100 } }),
    ],
  },
  {
    id: "sagemaker-traffic-steps",
    types: [ENDPOINT],
    title: "A canary and a linear shift say the size of their step, which is at most half of the fleet",
    source: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TrafficRoutingConfig.html",
    check(inputs) {
      const step = STEPS[text(inputs, `${TRAFFIC}.type`) ?? ""];
      if (step === undefined) return [];
      const path = `${TRAFFIC}.${step}`;
      if (absent(inputs, path)) return wrong(inputs, path, "a size");
      const share = text(inputs, `${path}.type`) === "CAPACITY_PERCENT" ? amount(inputs, `${path}.value`) : undefined;
      return when(share !== undefined && share > 50, inputs, `${path}.value`, "at most 50 %");
    },
    failing: [
      deployment({ type: "CANARY", waitIntervalInSeconds: 600 }),
      deployment({
        type: "LINEAR",
        waitIntervalInSeconds: 600,
        linearStepSize: { type: "CAPACITY_PERCENT", value: 60 },
      }),
    ],
    passing: [
      deployment({ type: "CANARY", waitIntervalInSeconds: 600, canarySize: { type: "CAPACITY_PERCENT", value: 10 } }),
      deployment({ type: "ALL_AT_ONCE", waitIntervalInSeconds: 600 }),
    ],
  },
  {
    id: "sagemaker-deployment-timeout",
    types: [ENDPOINT],
    title: "A deployment may take longer than all that it waits for",
    source: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_BlueGreenUpdatePolicy.html",
    check(inputs) {
      const limit = amount(inputs, `${BLUE_GREEN}.maximumExecutionTimeoutInSeconds`);
      const waits =
        (amount(inputs, `${BLUE_GREEN}.terminationWaitInSeconds`) ?? 0) +
        (amount(inputs, `${TRAFFIC}.waitIntervalInSeconds`) ?? 0);
      return when(
        limit !== undefined && limit <= waits,
        inputs,
        `${BLUE_GREEN}.maximumExecutionTimeoutInSeconds`,
        `more than the ${waits} s that it waits`,
      );
    },
    failing: [
      deployment(
        { type: "ALL_AT_ONCE", waitIntervalInSeconds: 600 },
        { terminationWaitInSeconds: 300, maximumExecutionTimeoutInSeconds: 900 },
      ),
    ],
    passing: [
      deployment(
        { type: "ALL_AT_ONCE", waitIntervalInSeconds: 600 },
        { terminationWaitInSeconds: 300, maximumExecutionTimeoutInSeconds: 3600 },
      ),
    ],
  },
  {
    id: "sagemaker-model-containers",
    types: [MODEL],
    title: "A model has one primary container or a list of 2 to 15, not both",
    source: "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModel.html",
    check(inputs) {
      const several = list(inputs, "containers").length;
      return [
        ...when(
          given(inputs, "primaryContainer") && given(inputs, "containers"),
          inputs,
          "containers",
          "nothing, with a primary container",
        ),
        ...when(several > 15, inputs, "containers", "at most 15", String(several)),
      ];
    },
    failing: [{ primaryContainer: { image: "als" }, containers: [{ image: "als" }, { image: "rank" }] }],
    passing: [{ primaryContainer: { image: "als" } }, { containers: [{ image: "als" }, { image: "rank" }] }],
  },
];

const scaled = (resourceId: string, bounds: Properties = {}): Properties => ({
  resourceId,
  serviceNamespace: "sagemaker",
  scalableDimension: "sagemaker:variant:DesiredInstanceCount",
  minCapacity: 1,
  maxCapacity: 4,
  ...bounds,
});
const served = (count: number): Properties =>
  configuration([{ ...CHAMPION, initialInstanceCount: count }], { name: "v1" });

/** SageMaker: several resources. */
export const stackRules: readonly StackRule[] = [
  {
    id: "sagemaker-scaled-variant",
    types: [TARGET],
    title: "A scaling target names a variant of the endpoint, whose first number of instances lies within the bounds",
    source: "https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-code-register.html",
    across({ inputs }, stack) {
      const [, endpointName, variant] = /^endpoint\/(.+)\/variant\/(.+)$/.exec(text(inputs, "resourceId") ?? "") ?? [];
      const endpoint = stack.of(ENDPOINT).find((node) => text(node.inputs, "name") === endpointName);
      const name = endpoint === undefined ? undefined : text(endpoint.inputs, "endpointConfigName");
      const used =
        name === undefined ? undefined : stack.of(CONFIGURATION).find((node) => text(node.inputs, "name") === name);
      if (used === undefined || variant === undefined || !whole(used.inputs, "productionVariants")) return [];
      const variants = parts(used.inputs, "productionVariants");
      const names = variants.map(({ block }) => text(block, "variantName"));
      if (names.includes(undefined)) return [];
      const found = variants.find(({ block }) => text(block, "variantName") === variant);
      if (found === undefined) return wrong(inputs, "resourceId", `one of the variants ${names.join(", ")}`);
      const count = amount(found.block, "initialInstanceCount");
      const [min, max] = [amount(inputs, "minCapacity"), amount(inputs, "maxCapacity")];
      const broken = count !== undefined && ((min !== undefined && count < min) || (max !== undefined && count > max));
      return when(
        broken,
        inputs,
        "minCapacity",
        `bounds around the ${count ?? 0} instances that ${variant} starts with`,
        `${min ?? "?"} to ${max ?? "?"}`,
      );
    },
    failing: [
      [
        { type: CONFIGURATION, inputs: served(2) },
        { type: ENDPOINT, inputs: { name: "lists", endpointConfigName: "v1" } },
        { type: TARGET, inputs: scaled("endpoint/lists/variant/challenger") },
      ],
      [
        { type: CONFIGURATION, inputs: served(8) },
        { type: ENDPOINT, inputs: { name: "lists", endpointConfigName: "v1" } },
        { type: TARGET, inputs: scaled("endpoint/lists/variant/champion") },
      ],
    ],
    passing: [
      [
        { type: CONFIGURATION, inputs: served(2) },
        { type: ENDPOINT, inputs: { name: "lists", endpointConfigName: "v1" } },
        { type: TARGET, inputs: scaled("endpoint/lists/variant/champion") },
      ],
    ],
  },
];

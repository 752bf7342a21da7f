import { finding, type Finding } from "../kit/refuse";
import { wantDistinct, wantInteger, wantMatch, wantNumber } from "../kit/want";
import type { ModelArtifact, ModelCollection, ModelEndpointArgs, ShadowVariant, Variant } from "./contract";

/** docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html */
const VARIANTS = { min: 2, max: 10 } as const;
/** docs.aws.amazon.com/sagemaker/latest/APIReference/API_TrafficRoutingConfig.html */
export const CANARY_SECONDS = { min: 0, max: 3600, usual: 600 } as const;
/** What a shadow has unless its arguments say else. */
export const SHADOW = { instances: 1, samplePercent: 100 } as const;

/** Whether the endpoint serves many models from one container. */
export function isCollection(model: ModelArtifact | ModelCollection): model is ModelCollection {
  return "mode" in model;
}

/** Findings about the arguments, all of them. */
export function checkModelEndpoint(args: ModelEndpointArgs): Finding[] {
  const { variants, shadow, model } = args;
  const names = variants.map(({ name }) => name);
  const weights = variants.reduce((sum, { weight }) => sum + weight, 0);
  return [
    ...wantDistinct("variants", names, "variant names", shadow === undefined ? VARIANTS.min : 1),
    ...(variants.length > VARIANTS.max
      ? [finding("variants", `at most ${VARIANTS.max} variants`, variants.length)]
      : []),
    ...variants.flatMap((variant, index) => checkVariant(`variants[${index}]`, variant)),
    ...(weights > 0 || Number.isNaN(weights) ? [] : [finding("variants", "weights whose sum is above 0", weights)]),
    ...(isCollection(model) ? checkCollection(args, model) : checkArtifact("model", model)),
    ...(shadow === undefined ? [] : checkShadow(args, shadow)),
    ...wantNumber("capture.percent", args.capture.percent, "percent", { min: 0, max: 100 }),
    ...wantMatch("capture.prefix", args.capture.prefix, /^[^/].*[^/]$/, "a prefix without slashes at its ends"),
    ...wantNumber("invocationsPerInstanceMinute", args.invocationsPerInstanceMinute, "invocations", { min: 1 }),
    ...wantInteger("canarySeconds", args.canarySeconds ?? CANARY_SECONDS.usual, "seconds", CANARY_SECONDS),
  ];
}

function checkVariant(path: string, variant: Variant): Finding[] {
  return [
    ...wantVariantName(`${path}.name`, variant.name),
    ...wantNumber(`${path}.weight`, variant.weight, "weight", { min: 0 }),
    ...wantInstanceType(`${path}.instanceType`, variant.instanceType),
    ...wantInteger(`${path}.minInstances`, variant.minInstances, "instances", { min: 1 }),
    ...wantInteger(`${path}.maxInstances`, variant.maxInstances, "instances", { min: variant.minInstances }),
    ...(variant.model === undefined ? [] : checkArtifact(`${path}.model`, variant.model)),
    ...(variant.invocationsPerInstanceMinute === undefined
      ? []
      : wantNumber(`${path}.invocationsPerInstanceMinute`, variant.invocationsPerInstanceMinute, "invocations", {
          min: 1,
        })),
  ];
}

/** docs.aws.amazon.com/sagemaker/latest/dg/shadow-tests-exclusions.html and, for the counts, API_CreateEndpointConfig */
function checkShadow({ variants, model }: ModelEndpointArgs, shadow: ShadowVariant): Finding[] {
  return [
    ...wantVariantName("shadow.name", shadow.name),
    ...(variants.some(({ name }) => name === shadow.name)
      ? [finding("shadow.name", "another name than the variant's", shadow.name)]
      : []),
    ...wantInstanceType("shadow.instanceType", shadow.instanceType),
    ...wantInteger("shadow.instances", shadow.instances ?? SHADOW.instances, "instances", { min: 1 }),
    ...wantInteger("shadow.samplePercent", shadow.samplePercent ?? SHADOW.samplePercent, "percent", {
      min: 1,
      max: 100,
    }),
    ...checkArtifact("shadow.model", shadow.model),
    ...(variants.length > 1 ? [finding("variants", "exactly 1 variant beside a shadow", variants.length)] : []),
    ...(isCollection(model) ? [finding("shadow", "nothing beside a collection of models", shadow.name)] : []),
  ];
}

function checkCollection({ variants, artifacts }: ModelEndpointArgs, { prefix }: ModelCollection): Finding[] {
  const root = `s3://${artifacts.name}/models/`;
  return [
    ...(prefix.startsWith(root) && prefix.endsWith("/")
      ? []
      : [finding("model.prefix", `an address that starts with ${root} and ends with a slash`, prefix)]),
    ...variants.flatMap(({ model }, index) =>
      model === undefined
        ? []
        : [finding(`variants[${index}].model`, "nothing beside a collection of models", model.dataUrl)],
    ),
  ];
}

function checkArtifact(path: string, { dataUrl, digest }: ModelArtifact): Finding[] {
  return [
    ...wantMatch(`${path}.dataUrl`, dataUrl, /^s3:\/\/[^/]+\/.+\.tar\.gz$/, "an s3:// address of a .tar.gz"),
    ...wantMatch(`${path}.digest`, digest, /^[0-9a-f]{64}$/, "a SHA-256 in hex"),
  ];
}

function wantVariantName(path: string, name: string): Finding[] {
  return wantMatch(path, name, /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/, "at most 63 letters, digits and single dashes");
}

function wantInstanceType(path: string, type: string): Finding[] {
  return wantMatch(path, type, /^ml\.[a-z0-9-]+\.[a-z0-9]+$/, "a SageMaker instance type such as ml.m5.large");
}

import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "../kit/names";
import { problem, refuse, type Problem } from "../kit/refuse";
import { wantDistinct, wantInteger, wantMatch, wantNumber } from "../kit/want";
import type { ModelArtifact, ModelEndpointArgs, Variant } from "./contract";
import { createRole } from "./role";

export type { ModelArtifact, ModelEndpointArgs, Variant } from "./contract";

/** docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html */
const VARIANTS = { min: 2, max: 10 } as const;
/** docs.aws.amazon.com/sagemaker/latest/APIReference/API_TrafficRoutingConfig.html */
const CANARY_SECONDS = { min: 0, max: 3600, usual: 600 } as const;
/** Part of the capacity that takes the first traffic, percent; AWS allows up to 50. */
const CANARY_PERCENT = 10;
/** Seconds that the old fleet is kept after the switch, for a quick way back. */
const TERMINATION_WAIT_SECONDS = 300;
/** Seconds after which a deployment that does not finish is rolled back. */
const DEPLOYMENT_TIMEOUT_SECONDS = 3600;
/** Seconds between scaling out, and in: in is slow, since a new instance takes minutes to come back. */
const COOLDOWN_SECONDS = { out: 60, in: 600 } as const;

/** Problems of the arguments, all of them. */
export function checkModelEndpoint(args: ModelEndpointArgs): Problem[] {
  const { variants } = args;
  const names = variants.map(({ name }) => name);
  const weights = variants.reduce((sum, { weight }) => sum + weight, 0);
  return [
    ...wantDistinct("variants", names, "variant names", VARIANTS.min),
    ...(variants.length > VARIANTS.max
      ? [problem("variants", `at most ${VARIANTS.max} variants`, variants.length)]
      : []),
    ...variants.flatMap((variant, index) => checkVariant(`variants[${index}]`, variant)),
    ...(weights > 0 || Number.isNaN(weights) ? [] : [problem("variants", "weights whose sum is above 0", weights)]),
    ...checkArtifact("model", args.model),
    ...wantNumber("capture.percent", args.capture.percent, "percent", { min: 0, max: 100 }),
    ...wantMatch("capture.prefix", args.capture.prefix, /^[^/].*[^/]$/, "a prefix without slashes at its ends"),
    ...wantNumber("invocationsPerInstanceMinute", args.invocationsPerInstanceMinute, "invocations", { min: 1 }),
    ...wantInteger("canarySeconds", args.canarySeconds ?? CANARY_SECONDS.usual, "seconds", CANARY_SECONDS),
  ];
}

function checkVariant(path: string, variant: Variant): Problem[] {
  return [
    ...wantMatch(
      `${path}.name`,
      variant.name,
      /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/,
      "at most 63 letters, digits and single dashes",
    ),
    ...wantNumber(`${path}.weight`, variant.weight, "weight", { min: 0 }),
    ...wantMatch(
      `${path}.instanceType`,
      variant.instanceType,
      /^ml\.[a-z0-9-]+\.[a-z0-9]+$/,
      "a SageMaker instance type such as ml.m5.large",
    ),
    ...wantInteger(`${path}.minInstances`, variant.minInstances, "instances", { min: 1 }),
    ...wantInteger(`${path}.maxInstances`, variant.maxInstances, "instances", { min: variant.minInstances }),
    ...(variant.model === undefined ? [] : checkArtifact(`${path}.model`, variant.model)),
  ];
}

function checkArtifact(path: string, { dataUrl, digest }: ModelArtifact): Problem[] {
  return [
    ...wantMatch(`${path}.dataUrl`, dataUrl, /^s3:\/\/[^/]+\/.+\.tar\.gz$/, "an s3:// address of a .tar.gz"),
    ...wantMatch(`${path}.digest`, digest, /^[0-9a-f]{64}$/, "a SHA-256 in hex"),
  ];
}

/**
 * Online prediction: a SageMaker endpoint with production variants behind one name. Model and configuration are
 * immutable and named by their content, so a new model is a new configuration that the endpoint moves to, canary
 * first, and rolls back from by alarm.
 *
 * Weights and instance counts are taken from the arguments once. From then on the experiment's controller owns the
 * weights and Application Auto Scaling the counts, through UpdateEndpointWeightsAndCapacities; neither is part of the
 * configuration's name, and both are ignored in a diff, so that a deployment of something else never resets them.
 * A new configuration starts with the weights recorded here; the workflow's publish step sets the current ones again.
 * @throws InputPropertiesError listing every bad argument.
 */
export class ModelEndpoint extends pulumi.ComponentResource {
  readonly endpointName: pulumi.Output<string>;
  readonly endpointArn: pulumi.Output<string>;
  readonly configurationName: pulumi.Output<string>;
  readonly securityGroupId: pulumi.Output<string>;
  readonly variantNames: readonly string[];

  constructor(name: string, args: ModelEndpointArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`ModelEndpoint ${name}`, checkModelEndpoint(args));
    super("meridian:serving:ModelEndpoint", name, {}, opts);

    const role = createRole(name, args, this);
    const securityGroup = this.createSecurityGroup(name, args);
    const models = this.createModels(name, args, role, securityGroup);
    const configuration = this.createConfiguration(name, args, models);
    const endpoint = this.createEndpoint(name, args, configuration);
    for (const variant of args.variants) this.scaleVariant(name, args, variant, endpoint);

    this.endpointName = endpoint.name;
    this.endpointArn = endpoint.arn;
    this.configurationName = configuration.name;
    this.securityGroupId = securityGroup.id;
    this.variantNames = args.variants.map((variant) => variant.name);
    this.registerOutputs({
      endpointName: this.endpointName,
      endpointArn: this.endpointArn,
      configurationName: this.configurationName,
      securityGroupId: this.securityGroupId,
      variantNames: this.variantNames,
    });
  }

  /** Containers are isolated from the network: they answer invocations that arrive inside SageMaker, nothing else. */
  private createSecurityGroup(name: string, args: ModelEndpointArgs): aws.ec2.SecurityGroup {
    return new aws.ec2.SecurityGroup(
      name,
      {
        name: nameOf(args.scope, "endpoint", "securityGroup"),
        description: "Inference containers: nothing comes in, nothing goes out",
        vpcId: args.vpcId,
      },
      { parent: this },
    );
  }

  /** One model for each distinct artefact, by digest. */
  private createModels(
    name: string,
    args: ModelEndpointArgs,
    { role, policy }: { role: aws.iam.Role; policy: aws.iam.RolePolicy },
    securityGroup: aws.ec2.SecurityGroup,
  ): ReadonlyMap<string, aws.sagemaker.Model> {
    const artifacts = new Map(
      args.variants.map(({ model = args.model }): [string, ModelArtifact] => [model.digest, model]),
    );
    return new Map(
      [...artifacts].map(([digest, artifact]) => {
        const version = hashOf({ artifact, image: args.imageVersion });
        const model = new aws.sagemaker.Model(
          `${name}-${digest.slice(0, 8)}`,
          {
            name: nameOf(args.scope, `rec-${version}`, "endpoint"),
            executionRoleArn: role.arn,
            enableNetworkIsolation: true,
            primaryContainer: {
              image: args.image,
              modelDataUrl: artifact.dataUrl,
              environment: { MERIDIAN_MODEL_DIGEST: digest },
            },
            vpcConfig: { subnets: args.subnetIds, securityGroupIds: [securityGroup.id] },
          },
          // The name is the content's, so a changed model is created beside the old one before that is deleted.
          { parent: this, dependsOn: [policy] },
        );
        return [digest, model];
      }),
    );
  }

  private createConfiguration(
    name: string,
    args: ModelEndpointArgs,
    models: ReadonlyMap<string, aws.sagemaker.Model>,
  ): aws.sagemaker.EndpointConfiguration {
    const { scope, capture } = args;
    const variants = args.variants.map(({ model = args.model, ...variant }) => ({ ...variant, digest: model.digest }));
    // All that a deployment is about; not the weights and counts, which live on after it.
    const version = hashOf({
      image: args.imageVersion,
      capture,
      variants: variants.map(({ name: variant, instanceType, digest }) => ({ variant, instanceType, digest })),
    });
    return new aws.sagemaker.EndpointConfiguration(
      name,
      {
        name: nameOf(scope, `rec-${version}`, "endpoint"),
        kmsKeyArn: args.keyArn,
        productionVariants: variants.map((variant) => ({
          variantName: variant.name,
          ...modelName(models, variant.digest),
          instanceType: variant.instanceType,
          initialInstanceCount: variant.minInstances,
          initialVariantWeight: variant.weight,
          routingConfigs: [{ routingStrategy: "LEAST_OUTSTANDING_REQUESTS" }],
        })),
        dataCaptureConfig: {
          enableCapture: true,
          initialSamplingPercentage: capture.percent,
          destinationS3Uri: `s3://${capture.bucket}/${capture.prefix}`,
          kmsKeyId: args.keyArn,
          captureOptions: [{ captureMode: "Input" }, { captureMode: "Output" }],
          captureContentTypeHeader: { jsonContentTypes: ["application/json"] },
        },
      },
      {
        parent: this,
        ignoreChanges: ["productionVariants[*].initialVariantWeight", "productionVariants[*].initialInstanceCount"],
      },
    );
  }

  private createEndpoint(
    name: string,
    args: ModelEndpointArgs,
    configuration: aws.sagemaker.EndpointConfiguration,
  ): aws.sagemaker.Endpoint {
    const alarms = args.rollbackAlarmNames ?? [];
    return new aws.sagemaker.Endpoint(
      name,
      {
        name: nameOf(args.scope, "recommendations", "endpoint"),
        endpointConfigName: configuration.name,
        deploymentConfig: {
          blueGreenUpdatePolicy: {
            trafficRoutingConfiguration: {
              type: "CANARY",
              canarySize: { type: "CAPACITY_PERCENT", value: CANARY_PERCENT },
              waitIntervalInSeconds: args.canarySeconds ?? CANARY_SECONDS.usual,
            },
            terminationWaitInSeconds: TERMINATION_WAIT_SECONDS,
            maximumExecutionTimeoutInSeconds: DEPLOYMENT_TIMEOUT_SECONDS,
          },
          ...(alarms.length === 0
            ? {}
            : { autoRollbackConfiguration: { alarms: alarms.map((alarmName) => ({ alarmName })) } }),
        },
      },
      { parent: this },
    );
  }

  private scaleVariant(
    name: string,
    args: ModelEndpointArgs,
    variant: Variant,
    endpoint: aws.sagemaker.Endpoint,
  ): void {
    const target = new aws.appautoscaling.Target(
      `${name}-${variant.name}`,
      {
        serviceNamespace: "sagemaker",
        scalableDimension: "sagemaker:variant:DesiredInstanceCount",
        resourceId: pulumi.interpolate`endpoint/${endpoint.name}/variant/${variant.name}`,
        minCapacity: variant.minInstances,
        maxCapacity: variant.maxInstances,
      },
      { parent: this },
    );
    new aws.appautoscaling.Policy(
      `${name}-${variant.name}`,
      {
        name: nameOf(args.scope, `${variant.name}-invocations`, "alarm"),
        policyType: "TargetTrackingScaling",
        serviceNamespace: target.serviceNamespace,
        scalableDimension: target.scalableDimension,
        resourceId: target.resourceId,
        targetTrackingScalingPolicyConfiguration: {
          predefinedMetricSpecification: { predefinedMetricType: "SageMakerVariantInvocationsPerInstance" },
          targetValue: args.invocationsPerInstanceMinute,
          scaleOutCooldown: COOLDOWN_SECONDS.out,
          scaleInCooldown: COOLDOWN_SECONDS.in,
        },
      },
      { parent: this },
    );
  }
}

function modelName(
  models: ReadonlyMap<string, aws.sagemaker.Model>,
  digest: string,
): { modelName?: pulumi.Output<string> } {
  const model = models.get(digest);
  return model === undefined ? {} : { modelName: model.name };
}

/** Eight hex characters over a value's content. */
function hashOf(value: object): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 8);
}

import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { modelServerSettings } from "../../contracts/settings/model-server";
import { nameOf } from "../kit/names";
import { refuse } from "../kit/refuse";
import type { ModelArtifact, ModelCollection, ModelEndpointArgs, ShadowVariant, Variant } from "./contract";
import { CANARY_SECONDS, checkModelEndpoint, isCollection, SHADOW } from "./endpoint-check";
import { EndpointRef } from "../parts/refs/endpoint";
import { createClosedGroup } from "../parts/security-group";
import type { MadeRole } from "../parts/role";
import { createEndpointRole } from "./role";

export { checkModelEndpoint } from "./endpoint-check";
export type { ModelArtifact, ModelCollection, ModelEndpointArgs, ShadowVariant, Variant } from "./contract";

/** Part of the capacity that takes the first traffic, percent; AWS allows up to 50. */
const CANARY_PERCENT = 10;
/** Seconds that the old fleet is kept after the switch, for a quick way back. */
const TERMINATION_WAIT_SECONDS = 300;
/** Seconds after which a deployment that does not finish is rolled back. */
const DEPLOYMENT_TIMEOUT_SECONDS = 3600;
/** Seconds between scaling out, and in: in is slow, since a new instance takes minutes to come back. */
const COOLDOWN_SECONDS = { out: 60, in: 600 } as const;

/**
 * Online prediction: a SageMaker endpoint with production variants behind one name. Model and configuration are
 * immutable and named by their content, so a new model is a new configuration that the endpoint moves to, canary
 * first, and rolls back from by alarm.
 *
 * Weights and instance counts are taken from the arguments once. From then on the experiment's controller owns the
 * weights and Application Auto Scaling the counts, through UpdateEndpointWeightsAndCapacities; neither is part of the
 * configuration's name, and both are ignored in a diff, so that a deployment of something else never resets them.
 * A new configuration starts with the weights recorded here; each command of `meridian experiment` sets the state's again.
 * They spread only calls that name no variant: the API names each user's, by the state itself.
 *
 * Two options: a shadow, which is sent copies of the one variant's requests and answers nobody, and a collection of
 * models behind one container, of which each invocation names one.
 * @throws InputPropertiesError listing every bad argument.
 */
export class ModelEndpoint extends pulumi.ComponentResource {
  readonly endpointName: pulumi.Output<string>;
  readonly endpointArn: pulumi.Output<string>;
  readonly configurationName: pulumi.Output<string>;
  readonly securityGroupId: pulumi.Output<string>;
  readonly variantNames: readonly string[];
  /** What callers of the endpoint need. */
  readonly ref: EndpointRef;

  constructor(name: string, args: ModelEndpointArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`ModelEndpoint ${name}`, checkModelEndpoint(args));
    super("meridian:serving:ModelEndpoint", name, {}, opts);

    const role = createEndpointRole(name, args, this);
    const securityGroup = this.createSecurityGroup(name, args);
    const models = this.createModels(name, args, role, securityGroup);
    const configuration = this.createConfiguration(name, args, models);
    const endpoint = this.createEndpoint(name, args, configuration);
    for (const variant of args.variants) this.scaleVariant(name, args, variant, endpoint);

    this.endpointName = endpoint.name;
    this.ref = new EndpointRef(args.scope, endpoint.name);
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
    return createClosedGroup(
      name,
      {
        scope: args.scope,
        part: "endpoint",
        description: "Inference containers: nothing comes in, nothing goes out",
        vpcId: args.vpcId,
      },
      this,
    );
  }

  /** One model for each distinct artefact, or one for a collection; by {@link keyOf}. */
  private createModels(
    name: string,
    args: ModelEndpointArgs,
    { role, policy }: MadeRole,
    securityGroup: aws.ec2.SecurityGroup,
  ): ReadonlyMap<string, aws.sagemaker.Model> {
    const sources = [...args.variants, ...(args.shadow === undefined ? [] : [args.shadow])].map(
      ({ model = args.model }): [string, ModelArtifact | ModelCollection] => [keyOf(model), model],
    );
    return new Map(
      [...new Map(sources)].map(([key, source]) => {
        const version = hashOf({ artifact: source, image: args.imageVersion });
        const model = new aws.sagemaker.Model(
          `${name}-${key.slice(0, 8)}`,
          {
            name: nameOf(args.scope, `rec-${version}`, "endpoint"),
            executionRoleArn: role.arn,
            enableNetworkIsolation: true,
            primaryContainer: { image: args.image, ...contentOf(source) },
            vpcConfig: { subnets: args.subnetIds, securityGroupIds: [securityGroup.id] },
          },
          // The name is the content's, so a changed model is created beside the old one before that is deleted.
          { parent: this, dependsOn: [policy] },
        );
        return [key, model];
      }),
    );
  }

  private createConfiguration(
    name: string,
    args: ModelEndpointArgs,
    models: ReadonlyMap<string, aws.sagemaker.Model>,
  ): aws.sagemaker.EndpointConfiguration {
    const { scope, capture, shadow } = args;
    const variants = args.variants.map(({ model = args.model, ...variant }) => ({ ...variant, digest: keyOf(model) }));
    // All that a deployment is about; not the weights and counts, which live on after it.
    const version = hashOf({
      image: args.imageVersion,
      capture: { bucket: capture.bucket.name, prefix: capture.prefix, percent: capture.percent },
      variants: variants.map(({ name: variant, instanceType, digest }) => ({ variant, instanceType, digest })),
      // Nobody else moves a shadow's share or its instances, so they are the deployment's.
      ...(shadow === undefined ? {} : { shadow }),
    });
    return new aws.sagemaker.EndpointConfiguration(
      name,
      {
        name: nameOf(scope, `rec-${version}`, "endpoint"),
        kmsKeyArn: args.key.arn,
        productionVariants: variants.map((variant) => ({
          variantName: variant.name,
          ...modelName(models, variant.digest),
          instanceType: variant.instanceType,
          initialInstanceCount: variant.minInstances,
          initialVariantWeight: variant.weight,
          routingConfigs: [{ routingStrategy: "LEAST_OUTSTANDING_REQUESTS" }],
        })),
        ...(shadow === undefined ? {} : { shadowProductionVariants: [shadowOf(shadow, args.variants, models)] }),
        dataCaptureConfig: {
          enableCapture: true,
          initialSamplingPercentage: capture.percent,
          destinationS3Uri: `s3://${capture.bucket.name}/${capture.prefix}`,
          ...(capture.bucket.key === undefined ? {} : { kmsKeyId: capture.bucket.key.arn }),
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
          targetValue: variant.invocationsPerInstanceMinute ?? args.invocationsPerInstanceMinute,
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

/**
 * The share of requests that a shadow is sent is its weight over the production variant's:
 * docs.aws.amazon.com/sagemaker/latest/dg/model-shadow-deployment.html
 */
function shadowOf(
  shadow: ShadowVariant,
  [production]: readonly Variant[],
  models: ReadonlyMap<string, aws.sagemaker.Model>,
): aws.types.input.sagemaker.EndpointConfigurationShadowProductionVariant {
  const share = (shadow.samplePercent ?? SHADOW.samplePercent) / 100;
  return {
    variantName: shadow.name,
    ...modelName(models, keyOf(shadow.model)),
    instanceType: shadow.instanceType,
    initialInstanceCount: shadow.instances ?? SHADOW.instances,
    initialVariantWeight: (production?.weight ?? 1) * share,
  };
}

/** What tells one source of models from another: an artefact's digest; for a collection, its address. */
function keyOf(model: ModelArtifact | ModelCollection): string {
  return isCollection(model) ? hashOf({ prefix: model.prefix, keepLoaded: model.keepLoaded ?? true }) : model.digest;
}

/** What a container is told of its model, or of its models. */
function contentOf(source: ModelArtifact | ModelCollection): aws.types.input.sagemaker.ModelPrimaryContainer {
  return isCollection(source)
    ? {
        mode: source.mode,
        modelDataUrl: source.prefix,
        multiModelConfig: { modelCacheSetting: (source.keepLoaded ?? true) ? "Enabled" : "Disabled" },
      }
    : { modelDataUrl: source.dataUrl, environment: modelServerSettings.write({ modelDigest: source.digest }) };
}

/** Eight hex characters over a value's content. */
function hashOf(value: object): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 8);
}

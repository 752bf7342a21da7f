import { architectureOf } from "../../aws/facts";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "../kit/names";
import type { Program } from "../kit/program";
import { finding, type Finding } from "../kit/refuse";
import { scopeTags, type Scope } from "../kit/scope";
import { wantDistinct } from "../kit/want";
import type { BucketRef } from "./refs/bucket";
import type { KeyRef } from "./refs/key";

/** The newest Amazon Linux 2023 as EC2 resolves it at launch, so that a new instance is a patched one. */
const AL2023 = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-";

/** Findings about a fleet's instance types, by path: all of one architecture, since one image serves all. */
export function checkInstanceTypes(instanceTypes: readonly string[], least = 1): Finding[] {
  const architectures = new Set(instanceTypes.map(architectureOf));
  return [
    ...wantDistinct("instanceTypes", instanceTypes, "instance types", least),
    ...(architectures.size > 1
      ? [finding("instanceTypes", "one processor architecture, since one image serves all", instanceTypes.join(", "))]
      : []),
  ];
}

/** Puts a program's archive where the instances' first boot fetches it. */
export function uploadProgram(
  name: string,
  { bucket, key, program }: { readonly bucket: BucketRef; readonly key: string; readonly program: Program },
  parent: pulumi.Resource,
): aws.s3.BucketObjectv2 {
  return new aws.s3.BucketObjectv2(name, { bucket: bucket.id, key, source: program.archive }, { parent });
}

export interface WorkerTemplateArgs {
  readonly scope: Scope;
  /** Part of the name, e.g. `intake`. */
  readonly part: string;
  /** In order of preference. */
  readonly instanceTypes: readonly string[];
  /** Whether the template names the first type: a group that has no mix of types. @default false */
  readonly oneType?: boolean;
  readonly profile: aws.iam.InstanceProfile;
  readonly securityGroup: aws.ec2.SecurityGroup;
  /** GiB of the root volume. */
  readonly diskGib: number;
  /** Key of the root volume; its policy admits Auto Scaling. @default the account's key for EBS */
  readonly volumeKey?: KeyRef;
  /** What the first boot runs. */
  readonly startup: pulumi.Input<string>;
}

/** How each instance starts: a patched image, tokens for its metadata, an encrypted disk, tags. */
export function createWorkerTemplate(
  name: string,
  args: WorkerTemplateArgs,
  parent: pulumi.Resource,
): aws.ec2.LaunchTemplate {
  const { scope, part, instanceTypes, volumeKey } = args;
  const fullName = nameOf(scope, part, "autoScalingGroup");
  return new aws.ec2.LaunchTemplate(
    name,
    {
      name: fullName,
      imageId: `${AL2023}${architectureOf(instanceTypes[0] ?? "")}`,
      ...(args.oneType === true ? { instanceType: instanceTypes[0] } : {}),
      updateDefaultVersion: true,
      iamInstanceProfile: { arn: args.profile.arn },
      vpcSecurityGroupIds: [args.securityGroup.id],
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
        instanceMetadataTags: "disabled",
      },
      monitoring: { enabled: true },
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: {
            volumeType: "gp3",
            volumeSize: args.diskGib,
            encrypted: "true",
            ...(volumeKey === undefined ? {} : { kmsKeyId: volumeKey.arn }),
            deleteOnTermination: "true",
          },
        },
      ],
      tagSpecifications: ["instance", "volume"].map((resourceType) => ({
        resourceType,
        // Instances do not take the provider's default tags.
        tags: { ...scopeTags(scope), Name: fullName },
      })),
      userData: pulumi.output(args.startup).apply((text) => Buffer.from(text).toString("base64")),
    },
    { parent },
  );
}

/** Several types, so that one may run out in a zone: the base on demand, a part of the rest, and spot above. */
export function mixOfTypes(
  template: aws.ec2.LaunchTemplate,
  args: {
    readonly instanceTypes: readonly string[];
    readonly onDemandBase: number;
    readonly onDemandPercentAboveBase: number;
  },
): Pick<aws.autoscaling.GroupArgs, "mixedInstancesPolicy"> {
  return {
    mixedInstancesPolicy: {
      launchTemplate: {
        launchTemplateSpecification: {
          launchTemplateId: template.id,
          version: template.latestVersion.apply(String),
        },
        overrides: args.instanceTypes.map((instanceType) => ({ instanceType })),
      },
      instancesDistribution: {
        onDemandBaseCapacity: args.onDemandBase,
        onDemandPercentageAboveBaseCapacity: args.onDemandPercentAboveBase,
        onDemandAllocationStrategy: "prioritized",
        spotAllocationStrategy: "price-capacity-optimized",
      },
    },
  };
}

/** Seconds from launch until a worker reads its queue. */
export const WARM_UP_SECONDS = 120;

export interface WorkerGroupArgs {
  readonly scope: Scope;
  readonly part: string;
  readonly subnetIds: pulumi.Input<string[]>;
  readonly minSize: number;
  readonly maxSize: number;
  /** Seconds after which an instance is replaced. */
  readonly maxInstanceLifetime: number;
  /** The mix of types or the one template, and what else differs. */
  readonly instances: Partial<aws.autoscaling.GroupArgs>;
}

/** A group of workers that are replaced by EC2's own health checks. */
export function createWorkerGroup(
  name: string,
  args: WorkerGroupArgs,
  opts: pulumi.CustomResourceOptions,
): aws.autoscaling.Group {
  return new aws.autoscaling.Group(
    name,
    {
      name: nameOf(args.scope, args.part, "autoScalingGroup"),
      minSize: args.minSize,
      maxSize: args.maxSize,
      vpcZoneIdentifiers: args.subnetIds,
      capacityRebalance: true,
      healthCheckType: "EC2",
      healthCheckGracePeriod: 300,
      defaultInstanceWarmup: WARM_UP_SECONDS,
      maxInstanceLifetime: args.maxInstanceLifetime,
      enabledMetrics: ["GroupDesiredCapacity", "GroupInServiceInstances", "GroupTotalInstances"],
      ...args.instances,
    },
    opts,
  );
}

import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "../kit/names";
import { finding, refuse, type Finding } from "../kit/refuse";
import { SECONDS } from "../kit/units";
import { wantDistinct, wantInteger, wantMatch } from "../kit/want";
import { clusterConfigurations } from "./bootstrap";
import { EMR_TAG, type EtlArgs, type EtlRunner } from "./contract";
import { createSecurityGroups, type Groups } from "./groups";
import { createSecurityConfiguration, fleetTypes, NODE_DISK, SPOT, uploadPrograms, type Objects } from "./parts";
import { allowSteps } from "./run";
import { createRoles, type Roles } from "./roles";
import { vcpusOf } from "./plan";

export { EMR_TAG, type EtlArgs, type EtlBuckets, type EtlRunner } from "./contract";

/** EMR's own limits of the idle timeout: docs.aws.amazon.com/emr/latest/APIReference/API_AutoTerminationPolicy.html */
const IDLE_SECONDS = { min: SECONDS.day + SECONDS.hour, max: 7 * SECONDS.day, usual: 2 * SECONDS.day } as const;

/** Instance types in one fleet: docs.aws.amazon.com/emr/latest/ManagementGuide/emr-instance-fleet.html */
const FLEET_TYPES = { max: 15 } as const;

/** Findings about what every cluster is made of. */
export function checkFleet(
  args: Pick<EtlArgs, "releaseLabel" | "instanceTypes" | "capacity" | "spotPricePercent">,
): Finding[] {
  const { capacity } = args;
  const unknownSizes = args.instanceTypes.flatMap((type, index) =>
    Number.isNaN(vcpusOf(type))
      ? [finding(`instanceTypes[${index}]`, "a size between medium and <n>xlarge", type)]
      : [],
  );
  return [
    ...wantMatch("releaseLabel", args.releaseLabel, /^emr-[67]\.\d+\.\d+$/, "an EMR release such as emr-7.9.0"),
    ...wantDistinct("instanceTypes", args.instanceTypes, "instance types"),
    ...(args.instanceTypes.length > FLEET_TYPES.max
      ? [finding("instanceTypes", `at most ${FLEET_TYPES.max} types`, args.instanceTypes.length)]
      : []),
    ...unknownSizes,
    ...wantInteger("capacity.minimumUnits", capacity.minimumUnits, "units", { min: 1 }),
    ...wantInteger("capacity.maximumUnits", capacity.maximumUnits, "units", { min: capacity.minimumUnits }),
    ...wantInteger("capacity.maximumOnDemandUnits", capacity.maximumOnDemandUnits, "units", {
      min: capacity.minimumUnits,
      max: capacity.maximumUnits,
    }),
    ...wantInteger("capacity.maximumCoreUnits", capacity.maximumCoreUnits, "units", {
      min: capacity.minimumUnits,
      max: capacity.maximumUnits,
    }),
    ...wantInteger("spotPricePercent", args.spotPricePercent ?? 100, "percent", { min: 1, max: 100 }),
  ];
}

/** Findings about the arguments, all of them. */
export function checkEtl(args: EtlArgs): Finding[] {
  return [
    ...checkFleet(args),
    ...wantInteger("idleTimeoutSeconds", args.idleTimeoutSeconds ?? IDLE_SECONDS.usual, "seconds", IDLE_SECONDS),
  ];
}

/**
 * The ETL cluster: Spark on EMR with managed scaling, on-demand core and spot task nodes, all encrypted, in private
 * subnets, ended by itself when nobody uses it. The daily workflow adds steps to it.
 * @throws InputPropertiesError listing every bad argument.
 */
export class Etl extends pulumi.ComponentResource {
  readonly clusterId: pulumi.Output<string>;
  readonly clusterName: pulumi.Output<string>;
  /** Role of the nodes: what the Spark programs may do. */
  readonly nodeRoleArn: pulumi.Output<string>;
  /** `s3://` folder of this version's programs. */
  readonly programsUri: string;
  readonly runner: EtlRunner;

  constructor(name: string, args: EtlArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`Etl ${name}`, checkEtl(args));
    super("meridian:etl:Etl", name, {}, opts);

    const roles = createRoles(name, args, this);
    const groups = createSecurityGroups(name, args, this);
    const security = createSecurityConfiguration(name, args, this);
    const objects = uploadPrograms(name, args, this);
    const cluster = this.createCluster(name, args, { roles, groups, security, objects });
    this.createTaskFleet(name, args, cluster);
    this.createScaling(name, args, cluster);

    this.clusterId = cluster.id;
    this.clusterName = cluster.name;
    this.nodeRoleArn = roles.node.arn;
    this.programsUri = `s3://${args.buckets.artifacts.name}/${objects.programKey}`;
    this.runner = { kind: "cluster", clusterId: cluster.id, allow: allowSteps(args.scope, cluster.id) };
    this.registerOutputs({
      clusterId: this.clusterId,
      clusterName: this.clusterName,
      nodeRoleArn: this.nodeRoleArn,
      programsUri: this.programsUri,
    });
  }

  private createCluster(name: string, args: EtlArgs, { roles, groups, security, objects }: Parts): aws.emr.Cluster {
    const { artifacts, logs } = args.buckets;
    return new aws.emr.Cluster(
      name,
      {
        name: nameOf(args.scope, "etl", "emrCluster"),
        releaseLabel: args.releaseLabel,
        applications: ["Spark", "Hadoop"],
        serviceRole: roles.service.arn,
        securityConfiguration: security.name,
        logUri: `s3://${logs.name}/emr/`,
        keepJobFlowAliveWhenNoSteps: true,
        autoTerminationPolicy: { idleTimeout: args.idleTimeoutSeconds ?? IDLE_SECONDS.usual },
        terminationProtection: false,
        unhealthyNodeReplacement: true,
        scaleDownBehavior: "TERMINATE_AT_TASK_COMPLETION",
        // One day at a time: two runs would write the same partitions.
        stepConcurrencyLevel: 1,
        ebsRootVolumeSize: 30,
        configurationsJson: pulumi.output(args.key.arn).apply(clusterConfigurations),
        bootstrapActions: [
          {
            name: "programs",
            path: `s3://${artifacts.name}/${objects.bootstrapKey}`,
            args: [`s3://${artifacts.name}/${objects.programKey}`],
          },
        ],
        ec2Attributes: {
          instanceProfile: roles.profile.arn,
          subnetIds: args.subnetIds,
          emrManagedMasterSecurityGroup: groups.primary.id,
          emrManagedSlaveSecurityGroup: groups.core.id,
          serviceAccessSecurityGroup: groups.service.id,
        },
        masterInstanceFleet: {
          name: "primary",
          targetOnDemandCapacity: 1,
          instanceTypeConfigs: args.instanceTypes.map((instanceType) => ({
            instanceType,
            weightedCapacity: 1,
            ebsConfigs: [NODE_DISK],
          })),
        },
        // Begins small and is scaled.
        coreInstanceFleet: {
          name: "core",
          targetOnDemandCapacity: args.capacity.minimumUnits,
          instanceTypeConfigs: fleetTypes(args),
          launchSpecifications: { onDemandSpecifications: [{ allocationStrategy: "lowest-price" }] },
        },
        tags: EMR_TAG,
      },
      {
        parent: this,
        dependsOn: [...roles.ready, ...objects.uploads],
        // Managed scaling owns the size once the cluster runs.
        ignoreChanges: ["coreInstanceFleet.targetOnDemandCapacity", "coreInstanceFleet.targetSpotCapacity"],
      },
    );
  }

  /** Task nodes hold no data, so they run on spot; on demand when no spot capacity is found in time. */
  private createTaskFleet(name: string, args: EtlArgs, cluster: aws.emr.Cluster): void {
    new aws.emr.InstanceFleet(
      `${name}-task`,
      {
        clusterId: cluster.id,
        name: "task",
        targetOnDemandCapacity: 0,
        // AWS makes no fleet without any unit. Managed scaling takes over from there.
        targetSpotCapacity: 1,
        instanceTypeConfigs: fleetTypes(args).map((type) => ({
          ...type,
          bidPriceAsPercentageOfOnDemandPrice: args.spotPricePercent ?? 100,
        })),
        launchSpecifications: {
          spotSpecifications: [SPOT],
        },
      },
      { parent: this, ignoreChanges: ["targetOnDemandCapacity", "targetSpotCapacity"] },
    );
  }

  private createScaling(name: string, { capacity }: EtlArgs, cluster: aws.emr.Cluster): void {
    new aws.emr.ManagedScalingPolicy(
      name,
      {
        clusterId: cluster.id,
        computeLimits: [
          {
            unitType: "InstanceFleetUnits",
            minimumCapacityUnits: capacity.minimumUnits,
            maximumCapacityUnits: capacity.maximumUnits,
            maximumOndemandCapacityUnits: capacity.maximumOnDemandUnits,
            maximumCoreCapacityUnits: capacity.maximumCoreUnits,
          },
        ],
      },
      { parent: this },
    );
  }
}

interface Parts {
  readonly roles: Roles;
  readonly groups: Groups;
  readonly security: aws.emr.SecurityConfiguration;
  readonly objects: Objects;
}

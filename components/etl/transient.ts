import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "../kit/names";
import { refuse, type Finding } from "../kit/refuse";
import { SECONDS } from "../kit/units";
import { wantInteger } from "../kit/want";
import { clusterConfigurations } from "./bootstrap";
import { EMR_TAG, ETL_TAG, type EtlRunner, type TransientEtlArgs } from "./contract";
import { checkFleet } from "./etl";
import { createSecurityGroups, type Groups } from "./groups";
import { createSecurityConfiguration, NODE_DISK, SPOT, uploadPrograms, type Objects } from "./parts";
import { vcpusOf } from "./plan";
import { allowOwnCluster } from "./run";
import { createRoles, type Roles } from "./roles";

/**
 * Seconds without a step after which EMR ends a cluster that nobody ended: the run was stopped half-way. EMR's least is a
 * minute (docs.aws.amazon.com/emr/latest/APIReference/API_AutoTerminationPolicy.html).
 */
const FORGOTTEN_SECONDS = { min: SECONDS.minute, max: 7 * SECONDS.day, usual: 15 * SECONDS.minute } as const;

/** Findings about the arguments, all of them. */
export function checkTransientEtl(args: TransientEtlArgs): Finding[] {
  return [
    ...checkFleet(args),
    ...wantInteger("forgottenSeconds", args.forgottenSeconds ?? FORGOTTEN_SECONDS.usual, "seconds", FORGOTTEN_SECONDS),
  ];
}

/**
 * ETL on a cluster that each run makes for itself and ends: nothing is paid between two days, for some ten minutes more of
 * each run. What stays are its roles, groups, encryption and programs; `runner` holds the request that makes a cluster of
 * them, which is the same as the long-lived one's.
 * @throws InputPropertiesError listing every bad argument.
 */
export class TransientEtl extends pulumi.ComponentResource {
  readonly runner: EtlRunner;
  /** Role of the nodes: what the Spark programs may do. */
  readonly nodeRoleArn: pulumi.Output<string>;

  constructor(name: string, args: TransientEtlArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`TransientEtl ${name}`, checkTransientEtl(args));
    super("meridian:etl:TransientEtl", name, {}, opts);
    const roles = createRoles(name, args, this);
    const groups = createSecurityGroups(name, args, this);
    const security = createSecurityConfiguration(name, args, this);
    const objects = uploadPrograms(name, args, this);
    this.nodeRoleArn = roles.node.arn;
    const clusterName = nameOf(args.scope, "etl", "emrCluster");
    this.runner = {
      kind: "transient",
      name: clusterName,
      request: this.requestFor(args, { roles, groups, security: security.name, objects }),
      allow: allowOwnCluster(args.scope, {
        name: clusterName,
        serviceRoleArn: roles.service.arn,
        nodeRoleArn: roles.node.arn,
      }),
    };
    this.registerOutputs({ nodeRoleArn: this.nodeRoleArn });
  }

  /**
   * RunJobFlow's request without a name (docs.aws.amazon.com/emr/latest/APIReference/API_RunJobFlow.html). Step Functions
   * wants the cluster to stay when it has no steps: docs.aws.amazon.com/step-functions/latest/dg/connect-emr.html
   */
  private requestFor(args: TransientEtlArgs, parts: Parts): pulumi.Output<ClusterRequest> {
    const { scope, capacity, buckets } = args;
    const { roles, groups, security, objects } = parts;
    const known = pulumi.all([
      args.key.arn,
      args.subnetIds,
      security,
      roles.service.arn,
      roles.profile.arn,
      groups.primary.id,
      groups.core.id,
      groups.service.id,
    ]);
    return known.apply(
      ([keyArn, subnetIds, securityConfiguration, serviceRole, profile, primary, core, service]): ClusterRequest => ({
        ReleaseLabel: args.releaseLabel,
        Applications: [{ Name: "Spark" }, { Name: "Hadoop" }],
        ServiceRole: serviceRole,
        JobFlowRole: profile,
        SecurityConfiguration: securityConfiguration,
        LogUri: `s3://${buckets.logs.name}/emr/`,
        ScaleDownBehavior: "TERMINATE_AT_TASK_COMPLETION",
        StepConcurrencyLevel: 1,
        EbsRootVolumeSize: 30,
        VisibleToAllUsers: true,
        Configurations: JSON.parse(clusterConfigurations(keyArn)) as Json,
        BootstrapActions: [
          {
            Name: "programs",
            ScriptBootstrapAction: {
              Path: `s3://${buckets.artifacts.name}/${objects.bootstrapKey}`,
              Args: [`s3://${buckets.artifacts.name}/${objects.programKey}`],
            },
          },
        ],
        AutoTerminationPolicy: { IdleTimeout: args.forgottenSeconds ?? FORGOTTEN_SECONDS.usual },
        ManagedScalingPolicy: {
          ComputeLimits: {
            UnitType: "InstanceFleetUnits",
            MinimumCapacityUnits: capacity.minimumUnits,
            MaximumCapacityUnits: capacity.maximumUnits,
            MaximumOnDemandCapacityUnits: capacity.maximumOnDemandUnits,
            MaximumCoreCapacityUnits: capacity.maximumCoreUnits,
          },
        },
        Instances: {
          Ec2SubnetIds: subnetIds,
          EmrManagedMasterSecurityGroup: primary,
          EmrManagedSlaveSecurityGroup: core,
          ServiceAccessSecurityGroup: service,
          KeepJobFlowAliveWhenNoSteps: true,
          TerminationProtected: false,
          UnhealthyNodeReplacement: true,
          InstanceFleets: fleets(args),
        },
        Tags: Object.entries({ ...EMR_TAG, [ETL_TAG]: nameOf(scope, "etl", "emrCluster") }).map(([Key, Value]) => ({
          Key,
          Value,
        })),
      }),
    );
  }
}

/** A primary node, core nodes on demand that hold HDFS, and task nodes on spot, which managed scaling adds to. */
function fleets({ instanceTypes, capacity, spotPricePercent = 100 }: TransientEtlArgs): Json {
  const disks = {
    EbsConfiguration: {
      EbsBlockDeviceConfigs: [
        {
          VolumeSpecification: { VolumeType: NODE_DISK.type, SizeInGB: NODE_DISK.size },
          VolumesPerInstance: NODE_DISK.volumesPerInstance,
        },
      ],
    },
  };
  const weighted = instanceTypes.map((InstanceType) => ({
    InstanceType,
    WeightedCapacity: vcpusOf(InstanceType),
    ...disks,
  }));
  const onDemand = { OnDemandSpecification: { AllocationStrategy: "lowest-price" } };
  return [
    {
      Name: "primary",
      InstanceFleetType: "MASTER",
      TargetOnDemandCapacity: 1,
      InstanceTypeConfigs: instanceTypes.map((InstanceType) => ({ InstanceType, WeightedCapacity: 1, ...disks })),
    },
    {
      Name: "core",
      InstanceFleetType: "CORE",
      TargetOnDemandCapacity: capacity.minimumUnits,
      InstanceTypeConfigs: weighted,
      LaunchSpecifications: onDemand,
    },
    {
      Name: "task",
      InstanceFleetType: "TASK",
      TargetSpotCapacity: 1,
      InstanceTypeConfigs: weighted.map((type) => ({
        ...type,
        BidPriceAsPercentageOfOnDemandPrice: spotPricePercent,
      })),
      LaunchSpecifications: {
        SpotSpecification: {
          AllocationStrategy: SPOT.allocationStrategy,
          TimeoutAction: SPOT.timeoutAction,
          TimeoutDurationMinutes: SPOT.timeoutDurationMinutes,
        },
      },
    },
  ];
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type ClusterRequest = Readonly<Record<string, Json>>;

interface Parts {
  readonly roles: Roles;
  readonly groups: Groups;
  readonly security: pulumi.Output<string>;
  readonly objects: Objects;
}

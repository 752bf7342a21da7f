import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { arnOf, bucketArnOf } from "../kit/arn";
import { allowing, trustCompute, trustService } from "../kit/iam";
import { nameOf } from "../kit/names";
import type { Program } from "../kit/program";
import { problem, refuse, type Problem } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { SECONDS } from "../kit/units";
import { wantDistinct, wantInteger, wantMatch } from "../kit/want";
import { BOOTSTRAP_SCRIPT, clusterConfigurations } from "./bootstrap";
import { vcpusOf, type EtlCapacity } from "./plan";

/** Buckets that the job reads and writes, by name. */
export interface EtlBuckets {
  /** Read: verified events. */
  readonly bronze: string;
  readonly silver: string;
  readonly gold: string;
  /** Read: programs, certificates. */
  readonly artifacts: string;
  /** Written: the cluster's own logs. */
  readonly logs: string;
}

/** Arguments of {@link Etl}. */
export interface EtlArgs {
  readonly scope: Scope;
  /** EMR release, e.g. `emr-7.9.0`. */
  readonly releaseLabel: string;
  /** EC2 types of all nodes, in order of preference; several, so that spot capacity can be found. */
  readonly instanceTypes: readonly string[];
  readonly capacity: EtlCapacity;
  readonly vpcId: pulumi.Input<string>;
  /** Private subnets; EMR picks the zone with the best capacity. They carry the tag {@link EMR_TAG}. */
  readonly subnetIds: pulumi.Input<string[]>;
  /** KMS key of the region's behavioural data. */
  readonly keyArn: pulumi.Input<string>;
  readonly buckets: EtlBuckets;
  /** DynamoDB table that receives users' key points. */
  readonly profilesTable: string;
  /** The Spark programs. */
  readonly program: Program;
  /**
   * Key in the artifacts bucket of the zip with `privateKey.pem`, `certificateChain.pem` and `trustedCertificates.pem`
   * for encryption between nodes. It is made outside of Pulumi (docs/runbooks/etl-certificates.md), so that no private
   * key stands in state.
   * @default `etl/tls/certificates.zip`
   */
  readonly certificatesKey?: string;
  /**
   * Seconds without a running step after which EMR ends the cluster. More than a day, so that tomorrow's run finds
   * it; a cluster whose schedule is disabled stops costing.
   * @default 172800 (two days)
   */
  readonly idleTimeoutSeconds?: number;
  /** Percent of the on-demand price that is paid for spot at most. @default 100 */
  readonly spotPricePercent?: number;
}

/** EMR's own limits of the idle timeout: docs.aws.amazon.com/emr/latest/APIReference/API_AutoTerminationPolicy.html */
const IDLE_SECONDS = { min: SECONDS.day + SECONDS.hour, max: 7 * SECONDS.day, usual: 2 * SECONDS.day } as const;

/** Instance types in one fleet: docs.aws.amazon.com/emr/latest/ManagementGuide/emr-instance-fleet.html */
const FLEET_TYPES = { max: 15 } as const;

/** Minutes that EMR looks for spot capacity before it falls back on demand. */
const SPOT_TIMEOUT_MINUTES = 10;

/** GiB of gp3 for shuffle and HDFS on each node. */
const NODE_DISK_GIB = 64;

/** Without this tag on groups, subnets and the cluster, AmazonEMRServicePolicy_v2 refuses to touch them. */
export const EMR_TAG = { "for-use-with-amazon-emr-managed-policies": "true" } as const;

/** Problems of the arguments, all of them. */
export function checkEtl(args: EtlArgs): Problem[] {
  const { capacity } = args;
  const unknownSizes = args.instanceTypes.flatMap((type, index) =>
    Number.isNaN(vcpusOf(type))
      ? [problem(`instanceTypes[${index}]`, "a size between medium and <n>xlarge", type)]
      : [],
  );
  return [
    ...wantMatch("releaseLabel", args.releaseLabel, /^emr-[67]\.\d+\.\d+$/, "an EMR release such as emr-7.9.0"),
    ...wantDistinct("instanceTypes", args.instanceTypes, "instance types"),
    ...(args.instanceTypes.length > FLEET_TYPES.max
      ? [problem("instanceTypes", `at most ${FLEET_TYPES.max} types`, args.instanceTypes.length)]
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
    ...wantInteger("idleTimeoutSeconds", args.idleTimeoutSeconds ?? IDLE_SECONDS.usual, "seconds", IDLE_SECONDS),
    ...wantInteger("spotPricePercent", args.spotPricePercent ?? 100, "percent", { min: 1, max: 100 }),
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

  constructor(name: string, args: EtlArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`Etl ${name}`, checkEtl(args));
    super("meridian:etl:Etl", name, {}, opts);

    const roles = this.createRoles(name, args);
    const groups = this.createSecurityGroups(name, args);
    const security = this.createSecurityConfiguration(name, args);
    const objects = this.uploadPrograms(name, args);
    const cluster = this.createCluster(name, args, { roles, groups, security, objects });
    this.createTaskFleet(name, args, cluster);
    this.createScaling(name, args, cluster);

    this.clusterId = cluster.id;
    this.clusterName = cluster.name;
    this.nodeRoleArn = roles.node.arn;
    this.programsUri = `s3://${args.buckets.artifacts}/${objects.programKey}`;
    this.registerOutputs({
      clusterId: this.clusterId,
      clusterName: this.clusterName,
      nodeRoleArn: this.nodeRoleArn,
      programsUri: this.programsUri,
    });
  }

  private createRoles(name: string, args: EtlArgs): Roles {
    const { scope } = args;
    const node = new aws.iam.Role(
      `${name}-node`,
      { name: nameOf(scope, "etl-node", "role"), assumeRolePolicy: trustCompute("ec2.amazonaws.com") },
      { parent: this },
    );
    const nodePolicy = new aws.iam.RolePolicy(
      `${name}-node`,
      { role: node.name, policy: this.nodePolicy(args) },
      { parent: this },
    );
    const profile = new aws.iam.InstanceProfile(
      `${name}-node`,
      { name: nameOf(scope, "etl-node", "role"), role: node.name },
      { parent: this },
    );
    const service = new aws.iam.Role(
      `${name}-service`,
      {
        name: nameOf(scope, "etl-service", "role"),
        assumeRolePolicy: trustService(scope, "elasticmapreduce.amazonaws.com"),
      },
      { parent: this },
    );
    const managed = new aws.iam.RolePolicyAttachment(
      `${name}-service`,
      {
        role: service.name,
        policyArn: `arn:${scope.partition}:iam::aws:policy/service-role/AmazonEMRServicePolicy_v2`,
      },
      { parent: this },
    );
    const pass = new aws.iam.RolePolicy(
      `${name}-service`,
      {
        role: service.name,
        policy: allowing({
          sid: "PassNodeRole",
          actions: ["iam:PassRole"],
          resources: [node.arn],
          conditions: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } },
        }),
      },
      { parent: this },
    );
    return { node, service, profile, ready: [nodePolicy, managed, pass] };
  }

  /** What Spark programs may do: read bronze and code, rewrite silver and gold, write key points. */
  private nodePolicy({ scope, buckets, profilesTable, keyArn }: EtlArgs): pulumi.Output<string> {
    const glue = (resource: string): string => arnOf(scope, "glue", resource);
    const database = nameOf(scope, "lake", "glueDatabase");
    return allowing(
      {
        sid: "ListBuckets",
        actions: ["s3:ListBucket", "s3:GetBucketLocation"],
        resources: Object.values(buckets).map((bucket: string) => bucketArnOf(scope, bucket)),
      },
      {
        sid: "ReadInputs",
        actions: ["s3:GetObject"],
        resources: [bucketArnOf(scope, buckets.bronze, "verified/*"), bucketArnOf(scope, buckets.artifacts, "etl/*")],
      },
      {
        sid: "RewriteTables",
        actions: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
        resources: [bucketArnOf(scope, buckets.silver, "*"), bucketArnOf(scope, buckets.gold, "*")],
      },
      { sid: "WriteLogs", actions: ["s3:PutObject"], resources: [bucketArnOf(scope, buckets.logs, "emr/*")] },
      {
        sid: "UseDataKey",
        actions: ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey"],
        resources: [keyArn],
      },
      {
        sid: "WriteKeyPoints",
        actions: ["dynamodb:DescribeTable", "dynamodb:BatchWriteItem", "dynamodb:UpdateItem"],
        resources: [arnOf(scope, "dynamodb", `table/${profilesTable}`)],
      },
      {
        sid: "UseCatalog",
        actions: [
          "glue:GetDatabase",
          "glue:GetTable",
          "glue:GetPartition",
          "glue:GetPartitions",
          "glue:BatchCreatePartition",
        ],
        resources: [glue("catalog"), glue(`database/${database}`), glue(`table/${database}/*`)],
      },
    );
  }

  private createSecurityGroups(name: string, args: EtlArgs): Groups {
    const group = (part: string, description: string): aws.ec2.SecurityGroup =>
      new aws.ec2.SecurityGroup(
        `${name}-${part}`,
        {
          name: nameOf(args.scope, `etl-${part}`, "securityGroup"),
          description,
          vpcId: args.vpcId,
          // EMR adds rules between these groups itself; they refer to each other and would block their deletion.
          revokeRulesOnDelete: true,
          tags: EMR_TAG,
        },
        { parent: this },
      );
    const groups = {
      primary: group("primary", "EMR primary node"),
      core: group("core", "EMR core and task nodes"),
      service: group("service-access", "EMR service in a private subnet"),
    };
    const nodes = { primary: groups.primary, core: groups.core };
    for (const [from, source] of Object.entries(nodes)) {
      for (const [to, target] of Object.entries(nodes)) {
        new aws.vpc.SecurityGroupEgressRule(
          `${name}-${from}-to-${to}`,
          {
            securityGroupId: source.id,
            referencedSecurityGroupId: target.id,
            ipProtocol: "-1",
            description: "Spark and HDFS between nodes",
          },
          { parent: this },
        );
      }
      new aws.vpc.SecurityGroupEgressRule(
        `${name}-${from}-https`,
        {
          securityGroupId: source.id,
          cidrIpv4: "0.0.0.0/0",
          ipProtocol: "tcp",
          fromPort: 443,
          toPort: 443,
          description: "AWS APIs: the gateway endpoints of S3 and DynamoDB have public addresses",
        },
        { parent: this },
      );
      new aws.vpc.SecurityGroupEgressRule(
        `${name}-service-to-${from}`,
        {
          securityGroupId: groups.service.id,
          referencedSecurityGroupId: source.id,
          ipProtocol: "tcp",
          fromPort: 8443,
          toPort: 8443,
          description: "EMR service to its agents",
        },
        { parent: this },
      );
    }
    // The one rule that EMR does not add: docs.aws.amazon.com/emr/latest/ManagementGuide/emr-man-sec-groups.html
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-primary-to-service`,
      {
        securityGroupId: groups.service.id,
        referencedSecurityGroupId: groups.primary.id,
        ipProtocol: "tcp",
        fromPort: 9443,
        toPort: 9443,
        description: "EMR primary node to the service",
      },
      { parent: this },
    );
    return groups;
  }

  private createSecurityConfiguration(name: string, args: EtlArgs): aws.emr.SecurityConfiguration {
    const certificates = args.certificatesKey ?? "etl/tls/certificates.zip";
    return new aws.emr.SecurityConfiguration(
      name,
      {
        name: nameOf(args.scope, "etl", "emrCluster"),
        configuration: pulumi.jsonStringify({
          EncryptionConfiguration: {
            EnableAtRestEncryption: true,
            EnableInTransitEncryption: true,
            AtRestEncryptionConfiguration: {
              S3EncryptionConfiguration: { EncryptionMode: "SSE-KMS", AwsKmsKey: args.keyArn },
              LocalDiskEncryptionConfiguration: {
                EncryptionKeyProviderType: "AwsKms",
                AwsKmsKey: args.keyArn,
                EnableEbsEncryption: true,
              },
            },
            InTransitEncryptionConfiguration: {
              TLSCertificateConfiguration: {
                CertificateProviderType: "PEM",
                S3Object: `s3://${args.buckets.artifacts}/${certificates}`,
              },
            },
          },
          InstanceMetadataServiceConfiguration: {
            MinimumInstanceMetadataServiceVersion: 2,
            HttpPutResponseHopLimit: 1,
          },
        }),
      },
      { parent: this },
    );
  }

  private uploadPrograms(name: string, { buckets, program }: EtlArgs): Objects {
    const programKey = `etl/programs/${program.digest}.zip`;
    const bootstrapKey = `etl/bootstrap/${createHash("sha256").update(BOOTSTRAP_SCRIPT).digest("hex")}.sh`;
    const put = (part: string, key: string, source: pulumi.asset.Asset | pulumi.asset.Archive): aws.s3.BucketObjectv2 =>
      new aws.s3.BucketObjectv2(`${name}-${part}`, { bucket: buckets.artifacts, key, source }, { parent: this });
    return {
      programKey,
      bootstrapKey,
      uploads: [
        put("programs", programKey, program.archive),
        put("bootstrap", bootstrapKey, new pulumi.asset.StringAsset(BOOTSTRAP_SCRIPT)),
      ],
    };
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
        logUri: `s3://${logs}/emr/`,
        keepJobFlowAliveWhenNoSteps: true,
        autoTerminationPolicy: { idleTimeout: args.idleTimeoutSeconds ?? IDLE_SECONDS.usual },
        terminationProtection: false,
        unhealthyNodeReplacement: true,
        scaleDownBehavior: "TERMINATE_AT_TASK_COMPLETION",
        // One day at a time: two runs would write the same partitions.
        stepConcurrencyLevel: 1,
        ebsRootVolumeSize: 30,
        configurationsJson: pulumi.output(args.keyArn).apply(clusterConfigurations),
        bootstrapActions: [
          {
            name: "programs",
            path: `s3://${artifacts}/${objects.bootstrapKey}`,
            args: [`s3://${artifacts}/${objects.programKey}`],
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
        targetSpotCapacity: 0,
        instanceTypeConfigs: fleetTypes(args).map((type) => ({
          ...type,
          bidPriceAsPercentageOfOnDemandPrice: args.spotPricePercent ?? 100,
        })),
        launchSpecifications: {
          spotSpecifications: [
            {
              allocationStrategy: "price-capacity-optimized",
              timeoutAction: "SWITCH_TO_ON_DEMAND",
              timeoutDurationMinutes: SPOT_TIMEOUT_MINUTES,
            },
          ],
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

const NODE_DISK = { type: "gp3", size: NODE_DISK_GIB, volumesPerInstance: 1 } as const;

/** Types with their weight in units, one unit a virtual CPU. */
function fleetTypes({
  instanceTypes,
}: EtlArgs): { instanceType: string; weightedCapacity: number; ebsConfigs: (typeof NODE_DISK)[] }[] {
  return instanceTypes.map((instanceType) => ({
    instanceType,
    weightedCapacity: vcpusOf(instanceType),
    ebsConfigs: [NODE_DISK],
  }));
}

interface Roles {
  readonly node: aws.iam.Role;
  readonly service: aws.iam.Role;
  readonly profile: aws.iam.InstanceProfile;
  /** Policies that must stand before EMR uses the roles. */
  readonly ready: readonly pulumi.Resource[];
}

interface Groups {
  readonly primary: aws.ec2.SecurityGroup;
  readonly core: aws.ec2.SecurityGroup;
  readonly service: aws.ec2.SecurityGroup;
}

interface Objects {
  readonly programKey: string;
  readonly bootstrapKey: string;
  readonly uploads: readonly pulumi.Resource[];
}

interface Parts {
  readonly roles: Roles;
  readonly groups: Groups;
  readonly security: aws.emr.SecurityConfiguration;
  readonly objects: Objects;
}

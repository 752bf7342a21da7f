import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { trustService } from "../kit/iam";
import { nameOf } from "../kit/names";
import { refuse, type Finding } from "../kit/refuse";
import { wantInteger, wantMatch } from "../kit/want";
import { createRole } from "../parts/role";
import { createClosedGroup, openHttps } from "../parts/security-group";
import { SPARK_DEFAULTS } from "./bootstrap";
import type { EtlRunner, ServerlessEtlArgs } from "./contract";
import { LEAST_SERVERLESS_VCPUS } from "./plan";
import { allowJobs } from "./run";
import { grantsOf } from "./roles";

/** API reference, AutoStopConfig: 1 minute to 7 days. */
const IDLE_MINUTES = { min: 1, max: 10_080, usual: 15 } as const;
/** Of every worker size from 1 to 16 virtual CPUs: docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/app-behavior.html */
const MEMORY_GIB_PER_VCPU = { min: 2, max: 7, usual: 4 } as const;
/** A worker has 20 to 200 GiB of standard disk; the limit must leave room for workers of 4 virtual CPUs with 20 each. */
const DISK_GIB_PER_VCPU = { min: 5, max: 50, usual: 16 } as const;

/** Folder of a worker into which Spark unpacks the programs. */
const FOLDER = "meridian";

/** Starts the job from the unpacked programs: an entry point must be a file of its own, and no archive. */
const LAUNCHER = `import runpy
import sys

sys.path.insert(0, "${FOLDER}")
runpy.run_path("${FOLDER}/etl.py", run_name="__main__")
`;

/** Findings about the arguments, all of them. */
export function checkServerlessEtl(args: ServerlessEtlArgs): Finding[] {
  const { memoryGibPerVcpu, diskGibPerVcpu, idleTimeoutMinutes } = args;
  return [
    // Graviton and spark.archives on all workers: docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/release-versions.html
    ...wantMatch(
      "releaseLabel",
      args.releaseLabel,
      /^emr-(6\.(9|1\d)|7\.\d+)\.\d+$/,
      "an EMR release from emr-6.9.0 on, such as emr-7.9.0",
    ),
    ...wantInteger("capacity.maximumUnits", args.capacity.maximumUnits, "virtual CPUs", {
      min: LEAST_SERVERLESS_VCPUS,
    }),
    ...wantInteger("memoryGibPerVcpu", memoryGibPerVcpu ?? MEMORY_GIB_PER_VCPU.usual, "GiB", MEMORY_GIB_PER_VCPU),
    ...wantInteger("diskGibPerVcpu", diskGibPerVcpu ?? DISK_GIB_PER_VCPU.usual, "GiB", DISK_GIB_PER_VCPU),
    ...wantInteger("idleTimeoutMinutes", idleTimeoutMinutes ?? IDLE_MINUTES.usual, "minutes", IDLE_MINUTES),
  ];
}

/**
 * The same job without nodes of our own: an EMR Serverless application on AWS's own Spark image, in private subnets,
 * started by the first job and stopped when idle, bounded in CPUs, memory and disk. Local disks are encrypted by AWS's key;
 * a key of ours is possible for what is stored only.
 * @throws InputPropertiesError listing every bad argument.
 */
export class ServerlessEtl extends pulumi.ComponentResource {
  readonly applicationId: pulumi.Output<string>;
  readonly jobRoleArn: pulumi.Output<string>;
  readonly runner: EtlRunner;

  constructor(name: string, args: ServerlessEtlArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`ServerlessEtl ${name}`, checkServerlessEtl(args));
    super("meridian:etl:ServerlessEtl", name, {}, opts);
    const { role } = createRole(
      `${name}-job`,
      {
        scope: args.scope,
        part: "etl-job",
        trust: trustService(args.scope, "emr-serverless.amazonaws.com"),
        grants: grantsOf(args),
      },
      this,
    );
    const group = this.createSecurityGroup(name, args);
    const { entryPoint, programs } = this.uploadPrograms(name, args);
    const application = this.createApplication(name, args, group);
    this.applicationId = application.id;
    this.jobRoleArn = role.arn;
    this.runner = {
      kind: "serverless",
      applicationId: application.id,
      roleArn: role.arn,
      allow: allowJobs(args.scope, { applicationArn: application.arn, roleArn: role.arn }),
      entryPoint,
      programsFolder: FOLDER,
      submitParameters: `--conf spark.archives=${programs}#${FOLDER} --py-files ${programs}`,
    };
    this.registerOutputs({ applicationId: this.applicationId, jobRoleArn: this.jobRoleArn });
  }

  /** Workers reach each other and AWS's APIs; nobody reaches them. */
  private createSecurityGroup(name: string, { scope, vpcId }: ServerlessEtlArgs): aws.ec2.SecurityGroup {
    const group = createClosedGroup(
      `${name}-workers`,
      { scope, part: "etl-workers", description: "EMR Serverless workers", vpcId, revokeRulesOnDelete: true },
      this,
    );
    const among = {
      securityGroupId: group.id,
      referencedSecurityGroupId: group.id,
      ipProtocol: "-1",
      description: "Spark between workers",
    };
    new aws.vpc.SecurityGroupIngressRule(`${name}-workers`, among, { parent: this });
    new aws.vpc.SecurityGroupEgressRule(`${name}-workers`, among, { parent: this });
    openHttps(
      `${name}-workers-https`,
      group,
      "AWS APIs: the gateway endpoints of S3 and DynamoDB have public addresses",
      this,
    );
    return group;
  }

  private uploadPrograms(name: string, { buckets, program }: ServerlessEtlArgs): Programs {
    const put = (part: string, key: string, source: pulumi.asset.Asset | pulumi.asset.Archive): string => {
      new aws.s3.BucketObjectv2(`${name}-${part}`, { bucket: buckets.artifacts.id, key, source }, { parent: this });
      return `s3://${buckets.artifacts.name}/${key}`;
    };
    const digest = createHash("sha256").update(LAUNCHER).digest("hex");
    return {
      programs: put("programs", `etl/programs/${program.digest}.zip`, program.archive),
      entryPoint: put("launcher", `etl/launcher/${digest}.py`, new pulumi.asset.StringAsset(LAUNCHER)),
    };
  }

  private createApplication(
    name: string,
    args: ServerlessEtlArgs,
    group: aws.ec2.SecurityGroup,
  ): aws.emrserverless.Application {
    const vcpus = args.capacity.maximumUnits;
    const memoryGib = vcpus * (args.memoryGibPerVcpu ?? MEMORY_GIB_PER_VCPU.usual);
    const diskGib = vcpus * (args.diskGibPerVcpu ?? DISK_GIB_PER_VCPU.usual);
    return new aws.emrserverless.Application(
      name,
      {
        name: nameOf(args.scope, "etl", "sparkApplication"),
        type: "spark",
        releaseLabel: args.releaseLabel,
        architecture: args.architecture === "x86_64" ? "X86_64" : "ARM64",
        maximumCapacity: { cpu: `${vcpus} vCPU`, memory: `${memoryGib} GB`, disk: `${diskGib} GB` },
        autoStartConfiguration: { enabled: true },
        autoStopConfiguration: {
          enabled: true,
          idleTimeoutMinutes: args.idleTimeoutMinutes ?? IDLE_MINUTES.usual,
        },
        networkConfiguration: { subnetIds: args.subnetIds, securityGroupIds: [group.id] },
        runtimeConfigurations: [{ classification: "spark-defaults", properties: SPARK_DEFAULTS }],
        // Logs go to our own bucket only, where they are kept as long as all others.
        monitoringConfiguration: {
          s3MonitoringConfiguration: { logUri: `s3://${args.buckets.logs.name}/emr/` },
          managedPersistenceMonitoringConfiguration: { enabled: false },
        },
      },
      { parent: this },
    );
  }
}

/** `s3://` addresses. */
interface Programs {
  readonly programs: string;
  readonly entryPoint: string;
}

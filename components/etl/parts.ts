import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "../kit/names";
import { BOOTSTRAP_SCRIPT } from "./bootstrap";
import type { EtlArgs } from "./contract";
import { vcpusOf } from "./plan";

/** Minutes that EMR looks for spot capacity before it falls back on demand. */
const SPOT_TIMEOUT_MINUTES = 10;

/** GiB of gp3 for shuffle and HDFS on each node. */
const NODE_DISK_GIB = 64;

export const NODE_DISK = { type: "gp3", size: NODE_DISK_GIB, volumesPerInstance: 1 } as const;

/** Spot from the deepest pools, and on demand when there is none in time. */
export const SPOT = {
  allocationStrategy: "price-capacity-optimized",
  timeoutAction: "SWITCH_TO_ON_DEMAND",
  timeoutDurationMinutes: SPOT_TIMEOUT_MINUTES,
} as const;

/** Types with their weight in units, one unit a virtual CPU. */
export function fleetTypes({ instanceTypes }: Pick<EtlArgs, "instanceTypes">): {
  instanceType: string;
  weightedCapacity: number;
  ebsConfigs: (typeof NODE_DISK)[];
}[] {
  return instanceTypes.map((instanceType) => ({
    instanceType,
    weightedCapacity: vcpusOf(instanceType),
    ebsConfigs: [NODE_DISK],
  }));
}

/** What the artifacts bucket has for a cluster. */
export interface Objects {
  readonly programKey: string;
  readonly bootstrapKey: string;
  readonly uploads: readonly pulumi.Resource[];
}

/** Encryption at rest and between nodes, and IMDSv2. */
export function createSecurityConfiguration(
  name: string,
  args: Pick<EtlArgs, "scope" | "key" | "buckets" | "certificatesKey">,
  parent: pulumi.Resource,
): aws.emr.SecurityConfiguration {
  const certificates = args.certificatesKey ?? `etl/tls/${args.scope.region}/certificates.zip`;
  return new aws.emr.SecurityConfiguration(
    name,
    {
      name: nameOf(args.scope, "etl", "emrCluster"),
      configuration: pulumi.jsonStringify({
        EncryptionConfiguration: {
          EnableAtRestEncryption: true,
          EnableInTransitEncryption: true,
          AtRestEncryptionConfiguration: {
            S3EncryptionConfiguration: { EncryptionMode: "SSE-KMS", AwsKmsKey: args.key.arn },
            LocalDiskEncryptionConfiguration: {
              EncryptionKeyProviderType: "AwsKms",
              AwsKmsKey: args.key.arn,
              EnableEbsEncryption: true,
            },
          },
          InTransitEncryptionConfiguration: {
            TLSCertificateConfiguration: {
              CertificateProviderType: "PEM",
              S3Object: `s3://${args.buckets.artifacts.name}/${certificates}`,
            },
          },
        },
        InstanceMetadataServiceConfiguration: {
          MinimumInstanceMetadataServiceVersion: 2,
          HttpPutResponseHopLimit: 1,
        },
      }),
    },
    { parent },
  );
}

/** The programs and the script that fetches them, each under its own digest. */
export function uploadPrograms(
  name: string,
  { buckets, program }: Pick<EtlArgs, "buckets" | "program">,
  parent: pulumi.Resource,
): Objects {
  const programKey = `etl/programs/${program.digest}.zip`;
  const bootstrapKey = `etl/bootstrap/${createHash("sha256").update(BOOTSTRAP_SCRIPT).digest("hex")}.sh`;
  const put = (part: string, key: string, source: pulumi.asset.Asset | pulumi.asset.Archive): aws.s3.BucketObjectv2 =>
    new aws.s3.BucketObjectv2(`${name}-${part}`, { bucket: buckets.artifacts.id, key, source }, { parent });
  return {
    programKey,
    bootstrapKey,
    uploads: [
      put("programs", programKey, program.archive),
      put("bootstrap", bootstrapKey, new pulumi.asset.StringAsset(BOOTSTRAP_SCRIPT)),
    ],
  };
}

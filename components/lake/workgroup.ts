import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { nameOf } from "../kit/names";
import { refuse, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantInteger } from "../kit/want";

export interface WorkgroupArgs {
  readonly scope: Scope;
  /** Part of the name: the team that asks, e.g. `analysts`. */
  readonly part: string;
  readonly resultsBucket: pulumi.Input<string>;
  /** Key of the results. */
  readonly keyArn: pulumi.Input<string>;
  /** Bytes that one query may scan before Athena ends it: see planScanLimit(). */
  readonly scanLimitBytes: number;
}

/** Findings about the arguments, by path. */
export function checkWorkgroup({ scanLimitBytes }: WorkgroupArgs): Finding[] {
  // API reference, CreateWorkGroup: BytesScannedCutoffPerQuery
  return wantInteger("scanLimitBytes", scanLimitBytes, "bytes", { min: 10_000_000 });
}

/** An Athena workgroup whose settings bind its users: a scan limit, encrypted results in one place, metrics. */
export class Workgroup extends pulumi.ComponentResource {
  readonly workgroupName: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: WorkgroupArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`workgroup "${name}"`, checkWorkgroup(args));
    super("meridian:lake:Workgroup", name, {}, opts);
    const { scope, part, resultsBucket, keyArn, scanLimitBytes } = args;
    const workgroup = new aws.athena.Workgroup(
      name,
      {
        name: nameOf(scope, part, "athenaWorkgroup"),
        // A workgroup with its query history goes only with data that may go.
        forceDestroy: scope.data === "disposable",
        configuration: {
          enforceWorkgroupConfiguration: true,
          publishCloudwatchMetricsEnabled: true,
          bytesScannedCutoffPerQuery: scanLimitBytes,
          engineVersion: { selectedEngineVersion: "Athena engine version 3" },
          resultConfiguration: {
            outputLocation: pulumi.interpolate`s3://${resultsBucket}/${part}/`,
            expectedBucketOwner: scope.account,
            encryptionConfiguration: { encryptionOption: "SSE_KMS", kmsKeyArn: keyArn },
          },
        },
      },
      { parent: this },
    );
    this.workgroupName = workgroup.name;
    this.arn = workgroup.arn;
    this.registerOutputs({ workgroupName: this.workgroupName, arn: this.arn });
  }
}

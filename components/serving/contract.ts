import type * as pulumi from "@pulumi/pulumi";
import type { Scope } from "../kit/scope";

/** A trained model as it lies in the artifacts bucket. */
export interface ModelArtifact {
  /** `s3://` address of the `.tar.gz`. */
  readonly dataUrl: string;
  /** SHA-256 of the artefact, hex. Known at planning time: the names are made of it. */
  readonly digest: string;
}

/** One arm of the A/B split. */
export interface Variant {
  readonly name: string;
  /** Relative weight at the first deployment, >= 0. Later weights belong to the experiment's controller. */
  readonly weight: number;
  readonly instanceType: string;
  readonly minInstances: number;
  readonly maxInstances: number;
  /** @default the endpoint's `model` */
  readonly model?: ModelArtifact;
}

/** Arguments of `ModelEndpoint`. */
export interface ModelEndpointArgs {
  readonly scope: Scope;
  /** Inference image, by digest or immutable tag. */
  readonly image: pulumi.Input<string>;
  /** ARN of the image's repository. */
  readonly imageRepositoryArn: pulumi.Input<string>;
  /** What tells this image from the next, for the names: its tag or digest. */
  readonly imageVersion: string;
  readonly model: ModelArtifact;
  /** At least two, so that a comparison is always possible. */
  readonly variants: readonly Variant[];
  readonly vpcId: pulumi.Input<string>;
  readonly subnetIds: pulumi.Input<string[]>;
  readonly keyArn: pulumi.Input<string>;
  /** Bucket with the models. */
  readonly artifactsBucket: string;
  /** Where requests and answers are recorded; `prefix` without slashes at its ends. */
  readonly capture: { readonly bucket: string; readonly prefix: string; readonly percent: number };
  /** Invocations per instance and minute that scaling holds. */
  readonly invocationsPerInstanceMinute: number;
  /** Alarms that roll a deployment back while it bakes. @default none */
  readonly rollbackAlarmNames?: readonly pulumi.Input<string>[];
  /** Seconds that the canary bakes before all traffic moves. @default 600 */
  readonly canarySeconds?: number;
}

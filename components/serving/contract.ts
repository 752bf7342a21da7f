import type * as pulumi from "@pulumi/pulumi";
import type { Scope } from "../kit/scope";
import type { BucketRef } from "../parts/refs/bucket";
import type { KeyRef } from "../parts/refs/key";
import type { RepositoryRef } from "../parts/refs/repository";

/** A trained model in the artifacts bucket. */
export interface ModelArtifact {
  /** `s3://` address of the `.tar.gz`. */
  readonly dataUrl: string;
  /** SHA-256 of the artefact, hex. Known at planning time: the names are made of it. */
  readonly digest: string;
}

/**
 * Many models behind one container: each invocation names one of them (`TargetModel`), which is loaded when it is first
 * asked for. The image must carry the label `com.amazonaws.sagemaker.capabilities.multi-models=true` and answer the
 * calls that load and unload: docs.aws.amazon.com/sagemaker/latest/dg/build-multi-model-build-container.html
 */
export interface ModelCollection {
  readonly mode: "MultiModel";
  /** `s3://` address, with a slash at its end, below `models/` of the artifacts bucket; each model is a `.tar.gz` there. */
  readonly prefix: string;
  /** Whether a model stays in memory after a request. @default true */
  readonly keepLoaded?: boolean;
}

/** A candidate that is sent copies of requests. What it answers is recorded; no caller sees it. */
export interface ShadowVariant {
  readonly name: string;
  readonly model: ModelArtifact;
  readonly instanceType: string;
  /** Instances; they do not scale, since nobody waits for them. @default 1 */
  readonly instances?: number;
  /** Percent of the production variant's requests that are copied, above 0. @default 100 */
  readonly samplePercent?: number;
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
  /** Invocations per instance and minute that scaling holds. @default the endpoint's */
  readonly invocationsPerInstanceMinute?: number;
}

/** Arguments of `ModelEndpoint`. */
export interface ModelEndpointArgs {
  readonly scope: Scope;
  /** Inference image, by digest or immutable tag. */
  readonly image: pulumi.Input<string>;
  /** The image's repository in this region. */
  readonly repository: RepositoryRef;
  /** What tells this image from the next, for the names: its tag or digest. */
  readonly imageVersion: string;
  readonly model: ModelArtifact | ModelCollection;
  /** At least two, so that a comparison is always possible; exactly one beside a shadow, which SageMaker demands. */
  readonly variants: readonly Variant[];
  /** A candidate beside the one variant. @default none */
  readonly shadow?: ShadowVariant;
  readonly vpcId: pulumi.Input<string>;
  readonly subnetIds: pulumi.Input<string[]>;
  /** Key of the instances' volumes. */
  readonly key: KeyRef;
  /** Bucket with the models. */
  readonly artifacts: BucketRef;
  /** Where requests and answers are recorded; `prefix` without slashes at its ends. */
  readonly capture: { readonly bucket: BucketRef; readonly prefix: string; readonly percent: number };
  /** Invocations per instance and minute that scaling holds. */
  readonly invocationsPerInstanceMinute: number;
  /** Alarms that roll a deployment back while it bakes. @default none */
  readonly rollbackAlarmNames?: readonly pulumi.Input<string>[];
  /** Seconds that the canary bakes before all traffic moves. @default 600 */
  readonly canarySeconds?: number;
}

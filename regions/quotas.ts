/** A quota of an account in one region, as the topology names it. */
export type QuotaName =
  | "kinesisShards"
  | "lambdaConcurrency"
  | "ec2StandardVcpus"
  | "ec2StandardSpotVcpus"
  | "endpointInstances"
  | "endpointInstancesInAll"
  | "instancesPerEndpoint"
  | "apiRequestsPerSecond";

/** One quota. */
export interface Quota {
  readonly name: QuotaName;
  /** AWS's own words. */
  readonly title: string;
  readonly unit: string;
  /** What a new account has in a region; undefined where AWS sets it account by account. */
  readonly byDefault: (region: string) => number | undefined;
  /** Where AWS says so. */
  readonly source: string;
}

/** When the sources were read. */
export const QUOTAS_READ = "2026-11-21";

const SHARDS_BY_REGION: Readonly<Record<string, number>> = {
  "us-east-1": 20_000,
  "us-west-2": 20_000,
  "eu-west-1": 20_000,
  "us-east-2": 6000,
  "ap-northeast-1": 6000,
  "ap-south-1": 6000,
  "ap-southeast-1": 6000,
  "ap-southeast-2": 6000,
  "eu-central-1": 6000,
  "eu-west-3": 6000,
};

/** The quotas that a failover can run into. */
export const QUOTAS: Readonly<Record<QuotaName, Quota>> = {
  kinesisShards: {
    name: "kinesisShards",
    title: "Shards of provisioned data streams",
    unit: "shards",
    byDefault: (region) => SHARDS_BY_REGION[region] ?? 1000,
    source: "https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html",
  },
  lambdaConcurrency: {
    name: "lambdaConcurrency",
    title: "Concurrent executions of all functions",
    unit: "executions",
    byDefault: () => 1000,
    source: "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
  },
  ec2StandardVcpus: {
    name: "ec2StandardVcpus",
    title: "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
    unit: "vCPUs",
    byDefault: () => undefined,
    source: "https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html",
  },
  ec2StandardSpotVcpus: {
    name: "ec2StandardSpotVcpus",
    title: "Standard (A, C, D, H, I, M, R, T, Z) Spot Instance requests",
    unit: "vCPUs",
    byDefault: () => undefined,
    source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-limits.html",
  },
  endpointInstances: {
    name: "endpointInstances",
    title: "Instances of one type behind SageMaker endpoints",
    unit: "instances",
    byDefault: () => undefined,
    source: "https://docs.aws.amazon.com/general/latest/gr/sagemaker.html",
  },
  endpointInstancesInAll: {
    name: "endpointInstancesInAll",
    title: "Instances behind all SageMaker endpoints",
    unit: "instances",
    byDefault: () => undefined,
    source: "https://docs.aws.amazon.com/general/latest/gr/sagemaker.html",
  },
  instancesPerEndpoint: {
    name: "instancesPerEndpoint",
    title: "Instances behind one SageMaker endpoint",
    unit: "instances",
    byDefault: () => undefined,
    source: "https://docs.aws.amazon.com/general/latest/gr/sagemaker.html",
  },
  // The default is known (`preflight` counts against it), but AWS raises it within hours: no reason to refuse a plan.
  apiRequestsPerSecond: {
    name: "apiRequestsPerSecond",
    title: "Requests per second that all APIs take",
    unit: "requests/s",
    byDefault: () => undefined,
    source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html",
  },
};

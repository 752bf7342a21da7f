/** A quota of an account in one region, as the topology names it. */
export type QuotaName = "kinesisShards" | "lambdaConcurrency" | "ec2StandardVcpus" | "endpointInstances";

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

const LARGE_KINESIS_REGIONS: ReadonlySet<string> = new Set(["us-east-1", "us-west-2", "eu-west-1"]);

/** The quotas that a failover can run into. */
export const QUOTAS: Readonly<Record<QuotaName, Quota>> = {
  kinesisShards: {
    name: "kinesisShards",
    title: "Shards of provisioned data streams",
    unit: "shards",
    byDefault: (region) => (LARGE_KINESIS_REGIONS.has(region) ? 500 : 200),
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
  endpointInstances: {
    name: "endpointInstances",
    title: "Instances of one type behind SageMaker endpoints",
    unit: "instances",
    byDefault: () => undefined,
    source: "https://docs.aws.amazon.com/general/latest/gr/sagemaker.html",
  },
};

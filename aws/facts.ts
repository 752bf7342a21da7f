/**
 * Facts about AWS that more than one room needs, each with its page. Everybody may import this file; it imports nothing.
 */

/** Domain of a partition's endpoints. Source: botocore's `endpoints.json`, `dnsSuffix`. */
const DNS_SUFFIXES: Readonly<Record<string, string>> = {
  aws: "amazonaws.com",
  "aws-cn": "amazonaws.com.cn",
  "aws-us-gov": "amazonaws.com",
  "aws-eusc": "amazonaws.eu",
};

/** Domain under which the services of a partition answer, e.g. `amazonaws.com.cn` of `aws-cn`. */
export function dnsSuffixOf(partition: string): string {
  return DNS_SUFFIXES[partition] ?? "amazonaws.com";
}

/** What the processor of an instance type runs: all types of one image share it. */
export type Architecture = "arm64" | "x86_64";

/**
 * Architecture of an instance type, in any service's spelling (`m7g.large`, `ml.c6g.large`, `cache.r7g.large`): A1, and the
 * types with a `g` after their generation, have Graviton processors.
 * docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
 */
export function architectureOf(instanceType: string): Architecture {
  return /^(?:[a-z]+\.)?(?:a1|[a-z]+\d+g)/.test(instanceType) ? "arm64" : "x86_64";
}

/**
 * Whether an EC2 instance type is memory-optimised: families R, X, U and Z.
 * docs.aws.amazon.com/ec2/latest/instancetypes/mo.html
 */
export function isMemoryOptimised(instanceType: string): boolean {
  return /^(?:[rxz]\d|u-|u\d)/.test(instanceType);
}

/** Base capacity of Redshift Serverless, RPU. docs.aws.amazon.com/redshift/latest/mgmt/serverless-capacity.html */
export const REDSHIFT_RPU = { min: 4, max: 1024 } as const;

/** What {@link isRedshiftRpu} accepts, in words. */
export const REDSHIFT_RPU_WANT = "4, a multiple of 8 up to 512, or a multiple of 32 up to 1024";

/** Whether Redshift Serverless has that capacity. Source: see {@link REDSHIFT_RPU}. */
export function isRedshiftRpu(units: number): boolean {
  if (units === REDSHIFT_RPU.min) return true;
  return units >= 8 && units <= REDSHIFT_RPU.max && units % (units <= 512 ? 8 : 32) === 0;
}

/** The least capacity that Redshift Serverless has and that is not below the one asked for; the largest where none is. */
export function redshiftRpuFor(units: number): number {
  if (units <= REDSHIFT_RPU.min) return REDSHIFT_RPU.min;
  const step = units <= 512 ? 8 : 32;
  return Math.min(REDSHIFT_RPU.max, Math.ceil(units / step) * step);
}

/**
 * Largest record of a Kinesis stream whose own limit was not raised, bytes, partition key included.
 * docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
export const KINESIS_RECORD_BYTES = 1024 ** 2;

/**
 * Records and bytes (partition keys included) of one PutRecords call.
 * docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
 */
export const PUT_RECORDS = { records: 500, bytes: 5 * 1024 ** 2 } as const;

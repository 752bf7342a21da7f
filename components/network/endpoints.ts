/**
 * Services that the rooms call from inside the VPC, and the last part of their endpoint's service name
 * (docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html).
 */
export const ENDPOINT_SERVICES = {
  "ecr.api": "ecr.api",
  "ecr.dkr": "ecr.dkr",
  firehose: "kinesis-firehose",
  glue: "glue",
  kinesis: "kinesis-streams",
  kms: "kms",
  logs: "logs",
  monitoring: "monitoring",
  "redshift-data": "redshift-data",
  "sagemaker.runtime": "sagemaker.runtime",
  secretsmanager: "secretsmanager",
  sqs: "sqs",
  ssm: "ssm",
  sts: "sts",
} as const;

export type EndpointService = keyof typeof ENDPOINT_SERVICES;

/**
 * What an environment of a size pays for: each endpoint costs an hourly fee in each zone, whatever it carries. A small
 * one sends the rest through NAT. Both have Glue's: the warehouse's subnets have no way out, and it reads the catalogue by
 * their routes (docs.aws.amazon.com/redshift/latest/mgmt/spectrum-enhanced-vpc.html).
 */
export const ENDPOINTS_BY_SIZE: Readonly<Record<"small" | "standard", readonly EndpointService[]>> = {
  small: ["glue", "kms", "sqs"],
  standard: [
    "ecr.api",
    "ecr.dkr",
    "glue",
    "kinesis",
    "kms",
    "logs",
    "monitoring",
    "redshift-data",
    "sagemaker.runtime",
    "secretsmanager",
    "sqs",
    "sts",
  ],
};

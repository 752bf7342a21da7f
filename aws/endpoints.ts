/**
 * Where the APIs of services answer, and which VPC endpoint takes their name over.
 * docs.aws.amazon.com/general/latest/gr/aws-service-information.html
 * docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
 */
export interface ServiceEndpoint {
  /** Before `.<region>.<suffix>`. */
  readonly host: string;
  /** Last part of the endpoint service's name, `com.amazonaws.<region>.<this>`. */
  readonly endpoint: string;
  /** Whether a gateway endpoint takes its addresses by routes. */
  readonly gateway?: boolean;
}

const same = (name: string): ServiceEndpoint => ({ host: name, endpoint: name });

export const SERVICE_ENDPOINTS: Readonly<Record<string, ServiceEndpoint>> = {
  // Gateway endpoints: docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
  dynamodb: { ...same("dynamodb"), gateway: true },
  s3: { ...same("s3"), gateway: true },
  ec2: same("ec2"),
  "ecr.api": { host: "api.ecr", endpoint: "ecr.api" },
  "ecr.dkr": { host: "dkr.ecr", endpoint: "ecr.dkr" },
  eks: same("eks"),
  "eks-auth": same("eks-auth"),
  firehose: { host: "firehose", endpoint: "kinesis-firehose" },
  glue: same("glue"),
  kinesis: { host: "kinesis", endpoint: "kinesis-streams" },
  kms: same("kms"),
  logs: same("logs"),
  monitoring: same("monitoring"),
  "redshift-data": same("redshift-data"),
  "sagemaker.runtime": { host: "runtime.sagemaker", endpoint: "sagemaker.runtime" },
  secretsmanager: same("secretsmanager"),
  sqs: same("sqs"),
  ssm: same("ssm"),
  states: same("states"),
  sts: same("sts"),
};

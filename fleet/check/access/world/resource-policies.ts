import { at, text } from "../../../graph";
import type { GraphNode, Properties, Value } from "../../../graph";
import type { ArnContext } from "./identifiers";

/** What the reading of a policy may ask. */
export interface Finder {
  readonly place: ArnContext;
  arn(node: GraphNode): string | undefined;
  find(value: Value, ...types: readonly string[]): GraphNode | undefined;
}

/** A type that contains a resource's policy. */
interface PolicyType {
  readonly type: string;
  /** Property that is the document. */
  readonly policy: string;
  /** ARN of the resource that it belongs to. */
  readonly of: (node: GraphNode, finder: Finder) => string | undefined;
  /** The document that AWS gives when none is set. @default none */
  readonly default?: (place: ArnContext) => Properties;
}

const itself: PolicyType["of"] = (node, finder) => finder.arn(node);
const named =
  (property: string, ...types: readonly string[]): PolicyType["of"] =>
  ({ inputs }, finder) => {
    const value = at(inputs, property);
    const found = finder.find(value, ...types);
    return found === undefined
      ? typeof value === "string" && value.startsWith("arn:")
        ? value
        : undefined
      : finder.arn(found);
  };

/** docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html */
const defaultKeyPolicy = ({ partition, account }: ArnContext): Properties => ({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { AWS: `arn:${partition}:iam::${account}:root` }, Action: "kms:*", Resource: "*" },
  ],
});

/** docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html: the owner's own account may publish. */
const defaultTopicPolicy = ({ account }: ArnContext): Properties => ({
  Version: "2008-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { AWS: "*" },
      Action: ["sns:Publish", "sns:Subscribe", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic"],
      Resource: "*",
      Condition: { StringEquals: { "AWS:SourceOwner": account } },
    },
  ],
});

const regionLogs: PolicyType["of"] = ({ region }, { place }) =>
  `arn:${place.partition}:logs:${region}:${place.account}:*`;

/**
 * Types that give a resource its policy, defaults before those that replace them.
 * Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html, "Resource-based policies".
 */
export const RESOURCE_POLICIES: readonly PolicyType[] = [
  { type: "aws:kms/key:Key", policy: "policy", of: itself, default: defaultKeyPolicy },
  { type: "aws:kms/replicaKey:ReplicaKey", policy: "policy", of: itself, default: defaultKeyPolicy },
  { type: "aws:kms/keyPolicy:KeyPolicy", policy: "policy", of: named("keyId", "aws:kms/key:Key") },
  { type: "aws:sns/topic:Topic", policy: "policy", of: itself, default: defaultTopicPolicy },
  { type: "aws:sns/topicPolicy:TopicPolicy", policy: "policy", of: named("arn", "aws:sns/topic:Topic") },
  { type: "aws:sqs/queue:Queue", policy: "policy", of: itself },
  { type: "aws:sqs/queuePolicy:QueuePolicy", policy: "policy", of: named("queueUrl", "aws:sqs/queue:Queue") },
  { type: "aws:s3/bucket:Bucket", policy: "policy", of: itself },
  { type: "aws:s3/bucketPolicy:BucketPolicy", policy: "policy", of: named("bucket", "aws:s3/bucket:Bucket") },
  { type: "aws:opensearch/domain:Domain", policy: "accessPolicies", of: itself },
  {
    type: "aws:opensearch/domainPolicy:DomainPolicy",
    policy: "accessPolicies",
    of: named("domainName", "aws:opensearch/domain:Domain"),
  },
  {
    type: "aws:ecr/repositoryPolicy:RepositoryPolicy",
    policy: "policy",
    of: named("repository", "aws:ecr/repository:Repository"),
  },
  { type: "aws:secretsmanager/secret:Secret", policy: "policy", of: itself },
  {
    type: "aws:secretsmanager/secretPolicy:SecretPolicy",
    policy: "policy",
    of: named("secretArn", "aws:secretsmanager/secret:Secret"),
  },
  {
    type: "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
    policy: "policy",
    of: named("eventBusName", "aws:cloudwatch/eventBus:EventBus"),
  },
  { type: "aws:kinesis/resourcePolicy:ResourcePolicy", policy: "policy", of: named("resourceArn") },
  { type: "aws:dynamodb/resourcePolicy:ResourcePolicy", policy: "policy", of: named("resourceArn") },
  {
    type: "aws:backup/vaultPolicy:VaultPolicy",
    policy: "policy",
    of: named("backupVaultName", "aws:backup/vault:Vault"),
  },
  { type: "aws:cloudwatch/logResourcePolicy:LogResourcePolicy", policy: "policyDocument", of: regionLogs },
];

/** The statement that a Lambda permission adds to a function's policy. */
export function invokePermission({ inputs }: GraphNode, functionArn: string): Properties {
  const principal = at(inputs, "principal");
  const service = typeof principal === "string" && principal.includes(".");
  const sourceArn = at(inputs, "sourceArn");
  const sourceAccount = at(inputs, "sourceAccount");
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: text(inputs, "statementId") ?? "permission",
        Effect: "Allow",
        Principal: principal === "*" ? "*" : service ? { Service: principal } : { AWS: principal },
        Action: at(inputs, "action"),
        Resource: functionArn,
        Condition: {
          ...(sourceArn === undefined ? {} : { ArnLike: { "AWS:SourceArn": sourceArn } }),
          ...(sourceAccount === undefined ? {} : { StringEquals: { "AWS:SourceAccount": sourceAccount } }),
        },
      },
    ],
  };
}

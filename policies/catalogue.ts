import { apigatewayAuthorisedAndLogged } from "./apigateway/authorisedAndLogged";
import { apigatewayWebAcl } from "./apigateway/webAcl";
import { athenaResultsEncrypted } from "./athena/resultsEncrypted";
import { athenaScanLimit } from "./athena/scanLimit";
import { autoscalingLaunchTemplate } from "./autoscaling/launchTemplate";
import { autoscalingSeveralInstanceTypes } from "./autoscaling/severalInstanceTypes";
import { autoscalingSeveralZones } from "./autoscaling/severalZones";
import { cloudfrontGlobalRegion } from "./cloudfront/globalRegion";
import { cloudfrontWafAndTls } from "./cloudfront/wafAndTls";
import { dynamodbCapacity } from "./dynamodb/capacity";
import { dynamodbDeletionProtection } from "./dynamodb/deletionProtection";
import { dynamodbPointInTimeRecovery } from "./dynamodb/pointInTimeRecovery";
import { dynamodbReplicaKeys } from "./dynamodb/replicaKeys";
import { dynamodbStrongConsistency } from "./dynamodb/strongConsistency";
import { dynamodbWritersPinned } from "./dynamodb/writersPinned";
import { ec2Imdsv2 } from "./ec2/imdsv2";
import { elasticacheAutomaticFailover } from "./elasticache/automaticFailover";
import { elasticacheEncrypted } from "./elasticache/encrypted";
import { emrEncrypted } from "./emr/encrypted";
import { emrPrimaryNotPublic } from "./emr/primaryNotPublic";
import { firehoseDestinationRegion } from "./firehose/destinationRegion";
import { firehoseEncrypted } from "./firehose/encrypted";
import { firehoseFailuresKept } from "./firehose/failuresKept";
import { glueSecurityConfiguration } from "./glue/securityConfiguration";
import { iamLeastPrivilege } from "./iam/leastPrivilege";
import { kinesisEncrypted } from "./kinesis/encrypted";
import { kinesisRetention } from "./kinesis/retention";
import { kmsNotPublic } from "./kms/notPublic";
import { kmsRotation } from "./kms/rotation";
import { lambdaFailuresAndLimits } from "./lambda/failuresAndLimits";
import { messagingEncryptedWithDeadLetters } from "./messaging/encryptedWithDeadLetters";
import { opensearchDataNodes } from "./opensearch/dataNodes";
import { opensearchEncrypted } from "./opensearch/encrypted";
import { opensearchNotPublic } from "./opensearch/notPublic";
import { redshiftEncrypted } from "./redshift/encrypted";
import { redshiftNoIamUsers } from "./redshift/noIamUsers";
import { redshiftPrivate } from "./redshift/private";
import { redshiftRequiresSsl } from "./redshift/requiresSsl";
import { route53Failover } from "./route53/failover";
import { s3BlockPublicAccess } from "./s3/blockPublicAccess";
import { s3DenyPlainHttp } from "./s3/denyPlainHttp";
import { s3ReplicationTimeControl } from "./s3/replicationTimeControl";
import { s3VersionedWhereReplicated } from "./s3/versionedWhereReplicated";
import { sagemakerEndpointKey } from "./sagemaker/endpointKey";
import { sagemakerNetworkIsolation } from "./sagemaker/networkIsolation";
import { sagemakerVariantInstances } from "./sagemaker/variantInstances";
import type { Rule } from "./kit/rule";

/**
 * Every rule that one stack can be judged by, in the order of the catalogue. Rules that need several stacks are not here:
 * they run over the graphs of all stacks.
 */
export const CATALOGUE: readonly Rule[] = [
  kinesisEncrypted,
  kinesisRetention,
  firehoseEncrypted,
  firehoseFailuresKept,
  firehoseDestinationRegion,
  s3BlockPublicAccess,
  s3DenyPlainHttp,
  s3VersionedWhereReplicated,
  s3ReplicationTimeControl,
  glueSecurityConfiguration,
  athenaResultsEncrypted,
  athenaScanLimit,
  emrPrimaryNotPublic,
  emrEncrypted,
  ec2Imdsv2,
  autoscalingSeveralZones,
  autoscalingSeveralInstanceTypes,
  autoscalingLaunchTemplate,
  dynamodbPointInTimeRecovery,
  dynamodbDeletionProtection,
  dynamodbCapacity,
  dynamodbReplicaKeys,
  dynamodbStrongConsistency,
  dynamodbWritersPinned,
  elasticacheAutomaticFailover,
  elasticacheEncrypted,
  sagemakerVariantInstances,
  sagemakerEndpointKey,
  sagemakerNetworkIsolation,
  redshiftPrivate,
  redshiftEncrypted,
  redshiftRequiresSsl,
  redshiftNoIamUsers,
  opensearchEncrypted,
  opensearchNotPublic,
  opensearchDataNodes,
  apigatewayWebAcl,
  apigatewayAuthorisedAndLogged,
  cloudfrontWafAndTls,
  cloudfrontGlobalRegion,
  route53Failover,
  kmsRotation,
  kmsNotPublic,
  iamLeastPrivilege,
  messagingEncryptedWithDeadLetters,
  lambdaFailuresAndLimits,
];

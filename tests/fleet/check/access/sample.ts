import { FleetGraph, StackGraph } from "../../../../fleet/graph";
import type { GraphNode, Properties } from "../../../../fleet/graph";
import type { EnvironmentName, RegionName } from "../../../../regions/names";
import { ACCOUNT } from "./cases/case";

const REGION = "eu-west-1";
const arn = (service: string, resource: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/worker`;
const QUEUE = arn("sqs", "jobs");
const TOPIC = arn("sns", "news");
const STREAM = arn("kinesis", "stream/clicks");
const FIREHOSE = arn("firehose", "deliverystream/copy");
const FUNCTION = arn("lambda", "function:make");
const GROUP = arn("logs", "log-group:/sample");
const BUCKET = "arn:aws:s3:::sample";
const KEY = "alias/sample";
const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "emr-serverless.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: ["athena:StartQueryExecution", "glue:GetTable"], Resource: "*" }],
});
const uri = (target: string): string =>
  `arn:aws:apigateway:${REGION}:lambda:path/2015-03-31/functions/${target}/invocations`;
const task = (resource: string, Parameters: Properties): Properties => ({
  Type: "Task",
  Resource: `arn:aws:states:::${resource}`,
  Parameters,
});
const states: Record<string, Properties> = {
  lambda: task("lambda:invoke", { FunctionName: "make" }),
  cluster: task("elasticmapreduce:createCluster.sync", { ServiceRole: "worker", JobFlowRole: "worker" }),
  serverless: task("emr-serverless:startJobRun.sync", { ApplicationId: "a", ExecutionRoleArn: ROLE }),
  sagemaker: task("sagemaker:createTrainingJob.sync", { RoleArn: ROLE }),
  athena: task("athena:startQueryExecution.sync", { WorkGroup: "analysts" }),
  events: task("events:putEvents", { Entries: [{ EventBusName: "bus" }] }),
  glue: task("glue:startJobRun.sync", { JobName: "job" }),
};

/** A resource of each type and property that the environments of the repository do not use: `type name`, and its inputs. */
const RESOURCES: readonly (readonly [type: string, name: string, inputs: Properties])[] = [
  ["aws:kms/key:Key", "key", {}],
  ["aws:kms/alias:Alias", "alias", { name: KEY, targetKeyId: "" }],
  ["aws:iam/role:Role", "worker", { name: "worker", assumeRolePolicy: trust }],
  ["aws:iam/rolePolicy:RolePolicy", "worker", { role: "worker", policy }],
  ["aws:iam/instanceProfile:InstanceProfile", "worker", { name: "worker", role: "worker" }],
  ["aws:s3/bucket:Bucket", "sample", { bucket: "sample" }],
  [
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "sample",
    {
      bucket: "sample",
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: KEY } }],
    },
  ],
  ["aws:sqs/queue:Queue", "jobs", { name: "jobs", kmsMasterKeyId: KEY }],
  ["aws:sns/topic:Topic", "news", { name: "news", kmsMasterKeyId: KEY, sqsFailureFeedbackRoleArn: ROLE }],
  ["aws:kinesis/stream:Stream", "clicks", { name: "clicks", kmsKeyId: KEY }],
  ["aws:lambda/function:Function", "make", { name: "make", role: ROLE, vpcConfig: { subnetIds: ["subnet-1"] } }],
  ["aws:apigatewayv2/api:Api", "api", {}],
  [
    "aws:apigatewayv2/integration:Integration",
    "sqs",
    { integrationSubtype: "SQS-SendMessage", credentialsArn: ROLE, requestParameters: { QueueUrl: "jobs" } },
  ],
  [
    "aws:apigatewayv2/integration:Integration",
    "sfn",
    {
      integrationSubtype: "StepFunctions-StartExecution",
      credentialsArn: ROLE,
      requestParameters: { StateMachineArn: arn("states", "stateMachine:m") },
    },
  ],
  ["aws:apigatewayv2/integration:Integration", "lambda", { apiId: "a", integrationUri: uri(FUNCTION) }],
  ["aws:apigatewayv2/authorizer:Authorizer", "lambda", { apiId: "a", authorizerUri: uri(FUNCTION) }],
  [
    "aws:athena/workgroup:Workgroup",
    "analysts",
    {
      name: "analysts",
      configuration: { executionRole: ROLE, resultConfiguration: { outputLocation: "s3://sample/results/" } },
    },
  ],
  ["aws:autoscaling/notification:Notification", "n", { topicArn: TOPIC }],
  ["aws:autoscaling/lifecycleHook:LifecycleHook", "h", { roleArn: ROLE, notificationTargetArn: QUEUE }],
  ["aws:backup/selection:Selection", "s", { iamRoleArn: ROLE }],
  ["aws:backup/vault:Vault", "v", { name: "v", kmsKeyArn: KEY }],
  ["aws:backup/vaultNotifications:VaultNotifications", "v", { snsTopicArn: TOPIC }],
  ["aws:budgets/budget:Budget", "b", { name: "b", notifications: [{ subscriberSnsTopicArns: [TOPIC] }] }],
  ["aws:costexplorer/anomalySubscription:AnomalySubscription", "a", { subscribers: [{ type: "SNS", address: TOPIC }] }],
  [
    "aws:cloudfront/distribution:Distribution",
    "d",
    { origins: [{ domainName: `sample.s3.${REGION}.amazonaws.com`, originAccessControlId: "E1" }] },
  ],
  [
    "aws:cloudfront/realtimeLogConfig:RealtimeLogConfig",
    "r",
    { endpoint: { kinesisStreamConfig: { roleArn: ROLE, streamArn: STREAM } } },
  ],
  ["aws:cloudwatch/metricAlarm:MetricAlarm", "m", { name: "m", alarmActions: [FUNCTION] }],
  ["aws:cloudwatch/metricStream:MetricStream", "m", { roleArn: ROLE, firehoseArn: FIREHOSE }],
  ["aws:dynamodb/tableReplica:TableReplica", "t", { kmsKeyArn: KEY }],
  ["aws:dynamodb/kinesisStreamingDestination:KinesisStreamingDestination", "t", { streamArn: STREAM }],
  ["aws:ec2/flowLog:FlowLog", "f", { logDestination: BUCKET }],
  [
    "aws:ec2/launchTemplate:LaunchTemplate",
    "nodes",
    { name: "nodes", blockDeviceMappings: [{ ebs: { kmsKeyId: KEY } }] },
  ],
  ["aws:eks/nodeGroup:NodeGroup", "g", { nodeRoleArn: ROLE, launchTemplate: { name: "nodes" } }],
  ["aws:eks/addon:Addon", "a", { podIdentityAssociations: [{ roleArn: ROLE }] }],
  ["aws:eks/fargateProfile:FargateProfile", "p", { podExecutionRoleArn: ROLE }],
  ["aws:eks/cluster:Cluster", "c", { name: "c", computeConfig: { nodeRoleArn: ROLE } }],
  [
    "kubernetes:apps/v1:Deployment",
    "d",
    {
      spec: {
        template: { spec: { containers: [{ image: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/api@sha256:0` }] } },
      },
    },
  ],
  [
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "c",
    { logDeliveryConfigurations: [{ destination: "copy", destinationType: "kinesis-firehose" }] },
  ],
  [
    "aws:emr/cluster:Cluster",
    "e",
    {
      autoscalingRole: ROLE,
      serviceRole: ROLE,
      logUri: "s3://sample/log/",
      ec2Attributes: { instanceProfile: "worker" },
      steps: [{ hadoopJarStep: { jar: "s3://sample/a.jar", args: [] } }],
    },
  ],
  [
    "aws:emrserverless/application:Application",
    "s",
    {
      name: "s",
      monitoringConfiguration: { s3MonitoringConfiguration: { encryptionKeyArn: KEY } },
      imageConfiguration: { imageUri: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/spark:1` },
    },
  ],
  ["aws:cloudwatch/eventTarget:EventTarget", "queue", { rule: "r", arn: QUEUE }],
  ["aws:cloudwatch/eventTarget:EventTarget", "topic", { rule: "r", arn: TOPIC }],
  ["aws:cloudwatch/eventTarget:EventTarget", "function", { rule: "r", arn: FUNCTION }],
  ["aws:cloudwatch/eventTarget:EventTarget", "group", { rule: "r", arn: GROUP }],
  ["aws:pipes/pipe:Pipe", "p", { roleArn: ROLE }],
  ["aws:cloudwatch/eventBus:EventBus", "bus", { name: "bus", kmsKeyIdentifier: KEY }],
  [
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
    "copy",
    {
      name: "copy",
      serverSideEncryption: { keyArn: KEY },
      extendedS3Configuration: {
        roleArn: ROLE,
        bucketArn: BUCKET,
        dataFormatConversionConfiguration: {
          schemaConfiguration: { databaseName: "d", tableName: "t", roleArn: ROLE },
        },
      },
    },
  ],
  ["aws:glue/crawler:Crawler", "c", { role: ROLE, s3Targets: [{ path: "s3://sample/t/" }] }],
  ["aws:glue/job:Job", "j", { roleArn: ROLE, command: { scriptLocation: "s3://sample/job.py" } }],
  [
    "aws:lambda/eventSourceMapping:EventSourceMapping",
    "kinesis",
    { functionName: "make", eventSourceArn: STREAM, destinationConfig: { onFailure: { destinationArn: QUEUE } } },
  ],
  ["aws:lambda/eventSourceMapping:EventSourceMapping", "sqs", { functionName: "make", eventSourceArn: QUEUE }],
  [
    "aws:lambda/eventSourceMapping:EventSourceMapping",
    "table",
    { functionName: "make", eventSourceArn: arn("dynamodb", "table/t/stream/1") },
  ],
  [
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
    "stream",
    { logGroup: "/sample", roleArn: ROLE, destinationArn: STREAM },
  ],
  [
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
    "function",
    { logGroup: "/sample", destinationArn: FUNCTION },
  ],
  ["aws:cloudwatch/logDestination:LogDestination", "d", { roleArn: ROLE, targetArn: STREAM }],
  [
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
    "d",
    { name: "d", deliveryDestinationConfiguration: { destinationResourceArn: BUCKET } },
  ],
  [
    "aws:cloudwatch/logDelivery:LogDelivery",
    "d",
    { deliverySourceName: "s", deliveryDestinationArn: arn("logs", "delivery-destination:d") },
  ],
  [
    "aws:msk/cluster:Cluster",
    "m",
    {
      clusterName: "m",
      encryptionInfo: { encryptionAtRestKmsKeyArn: KEY },
      loggingInfo: { brokerLogs: { s3: { enabled: true, bucket: "sample" } } },
    },
  ],
  ["aws:opensearch/domain:Domain", "o", { domainName: "o", cognitoOptions: { roleArn: ROLE } }],
  ["aws:redshiftserverless/namespace:Namespace", "n", { iamRoles: [ROLE], kmsKeyId: KEY }],
  ["aws:redshift/logging:Logging", "l", { clusterIdentifier: "w", bucketName: "sample" }],
  ["aws:route53/queryLog:QueryLog", "q", { cloudwatchLogGroupArn: GROUP }],
  ["aws:route53/keySigningKey:KeySigningKey", "k", { keyManagementServiceArn: KEY }],
  ["aws:s3/bucketLogging:BucketLogging", "l", { bucket: "sample", targetBucket: "sample", targetPrefix: "log/" }],
  [
    "aws:s3/bucketNotification:BucketNotification",
    "n",
    { bucket: "sample", topics: [{ topicArn: TOPIC }], lambdaFunctions: [{ lambdaFunctionArn: FUNCTION }] },
  ],
  [
    "aws:s3/inventory:Inventory",
    "i",
    { bucket: "sample", destination: { bucket: { bucketArn: BUCKET, encryption: { sseKms: { keyId: KEY } } } } },
  ],
  ["aws:scheduler/schedule:Schedule", "queue", { kmsKeyArn: KEY, target: { arn: QUEUE, roleArn: ROLE } }],
  [
    "aws:scheduler/schedule:Schedule",
    "universal",
    { target: { arn: "arn:aws:scheduler:::aws-sdk:sqs:sendMessage", roleArn: ROLE, input: '{"QueueUrl":"jobs"}' } },
  ],
  [
    "aws:secretsmanager/secret:Secret",
    "s",
    { name: "s", kmsKeyId: KEY, replicas: [{ region: "eu-west-3", kmsKeyId: KEY }] },
  ],
  ["aws:secretsmanager/secretRotation:SecretRotation", "s", { secretId: "s", rotationLambdaArn: FUNCTION }],
  [
    "aws:sfn/stateMachine:StateMachine",
    "m",
    {
      name: "m",
      roleArn: ROLE,
      encryptionConfiguration: { kmsKeyId: KEY },
      definition: JSON.stringify({ States: states }),
    },
  ],
  [
    "aws:sns/topicSubscription:TopicSubscription",
    "queue",
    { topic: TOPIC, protocol: "sqs", endpoint: QUEUE, redrivePolicy: JSON.stringify({ deadLetterTargetArn: QUEUE }) },
  ],
  ["aws:sns/topicSubscription:TopicSubscription", "function", { topic: TOPIC, protocol: "lambda", endpoint: FUNCTION }],
  [
    "aws:sns/topicSubscription:TopicSubscription",
    "stream",
    { topic: TOPIC, protocol: "firehose", endpoint: FIREHOSE, subscriptionRoleArn: ROLE },
  ],
  ["aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "w", { logDestinationConfigs: [BUCKET] }],
];

const STACK = { kind: "region", environment: "sample" as EnvironmentName, region: REGION as RegionName } as const;

function nodeOf([type, name, inputs]: (typeof RESOURCES)[number]): GraphNode {
  const urn = `urn:pulumi:sample.${REGION}::meridian::${type}::${name}`;
  const plain = {
    parent: "",
    protect: false,
    retainOnDelete: false,
    ignoreChanges: [],
    provider: "",
    dependencies: [],
    uses: {},
  };
  return { ...plain, stack: `sample.${REGION}`, urn, type, name, region: REGION, inputs, custom: true };
}

/** A stack with them, whose one key has the alias that all of them name. */
export function sampleGraph(keyId: (key: GraphNode) => string): FleetGraph {
  const nodes = RESOURCES.map(nodeOf);
  const [key] = nodes;
  const aliased = nodes.map((node) =>
    node.type === "aws:kms/alias:Alias" && key !== undefined
      ? { ...node, inputs: { ...node.inputs, targetKeyId: keyId(key) } }
      : node,
  );
  return new FleetGraph([new StackGraph(STACK, aliased)]);
}

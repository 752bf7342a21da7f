import { asText, type Props, type Value } from "../../../local/provider/values";

/** What the cases build on; each case may refer to what earlier ones made. */
export interface Made {
  readonly id: string;
  readonly outputs: Props;
}

/** One emulated type, from its making to its end. */
export interface Case {
  readonly type: string;
  /** Name of the resource; the type's own when it is left out. */
  readonly name?: string;
  readonly inputs: (made: Readonly<Record<string, Made>>) => Props;
  /** Inputs that an update changes. */
  readonly change?: Props;
}

const text = (made: Made | undefined, key: string): string => asText(made?.outputs[key]) ?? "";
const json = (value: Value): string => JSON.stringify(value);
const trust = json({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const allow = (action: string, resource: string): string =>
  json({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: action, Resource: resource }] });
const allowPrincipal = (action: string, resource: string): string =>
  json({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "one",
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: action,
        Resource: resource,
      },
    ],
  });

/** An archive of one file as the engine sends it. */
export const codeArchive = (source: string): Props => ({
  "4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7",
  hash: source,
  assets: {
    "index.js": { "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", hash: source, text: source },
  },
});

/** Every emulated type of the table, in an order in which each finds what it needs. */
export const CASES: readonly Case[] = [
  {
    type: "aws:kms/key:Key",
    inputs: () => ({ description: "one", multiRegion: true }),
    change: { description: "two", enableKeyRotation: true },
  },
  { type: "aws:kms/alias:Alias", inputs: ({ key }) => ({ name: "alias/provider-spec", targetKeyId: key!.id }) },
  {
    type: "aws:kms/replicaKey:ReplicaKey",
    inputs: ({ key }) => ({ primaryKeyArn: text(key, "arn"), region: "us-west-2", description: "one" }),
    change: { description: "two" },
  },
  {
    type: "aws:iam/role:Role",
    inputs: () => ({ assumeRolePolicy: trust, description: "one" }),
    change: { description: "two", maxSessionDuration: 7200 },
  },
  {
    type: "aws:iam/policy:Policy",
    inputs: () => ({ policy: allow("sqs:SendMessage", "*") }),
    change: { policy: allow("sqs:ReceiveMessage", "*") },
  },
  {
    type: "aws:iam/rolePolicy:RolePolicy",
    inputs: ({ role }) => ({ role: role!.id, policy: allow("sqs:SendMessage", "*") }),
    change: { policy: allow("sqs:ReceiveMessage", "*") },
  },
  {
    type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    inputs: ({ role, policy }) => ({ role: role!.id, policyArn: policy!.id }),
  },
  {
    type: "aws:iam/instanceProfile:InstanceProfile",
    inputs: ({ role }) => ({ role: role!.id }),
    change: { tags: { a: "2" } },
  },

  {
    type: "aws:kinesis/stream:Stream",
    inputs: () => ({ shardCount: 1, encryptionType: "KMS", kmsKeyId: "alias/aws/kinesis", tags: { a: "1" } }),
    change: { retentionPeriod: 48, tags: { b: "2" } },
  },
  { type: "aws:kinesis/streamConsumer:StreamConsumer", inputs: ({ stream }) => ({ streamArn: text(stream, "arn") }) },

  {
    type: "aws:s3/bucket:Bucket",
    inputs: () => ({ forceDestroy: true, tags: { a: "1" } }),
    change: { tags: { b: "2" } },
  },
  { type: "aws:s3/bucket:Bucket", name: "locked", inputs: () => ({ forceDestroy: true, objectLockEnabled: true }) },
  { type: "aws:s3/bucket:Bucket", name: "spare", inputs: () => ({ forceDestroy: true }) },
  {
    type: "aws:s3/bucketVersioning:BucketVersioning",
    inputs: ({ bucket }) => ({ bucket: bucket!.id, versioningConfiguration: { status: "Enabled" } }),
  },
  {
    type: "aws:s3/bucketVersioning:BucketVersioning",
    name: "spareVersioning",
    inputs: ({ spare }) => ({ bucket: spare!.id, versioningConfiguration: { status: "Enabled" } }),
    change: { versioningConfiguration: { status: "Suspended" } },
  },
  {
    type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    inputs: ({ bucket, key }) => ({
      bucket: bucket!.id,
      rules: [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: text(key, "arn") },
          bucketKeyEnabled: true,
        },
      ],
    }),
    change: { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
  },
  {
    type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    inputs: ({ bucket }) => ({ bucket: bucket!.id, blockPublicAcls: true, blockPublicPolicy: true }),
    change: { ignorePublicAcls: true, restrictPublicBuckets: true },
  },
  {
    type: "aws:s3/bucketPolicy:BucketPolicy",
    inputs: ({ bucket }) => ({
      bucket: bucket!.id,
      policy: allowPrincipal("s3:GetObject", `${text(bucket, "arn")}/*`),
    }),
    change: { policy: allowPrincipal("s3:PutObject", "arn:aws:s3:::other/*") },
  },
  {
    type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    inputs: ({ bucket }) => ({
      bucket: bucket!.id,
      rules: [
        {
          id: "old",
          status: "Enabled",
          filter: { and: { prefix: "a/", tags: { k: "v" } } },
          expiration: { days: 30 },
          noncurrentVersionExpiration: { noncurrentDays: 7 },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 2 },
          transitions: [{ days: 10, storageClass: "GLACIER" }],
        },
      ],
    }),
    change: { rules: [{ id: "old", status: "Disabled", expiration: { days: 5 } }] },
  },
  {
    type: "aws:s3/bucketLogging:BucketLogging",
    inputs: ({ bucket, locked }) => ({ bucket: bucket!.id, targetBucket: locked!.id, targetPrefix: "logs/" }),
    change: { targetPrefix: "other/" },
  },
  {
    type: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    inputs: ({ bucket }) => ({ bucket: bucket!.id, rule: { objectOwnership: "BucketOwnerEnforced" } }),
    change: { rule: { objectOwnership: "BucketOwnerPreferred" } },
  },
  {
    type: "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration",
    inputs: ({ bucket }) => ({
      bucket: bucket!.id,
      corsRules: [{ allowedMethods: ["GET"], allowedOrigins: ["https://a.example"] }],
    }),
    change: { corsRules: [{ allowedMethods: ["PUT"], allowedOrigins: ["https://a.example"] }] },
  },
  {
    type: "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
    inputs: ({ locked }) => ({ bucket: locked!.id, rule: { defaultRetention: { mode: "GOVERNANCE", days: 1 } } }),
    change: { rule: { defaultRetention: { mode: "GOVERNANCE", days: 2 } } },
  },
  { type: "aws:s3/bucketAcl:BucketAcl", inputs: ({ bucket }) => ({ bucket: bucket!.id, acl: "private" }) },
  {
    type: "aws:s3/bucketObject:BucketObject",
    inputs: ({ bucket }) => ({ bucket: bucket!.id, key: "one.txt", content: "one" }),
    change: { content: "two" },
  },
  {
    type: "aws:s3/bucketObjectv2:BucketObjectv2",
    inputs: ({ bucket }) => ({ bucket: bucket!.id, key: "two.txt", content: "one", contentType: "text/plain" }),
    change: { content: "two" },
  },
  {
    type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    inputs: ({ bucket, locked, role }) => ({
      bucket: locked!.id,
      role: text(role, "arn"),
      rules: [
        {
          id: "all",
          status: "Enabled",
          priority: 1,
          filter: { prefix: "" },
          deleteMarkerReplication: { status: "Enabled" },
          destination: {
            bucket: text(bucket, "arn"),
            replicationTime: { status: "Enabled", time: { minutes: 15 } },
            metrics: { status: "Enabled", eventThreshold: { minutes: 15 } },
          },
        },
      ],
    }),
  },

  { type: "aws:sqs/queue:Queue", name: "dead", inputs: () => ({ messageRetentionSeconds: 1_209_600 }) },
  {
    type: "aws:sqs/queue:Queue",
    inputs: ({ dead }) => ({
      sqsManagedSseEnabled: true,
      redrivePolicy: json({ deadLetterTargetArn: text(dead, "arn"), maxReceiveCount: 5 }),
    }),
    change: { visibilityTimeoutSeconds: 90 },
  },
  {
    type: "aws:sqs/queuePolicy:QueuePolicy",
    inputs: ({ queue }) => ({ queueUrl: queue!.id, policy: allowPrincipal("sqs:SendMessage", text(queue, "arn")) }),
    change: { policy: allowPrincipal("sqs:*", "*") },
  },
  {
    type: "aws:sqs/redrivePolicy:RedrivePolicy",
    inputs: ({ queue, dead }) => ({
      queueUrl: queue!.id,
      redrivePolicy: json({ deadLetterTargetArn: text(dead, "arn"), maxReceiveCount: 4 }),
    }),
  },
  {
    type: "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
    inputs: ({ queue, dead }) => ({
      queueUrl: dead!.id,
      redriveAllowPolicy: json({ redrivePermission: "byQueue", sourceQueueArns: [text(queue, "arn")] }),
    }),
  },
  { type: "aws:sns/topic:Topic", inputs: () => ({ kmsMasterKeyId: "alias/aws/sns" }), change: { displayName: "Two" } },
  {
    type: "aws:sns/topicPolicy:TopicPolicy",
    inputs: ({ topic }) => ({ arn: topic!.id, policy: allowPrincipal("sns:Publish", topic!.id) }),
    change: { policy: allowPrincipal("sns:Subscribe", "*") },
  },
  {
    type: "aws:sns/topicSubscription:TopicSubscription",
    inputs: ({ topic, queue }) => ({ topic: topic!.id, protocol: "sqs", endpoint: text(queue, "arn") }),
    change: { rawMessageDelivery: true },
  },
  {
    type: "aws:s3/bucketNotification:BucketNotification",
    inputs: ({ bucket, queue }) => ({
      bucket: bucket!.id,
      queues: [{ queueArn: text(queue, "arn"), events: ["s3:ObjectCreated:*"], filterPrefix: "landing/" }],
    }),
    change: { queues: [], eventbridge: true },
  },

  { type: "aws:cloudwatch/logGroup:LogGroup", inputs: () => ({ retentionInDays: 7 }), change: { retentionInDays: 14 } },
  { type: "aws:cloudwatch/logStream:LogStream", inputs: ({ logGroup }) => ({ logGroupName: logGroup!.id }) },
  {
    type: "aws:cloudwatch/logMetricFilter:LogMetricFilter",
    inputs: ({ logGroup }) => ({
      logGroupName: logGroup!.id,
      pattern: "ERROR",
      metricTransformation: { name: "Errors", namespace: "Spec", value: "1" },
    }),
    change: { pattern: "WARN" },
  },
  {
    type: "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
    inputs: () => ({ policyName: "provider-spec", policyDocument: allowPrincipal("logs:PutLogEvents", "*") }),
    change: { policyDocument: allowPrincipal("logs:CreateLogStream", "*") },
  },
  {
    type: "aws:cloudwatch/metricAlarm:MetricAlarm",
    inputs: ({ topic }) => ({
      comparisonOperator: "GreaterThanThreshold",
      evaluationPeriods: 1,
      metricName: "Errors",
      namespace: "Spec",
      period: 60,
      statistic: "Sum",
      threshold: 1,
      alarmActions: [topic!.id],
      dimensions: { Queue: "one" },
    }),
    change: { threshold: 2 },
  },
  {
    type: "aws:cloudwatch/compositeAlarm:CompositeAlarm",
    inputs: ({ metricAlarm }) => ({ alarmName: "provider-spec-composite", alarmRule: `ALARM("${metricAlarm!.id}")` }),
    change: { alarmDescription: "two" },
  },
  {
    type: "aws:cloudwatch/dashboard:Dashboard",
    inputs: () => ({ dashboardName: "provider-spec", dashboardBody: json({ widgets: [] }) }),
    change: {
      dashboardBody: json({
        widgets: [{ type: "text", x: 0, y: 0, width: 1, height: 1, properties: { markdown: "a" } }],
      }),
    },
  },
  { type: "aws:cloudwatch/eventBus:EventBus", inputs: () => ({}) },
  {
    type: "aws:cloudwatch/eventRule:EventRule",
    inputs: () => ({ eventPattern: json({ source: ["spec"] }), description: "one" }),
    change: { description: "two" },
  },
  {
    type: "aws:cloudwatch/eventTarget:EventTarget",
    inputs: ({ eventRule, queue }) => ({ rule: eventRule!.id, arn: text(queue, "arn") }),
    change: { input: json({ a: 1 }) },
  },

  {
    type: "aws:lambda/function:Function",
    inputs: ({ role }) => ({
      role: text(role, "arn"),
      runtime: "nodejs22.x",
      handler: "index.handler",
      code: codeArchive("exports.handler = async () => 1;"),
      environment: { variables: { mixedCase: "kept" } },
      reservedConcurrentExecutions: 2,
    }),
    change: { code: codeArchive("exports.handler = async () => 2;"), timeout: 9 },
  },
  {
    type: "aws:lambda/alias:Alias",
    name: "functionAlias",
    inputs: ({ function: one }) => ({ functionName: one!.id, functionVersion: "$LATEST", name: "live" }),
  },
  {
    type: "aws:lambda/permission:Permission",
    inputs: ({ function: one }) => ({
      function: one!.id,
      action: "lambda:InvokeFunction",
      principal: "events.amazonaws.com",
    }),
  },
  {
    type: "aws:lambda/eventSourceMapping:EventSourceMapping",
    inputs: ({ function: one, stream }) => ({
      functionName: one!.id,
      eventSourceArn: text(stream, "arn"),
      startingPosition: "TRIM_HORIZON",
      batchSize: 100,
      enabled: false,
    }),
    change: { batchSize: 200 },
  },
  {
    type: "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    inputs: ({ function: one, queue }) => ({
      functionName: one!.id,
      maximumRetryAttempts: 1,
      destinationConfig: { onFailure: { destination: text(queue, "arn") } },
    }),
    change: { maximumRetryAttempts: 2 },
  },
  {
    type: "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
    inputs: ({ stream, role, bucket, function: one }) => ({
      destination: "extended_s3",
      kinesisSourceConfiguration: { kinesisStreamArn: text(stream, "arn"), roleArn: text(role, "arn") },
      extendedS3Configuration: {
        bucketArn: text(bucket, "arn"),
        roleArn: text(role, "arn"),
        bufferingInterval: 60,
        bufferingSize: 1,
        compressionFormat: "GZIP",
        prefix: "landing/",
        errorOutputPrefix: "errors/",
        processingConfiguration: {
          enabled: true,
          processors: [
            { type: "Lambda", parameters: [{ parameterName: "LambdaArn", parameterValue: text(one, "arn") }] },
          ],
        },
      },
    }),
  },

  {
    type: "aws:glue/catalogDatabase:CatalogDatabase",
    inputs: () => ({ description: "one" }),
    change: { description: "two" },
  },
  {
    type: "aws:glue/catalogTable:CatalogTable",
    inputs: ({ catalogDatabase, bucket }) => ({
      databaseName: text(catalogDatabase, "name"),
      tableType: "EXTERNAL_TABLE",
      parameters: { "projection.enabled": "true" },
      partitionKeys: [{ name: "date", type: "string" }],
      storageDescriptor: {
        location: `s3://${bucket!.id}/t/`,
        inputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        outputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        serDeInfo: { serializationLibrary: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe" },
        columns: [{ name: "user_key", type: "string" }],
      },
    }),
    change: { description: "two" },
  },
  {
    type: "aws:athena/workgroup:Workgroup",
    inputs: ({ bucket }) => ({
      forceDestroy: true,
      configuration: {
        enforceWorkgroupConfiguration: true,
        bytesScannedCutoffPerQuery: 10_485_760,
        resultConfiguration: {
          outputLocation: `s3://${bucket!.id}/res/`,
          encryptionConfiguration: { encryptionOption: "SSE_S3" },
        },
      },
    }),
    change: { description: "two" },
  },
  {
    type: "aws:athena/namedQuery:NamedQuery",
    inputs: ({ workgroup, catalogDatabase }) => ({
      workgroup: workgroup!.id,
      database: text(catalogDatabase, "name"),
      query: "select 1",
    }),
  },
  {
    type: "aws:dynamodb/table:Table",
    inputs: () => ({
      billingMode: "PAY_PER_REQUEST",
      hashKey: "pk",
      rangeKey: "sk",
      attributes: [
        { name: "pk", type: "S" },
        { name: "sk", type: "S" },
      ],
      streamEnabled: true,
      streamViewType: "NEW_AND_OLD_IMAGES",
      pointInTimeRecovery: { enabled: true },
      ttl: { enabled: true, attributeName: "expires_at" },
      replicas: [{ regionName: "us-west-2", pointInTimeRecovery: true }],
      tags: { a: "1" },
    }),
    change: { tags: { a: "2" }, deletionProtectionEnabled: false },
  },
  {
    type: "aws:dynamodb/tableItem:TableItem",
    inputs: ({ table }) => ({
      tableName: table!.id,
      hashKey: "pk",
      rangeKey: "sk",
      item: json({ pk: { S: "a" }, sk: { S: "b" }, n: { N: "1" } }),
    }),
    change: { item: json({ pk: { S: "a" }, sk: { S: "b" }, n: { N: "2" } }) },
  },

  { type: "aws:apigatewayv2/api:Api", inputs: () => ({ protocolType: "HTTP" }), change: { description: "two" } },
  {
    type: "aws:apigatewayv2/integration:Integration",
    inputs: ({ api, function: one }) => ({
      apiId: api!.id,
      integrationType: "AWS_PROXY",
      integrationUri: text(one, "arn"),
      payloadFormatVersion: "2.0",
    }),
    change: { timeoutMilliseconds: 5000 },
  },
  {
    type: "aws:apigatewayv2/authorizer:Authorizer",
    inputs: ({ api }) => ({
      apiId: api!.id,
      authorizerType: "JWT",
      identitySources: ["$request.header.Authorization"],
      jwtConfiguration: { audiences: ["one"], issuer: "https://issuer.example" },
    }),
    change: { identitySources: ["$request.header.Other"] },
  },
  {
    type: "aws:apigatewayv2/route:Route",
    inputs: ({ api, integration }) => ({
      apiId: api!.id,
      routeKey: "POST /events",
      target: `integrations/${integration!.id}`,
    }),
    change: { operationName: "two" },
  },
  {
    type: "aws:apigatewayv2/stage:Stage",
    inputs: ({ api }) => ({ apiId: api!.id, name: "$default", autoDeploy: true }),
    change: { description: "two" },
  },
  {
    type: "aws:sfn/stateMachine:StateMachine",
    inputs: ({ role }) => ({
      roleArn: text(role, "arn"),
      definition: json({ StartAt: "A", States: { A: { Type: "Pass", End: true } } }),
    }),
    change: { definition: json({ StartAt: "B", States: { B: { Type: "Succeed" } } }) },
  },
  { type: "aws:scheduler/scheduleGroup:ScheduleGroup", inputs: () => ({}) },
  {
    type: "aws:scheduler/schedule:Schedule",
    inputs: ({ scheduleGroup, stateMachine, role }) => ({
      groupName: scheduleGroup!.id,
      flexibleTimeWindow: { mode: "OFF" },
      scheduleExpression: "cron(0 3 * * ? *)",
      target: {
        arn: stateMachine!.id,
        roleArn: text(role, "arn"),
        input: "{}",
        retryPolicy: { maximumRetryAttempts: 2 },
      },
    }),
    change: { state: "DISABLED" },
  },
  {
    type: "aws:secretsmanager/secret:Secret",
    inputs: () => ({ recoveryWindowInDays: 0 }),
    change: { description: "two" },
  },
  {
    type: "aws:secretsmanager/secretVersion:SecretVersion",
    inputs: ({ secret }) => ({ secretId: secret!.id, secretString: "not logged" }),
  },
  {
    type: "aws:ssm/parameter:Parameter",
    inputs: () => ({ name: "/provider/spec", type: "String", value: "one" }),
    change: { value: "two" },
  },
  {
    type: "aws:ecr/repository:Repository",
    inputs: () => ({ forceDelete: true }),
    change: { imageTagMutability: "IMMUTABLE" },
  },
];

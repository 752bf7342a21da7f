/** The longest name that AWS takes for a type. */
export interface NameLimit {
  /** Pulumi type token. */
  readonly type: string;
  /** Property that holds the name. */
  readonly property: string;
  /** Characters. */
  readonly max: number;
}

const limit = (type: string, property: string, max: number): NameLimit => ({ type, property, max });

/** From the services' API references, "Length Constraints" of the member that takes the name. */
export const NAME_LIMITS: readonly NameLimit[] = [
  limit("aws:apigatewayv2/api:Api", "name", 128),
  limit("aws:apigatewayv2/authorizer:Authorizer", "name", 128),
  limit("aws:apigatewayv2/stage:Stage", "name", 128),
  limit("aws:apigatewayv2/vpcLink:VpcLink", "name", 128),
  limit("aws:appautoscaling/policy:Policy", "name", 256),
  limit("aws:athena/workgroup:Workgroup", "name", 128),
  limit("aws:autoscaling/group:Group", "name", 255),
  limit("aws:autoscaling/policy:Policy", "name", 255),
  limit("aws:budgets/budget:Budget", "name", 100),
  limit("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy", "name", 128),
  limit("aws:cloudwatch/compositeAlarm:CompositeAlarm", "alarmName", 255),
  limit("aws:cloudwatch/dashboard:Dashboard", "dashboardName", 255),
  limit("aws:cloudwatch/eventRule:EventRule", "name", 64),
  limit("aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination", "name", 60),
  limit("aws:cloudwatch/logDeliverySource:LogDeliverySource", "name", 60),
  limit("aws:cloudwatch/logGroup:LogGroup", "name", 512),
  limit("aws:cloudwatch/logStream:LogStream", "name", 512),
  limit("aws:cloudwatch/metricAlarm:MetricAlarm", "name", 255),
  limit("aws:dynamodb/table:Table", "name", 255),
  limit("aws:ec2/launchTemplate:LaunchTemplate", "name", 128),
  limit("aws:ec2/securityGroup:SecurityGroup", "name", 255),
  limit("aws:ecr/repository:Repository", "name", 256),
  limit("aws:eks/cluster:Cluster", "name", 100),
  limit("aws:eks/nodeGroup:NodeGroup", "nodeGroupName", 63),
  limit("aws:elasticache/parameterGroup:ParameterGroup", "name", 255),
  limit("aws:elasticache/replicationGroup:ReplicationGroup", "replicationGroupId", 40),
  limit("aws:elasticache/subnetGroup:SubnetGroup", "name", 255),
  limit("aws:elasticache/user:User", "userId", 40),
  limit("aws:emr/cluster:Cluster", "name", 256),
  limit("aws:emr/instanceFleet:InstanceFleet", "name", 256),
  limit("aws:emr/securityConfiguration:SecurityConfiguration", "name", 10_280),
  limit("aws:glue/catalogDatabase:CatalogDatabase", "name", 255),
  limit("aws:glue/catalogTable:CatalogTable", "name", 255),
  limit("aws:iam/instanceProfile:InstanceProfile", "name", 128),
  limit("aws:iam/role:Role", "name", 64),
  limit("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream", "name", 64),
  limit("aws:kinesis/stream:Stream", "name", 128),
  limit("aws:kms/alias:Alias", "name", 256),
  limit("aws:lambda/function:Function", "name", 64),
  limit("aws:lb/loadBalancer:LoadBalancer", "name", 32),
  limit("aws:lb/targetGroup:TargetGroup", "name", 32),
  limit("aws:opensearch/domain:Domain", "domainName", 28),
  limit("aws:redshift/cluster:Cluster", "clusterIdentifier", 63),
  limit("aws:redshift/parameterGroup:ParameterGroup", "name", 255),
  limit("aws:redshift/subnetGroup:SubnetGroup", "name", 255),
  limit("aws:route53/record:Record", "name", 255),
  limit("aws:route53/zone:Zone", "name", 255),
  limit("aws:s3/bucket:Bucket", "bucket", 63),
  limit("aws:s3/bucketMetric:BucketMetric", "name", 64),
  limit("aws:s3/inventory:Inventory", "name", 64),
  limit("aws:sagemaker/endpoint:Endpoint", "name", 63),
  limit("aws:sagemaker/endpointConfiguration:EndpointConfiguration", "name", 63),
  limit("aws:sagemaker/model:Model", "name", 63),
  limit("aws:scheduler/schedule:Schedule", "name", 64),
  limit("aws:secretsmanager/secret:Secret", "name", 512),
  limit("aws:sfn/stateMachine:StateMachine", "name", 80),
  limit("aws:sns/topic:Topic", "name", 256),
  limit("aws:sqs/queue:Queue", "name", 80),
  limit("aws:wafv2/webAcl:WebAcl", "name", 128),
];

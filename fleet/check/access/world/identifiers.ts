import { createHash } from "node:crypto";
import { at, text } from "../../../graph";
import type { Answered, Asked } from "../../../graph";

/** Where an account lies. */
export interface ArnContext {
  readonly partition: string;
  readonly account: string;
  readonly suffix: string;
}

/**
 * ARN by type: service, resource, and what the ARN leaves out. `{property}` is an input, `{id}` an id that AWS gives.
 * Source: docs.aws.amazon.com/service-authorization/latest/reference/, resource types of each service.
 */
type Shape = readonly [service: string, resource: string, without?: "region" | "region and account"];

const SHAPES: Readonly<Record<string, Shape>> = {
  "aws:acm/certificate:Certificate": ["acm", "certificate/{id}"],
  "aws:apigatewayv2/api:Api": ["apigateway", "/apis/{id}"],
  "aws:athena/workgroup:Workgroup": ["athena", "workgroup/{name}"],
  "aws:autoscaling/group:Group": ["autoscaling", "autoScalingGroup:{id}:autoScalingGroupName/{name}"],
  "aws:backup/vault:Vault": ["backup", "backup-vault:{name}"],
  "aws:budgets/budget:Budget": ["budgets", "budget/{name}", "region"],
  "aws:cloudfront/distribution:Distribution": ["cloudfront", "distribution/{id}", "region"],
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": ["cloudwatch", "alarm:{alarmName}"],
  "aws:cloudwatch/eventBus:EventBus": ["events", "event-bus/{name}"],
  "aws:cloudwatch/eventRule:EventRule": ["events", "rule/{name}"],
  "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": ["logs", "delivery-destination:{name}"],
  "aws:cloudwatch/logDeliverySource:LogDeliverySource": ["logs", "delivery-source:{name}"],
  "aws:cloudwatch/logGroup:LogGroup": ["logs", "log-group:{name}"],
  "aws:cloudwatch/logStream:LogStream": ["logs", "log-group:{logGroupName}:log-stream:{name}"],
  "aws:cloudwatch/metricAlarm:MetricAlarm": ["cloudwatch", "alarm:{name}"],
  "aws:dynamodb/table:Table": ["dynamodb", "table/{name}"],
  "aws:ec2/launchTemplate:LaunchTemplate": ["ec2", "launch-template/{id}"],
  "aws:ec2/securityGroup:SecurityGroup": ["ec2", "security-group/{id}"],
  "aws:ec2/vpcEndpoint:VpcEndpoint": ["ec2", "vpc-endpoint/{id}"],
  "aws:ecr/repository:Repository": ["ecr", "repository/{name}"],
  "aws:eks/cluster:Cluster": ["eks", "cluster/{name}"],
  "aws:elasticache/replicationGroup:ReplicationGroup": ["elasticache", "replicationgroup:{replicationGroupId}"],
  "aws:emr/cluster:Cluster": ["elasticmapreduce", "cluster/{id}"],
  "aws:emrserverless/application:Application": ["emr-serverless", "/applications/{id}"],
  "aws:glue/catalogDatabase:CatalogDatabase": ["glue", "database/{name}"],
  "aws:glue/catalogTable:CatalogTable": ["glue", "table/{databaseName}/{name}"],
  "aws:iam/instanceProfile:InstanceProfile": ["iam", "instance-profile/{name}", "region"],
  "aws:iam/policy:Policy": ["iam", "policy/{name}", "region"],
  "aws:iam/role:Role": ["iam", "role/{name}", "region"],
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": ["firehose", "deliverystream/{name}"],
  "aws:kinesis/stream:Stream": ["kinesis", "stream/{name}"],
  "aws:kms/key:Key": ["kms", "key/{id}"],
  "aws:kms/replicaKey:ReplicaKey": ["kms", "key/{id}"],
  "aws:lambda/function:Function": ["lambda", "function:{name}"],
  "aws:msk/cluster:Cluster": ["kafka", "cluster/{clusterName}/{id}"],
  "aws:msk/serverlessCluster:ServerlessCluster": ["kafka", "cluster/{clusterName}/{id}"],
  "aws:opensearch/domain:Domain": ["es", "domain/{domainName}"],
  "aws:redshift/cluster:Cluster": ["redshift", "cluster:{clusterIdentifier}"],
  "aws:redshiftserverless/namespace:Namespace": ["redshift-serverless", "namespace/{id}"],
  "aws:redshiftserverless/workgroup:Workgroup": ["redshift-serverless", "workgroup/{id}"],
  "aws:route53/zone:Zone": ["route53", "hostedzone/{id}", "region and account"],
  "aws:s3/bucket:Bucket": ["s3", "{bucket}", "region and account"],
  "aws:sagemaker/endpoint:Endpoint": ["sagemaker", "endpoint/{name}"],
  "aws:sagemaker/endpointConfiguration:EndpointConfiguration": ["sagemaker", "endpoint-config/{name}"],
  "aws:sagemaker/model:Model": ["sagemaker", "model/{name}"],
  "aws:scheduler/schedule:Schedule": ["scheduler", "schedule/default/{name}"],
  "aws:secretsmanager/secret:Secret": ["secretsmanager", "secret:{name}-AbCdEf"],
  "aws:sfn/stateMachine:StateMachine": ["states", "stateMachine:{name}"],
  "aws:sns/topic:Topic": ["sns", "{name}"],
  "aws:sqs/queue:Queue": ["sqs", "{name}"],
  "aws:ssm/parameter:Parameter": ["ssm", "parameter/{name}"],
  "aws:wafv2/webAcl:WebAcl": ["wafv2", "regional/webacl/{name}/{id}"],
};

/** The ARN that AWS would give a resource; undefined for a type that has none here, or without a name that is known. */
export function arnOf(asked: Asked, { partition, account }: ArnContext): string | undefined {
  const shape = SHAPES[asked.type];
  if (shape === undefined) return undefined;
  const [service, resource, without] = shape;
  const named = filled(resource, asked);
  if (named === undefined) return undefined;
  const region = without === undefined ? asked.region : "";
  return `arn:${partition}:${service}:${region}:${without === "region and account" ? "" : account}:${named}`;
}

function filled(template: string, asked: Asked): string | undefined {
  const valueOf = (property: string): string | undefined =>
    property === "id" ? idOf(asked) : text(asked.inputs, property);
  const properties = Array.from(template.matchAll(/\{(\w+)\}/g), ([, property = ""]) => property);
  if (properties.some((property) => valueOf(property) === undefined)) return undefined;
  const whole = template.replace(/\{(\w+)\}/g, (_, property: string) => valueOf(property) ?? "");
  return whole.replace("parameter//", "parameter/");
}

const PREFIXES: Readonly<Record<string, string>> = {
  "aws:cloudfront/distribution:Distribution": "E",
  "aws:ec2/launchTemplate:LaunchTemplate": "lt-",
  "aws:ec2/securityGroup:SecurityGroup": "sg-",
  "aws:ec2/vpcEndpoint:VpcEndpoint": "vpce-",
  "aws:emr/cluster:Cluster": "j-",
  "aws:route53/zone:Zone": "Z",
};

/** An id of the form that AWS gives, the same for the same resource: not the one that it will get. */
function idOf({ type, urn }: Asked): string {
  const hex = createHash("sha256").update(urn).digest("hex");
  const prefix = PREFIXES[type];
  if (prefix !== undefined) return prefix + (/[a-z]/.test(prefix) ? hex.slice(0, 17) : hex.slice(0, 13).toUpperCase());
  if (type === "aws:apigatewayv2/api:Api") return hex.slice(0, 10);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

/** Types whose Pulumi id is their ARN, and those whose id is the last part of it or a property. */
const ID_IS_ARN = new Set([
  "aws:acm/certificate:Certificate",
  "aws:iam/policy:Policy",
  "aws:kinesis/stream:Stream",
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
  "aws:sfn/stateMachine:StateMachine",
  "aws:sns/topic:Topic",
  "aws:msk/cluster:Cluster",
  "aws:msk/serverlessCluster:ServerlessCluster",
  "aws:secretsmanager/secret:Secret",
]);
const ID_IS_GIVEN = new Set([
  ...Object.keys(PREFIXES),
  "aws:apigatewayv2/api:Api",
  "aws:kms/key:Key",
  "aws:kms/replicaKey:ReplicaKey",
  "aws:emrserverless/application:Application",
]);

/**
 * What a provider would answer, as far as policies name it: ARNs, names and addresses. Ids have the form of AWS's and are
 * the same in every recording; what no policy names stays unknown.
 */
export function answerAt(place: ArnContext): (asked: Asked) => Answered | undefined {
  return (asked) => {
    const arn = arnOf(asked, place);
    if (arn === undefined) return undefined;
    const { account, suffix } = place;
    const name = text(asked.inputs, "name") ?? "";
    const given = idOf(asked);
    const id = ID_IS_ARN.has(asked.type) ? arn : ID_IS_GIVEN.has(asked.type) ? given : (nameOf(asked) ?? given);
    switch (asked.type) {
      case "aws:kms/key:Key":
      case "aws:kms/replicaKey:ReplicaKey":
        return { id, outputs: { arn, keyId: given } };
      case "aws:sqs/queue:Queue": {
        const url = `https://sqs.${asked.region}.${suffix}/${account}/${name}`;
        return { id: url, outputs: { arn, url } };
      }
      case "aws:ecr/repository:Repository":
        return {
          id,
          outputs: { arn, registryId: account, repositoryUrl: `${account}.dkr.ecr.${asked.region}.${suffix}/${name}` },
        };
      case "aws:dynamodb/table:Table":
        return { id, outputs: { arn, streamArn: `${arn}/stream/2026-01-01T00:00:00.000` } };
      case "aws:lambda/function:Function":
        return {
          id,
          outputs: { arn, qualifiedArn: `${arn}:1`, version: "1", invokeArn: invokeArn(asked.region, arn, place) },
        };
      case "aws:apigatewayv2/api:Api":
        return {
          id,
          outputs: {
            arn: `arn:${place.partition}:apigateway:${asked.region}::/apis/${given}`,
            executionArn: `arn:${place.partition}:execute-api:${asked.region}:${account}:${given}`,
          },
        };
      case "aws:route53/zone:Zone":
        return { id: given, outputs: { arn, zoneId: given } };
      case "aws:redshift/cluster:Cluster":
        return {
          id,
          outputs: {
            arn,
            masterPasswordSecretArn: `arn:${place.partition}:secretsmanager:${asked.region}:${account}:secret:redshift!${name === "" ? given : name}-AbCdEf`,
            clusterNamespaceArn: `arn:${place.partition}:redshift:${asked.region}:${account}:namespace:${given}`,
          },
        };
      default:
        return { id, outputs: { arn } };
    }
  };
}

function nameOf({ inputs }: Asked): string | undefined {
  for (const property of ["name", "bucket", "domainName", "clusterIdentifier", "replicationGroupId"]) {
    const found = at(inputs, property);
    if (typeof found === "string") return found;
  }
  return undefined;
}

function invokeArn(region: string, arn: string, { partition }: ArnContext): string {
  return `arn:${partition}:apigateway:${region}:lambda:path/2015-03-31/functions/${arn}/invocations`;
}

/**
 * What a fake AWS answers when a resource is created: the inputs, an id, an ARN, and the computed outputs that
 * programs commonly read. A recorded program can be given other answers (`RecordOptions.outputs`).
 */
export interface FakeResource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

export const FAKE_ACCOUNT = "111122223333";
const FAKE_DOMAIN = "amazonaws.com";

/** The input that becomes the id, by type; other types get `<name>-id`. */
const ID_INPUT: Readonly<Record<string, string>> = {
  "aws:s3/bucket:Bucket": "bucket",
  "aws:dynamodb/table:Table": "name",
  "aws:iam/role:Role": "name",
  "aws:iam/instanceProfile:InstanceProfile": "name",
  "aws:lambda/function:Function": "name",
  "aws:kms/alias:Alias": "name",
  "aws:cloudwatch/logGroup:LogGroup": "name",
  "aws:glue/catalogDatabase:CatalogDatabase": "name",
  "aws:athena/workgroup:Workgroup": "name",
  "aws:autoscaling/group:Group": "name",
};

const nameIn = ({ inputs, name }: FakeResource): string => (typeof inputs["name"] === "string" ? inputs["name"] : name);

type Answer = (resource: FakeResource, id: string, region: string) => Record<string, unknown>;

const list = (name: string, part: string, count = 3): string[] =>
  Array.from({ length: count }, (_, index) => `${name}-${part}-${index + 1}`);

/** Outputs beyond inputs, id and ARN. */
const COMPUTED: Readonly<Record<string, Answer>> = {
  "aws:s3/bucket:Bucket": (_, id, region) => ({
    arn: `arn:aws:s3:::${id}`,
    bucketDomainName: `${id}.s3.${FAKE_DOMAIN}`,
    bucketRegionalDomainName: `${id}.s3.${region}.${FAKE_DOMAIN}`,
    hostedZoneId: "Z3AQBSTGFYJSTF",
  }),
  "aws:sqs/queue:Queue": ({ inputs }, _, region) => {
    const url = `https://sqs.${region}.${FAKE_DOMAIN}/${FAKE_ACCOUNT}/${String(inputs["name"])}`;
    return { id: url, url, arn: `arn:aws:sqs:${region}:${FAKE_ACCOUNT}:${String(inputs["name"])}` };
  },
  "aws:sns/topic:Topic": ({ inputs }, _, region) => {
    const arn = `arn:aws:sns:${region}:${FAKE_ACCOUNT}:${String(inputs["name"])}`;
    return { id: arn, arn };
  },
  "aws:kms/key:Key": ({ name }, _, region) => ({
    keyId: `${name}-key`,
    arn: `arn:aws:kms:${region}:${FAKE_ACCOUNT}:key/${name}-key`,
  }),
  "aws:kms/replicaKey:ReplicaKey": ({ name }, _, region) => ({
    keyId: `${name}-key`,
    arn: `arn:aws:kms:${region}:${FAKE_ACCOUNT}:key/${name}-key`,
  }),
  "aws:iam/role:Role": (resource) => ({ arn: `arn:aws:iam::${FAKE_ACCOUNT}:role/${nameIn(resource)}` }),
  "aws:iam/instanceProfile:InstanceProfile": (resource) => ({
    arn: `arn:aws:iam::${FAKE_ACCOUNT}:instance-profile/${nameIn(resource)}`,
  }),
  "aws:lambda/function:Function": (_, id, region) => {
    const arn = `arn:aws:lambda:${region}:${FAKE_ACCOUNT}:function:${id}`;
    return {
      arn,
      version: "1",
      qualifiedArn: `${arn}:1`,
      invokeArn: `arn:aws:apigateway:${region}:lambda:path/functions/${arn}/invocations`,
    };
  },
  "aws:dynamodb/table:Table": (_, id, region) => {
    const arn = `arn:aws:dynamodb:${region}:${FAKE_ACCOUNT}:table/${id}`;
    return { arn, streamArn: `${arn}/stream/2026-01-01T00:00:00.000` };
  },
  "aws:kinesis/stream:Stream": ({ inputs }, _, region) => ({
    arn: `arn:aws:kinesis:${region}:${FAKE_ACCOUNT}:stream/${String(inputs["name"])}`,
  }),
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": ({ inputs }, _, region) => ({
    arn: `arn:aws:firehose:${region}:${FAKE_ACCOUNT}:deliverystream/${String(inputs["name"])}`,
  }),
  "aws:apigatewayv2/api:Api": (_, id, region) => ({
    apiEndpoint: `https://${id}.execute-api.${region}.${FAKE_DOMAIN}`,
    executionArn: `arn:aws:execute-api:${region}:${FAKE_ACCOUNT}:${id}`,
  }),
  "aws:ec2/launchTemplate:LaunchTemplate": () => ({ latestVersion: 1, defaultVersion: 1 }),
  "aws:ec2/securityGroup:SecurityGroup": ({ name }) => ({ id: `sg-${name}` }),
  "awsx:ec2:Vpc": ({ name }) => ({
    vpcId: `vpc-${name}`,
    vpc: { id: `vpc-${name}`, arn: `arn:aws:ec2:us-east-1:${FAKE_ACCOUNT}:vpc/vpc-${name}` },
    publicSubnetIds: list(name, "public"),
    privateSubnetIds: list(name, "private"),
    isolatedSubnetIds: list(name, "isolated"),
    routeTables: list(name, "rtb").map((id) => ({ id })),
    natGateways: [],
  }),
  "aws:eks/cluster:Cluster": ({ name }, _, region) => ({
    endpoint: `https://${name}.eks.${region}.${FAKE_DOMAIN}`,
    certificateAuthority: { data: "Q0E=" },
    identities: [{ oidcs: [{ issuer: `https://oidc.eks.${region}.${FAKE_DOMAIN}/id/${name}` }] }],
    vpcConfig: { clusterSecurityGroupId: `sg-${name}-cluster`, vpcId: `vpc-${name}` },
  }),
  "aws:eks/nodeGroup:NodeGroup": ({ name }) => ({ resources: [{ autoscalingGroups: [{ name: `eks-${name}` }] }] }),
  "aws:opensearch/domain:Domain": ({ name }, _, region) => ({ endpoint: `${name}.${region}.es.${FAKE_DOMAIN}` }),
  "aws:elasticache/replicationGroup:ReplicationGroup": ({ name }, _, region) => ({
    primaryEndpointAddress: `${name}.cache.${region}.${FAKE_DOMAIN}`,
    readerEndpointAddress: `${name}-ro.cache.${region}.${FAKE_DOMAIN}`,
    configurationEndpointAddress: `clustercfg.${name}.cache.${region}.${FAKE_DOMAIN}`,
  }),
  "aws:redshift/cluster:Cluster": ({ name }, _, region) => ({
    endpoint: `${name}.redshift.${region}.${FAKE_DOMAIN}:5439`,
    dnsName: `${name}.redshift.${region}.${FAKE_DOMAIN}`,
    masterPasswordSecretArn: `arn:aws:secretsmanager:${region}:${FAKE_ACCOUNT}:secret:redshift!${name}`,
  }),
  "aws:redshiftserverless/namespace:Namespace": ({ name }, _, region) => ({
    adminPasswordSecretArn: `arn:aws:secretsmanager:${region}:${FAKE_ACCOUNT}:secret:redshift!${name}`,
  }),
  "aws:ecr/repository:Repository": (resource, _, region) => ({
    repositoryUrl: `${FAKE_ACCOUNT}.dkr.ecr.${region}.${FAKE_DOMAIN}/${nameIn(resource)}`,
  }),
  "aws:route53/zone:Zone": ({ name }) => ({ zoneId: `Z${name}`, nameServers: list(name, "ns", 4) }),
  "aws:cloudfront/distribution:Distribution": ({ name }) => ({
    domainName: `${name}.cloudfront.net`,
    hostedZoneId: "Z2FDTNDATAQYW2",
  }),
};

/** Id and outputs of one created resource. */
export function fakeOutputs(
  resource: FakeResource,
  homeRegion: string,
): { readonly id: string; readonly state: Record<string, unknown> } {
  const { type, name, inputs } = resource;
  const region = typeof inputs["region"] === "string" ? inputs["region"] : homeRegion;
  const chosen = inputs[ID_INPUT[type] ?? ""];
  const id = typeof chosen === "string" ? chosen : `${name}-id`;
  const service = type.split(":")[1]?.split("/")[0] ?? "aws";
  const state: Record<string, unknown> = {
    arn: `arn:aws:${service}:${region}:${FAKE_ACCOUNT}:${name}`,
    name,
    ...inputs,
    region,
    ...COMPUTED[type]?.(resource, id, region),
  };
  return { id: typeof state["id"] === "string" ? state["id"] : id, state };
}

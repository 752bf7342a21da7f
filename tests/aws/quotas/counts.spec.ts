import assert from "node:assert/strict";
import { QUOTA_TABLE, capacities, familyClass, vcpusOf } from "../../../aws/quotas";
import { UNKNOWN } from "../../../aws/value";
import { planOf } from "./plans";
import type { Made } from "./plans";

const VPC: Made = {
  type: "awsx:ec2:Vpc",
  inputs: {
    availabilityZoneNames: ["eu-west-1a", "eu-west-1b"],
    natGateways: { strategy: "OnePerAz" },
    subnetSpecs: [
      { type: "Public", cidrBlocks: ["10.0.0.0/24", "10.0.1.0/24"] },
      { type: "Private", cidrBlocks: ["10.0.2.0/24", "10.0.3.0/24"] },
    ],
  },
};
const GROUP: Made = {
  type: "aws:autoscaling/group:Group",
  inputs: {
    maxSize: 12,
    mixedInstancesPolicy: {
      launchTemplate: { overrides: [{ instanceType: "r7i.8xlarge" }, { instanceType: "r6i.4xlarge" }] },
      instancesDistribution: { onDemandBaseCapacity: 2, onDemandPercentageAboveBaseCapacity: 25 },
    },
  },
};
const group = (type: string, spot = false): Made => ({
  type: "aws:eks/nodeGroup:NodeGroup",
  inputs: {
    scalingConfig: { maxSize: 3 },
    instanceTypes: [type],
    capacityType: spot ? "SPOT" : "ON_DEMAND",
    clusterName: "api",
  },
});
const CLUSTER: Made = {
  type: "aws:emr/cluster:Cluster",
  name: "etl",
  inputs: {
    masterInstanceFleet: {
      targetOnDemandCapacity: 1,
      instanceTypeConfigs: [{ instanceType: "r6i.xlarge", weightedCapacity: 1 }],
    },
    coreInstanceFleet: {
      targetOnDemandCapacity: 8,
      instanceTypeConfigs: [{ instanceType: "r6i.2xlarge", weightedCapacity: 8 }],
    },
  },
};
const scaled = (most: number, onDemand: number): Made => ({
  type: "aws:emr/managedScalingPolicy:ManagedScalingPolicy",
  inputs: { computeLimits: [{ maximumCapacityUnits: most, maximumOndemandCapacityUnits: onDemand }] },
  uses: { clusterId: ["aws:emr/cluster:Cluster etl"] },
});
const TABLE: Made = {
  type: "aws:dynamodb/table:Table",
  inputs: { name: "t", readCapacity: 5, writeCapacity: 6, globalSecondaryIndexes: [{ name: "a" }, { name: "b" }] },
};
const CAPACITY: Made = {
  type: "aws:appautoscaling/target:Target",
  inputs: {
    resourceId: "table/t",
    scalableDimension: "dynamodb:table:WriteCapacityUnits",
    maxCapacity: 900,
    serviceNamespace: "dynamodb",
  },
};
const ELSEWHERE: Made = {
  type: "aws:dynamodb/table:Table",
  name: "global",
  region: "us-east-1",
  inputs: {
    billingMode: "PAY_PER_REQUEST",
    onDemandThroughput: { maxReadRequestUnits: 700, maxWriteRequestUnits: -1 },
    replicas: [{ regionName: "eu-west-1" }],
  },
};
const CACHE: Made = {
  type: "aws:elasticache/replicationGroup:ReplicationGroup",
  inputs: { numNodeGroups: 2, replicasPerNodeGroup: 2, securityGroupIds: ["a", "b"] },
};
const WAREHOUSE: Made = {
  type: "aws:redshift/cluster:Cluster",
  inputs: { numberOfNodes: 3, nodeType: "ra3.4xlarge", manageMasterPassword: true },
};
const DOMAIN: Made = {
  type: "aws:opensearch/domain:Domain",
  inputs: { clusterConfig: { instanceCount: 6, dedicatedMasterCount: 3, warmCount: 2 } },
};
const CONFIGURATION: Made = {
  type: "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
  inputs: {
    productionVariants: [
      { variantName: "champion", instanceType: "ml.c5.2xlarge", initialInstanceCount: 4 },
      { variantName: "challenger", instanceType: "ml.weird.xlarge", initialInstanceCount: 2 },
    ],
  },
};
const TARGET: Made = {
  type: "aws:appautoscaling/target:Target",
  inputs: { resourceId: "endpoint/e/variant/champion", maxCapacity: 20, serviceNamespace: "sagemaker" },
};
const rule = (type: string, name: string): Made => ({
  type,
  name,
  uses: { securityGroupId: ["aws:ec2/securityGroup:SecurityGroup cache"] },
});
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const endpoint = (name: string, vpcEndpointType: string): Made => ({
  type: "aws:ec2/vpcEndpoint:VpcEndpoint",
  name,
  inputs: { vpcEndpointType, securityGroupIds: ["a", "b", "c"] },
  uses: { vpcId: ["awsx:ec2:Vpc made"] },
});
const service = (type: string): Made => ({ type: "kubernetes:core/v1:Service", inputs: { spec: { type } } });
const lambda = (inputs: Made["inputs"]): Made => ({
  type: "aws:lambda/function:Function",
  ...(inputs === undefined ? {} : { inputs }),
});
const stream = (inputs: Made["inputs"] = {}): Made => ({ type: "aws:kinesis/stream:Stream", inputs });
const plain = (type: string, inputs: Made["inputs"] = {}): Made => ({ type, inputs });
const two = (type: string): readonly Made[] => [plain(type), { type, name: "other" }];

/** For each quota, what is made and the most that one thing needs. */
const CASES: Readonly<Record<string, readonly [made: readonly Made[], amount: number]>> = {
  "vpc-vpcs": [[VPC, plain("aws:ec2/vpc:Vpc")], 2],
  "vpc-subnets": [[VPC], 4],
  "vpc-route-tables": [[VPC], 5],
  "vpc-internet-gateways": [[VPC], 1],
  "vpc-nat-gateways": [[VPC], 1],
  "ec2-elastic-ips": [[VPC, plain("aws:ec2/eip:Eip")], 3],
  "vpc-interface-endpoints": [
    [endpoint("kms", "Interface"), endpoint("sqs", "Interface"), endpoint("s3", "Gateway")],
    2,
  ],
  "vpc-gateway-endpoints": [[endpoint("kms", "Interface"), endpoint("s3", "Gateway")], 1],
  "vpc-security-groups": [[VPC, ...two("aws:ec2/securityGroup:SecurityGroup"), plain("aws:eks/cluster:Cluster")], 4],
  "vpc-rules-per-group": [[rule(INGRESS, "a"), rule(INGRESS, "b"), rule(EGRESS, "c")], 2],
  "vpc-groups-per-interface": [[endpoint("kms", "Interface"), CACHE], 3],
  "elb-network-load-balancers": [[service("LoadBalancer"), service("ClusterIP")], 1],
  // 2 + 25 % of 10, of 32 vCPUs each, and 3 nodes of 4.
  "ec2-standard-vcpus": [[GROUP, group("m6i.xlarge")], 5 * 32 + 3 * 4],
  "ec2-standard-spot-vcpus": [[GROUP, group("m6i.xlarge", true)], 7 * 32 + 3 * 4],
  "ec2-x-vcpus": [[group("x2idn.16xlarge"), group("m6i.xlarge")], 3 * 64],
  "ec2-x-spot-vcpus": [[group("x2idn.16xlarge", true)], 3 * 64],
  "ec2-g-vcpus": [[group("g5.xlarge")], 12],
  "ec2-g-spot-vcpus": [[group("vt1.3xlarge", true)], 36],
  "ec2-other-vcpus": [[group("p4d.24xlarge")], 3 * 96],
  "ec2-other-spot-vcpus": [[group("inf2.xlarge", true)], 12],
  "ec2-launch-templates": [two("aws:ec2/launchTemplate:LaunchTemplate"), 2],
  "autoscaling-groups": [[GROUP, group("m6i.xlarge")], 2],
  "application-autoscaling-sagemaker": [[TARGET, CAPACITY], 1],
  "eks-clusters": [two("aws:eks/cluster:Cluster"), 2],
  "eks-node-groups": [[group("m6i.xlarge"), group("m5.xlarge")], 2],
  "eks-nodes": [[group("m6i.xlarge")], 3],
  "emr-clusters": [[CLUSTER], 1],
  "emr-instances": [[CLUSTER, scaled(64, 16)], 6],
  "lambda-concurrency": [
    [lambda({ reservedConcurrentExecutions: 5 }), lambda({ reservedConcurrentExecutions: 7 })],
    112,
  ],
  "ecr-repositories": [two("aws:ecr/repository:Repository"), 2],
  "kinesis-shards": [[stream({ shardCount: 29 }), stream({ streamModeDetails: { streamMode: "ON_DEMAND" } })], 29],
  "kinesis-on-demand-streams": [
    [stream({ shardCount: 29 }), stream({ streamModeDetails: { streamMode: "ON_DEMAND" } })],
    1,
  ],
  "firehose-delivery-streams": [two("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"), 2],
  "sns-topics": [two("aws:sns/topic:Topic"), 2],
  "events-rules": [two("aws:cloudwatch/eventRule:EventRule"), 2],
  "scheduler-schedules": [two("aws:scheduler/schedule:Schedule"), 2],
  "states-machines": [two("aws:sfn/stateMachine:StateMachine"), 2],
  "s3-buckets": [two("aws:s3/bucket:Bucket"), 2],
  "dynamodb-tables": [[TABLE, ELSEWHERE], 2],
  "dynamodb-table-read": [[TABLE, ELSEWHERE], 700],
  "dynamodb-table-write": [[TABLE, CAPACITY, ELSEWHERE], 900],
  "dynamodb-account-read": [[TABLE, ELSEWHERE], 5],
  "dynamodb-account-write": [[TABLE, CAPACITY], 900],
  "dynamodb-indexes": [[TABLE], 2],
  "elasticache-nodes": [[CACHE, plain(CACHE.type, { numCacheClusters: 3 })], 9],
  "elasticache-nodes-per-cluster": [[CACHE, plain(CACHE.type, { numCacheClusters: 3 })], 6],
  "elasticache-parameter-groups": [two("aws:elasticache/parameterGroup:ParameterGroup"), 2],
  "elasticache-subnet-groups": [two("aws:elasticache/subnetGroup:SubnetGroup"), 2],
  "elasticache-users": [two("aws:elasticache/user:User"), 2],
  "redshift-nodes": [[WAREHOUSE, plain(WAREHOUSE.type)], 4],
  "redshift-ra3-nodes-per-cluster": [
    [WAREHOUSE, plain(WAREHOUSE.type, { numberOfNodes: 9, nodeType: "dc2.large" })],
    3,
  ],
  "redshift-snapshots": [[WAREHOUSE, plain(WAREHOUSE.type, { skipFinalSnapshot: true })], 1],
  "redshift-subnet-groups": [two("aws:redshift/subnetGroup:SubnetGroup"), 2],
  "redshift-parameter-groups": [two("aws:redshift/parameterGroup:ParameterGroup"), 2],
  "opensearch-domains": [[DOMAIN], 1],
  "opensearch-instances-per-domain": [[DOMAIN], 11],
  "glue-databases": [two("aws:glue/catalogDatabase:CatalogDatabase"), 2],
  "glue-tables-per-database": [
    ["a", "a", "b"].map((databaseName) => plain("aws:glue/catalogTable:CatalogTable", { databaseName })),
    2,
  ],
  "glue-tables": [two("aws:glue/catalogTable:CatalogTable"), 2],
  "athena-workgroups": [two("aws:athena/workgroup:Workgroup"), 2],
  "sagemaker-endpoint-ml.c5.2xlarge": [[CONFIGURATION, TARGET], 20],
  "sagemaker-endpoint-other-types": [[CONFIGURATION, TARGET], 4],
  "sagemaker-endpoint-instances": [[CONFIGURATION, TARGET], 24],
  "sagemaker-instances-per-endpoint": [[CONFIGURATION, TARGET], 24],
  "iam-roles": [two("aws:iam/role:Role"), 2],
  "iam-instance-profiles": [two("aws:iam/instanceProfile:InstanceProfile"), 2],
  "iam-policies": [two("aws:iam/policy:Policy"), 2],
  "iam-managed-policies-per-role": [
    ["r", "r", "s"].map((role) => plain("aws:iam/rolePolicyAttachment:RolePolicyAttachment", { role })),
    2,
  ],
  "iam-trust-policy-length": [[plain("aws:iam/role:Role", { assumeRolePolicy: '{ "a": 1 }\n' })], 7],
  "iam-inline-policies-per-role": [
    ["x y", "z"].map((policy) => plain("aws:iam/rolePolicy:RolePolicy", { role: "r", policy })),
    3,
  ],
  "iam-managed-policy-size": [[plain("aws:iam/policy:Policy", { policy: "12 34" })], 4],
  "kms-keys": [[plain("aws:kms/key:Key"), plain("aws:kms/replicaKey:ReplicaKey")], 2],
  "kms-aliases-per-key": [
    ["a", "b"].map((name) => ({ type: "aws:kms/alias:Alias", name, uses: { targetKeyId: ["aws:kms/key:Key k"] } })),
    2,
  ],
  "secretsmanager-secrets": [[plain("aws:secretsmanager/secret:Secret"), WAREHOUSE, plain(WAREHOUSE.type)], 2],
  "acm-certificates": [two("aws:acm/certificate:Certificate"), 2],
  "acm-names-per-certificate": [[plain("aws:acm/certificate:Certificate", { subjectAlternativeNames: ["b", "c"] })], 3],
  "route53-zones": [two("aws:route53/zone:Zone"), 2],
  "route53-records-per-zone": [["z", "z", "y"].map((zoneId) => plain("aws:route53/record:Record", { zoneId })), 2],
  "route53-health-checks": [two("aws:route53/healthCheck:HealthCheck"), 2],
  "cloudfront-distributions": [two("aws:cloudfront/distribution:Distribution"), 2],
  "cloudfront-names-per-distribution": [
    [plain("aws:cloudfront/distribution:Distribution", { aliases: ["a", "b"] })],
    2,
  ],
  "cloudfront-origins-per-distribution": [
    [plain("aws:cloudfront/distribution:Distribution", { origins: [{}, {}, {}] })],
    3,
  ],
  "cloudfront-response-headers-policies": [two("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy"), 2],
  "wafv2-cloudfront-web-acls": [
    ["CLOUDFRONT", "REGIONAL"].map((scope) => plain("aws:wafv2/webAcl:WebAcl", { scope })),
    1,
  ],
  "wafv2-regional-web-acls": [
    ["CLOUDFRONT", "REGIONAL"].map((scope) => plain("aws:wafv2/webAcl:WebAcl", { scope })),
    1,
  ],
  "apigateway-regional-apis": [two("aws:apigatewayv2/api:Api"), 2],
  "apigateway-throttle-rate": [
    [20, 30].map((throttlingRateLimit) =>
      plain("aws:apigatewayv2/stage:Stage", { defaultRouteSettings: { throttlingRateLimit } }),
    ),
    50,
  ],
  "apigateway-domain-names": [two("aws:apigatewayv2/domainName:DomainName"), 2],
  "apigateway-mappings-per-domain": [
    ["a", "a", "b"].map((domainName) => plain("aws:apigatewayv2/apiMapping:ApiMapping", { domainName })),
    2,
  ],
  "apigateway-routes-per-api": [["a", "a", "b"].map((apiId) => plain("aws:apigatewayv2/route:Route", { apiId })), 2],
  "apigateway-stages-per-api": [["a", "a", "b"].map((apiId) => plain("aws:apigatewayv2/stage:Stage", { apiId })), 2],
  "cloudwatch-alarms": [
    [plain("aws:cloudwatch/metricAlarm:MetricAlarm"), plain("aws:cloudwatch/compositeAlarm:CompositeAlarm")],
    2,
  ],
  "logs-groups": [two("aws:cloudwatch/logGroup:LogGroup"), 2],
  "logs-resource-policies": [two("aws:cloudwatch/logResourcePolicy:LogResourcePolicy"), 2],
};

describe("what a plan needs of a quota", () => {
  for (const quota of QUOTA_TABLE) {
    // Endpoint types differ in nothing but their name.
    if (quota.name.endsWith(" for endpoint usage") && CASES[quota.id] === undefined) continue;
    it(`is counted, and nothing of an empty plan: ${quota.id}`, () => {
      const [made, amount] = CASES[quota.id] ?? assert.fail(`no case for ${quota.id}`);
      const place = quota.scope === "account" ? "" : "eu-west-1";
      const counts = quota.count(planOf(made, place));
      assert.equal(Math.max(...counts.map((one) => one.amount)), amount);
      assert.deepEqual(
        quota.count(planOf([], place)).filter((one) => one.amount > 0),
        [],
      );
    });
  }

  it("has no case for a quota that is gone", () => {
    const known = new Set(QUOTA_TABLE.map(({ id }) => id));
    assert.deepEqual(
      Object.keys(CASES).filter((id) => !known.has(id)),
      [],
    );
  });

  it("is at least what is known, and says whose part only AWS knows", () => {
    const quota = QUOTA_TABLE.find(({ id }) => id === "kinesis-shards");
    const plan = planOf([
      stream({ shardCount: 4 }),
      { type: "aws:kinesis/stream:Stream", name: "late", inputs: { shardCount: UNKNOWN } },
    ]);
    assert.deepEqual(quota?.count(plan), [{ amount: 4, uncounted: ["late"] }]);
  });

  it("leaves out what stands in another region, but for replicas of tables", () => {
    const elsewhere = { type: "aws:sns/topic:Topic", region: "us-east-1" };
    const topics = QUOTA_TABLE.find(({ id }) => id === "sns-topics");
    assert.deepEqual(topics?.count(planOf([elsewhere])), [{ amount: 0, uncounted: [] }]);
    const tables = QUOTA_TABLE.find(({ id }) => id === "dynamodb-tables");
    assert.equal(tables?.count(planOf([ELSEWHERE]))[0]?.amount, 1);
    assert.equal(tables.count(planOf([ELSEWHERE], "us-west-2"))[0]?.amount, 0);
  });
});

describe("capacity on EC2", () => {
  it("knows the vCPUs of a size, and does not guess others", () => {
    const sizes = [
      "c6g.medium",
      "t3.medium",
      "m5.large",
      "r6i.xlarge",
      "r7i.8xlarge",
      "x2idn.32xlarge",
      "c7i.metal-24xl",
      "m5.metal",
    ];
    assert.deepEqual(sizes.map(vcpusOf), [1, 2, 2, 4, 32, 128, 96, undefined]);
  });

  it("counts memory-optimised R and Z with the standard families, X by itself", () => {
    const types = [
      "r7i.large",
      "z1d.large",
      "i4i.large",
      "im4gn.large",
      "x2idn.xlarge",
      "g6.xlarge",
      "gr6.xlarge",
      "vt1.xlarge",
      "trn1.xlarge",
      "u-6tb1.metal",
      "dl1.xlarge",
    ];
    const classes = [
      "standard",
      "standard",
      "standard",
      "standard",
      "x",
      "g-vt",
      "g-vt",
      "g-vt",
      "other",
      "other",
      "other",
    ];
    assert.deepEqual(types.map(familyClass), classes);
  });

  it("is on demand for a group without a mixed policy, by the type of its launch template", () => {
    const made: readonly Made[] = [
      {
        type: "aws:autoscaling/group:Group",
        inputs: { maxSize: 2 },
        uses: { launchTemplate: ["aws:ec2/launchTemplate:LaunchTemplate t"] },
      },
      { type: "aws:ec2/launchTemplate:LaunchTemplate", name: "t", inputs: { instanceType: "m5.large" } },
    ];
    assert.deepEqual(capacities(planOf(made)), [
      { resource: "made", market: "on-demand", instances: 2, types: [{ type: "m5.large", instances: 2 }] },
    ]);
  });

  it("is EKS's own type where a node group names none", () => {
    const [first] = capacities(
      planOf([{ type: "aws:eks/nodeGroup:NodeGroup", inputs: { scalingConfig: { maxSize: 1 } } }]),
    );
    assert.deepEqual(first?.types, [{ type: "t3.medium", instances: 1 }]);
  });

  it("is what managed scaling allows an EMR cluster, else what its fleets and groups ask for", () => {
    const shown = (made: readonly Made[]): readonly unknown[] =>
      capacities(planOf(made)).map(({ resource, market, instances }) => `${resource}: ${instances} ${market}`);
    assert.deepEqual(shown([CLUSTER, scaled(64, 16)]), [
      "etl primary: 1 on-demand",
      "etl workers: 2 on-demand",
      "etl workers: 6 spot",
    ]);
    const task: Made = {
      type: "aws:emr/instanceFleet:InstanceFleet",
      inputs: { targetSpotCapacity: 24, instanceTypeConfigs: [{ instanceType: "r6g.2xlarge", weightedCapacity: 8 }] },
      uses: { clusterId: ["aws:emr/cluster:Cluster etl"] },
    };
    assert.deepEqual(shown([CLUSTER, task]), [
      "etl primary: 1 on-demand",
      "etl workers: 1 on-demand",
      "etl workers: 3 spot",
    ]);
    const groups = {
      masterInstanceGroup: { instanceType: "m5.xlarge" },
      coreInstanceGroup: { instanceType: "m5.xlarge", instanceCount: 4, bidPrice: "0.1" },
    };
    assert.deepEqual(shown([{ ...CLUSTER, inputs: groups }]), ["etl primary: 1 on-demand", "etl core: 4 spot"]);
  });

  it("says which types it could not count", () => {
    const quota = QUOTA_TABLE.find(({ id }) => id === "ec2-standard-vcpus");
    assert.deepEqual(quota?.count(planOf([group("m5.metal")])), [{ amount: 0, uncounted: ["m5.metal"] }]);
  });
});

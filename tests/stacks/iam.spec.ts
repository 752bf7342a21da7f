import assert from "node:assert/strict";
import { findTopology, loadTopology } from "../../regions/topology/load";
import { recordFleet, type Standing } from "./recorded";

interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: unknown;
  readonly Action?: string | readonly string[];
  readonly NotAction?: unknown;
  readonly NotPrincipal?: unknown;
  readonly NotResource?: unknown;
  readonly Resource?: string | readonly string[];
}

interface Written extends Statement {
  /** Stack, type and name of the resource, and the property. */
  readonly where: string;
  readonly type: string;
}

const reference = (service: string): string =>
  `https://docs.aws.amazon.com/service-authorization/latest/reference/list_${service}.html`;
const LOG_DELIVERY = "https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html";

/** Every action that is allowed on all resources, and where AWS says that it knows none. */
const WITHOUT_RESOURCE: Readonly<Record<string, string>> = {
  "cloudwatch:PutMetricData": reference("amazoncloudwatch"),
  "ec2:DescribeDhcpOptions": reference("amazonec2"),
  "ec2:DescribeNetworkInterfaces": reference("amazonec2"),
  "ec2:DescribeSecurityGroups": reference("amazonec2"),
  "ec2:DescribeSubnets": reference("amazonec2"),
  "ec2:DescribeVpcAttribute": reference("amazonec2"),
  "ec2:DescribeVpcs": reference("amazonec2"),
  "ecr:GetAuthorizationToken": reference("amazonelasticcontainerregistry"),
  "logs:CreateLogDelivery": LOG_DELIVERY,
  "logs:DeleteLogDelivery": LOG_DELIVERY,
  "logs:DescribeLogGroups": LOG_DELIVERY,
  "logs:DescribeResourcePolicies": LOG_DELIVERY,
  "logs:GetLogDelivery": LOG_DELIVERY,
  "logs:ListLogDeliveries": LOG_DELIVERY,
  "logs:PutResourcePolicy": LOG_DELIVERY,
  "logs:UpdateLogDelivery": LOG_DELIVERY,
  "redshift-data:CancelStatement": reference("amazonredshiftdataapi"),
  "redshift-data:DescribeStatement": reference("amazonredshiftdataapi"),
  "redshift-data:GetStatementResult": reference("amazonredshiftdataapi"),
  "xray:GetSamplingRules": reference("awsx-ray"),
  "xray:GetSamplingTargets": reference("awsx-ray"),
  "xray:PutTelemetryRecords": reference("awsx-ray"),
  "xray:PutTraceSegments": reference("awsx-ray"),
};

/** Key policies, in which `*` is the key itself: docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html */
const KEYS = ["aws:kms/key:Key", "aws:kms/replicaKey:ReplicaKey"];

/** AWS's own policies that roles carry, since the service asks for just these; AWS words them, wildcards included. */
const MANAGED: Readonly<Record<string, string>> = {
  AmazonEC2ContainerRegistryPullOnly: "https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html",
  AmazonEKSClusterPolicy: "https://docs.aws.amazon.com/eks/latest/userguide/cluster-iam-role.html",
  AmazonEKSWorkerNodeMinimalPolicy: "https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html",
  AmazonEKS_CNI_Policy: "https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html",
  "service-role/AmazonEMRServicePolicy_v2": "https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-iam-role.html",
};

const all = (value: string | readonly string[] | undefined): readonly string[] => [value ?? []].flat();

/** Statements of every policy document among the inputs, at any depth. */
function written(resource: Standing): readonly Written[] {
  const found: Written[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value === "string") {
      if (!value.startsWith("{") || !value.includes('"Statement"')) return;
      const { Statement } = JSON.parse(value) as { readonly Statement: Statement | readonly Statement[] };
      const where = `${resource.stack} ${resource.type} ${resource.name} ${path}`;
      found.push(...[Statement].flat().map((one) => ({ ...one, where, type: resource.type })));
    } else if (typeof value === "object" && value !== null) {
      for (const [key, part] of Object.entries(value)) visit(part, path === "" ? key : `${path}.${key}`);
    }
  };
  visit(resource.inputs, "");
  return found;
}

/** A resource that takes in everything of a service: `*`, or an ARN whose last part is `*` and nothing else. */
const isAll = (resource: string): boolean => resource.split(":").slice(5).join(":") === "*" || resource === "*";

describe("what the fleets allow", function () {
  const resources: Standing[] = [];
  const allows: Written[] = [];

  before(async () => {
    for (const environment of ["local", "dev", "prod"]) {
      resources.push(...(await recordFleet(loadTopology(findTopology(environment)))));
    }
    allows.push(...resources.flatMap(written).filter(({ Effect }) => Effect === "Allow"));
  });

  it("stands in documents of roles, buckets, keys, queues, topics, logs and search", () => {
    assert.deepEqual([...new Set(allows.map(({ type }) => type))].sort(), [
      "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
      "aws:iam/role:Role",
      "aws:iam/rolePolicy:RolePolicy",
      "aws:kms/key:Key",
      "aws:kms/replicaKey:ReplicaKey",
      "aws:opensearch/domain:Domain",
      "aws:s3/bucketPolicy:BucketPolicy",
      "aws:sns/topicPolicy:TopicPolicy",
      "aws:sqs/queuePolicy:QueuePolicy",
    ]);
    assert.ok(allows.length > 500, `${allows.length} statements`);
  });

  it("names every action in full: no wildcard, nothing by exception", () => {
    const wild = allows.filter(
      ({ Action, NotAction, NotPrincipal, NotResource }) =>
        all(Action).length === 0 ||
        all(Action).some((action) => /[*?]/.test(action)) ||
        NotAction !== undefined ||
        NotPrincipal !== undefined ||
        NotResource !== undefined,
    );
    assert.deepEqual(
      wild.map(({ where, Sid }) => `${where}: ${Sid ?? ""}`),
      [],
    );
  });

  it("names resources, except for the actions for which AWS knows none", () => {
    const wide = allows.filter(({ type, Resource }) => !KEYS.includes(type) && all(Resource).some(isAll));
    const wrong = wide.flatMap(({ where, Action }) =>
      all(Action)
        .filter((action) => WITHOUT_RESOURCE[action] === undefined)
        .map((action) => `${where}: ${action}`),
    );
    assert.deepEqual(wrong, []);
    const used = new Set(wide.flatMap(({ Action }) => all(Action)));
    assert.deepEqual([...used].sort(), Object.keys(WITHOUT_RESOURCE).sort(), "the list has what is used, and no more");
  });

  it("is for named principals", () => {
    const everyone = allows.filter(({ Principal }) => JSON.stringify(Principal ?? "").includes('"*"'));
    assert.deepEqual(
      everyone.map(({ where, Sid }) => `${where}: ${Sid ?? ""}`),
      [],
    );
  });

  it("is written here, but for AWS's own policies that EKS and EMR ask for", () => {
    const attached = resources.filter(({ type }) => type === "aws:iam/rolePolicyAttachment:RolePolicyAttachment");
    const names = attached.map(({ inputs }) =>
      String(inputs["policyArn"]).replace(/^arn:[a-z-]+:iam::aws:policy\//, ""),
    );
    assert.deepEqual([...new Set(names)].sort(), Object.keys(MANAGED).sort());
    const inline = resources.filter(({ inputs }) => inputs["managedPolicyArns"] !== undefined);
    assert.deepEqual(inline, []);
  });
});

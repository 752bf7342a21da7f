import assert from "node:assert/strict";
import { subnetRows } from "../../../fleet/preflight/addresses";
import type { SubnetRow } from "../../../fleet/preflight";
import { planOf } from "../../aws/quotas/plans";
import type { Made } from "../../aws/quotas/plans";

const VPC: Made = {
  type: "awsx:ec2:Vpc",
  inputs: {
    availabilityZoneNames: ["eu-west-1a", "eu-west-1b"],
    natGateways: { strategy: "Single" },
    subnetSpecs: [
      { type: "Public", cidrBlocks: ["10.0.0.0/28", "10.0.0.16/28"] },
      { type: "Private", cidrBlocks: ["10.0.1.0/24", "10.0.2.0/24"] },
      { type: "Isolated", cidrBlocks: ["10.0.3.0/28", "nonsense"] },
    ],
  },
};

/** What takes addresses, and how many in one subnet. */
const TAKERS: readonly (readonly [tier: string, made: Made, more: readonly Made[], addresses: number])[] = [
  ["private", { type: "aws:ec2/vpcEndpoint:VpcEndpoint", inputs: { vpcEndpointType: "Interface" } }, [], 1],
  ["private", { type: "aws:eks/cluster:Cluster" }, [], 6],
  [
    "private",
    {
      type: "aws:eks/nodeGroup:NodeGroup",
      inputs: { scalingConfig: { maxSize: 3 }, instanceTypes: ["m5.large", "m6i.xlarge"] },
    },
    [],
    (3 + 2) * 4 * 15,
  ],
  // Of a size that is not in the table: the most that any has.
  [
    "private",
    { type: "aws:eks/nodeGroup:NodeGroup", inputs: { scalingConfig: { maxSize: 1 }, instanceTypes: ["m5.metal"] } },
    [],
    3 * 15 * 50,
  ],
  ["private", { type: "kubernetes:core/v1:Service", inputs: { spec: { type: "LoadBalancer" } } }, [], 8],
  ["private", { type: "aws:autoscaling/group:Group", inputs: { maxSize: 12 } }, [], 12],
  [
    "private",
    {
      type: "aws:emr/cluster:Cluster",
      name: "etl",
      inputs: {
        masterInstanceGroup: { instanceType: "m5.xlarge" },
        coreInstanceGroup: { instanceType: "m5.xlarge", instanceCount: 4 },
      },
    },
    // A group of the same region is not the cluster's.
    [{ type: "aws:autoscaling/group:Group", name: "other", inputs: { maxSize: 0 } }],
    5,
  ],
  [
    "private",
    { type: "aws:emrserverless/application:Application", inputs: { maximumCapacity: { cpu: "10 vCPU" } } },
    [],
    3,
  ],
  ["isolated", { type: "aws:elasticache/cluster:Cluster", inputs: { numCacheNodes: 4 } }, [], 4],
  [
    "private",
    {
      type: "aws:sagemaker/endpointConfiguration:EndpointConfiguration",
      inputs: {
        productionVariants: [
          { variantName: "a", initialInstanceCount: 2 },
          { variantName: "b", initialInstanceCount: 3 },
        ],
      },
    },
    [{ type: "aws:appautoscaling/target:Target", inputs: { resourceId: "endpoint/e/variant/a", maxCapacity: 10 } }],
    10 + 2 * 3,
  ],
  [
    "private",
    { type: "aws:opensearch/domain:Domain", inputs: { clusterConfig: { instanceCount: 3, dedicatedMasterCount: 3 } } },
    [],
    3 * 6,
  ],
  [
    "private",
    {
      type: "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
      inputs: { opensearchConfiguration: { vpcConfig: {} } },
    },
    [],
    1,
  ],
  [
    "isolated",
    {
      type: "aws:elasticache/replicationGroup:ReplicationGroup",
      inputs: { numNodeGroups: 2, replicasPerNodeGroup: 1 },
    },
    [],
    4,
  ],
  ["isolated", { type: "aws:redshift/cluster:Cluster", inputs: { numberOfNodes: 3 } }, [], 4],
];

function rowsOf(made: readonly Made[]): readonly SubnetRow[] {
  const plan = planOf([VPC, ...made]);
  return subnetRows({ regions: ["eu-west-1"], region: () => plan, account: plan });
}

describe("addresses of a subnet", () => {
  it("are those of its block without the five that AWS keeps, and none of a block that is none", () => {
    assert.deepEqual(
      rowsOf([]).map(({ zone, tier, usable, need, fits }) => [zone, tier, usable, need, fits]),
      [
        ["eu-west-1a", "public", 11, 1, true],
        ["eu-west-1b", "public", 11, 0, true],
        ["eu-west-1a", "private", 251, 0, true],
        ["eu-west-1b", "private", 251, 0, true],
        ["eu-west-1a", "isolated", 11, 0, true],
        ["eu-west-1b", "isolated", 0, 0, true],
      ],
    );
  });

  for (const [tier, made, more, addresses] of TAKERS)
    it(`are taken in the ${tier} tier of every zone: ${addresses} by ${made.type}`, () => {
      const rows = rowsOf([made, ...more]);
      assert.deepEqual(
        rows.filter((row) => row.tier === tier).map(({ need }) => need),
        [addresses, addresses],
      );
      const others = rows.filter((row) => row.tier !== tier);
      assert.deepEqual(
        others.map(({ need }) => need).filter((need) => need > 1),
        [],
      );
    });

  it("are too few when all takers together want more, the greatest first", () => {
    const nodes = { type: "aws:autoscaling/group:Group", inputs: { maxSize: 250 } };
    const one = { type: "aws:ec2/vpcEndpoint:VpcEndpoint", inputs: { vpcEndpointType: "Interface" } };
    const [row] = rowsOf([one, nodes]).filter(({ tier }) => tier === "private");
    assert.deepEqual([row?.need, row?.fits], [251, true]);
    const [full] = rowsOf([one, { ...one, name: "two" }, nodes]).filter(({ tier }) => tier === "private");
    assert.deepEqual([full?.need, full?.fits], [252, false]);
    assert.deepEqual(full?.by, [
      { resource: "autoscaling Group", addresses: 250 },
      { resource: "ec2 VpcEndpoint", addresses: 2 },
    ]);
  });
});

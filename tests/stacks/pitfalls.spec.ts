import assert from "node:assert/strict";
import {
  at,
  buildFleetGraph,
  isSet,
  list,
  text,
  type FleetGraph,
  type GraphNode,
  type StackGraph,
} from "../../fleet/graph";
import { findTopology, loadTopology } from "../../regions/topology/load";

const named = ({ stack, type, name }: GraphNode): string => `${stack} ${type} ${name}`;
const ROLE = "aws:iam/role:Role";
const POLICIES = ["aws:iam/rolePolicy:RolePolicy", "aws:iam/rolePolicyAttachment:RolePolicyAttachment"];

/** What stands between a role and its use, and needs no permission of the role itself. */
const NEEDS_NONE = [
  ...POLICIES,
  // Holds the role for a machine, which waits for the policies itself.
  "aws:iam/instanceProfile:InstanceProfile",
  // Name the role as somebody who may do something.
  "aws:eks/accessEntry:AccessEntry",
  "aws:opensearch/domain:Domain",
  "aws:opensearch/domainPolicy:DomainPolicy",
  "aws:kms/grant:Grant",
];

describe("what others ran into", function () {
  const fleets: FleetGraph[] = [];
  before(async () => {
    for (const environment of ["local", "dev", "prod"]) {
      fleets.push(await buildFleetGraph(loadTopology(findTopology(environment))));
    }
  });
  const stacks = (): readonly StackGraph[] => fleets.flatMap((fleet) => fleet.stacks);
  const of = (...types: readonly string[]): readonly GraphNode[] => fleets.flatMap((fleet) => fleet.of(...types));

  it("a resource by a default provider, in a region that nobody named: there is none", () => {
    const wrong = stacks().flatMap(({ nodes }) =>
      nodes.filter(({ custom, provider, type }) => custom && provider === "" && !type.startsWith("pulumi:")),
    );
    assert.deepEqual(wrong.map(named), []);
  });

  it("more than one process of the AWS provider a stack: there is one", () => {
    for (const stack of stacks()) assert.equal(stack.of("pulumi:providers:aws").length, 1, stack.stack);
  });

  it("a role used before its policies have spread: whatever takes a role waits for them", () => {
    const early = stacks().flatMap((stack) => {
      const policies = stack.of(...POLICIES);
      return stack.of(ROLE).flatMap((role) => {
        const own = policies.filter(({ uses }) => uses["role"]?.includes(role.urn) === true).map(({ urn }) => urn);
        const users = stack.nodes.filter(
          ({ custom, type, uses }) =>
            custom && !NEEDS_NONE.includes(type) && Object.values(uses).some((urns) => urns.includes(role.urn)),
        );
        return users.filter(({ dependencies }) => own.some((policy) => !dependencies.includes(policy))).map(named);
      });
    });
    assert.deepEqual([...new Set(early)].sort(), []);
  });

  it("a table's replica in a second state, or replicas in a changing order: the foundation owns all, sorted", () => {
    assert.deepEqual(of("aws:dynamodb/tableReplica:TableReplica").map(named), []);
    for (const table of of("aws:dynamodb/table:Table")) {
      assert.match(table.stack, /\.foundation$/);
      const replicas = list(table.inputs, "replicas");
      const regions = replicas.map((_, index) => text(table.inputs, `replicas.${index}.regionName`) ?? "");
      assert.deepEqual(regions, [...regions].sort(), table.name);
      assert.equal(at(table.inputs, "billingMode"), "PAY_PER_REQUEST");
      assert.equal(at(table.inputs, "pointInTimeRecovery.enabled"), true);
      replicas.forEach((_, index) => {
        assert.equal(at(table.inputs, `replicas.${index}.pointInTimeRecovery`), true);
        assert.ok(isSet(at(table.inputs, `replicas.${index}.kmsKeyArn`)), `${table.name} ${regions[index] ?? ""}`);
      });
    }
  });

  it("two-way replication as a cycle of stacks: the mesh alone replicates", () => {
    const replications = of("aws:s3/bucketReplicationConfig:BucketReplicationConfig");
    assert.ok(replications.length > 0);
    assert.deepEqual(replications.filter(({ stack }) => !stack.endsWith(".mesh")).map(named), []);
  });

  it("shards that do not go with a stream's mode: on demand there are none", () => {
    for (const stream of of("aws:kinesis/stream:Stream")) {
      const provisioned = at(stream.inputs, "streamModeDetails.streamMode") === "PROVISIONED";
      assert.equal(isSet(at(stream.inputs, "shardCount")), provisioned, named(stream));
    }
  });

  it("a public warehouse for Firehose's sake: none delivers there", () => {
    const wrong = of("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream").filter(
      ({ inputs }) => at(inputs, "destination") === "redshift" || isSet(at(inputs, "redshiftConfiguration")),
    );
    assert.deepEqual(wrong.map(named), []);
  });

  it("groups that EMR keeps alive by rules of its own: ours, which give them up", () => {
    for (const cluster of of("aws:emr/cluster:Cluster")) {
      for (const group of [
        "emrManagedMasterSecurityGroup",
        "emrManagedSlaveSecurityGroup",
        "serviceAccessSecurityGroup",
      ]) {
        assert.ok(isSet(at(cluster.inputs, `ec2Attributes.${group}`)), `${named(cluster)} ${group}`);
      }
    }
    const theirs = of("aws:ec2/securityGroup:SecurityGroup").filter(({ urn }) => urn.includes("meridian:etl:"));
    assert.ok(theirs.length > 0);
    assert.deepEqual(theirs.filter(({ inputs }) => at(inputs, "revokeRulesOnDelete") !== true).map(named), []);
  });

  it("subnets whose blocks are worked out anew: each VPC is told its own", () => {
    const networks = of("awsx:ec2:Vpc");
    assert.ok(networks.length > 0);
    for (const { inputs, name } of networks) {
      const specs = list(inputs, "subnetSpecs");
      assert.ok(
        specs.length > 0 && specs.every((_, index) => list(inputs, `subnetSpecs.${index}.cidrBlocks`).length > 0),
        name,
      );
    }
  });
});

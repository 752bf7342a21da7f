import assert from "node:assert/strict";
import { buildFleetGraph, list, show, text } from "../../fleet/graph";
import type { FleetGraph, GraphNode } from "../../fleet/graph";
import { lossesOf, plannedSteps, varied } from "./planned";
import type { PlannedStep } from "./planned";

/** The last region of prod.yaml: a new one is written after it. */
const LAST = "  - { name: ap-northeast-1, zone: apac, share: 13 }";

/** How many of each kind of step, e.g. `update aws:dynamodb/table:Table x 4`, sorted. */
function kinds(steps: readonly PlannedStep[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { op, node } of steps) counts.set(`${op} ${node.type}`, (counts.get(`${op} ${node.type}`) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${kind} x ${count}`).sort();
}

const told = ({ stack, op, node, paths }: PlannedStep): string =>
  `${stack} ${op} ${node.type} ${node.name} (${paths.join(", ")})`;

/** Each replica of a table as one line, whatever its place in the list. */
function replicasOf(table: GraphNode | undefined): readonly string[] {
  return list(table?.inputs, "replicas").map((replica) => show(replica));
}

describe("adding a region to prod.yaml", function () {
  let prod: FleetGraph;

  before(async () => {
    prod = await buildFleetGraph(varied("prod"));
  });

  /** The plan after some lines were written below the last region, or lines were changed. */
  async function planWith(added: string, ...changes: readonly (readonly [string, string])[]): Promise<PlannedStep[]> {
    const topology = varied("prod", ...changes, [LAST, `${LAST}\n${added}`]);
    return [...plannedSteps(prod, await buildFleetGraph(topology))];
  }

  /** What holds of every new region: its own stack is made, and nothing anywhere is replaced, deleted or lost. */
  function assertAdds(steps: readonly PlannedStep[], ...regions: readonly string[]): void {
    const gone = steps.filter(({ op }) => op === "replace" || op === "delete");
    assert.deepEqual(gone.map(told), []);
    assert.deepEqual(lossesOf(steps), []);
    for (const region of regions) {
      const own = steps.filter(({ stack }) => stack === `prod.${region}`);
      assert.ok(own.length > 250, String(own.length));
      assert.ok(own.every(({ op }) => op === "create"));
    }
  }

  const of = (steps: readonly PlannedStep[], stack: string): readonly string[] =>
    kinds(steps.filter((step) => step.stack === `prod.${stack}`));

  const stacksOf = (steps: readonly PlannedStep[]): readonly string[] =>
    [...new Set(steps.map(({ stack }) => stack))].sort();

  for (const [region, zone] of [
    ["ca-central-1", "us"],
    ["eu-north-1", "eu"],
    ["ap-south-1", "apac"],
  ] as const) {
    it(`makes ${region} (${zone}), its replicas and its records, and touches no other region`, async () => {
      const steps = await planWith(`  - { name: ${region}, zone: ${zone}, share: 0 }`);
      assertAdds(steps, region);
      assert.deepEqual(stacksOf(steps), [`prod.${region}`, "prod.foundation", "prod.mesh"].sort());
      assert.deepEqual(of(steps, "foundation"), [
        "create aws:budgets/budget:Budget x 1",
        "create aws:kms/alias:Alias x 2",
        "create aws:kms/key:Key x 1",
        "create aws:kms/replicaKey:ReplicaKey x 1",
        "update aws:dynamodb/table:Table x 5",
        "update aws:ecr/replicationConfiguration:ReplicationConfiguration x 1",
      ]);
      // Updates are of what lists regions in one document: rules, the roles that follow them, origins, the fleet's page.
      assert.deepEqual(of(steps, "mesh"), [
        // Of each of three buckets, its copies in both peers, and both peers' copies in it.
        "create aws:cloudwatch/metricAlarm:MetricAlarm x 12",
        "create aws:iam/role:Role x 3",
        "create aws:iam/rolePolicy:RolePolicy x 3",
        "create aws:redshift/snapshotCopy:SnapshotCopy x 1",
        "create aws:redshift/snapshotCopyGrant:SnapshotCopyGrant x 1",
        "create aws:route53/healthCheck:HealthCheck x 1",
        "create aws:route53/record:Record x 2",
        "create aws:s3/bucketReplicationConfig:BucketReplicationConfig x 3",
        "update aws:cloudwatch/dashboard:Dashboard x 1",
        "update aws:iam/rolePolicy:RolePolicy x 6",
        "update aws:s3/bucketReplicationConfig:BucketReplicationConfig x 6",
      ]);
    });
  }

  it("changes tables by their replicas alone: those that stand keep their keys and settings", async () => {
    const steps = await planWith("  - { name: ca-central-1, zone: us, share: 0 }");
    const tables = steps.filter(({ node }) => node.type === "aws:dynamodb/table:Table");
    assert.equal(tables.length, 5);
    for (const { node, paths } of tables) {
      assert.ok(paths.every((path) => path.startsWith("replicas[")));
      const [was, now] = [replicasOf(prod.get(node.urn)), replicasOf(node)];
      assert.equal(now.length, was.length + 1);
      assert.deepEqual(
        was.filter((replica) => !now.includes(replica)),
        [],
      );
    }
  });

  it("makes a zone of its own with tables, salt and names of its own, and touches no other zone", async () => {
    const steps = await planWith(
      "  - { name: ap-south-1, zone: in, share: 0 }\n  - { name: ap-south-2, zone: in, share: 0 }",
    );
    assertAdds(steps, "ap-south-1", "ap-south-2");
    assert.deepEqual(stacksOf(steps), ["prod.ap-south-1", "prod.ap-south-2", "prod.foundation", "prod.mesh"]);
    assert.deepEqual(of(steps, "foundation"), [
      "create aws:budgets/budget:Budget x 2",
      "create aws:dynamodb/table:Table x 4",
      "create aws:kms/alias:Alias x 4",
      "create aws:kms/key:Key x 3",
      "create aws:kms/replicaKey:ReplicaKey x 1",
      // The flags, which every region reads, and images.
      "update aws:dynamodb/table:Table x 1",
      "update aws:ecr/replicationConfiguration:ReplicationConfiguration x 1",
    ]);
    const joined = steps.filter(({ stack, op }) => stack === "prod.mesh" && op !== "create");
    assert.deepEqual(kinds(joined), ["update aws:cloudwatch/dashboard:Dashboard x 1"]);
  });

  it("takes traffic from a neighbour in place: capacities of the zone follow, other zones stay as they are", async () => {
    const steps = await planWith("  - { name: ca-central-1, zone: us, share: 5 }", [
      "  - { name: us-west-2, zone: us, share: 15 }",
      "  - { name: us-west-2, zone: us, share: 10 }",
    ]);
    assertAdds(steps, "ca-central-1");
    assert.deepEqual(
      stacksOf(steps),
      ["foundation", "mesh", "ca-central-1", "us-east-1", "us-west-2"].map((stack) => `prod.${stack}`).sort(),
    );
    const sized = steps.filter(({ stack }) => stack === "prod.us-east-1" || stack === "prod.us-west-2");
    assert.ok(sized.length > 0);
    assert.ok(sized.every(({ op }) => op === "update"));
  });

  it("gives every region a little less when a share is added on top, and replaces nothing for it", async () => {
    const steps = await planWith("  - { name: eu-north-1, zone: eu, share: 5 }");
    assertAdds(steps, "eu-north-1");
  });
});

describe("where a warehouse's snapshots are copied", () => {
  const pairs = async (added: string): Promise<readonly string[]> => {
    const graph = await buildFleetGraph(varied("prod", [LAST, `${LAST}${added}`]));
    return graph
      .of("aws:redshift/snapshotCopy:SnapshotCopy")
      .map(({ name, inputs }) => `${name.replace("copy-snapshots-", "")} -> ${text(inputs, "destinationRegion") ?? ""}`)
      .sort();
  };

  it("is the zone's primary, and its standby for the primary's own: a region more moves no copy", async () => {
    const two = await pairs("");
    assert.deepEqual(two, [
      "ap-northeast-1 -> ap-southeast-1",
      "ap-southeast-1 -> ap-northeast-1",
      "eu-central-1 -> eu-west-1",
      "eu-west-1 -> eu-central-1",
      "us-east-1 -> us-west-2",
      "us-west-2 -> us-east-1",
    ]);
    const three = await pairs("\n  - { name: ca-central-1, zone: us, share: 0 }");
    assert.deepEqual(three, [
      "ap-northeast-1 -> ap-southeast-1",
      "ap-southeast-1 -> ap-northeast-1",
      "ca-central-1 -> us-east-1",
      ...two.slice(2),
    ]);
  });
});

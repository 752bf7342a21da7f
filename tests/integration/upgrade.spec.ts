import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { LocalWorkspace, type Deployment } from "@pulumi/pulumi/automation";
import { openEnvironment } from "../../cli/kit/environment";
import { ensureStacks, planFleet, workspaceOptions, type StackResult } from "../../fleet/drive";
import { paths, stopBackground } from "../../local/toolchain";
import { stopEmulator } from "../../local/emulator";
import { waves } from "../../fleet/waves";

/**
 * The state of the local fleet as commit 3aa54ec made it, by stack; long texts (bundles, user data) are replaced by
 * their digests.
 */
const STATE = join(__dirname, "..", "fixtures", "upgrade", "local-3aa54ec.json.gz");

/**
 * What is named by the content of a program, and so made anew whenever a program changes: the objects in the artifacts
 * bucket and, since a bootstrap action cannot be changed, the ETL's cluster with what belongs to it.
 */
const BY_CONTENT = [
  "etl-programs",
  "intake-program",
  "training-program",
  "etl aws:emr/cluster:Cluster",
  "etl aws:emr/managedScalingPolicy:ManagedScalingPolicy",
  "etl-task aws:emr/instanceFleet:InstanceFleet",
];

/** What later versions have and that one had not. */
const ADDED = [
  // EMR's primary node reports to its service.
  "etl-primary-out-to-service aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  // The warehouse reads the catalogue from subnets without a way out.
  "network-glue aws:ec2/vpcEndpoint:VpcEndpoint",
];

/** Before the recommendation API, in every region: the whole component is new. */
const isAdded = (name: string, type: string): boolean =>
  ADDED.includes(`${name} ${type}`) || name === "api-edge" || name.startsWith("api-edge-");

describe("a fleet made by an earlier version", () => {
  const home = mkdtempSync(join(tmpdir(), "meridian-upgrade-"));
  const before = process.env["MERIDIAN_HOME"];
  after(async () => {
    await stopBackground(paths());
    await stopEmulator(paths());
    if (before === undefined) delete process.env["MERIDIAN_HOME"];
    else process.env["MERIDIAN_HOME"] = before;
    rmSync(home, { recursive: true, force: true });
  });

  it("is taken over: nothing is renamed, moved or lost", async () => {
    process.env["MERIDIAN_HOME"] = home;
    const { topology, fleet } = await openEnvironment("local");
    const states = JSON.parse(gunzipSync(readFileSync(STATE)).toString()) as Record<string, Deployment>;
    await ensureStacks(waves(topology).flat(), fleet.settings);
    const workspace = await LocalWorkspace.create(await workspaceOptions(fleet.settings));
    for (const [stack, state] of Object.entries(states)) await workspace.importStack(stack, state);

    const plan = await planFleet(topology, { ...fleet, onProgress: () => undefined });
    assert.deepEqual(
      plan.flatMap(({ errors }) => errors),
      [],
    );
    assert.deepEqual(plan.flatMap(unexpected), []);
    assert.ok(plan.every(({ counts }) => counts.same + counts.update > 0));
  });
});

/** Steps that a change of names would cause. */
function unexpected({ stack, steps }: StackResult): string[] {
  return steps
    .filter(({ op, name, type }) => op !== "update" && !(op === "create" && isAdded(name, type)))
    .filter(
      ({ op, name, type }) => op !== "replace" || ![name, `${name} ${type}`].some((one) => BY_CONTENT.includes(one)),
    )
    .map(({ op, type, name }) => `${stack}: ${op} ${type} ${name}`);
}

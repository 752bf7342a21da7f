import assert from "node:assert/strict";
import { validateInput } from "../../../aws/models";
import { ETL_TAG, type EtlRunner, type TransientEtlArgs } from "../../../components/etl/contract";
import { TransientEtl } from "../../../components/etl/transient";
import { models } from "../../aws/published";
import { assertEveryChildIsOwned, record, type Recording } from "../../kit/recorder";
import { assertRefused } from "../../kit/refusals";
import { assertTaken } from "../../kit/taken";
import { ARGS } from "./args";

const make = (args: Partial<TransientEtlArgs> = {}): Promise<Recording<TransientEtl>> =>
  record(({ opts }) => new TransientEtl("etl", { ...ARGS, ...args }, opts));

interface Request {
  readonly ServiceRole: string;
  readonly JobFlowRole: string;
  readonly SecurityConfiguration: string;
  readonly AutoTerminationPolicy: unknown;
  readonly ManagedScalingPolicy: unknown;
  readonly Tags: unknown;
  readonly Instances: { readonly KeepJobFlowAliveWhenNoSteps: boolean; readonly InstanceFleets: readonly object[] };
}

async function requestOf(args: Partial<TransientEtlArgs> = {}): Promise<Request> {
  let found: unknown;
  const { result } = await make(args);
  const runner: EtlRunner = result.runner;
  assert.ok(runner.kind === "transient");
  await new Promise<void>((resolve) =>
    runner.request.apply((request) => {
      found = request;
      resolve();
    }),
  );
  return found as Request;
}

describe("TransientEtl", () => {
  it("keeps what a cluster is made of, and no cluster", async () => {
    const recording = await make();
    assertEveryChildIsOwned(recording);
    const types = new Set(recording.resources.map(({ type }) => type));
    assert.ok(types.has("aws:emr/securityConfiguration:SecurityConfiguration"));
    assert.deepEqual(
      [...types].filter((type) => type.startsWith("aws:emr/")),
      ["aws:emr/securityConfiguration:SecurityConfiguration"],
    );
    assert.equal(recording.all("aws:ec2/securityGroup:SecurityGroup").length, 3);
    assert.equal(recording.all("aws:s3/bucketObjectv2:BucketObjectv2").length, 2);
    assertTaken(recording);
  });

  it("asks for a cluster as AWS's model has it, and as Step Functions wants it", async () => {
    const request = await requestOf();
    assert.deepEqual(validateInput(models.service("emr"), "RunJobFlow", { Name: "etl", ...request }), []);
    assert.equal("Steps" in request || "Name" in request, false);
    assert.equal(request.Instances.KeepJobFlowAliveWhenNoSteps, true);
    assert.equal(request.SecurityConfiguration, "meridian-test-us-east-1-etl");
  });

  it("scales within the planned limits, core on demand and tasks on spot, and ends what was forgotten", async () => {
    const { ManagedScalingPolicy, Instances, AutoTerminationPolicy } = await requestOf();
    assert.deepEqual(ManagedScalingPolicy, {
      ComputeLimits: {
        UnitType: "InstanceFleetUnits",
        MinimumCapacityUnits: 8,
        MaximumCapacityUnits: 64,
        MaximumOnDemandCapacityUnits: 16,
        MaximumCoreCapacityUnits: 16,
      },
    });
    const [primary, core, task] = Instances.InstanceFleets as Record<string, unknown>[];
    assert.deepEqual(
      [primary, core, task].map((fleet) => [
        fleet?.["InstanceFleetType"],
        fleet?.["TargetOnDemandCapacity"],
        fleet?.["TargetSpotCapacity"],
      ]),
      [
        ["MASTER", 1, undefined],
        ["CORE", 8, undefined],
        ["TASK", undefined, 1],
      ],
    );
    assert.match(JSON.stringify(task), /SWITCH_TO_ON_DEMAND/);
    assert.deepEqual(AutoTerminationPolicy, { IdleTimeout: 900 });
    assert.deepEqual((await requestOf({ forgottenSeconds: 3600 })).AutoTerminationPolicy, { IdleTimeout: 3600 });
  });

  it("marks each cluster as the platform's, and as one that EMR's managed policy may touch", async () => {
    const { Tags } = await requestOf();
    assert.deepEqual(Tags, [
      { Key: "for-use-with-amazon-emr-managed-policies", Value: "true" },
      { Key: ETL_TAG, Value: "meridian-test-us-east-1-etl" },
    ]);
  });

  it("refuses all bad arguments at once", async () => {
    await assertRefused(
      ({ opts }) =>
        new TransientEtl("etl", { ...ARGS, releaseLabel: "5.36", instanceTypes: [], forgottenSeconds: 59 }, opts),
      ["releaseLabel", "instanceTypes", "forgottenSeconds"],
    );
  });
});

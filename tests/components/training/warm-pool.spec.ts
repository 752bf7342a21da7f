import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { Training, type TrainingArgs } from "../../../components/training/training";
import { statements, tooWide } from "../../kit/builders";
import { assertEveryChildIsOwned, record } from "../../kit/recorder";
import { assertRefused } from "../../kit/refusals";
import { ARGS } from "./args";

const WARM: TrainingArgs = {
  ...ARGS,
  instanceTypes: ["r7g.2xlarge"],
  onDemandPercentAboveBase: 100,
  warmPool: { minInstances: 3 },
};
const make = (args: TrainingArgs) => record(({ opts }) => new Training("training", args, opts));
const GROUP = "aws:autoscaling/group:Group";
const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";

async function scriptOf(args: TrainingArgs): Promise<string> {
  const { inputs } = (await make(args)).only(TEMPLATE);
  return Buffer.from(String(inputs["userData"]), "base64").toString();
}

describe("Training's warm pool", () => {
  it("is not there unless asked for", async () => {
    const recording = await make(ARGS);
    const { inputs } = recording.only(GROUP);
    for (const name of ["warmPool", "initialLifecycleHooks", "launchTemplate", "instanceRefresh"])
      assert.equal(inputs[name], undefined, name);
    assert.equal(recording.only(TEMPLATE).inputs["instanceType"], undefined);
    assert.doesNotMatch(await scriptOf(ARGS), /meridian-ready/);
  });

  it("adds no resource: it is the group's own", async () => {
    const recording = await make(WARM);
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), (await make(ARGS)).snapshot());
  });

  it("holds stopped instances of one type, made anew when the program changes", async () => {
    const recording = await make(WARM);
    const { inputs } = recording.only(GROUP);
    assert.deepEqual(inputs["warmPool"], { poolState: "Stopped", minSize: 3 });
    assert.deepEqual([inputs["minSize"], inputs["desiredCapacity"]], [0, 0]);
    assert.equal(inputs["mixedInstancesPolicy"], undefined);
    assert.equal((inputs["instanceRefresh"] as { strategy: string }).strategy, "Rolling");
    assert.equal(recording.only(TEMPLATE).inputs["instanceType"], "r7g.2xlarge");
  });

  it("neither stops nor uses an instance before it is ready", async () => {
    const hooksOf = async (args: TrainingArgs): Promise<unknown> =>
      (await make(args)).only(GROUP).inputs["initialLifecycleHooks"];
    const hook = {
      name: "ready",
      lifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
      defaultResult: "ABANDON",
    };
    assert.deepEqual(await hooksOf(WARM), [{ ...hook, heartbeatTimeout: 900 }]);
    assert.deepEqual(await hooksOf({ ...WARM, warmPool: { minInstances: 1, bootSeconds: 1200 } }), [
      { ...hook, heartbeatTimeout: 1200 },
    ]);
  });

  it("starts workers at each boot that is for work, and none on the way into the pool", async () => {
    const script = await scriptOf(WARM);
    assert.equal(spawnSync("bash", ["-n"], { input: script }).status, 0);
    const ready = /<<'READY'\n([\s\S]*?)\nREADY\n/.exec(script)?.[1] ?? "";
    assert.equal(spawnSync("bash", ["-n"], { input: ready }).status, 0);
    assert.ok(ready.indexOf("complete-lifecycle-action") < ready.indexOf('[ "$target" = InService ] || exit 0'));
    assert.ok(ready.indexOf("= InService ]") < ready.indexOf("systemctl start --no-block"));
    assert.doesNotMatch(script, /systemctl enable --now "meridian-training@/);
    assert.match(script, /systemctl enable --now meridian-ready\.service/);
  });

  it("lets an instance speak for its own group only", async () => {
    const { inputs } = (await make(WARM)).only("aws:iam/rolePolicy:RolePolicy");
    assert.deepEqual(tooWide(inputs["policy"]), []);
    const said = statements(inputs["policy"]).find(({ Sid }) => Sid === "SayReady");
    assert.deepEqual(said?.Resource, [
      "arn:aws:autoscaling:us-east-1:111122223333:autoScalingGroup:*:autoScalingGroupName/meridian-test-us-east-1-training",
    ]);
  });

  it("is refused beside what AWS puts into no warm pool", async () => {
    await assertRefused(
      ({ opts }) => new Training("training", { ...ARGS, warmPool: { minInstances: 13, bootSeconds: 10 } }, opts),
      ["warmPool.minInstances", "warmPool.bootSeconds", "instanceTypes", "onDemandPercentAboveBase"],
    );
  });
});

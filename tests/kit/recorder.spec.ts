import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { assertEveryChildIsOwned, record } from "./recorder";

class Thing extends pulumi.ComponentResource {
  constructor(name: string, opts: pulumi.ComponentResourceOptions) {
    super("test:kit:Thing", name, {}, opts);
    const bucket = new aws.s3.Bucket(name, { bucket: "b" }, { parent: this, protect: true, retainOnDelete: true });
    bucket.arn.apply((arn) => new aws.sqs.Queue(`${name}-late`, { name: "q", policy: arn }, { parent: this }));
    this.registerOutputs({ bucket: bucket.bucket });
  }
}

describe("the recorder", () => {
  it("shows every resource with its options, also those made late in an apply", async () => {
    const recording = await record(({ opts }) => new Thing("x", opts));
    assert.deepEqual(recording.snapshot(), [
      "aws:s3/bucket:Bucket x < x | protect | retain",
      "aws:sqs/queue:Queue x-late < x",
      "test:kit:Thing x < (stack)",
    ]);
    assertEveryChildIsOwned(recording);
    assert.equal(recording.only("aws:sqs/queue:Queue").inputs["policy"], "arn:aws:s3:::b");
    assert.deepEqual(recording.only("test:kit:Thing").outputs, { bucket: "b" });
    assert.equal(recording.children(recording.only("test:kit:Thing")).length, 2);
  });

  it("finds a child without a parent, and one that would use a default provider", async () => {
    const recording = await record(({ opts }) => {
      new Thing("x", opts);
      new aws.sqs.Queue("lost", {});
    });
    assert.throws(() => {
      assertEveryChildIsOwned(recording);
    }, /lost.*no explicit provider/s);
    assert.ok(recording.snapshot().includes("aws:sqs/queue:Queue lost < (stack) | no provider"));
  });

  it("finds a component that registers no outputs", async () => {
    const recording = await record(({ opts }) => new pulumi.ComponentResource("test:kit:Silent", "s", {}, opts));
    assert.throws(() => {
      assertEveryChildIsOwned(recording);
    }, /registers no outputs/);
  });

  it("refuses a call that the test did not announce, and answers one that it did", async () => {
    const program = ({ aws: provider }: { aws: aws.Provider }): pulumi.Output<string> =>
      aws.ssm.getParameterOutput({ name: "/ami" }, { provider }).value;
    await assert.rejects(record(program), /did not announce/);
    const recording = await record(program, { invokes: { "aws:ssm/getParameter:getParameter": { value: "ami-1" } } });
    assert.deepEqual(
      recording.invokes.map(({ token }) => token),
      ["aws:ssm/getParameter:getParameter"],
    );
    assertEveryChildIsOwned(recording, 0);
  });

  it("fails when an assertion inside an un-awaited apply fails", async () => {
    await assert.rejects(
      record(({ opts, aws: provider }) => {
        new Thing("x", opts);
        new aws.sqs.Queue("q", {}, { provider }).arn.apply(() => assert.fail("inside"));
      }),
      /inside/,
    );
  });

  it("tells secret inputs apart", async () => {
    const recording = await record(
      ({ aws: provider }) =>
        new aws.ssm.Parameter("p", { type: "SecureString", value: pulumi.secret("s") }, { provider }),
    );
    assert.deepEqual(recording.only("aws:ssm/parameter:Parameter").secretInputs, ["value"]);
    assert.equal(recording.only("aws:ssm/parameter:Parameter").inputs["value"], "s");
  });
});

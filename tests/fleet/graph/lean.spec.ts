import assert from "node:assert/strict";
import { createRequire } from "node:module";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { UNKNOWN, recordStack, type GraphNode } from "../../../fleet/graph";
import { waves } from "../../../fleet/waves";
import { formatStackName } from "../../../regions/names";
import { findTopology, loadTopology } from "../../../regions/topology/load";
import { stackProgram } from "../../../stacks/program";

const rpc = createRequire(__filename)("@pulumi/pulumi/runtime/rpc") as { readonly transferProperties: unknown };
const SETTINGS = { project: "meridian", stack: "local.test" };

/** Everything of a recording but the order, which is a matter of timing in the engine as well. */
function unordered(nodes: readonly GraphNode[]): readonly unknown[] {
  return [...nodes]
    .sort((a, b) => (a.urn < b.urn ? -1 : 1))
    .map((node) => ({
      ...node,
      dependencies: [...node.dependencies].sort(),
      uses: Object.fromEntries(Object.entries(node.uses).map(([name, urns]) => [name, [...urns].sort()])),
    }));
}

const SWITCH = "MERIDIAN_PATCH_LAZY_PROPERTIES";

/** The result of a recording while the switch of the patch has a value. */
async function withSwitch<T>(value: string, record: () => Promise<T>): Promise<T> {
  process.env[SWITCH] = value;
  try {
    return await record();
  } finally {
    Reflect.deleteProperty(process.env, SWITCH);
  }
}

describe("a lean recording", () => {
  it("has the same resources, inputs and links as one with all that the runtime does", async () => {
    const topology = loadTopology(findTopology("local"));
    for (const [name] of waves(topology)) {
      assert.ok(name);
      const settings = { project: "meridian", stack: formatStackName(name) };
      const program = (): (() => Promise<unknown>) => stackProgram(topology, name, { deleteData: false });
      const lean = await recordStack(program(), settings);
      const whole = await recordStack(program(), { ...settings, traces: true });
      assert.ok(lean.length > 20);
      assert.deepEqual(unordered(lean), unordered(whole));
      const switched = await withSwitch("off", () => recordStack(program(), settings));
      assert.deepEqual(unordered(switched), unordered(lean));
    }
  });

  it("gives a property when it is read before, and when it is read after the resource is registered", async () => {
    const nodes = await recordStack(async () => {
      const provider = new aws.Provider("home", { region: "eu-west-1" });
      const opts = { provider };
      const first = new aws.s3.Bucket("first", { bucket: "named" }, opts);
      new aws.s3.BucketAcl("early", { bucket: first.bucket, acl: "private" }, opts);
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.ok(pulumi.Output.isInstance(first.bucket));
      assert.equal(first.bucket, first.bucket);
      new aws.s3.BucketAcl("late", { bucket: first.bucket, acl: "private" }, opts);
      new aws.s3.BucketAcl("unknown", { bucket: first.arn, acl: "private" }, opts);
    }, SETTINGS);
    const bucketOf = (name: string): unknown => nodes.find((node) => node.name === name)?.inputs["bucket"];
    assert.deepEqual(["early", "late", "unknown"].map(bucketOf), ["named", "named", UNKNOWN]);
    for (const name of ["early", "late", "unknown"]) {
      assert.deepEqual(nodes.find((node) => node.name === name)?.uses["bucket"]?.length, 1);
    }
  });

  it("keeps a property that a component sets itself", async () => {
    await recordStack(async () => {
      const provider = new aws.Provider("home", { region: "eu-west-1" });
      const bucket = new aws.s3.Bucket("own", {}, { provider }) as { arn: pulumi.Output<string> };
      bucket.arn = pulumi.output("mine");
      assert.equal(await new Promise((resolve) => bucket.arn.apply(resolve)), "mine");
    }, SETTINGS);
  });

  it("tells what failed, with the place in the program", async () => {
    const failing = (): Promise<unknown> => Promise.reject(new Error("no such thing"));
    await assert.rejects(recordStack(failing, SETTINGS), (error: Error) => {
      assert.match(error.message, /no such thing/);
      assert.match(error.stack ?? "", /lean\.spec/);
      return true;
    });
    const later = async (): Promise<unknown> => {
      await Promise.resolve();
      const provider = new aws.Provider("home", { region: "eu-west-1" });
      new aws.s3.Bucket("own", { bucket: "named" }, { provider }).bucket.apply(() => {
        throw new Error("wrong name");
      });
      return {};
    };
    await assert.rejects(recordStack(later, SETTINGS), /wrong name/);
  });

  it("refuses two resources of one URN, as the engine does", async () => {
    const twice = (): Promise<void> => {
      for (const bucket of ["a", "b"]) new aws.s3.Bucket("one", { bucket });
      return Promise.resolve();
    };
    await assert.rejects(recordStack(twice, { project: "p", stack: "s" }), /duplicate resource URN .*Bucket::one/);
  });

  it("replaces the runtime's function while it records, unless the switch is off", async () => {
    const { transferProperties: own } = rpc;
    const seen: boolean[] = [];
    const look = (): Promise<void> => {
      seen.push(rpc.transferProperties === own);
      return Promise.resolve();
    };
    await recordStack(look, SETTINGS);
    await withSwitch("off", () => recordStack(look, SETTINGS));
    assert.deepEqual(seen, [false, true]);
    assert.equal(rpc.transferProperties, own);
  });

  it("leaves the runtime as it was", async () => {
    const format = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
    const { stackTraceLimit } = Error;
    await recordStack(() => Promise.resolve({}), SETTINGS);
    assert.deepEqual(Object.getOwnPropertyDescriptor(Error, "prepareStackTrace"), format);
    assert.equal(Error.stackTraceLimit, stackTraceLimit);
    assert.match(new Error("here").stack ?? "", /lean\.spec/);
  });
});

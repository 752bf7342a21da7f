import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { AwsProvider } from "../../../local/provider/aws/provider";
import { asText, DEFAULTS_KEY, UNKNOWN_SENTINEL, type Props } from "../../../local/provider/values";
import { create, NOWHERE, provider, SEED, urnOf } from "./aws";

const QUEUE = "aws:sqs/queue:Queue";
const ROLE = "aws:iam/role:Role";

const check = (one: AwsProvider, type: string, news: Props, olds: Props = {}): ReturnType<AwsProvider["check"]> =>
  one.check({ urn: urnOf(type, "thing"), olds, news, seed: SEED });

describe("checking inputs", () => {
  it("names a resource after itself and the engine's seed, the same for the same seed", () => {
    const one = check(provider(), QUEUE, {}).inputs["name"];
    assert.match(asText(one) ?? "", /^thing-[0-9a-f]{7}$/);
    assert.equal(check(provider(), QUEUE, {}).inputs["name"], one);
    const { inputs } = provider().check({ urn: urnOf(QUEUE, "thing"), olds: {}, news: {}, seed: Buffer.from("other") });
    assert.notEqual(inputs["name"], one);
  });

  it("keeps an automatic name from one update to the next", () => {
    assert.equal(check(provider(), QUEUE, {}, { name: "thing-0000000" }).inputs["name"], "thing-0000000");
  });

  it("refuses an automatic name that AWS would find too long, instead of cutting it", () => {
    const urn = urnOf("aws:lb/loadBalancer:LoadBalancer", "a-name-that-is-rather-long-already");
    assert.throws(() => provider().check({ urn, olds: {}, news: {}, seed: SEED }), /want at most 32 characters/);
  });

  it("fills in AWS's defaults and says which values it filled in", () => {
    const { inputs } = check(provider(), QUEUE, { name: "q", delaySeconds: 5 });
    assert.equal(inputs["delaySeconds"], 5);
    assert.equal(inputs["visibilityTimeoutSeconds"], 30);
    const filled = inputs[DEFAULTS_KEY];
    assert.ok(Array.isArray(filled) && filled.includes("visibilityTimeoutSeconds") && !filled.includes("delaySeconds"));
  });

  it("refuses a property that the type does not have and one that it lacks, both at once", () => {
    const { failures } = check(provider(), ROLE, { asumeRolePolicy: "{}" });
    assert.deepEqual(
      failures.map(({ property }) => property),
      ["assumeRolePolicy", "asumeRolePolicy"],
    );
  });

  it("names an unknown type and the file where it belongs", () => {
    const urn = urnOf("aws:braket/job:Job", "j");
    assert.throws(
      () => provider().check({ urn, olds: {}, news: {}, seed: SEED }),
      /does not know the type aws:braket\/job:Job: .* aws\/braket\/requests\.ts, and .*\/services\/braket\.ts/,
    );
  });
});

describe("previewing a create", () => {
  it("returns the inputs, and everything AWS computes as unknown", async () => {
    const one = provider({ tags: { env: "local" } });
    const { inputs } = check(one, QUEUE, { name: "q", tags: { a: "1" } });
    const { id, outputs } = await one.create({ urn: urnOf(QUEUE, "thing"), inputs, preview: true });
    assert.equal(id, "");
    assert.equal(outputs["name"], "q");
    assert.equal(outputs["arn"], UNKNOWN_SENTINEL);
    assert.equal(outputs["url"], UNKNOWN_SENTINEL);
    assert.equal(outputs["region"], "eu-west-1");
    assert.deepEqual(outputs["tagsAll"], { env: "local", a: "1" });
    assert.equal(outputs[DEFAULTS_KEY], undefined);
  });

  it("adds the provider's default tags where a type takes them, and not to a group's list of tags", () => {
    const tags = { env: "local" };
    const group = { maxSize: 1, minSize: 1, tags: [{ key: "Name", value: "g", propagateAtLaunch: true }] };
    const zones = { availabilityZones: ["eu-west-1a"], launchConfiguration: "l" };
    const { failures } = check(provider({ tags }), "aws:autoscaling/group:Group", { ...group, ...zones });
    assert.deepEqual(failures, []);
    const tooLong = Object.fromEntries(Array.from({ length: 3 }, (_, at) => [`${at}`.repeat(129), "x"]));
    const refused = check(provider({ tags: tooLong }), "aws:kms/key:Key", {});
    assert.notDeepEqual(refused.failures, []);
  });

  it("takes unknown inputs", async () => {
    const { inputs } = check(provider(), "aws:ec2/subnet:Subnet", {
      vpcId: UNKNOWN_SENTINEL,
      cidrBlock: "10.0.0.0/24",
    });
    const { outputs } = await provider().create({ urn: urnOf("aws:ec2/subnet:Subnet", "s"), inputs, preview: true });
    assert.equal(outputs["vpcId"], UNKNOWN_SENTINEL);
  });
});

describe("refusing to apply", () => {
  it("needs a local cloud", async () => {
    await assert.rejects(
      create(provider(), "aws:ec2/vpc:Vpc", "v", {}),
      /preview-only mode: AWS_ENDPOINT_URL names no local cloud/,
    );
  });

  it("never applies, changes or deletes in a stack that belongs to AWS, even with a local cloud there", async () => {
    const one = provider({ endpoint: NOWHERE });
    const urn = urnOf("aws:ec2/vpc:Vpc", "v", "prod.eu-west-1");
    const stored = { urn, id: "vpc-1", inputs: {}, outputs: {} };
    const refused = /never applies an AWS environment: stack "prod.eu-west-1"/;
    await assert.rejects(one.create({ urn, inputs: {}, preview: false }), refused);
    await assert.rejects(one.update({ ...stored, preview: false, oldInputs: {}, oldOutputs: {} }), refused);
    await assert.rejects(one.delete(stored), refused);
    await one.create({ urn, inputs: {}, preview: true });
  });
});

import assert from "node:assert/strict";
import type {
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { CATALOGUE } from "../../policies/catalogue";
import { toPolicies } from "../../policies/kit/pack";
import { UNKNOWN, at } from "../../policies/kit/value";
import { plain, wire } from "../../policies/kit/wire";

const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const OPTIONS = {
  protect: false,
  ignoreChanges: [],
  aliases: [],
  additionalSecretOutputs: [],
  customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
};

function policyOf(name: string, remediated = ""): ResourceValidationPolicy & StackValidationPolicy {
  const found = toPolicies(CATALOGUE, remediated).find((policy) => policy.name === name);
  assert.ok(found !== undefined && "validateStack" in found);
  return found;
}

function never(): never {
  throw new Error("not asked for");
}

/** The configuration of a policy that was given none, typed as the SDK does it. */
const noConfig: ResourceValidationArgs["getConfig"] = () => ({}) as never;

/** What the engine hands a policy about one resource, with its properties as they come over the wire. */
function shown(type: string, name: string, props: Record<string, unknown>) {
  return {
    type,
    name,
    urn: `urn:pulumi:dev::test::${type}::${name}`,
    props,
    opts: OPTIONS,
    stackTags: new Map<string, string>(),
    isType: () => never(),
    asType: () => never(),
    getConfig: noConfig,
    notApplicable: never,
  };
}

/** What one stack validation of the pack reports after it has seen these resources. */
async function report(
  policy: ResourceValidationPolicy & StackValidationPolicy,
  inputs: readonly ReturnType<typeof shown>[],
  outputs: readonly Record<string, unknown>[],
  links: Readonly<Record<number, Readonly<Record<string, number>>>> = {},
): Promise<readonly string[]> {
  const messages: string[] = [];
  const take = (message: string): void => {
    messages.push(message);
  };
  for (const args of inputs) {
    const validate = policy.validateResource;
    assert.ok(typeof validate === "function");
    await validate(args, take);
  }
  const resources = inputs.map((args, index): PolicyResource => ({
    ...args,
    props: outputs[index] ?? {},
    dependencies: [],
    propertyDependencies: {},
  }));
  for (const [from, properties] of Object.entries(links)) {
    for (const [property, to] of Object.entries(properties)) {
      const [source, target] = [resources[Number(from)], resources[to]];
      assert.ok(source !== undefined && target !== undefined);
      source.propertyDependencies[property] = [target];
    }
  }
  await policy.validateStack({ resources, stackTags: new Map(), getConfig: noConfig, notApplicable: never }, take);
  return messages;
}

describe("the pack", () => {
  it("has one policy for each rule, with id, severity, fix and settings", () => {
    const policies = toPolicies(CATALOGUE, "");
    assert.deepEqual(
      policies.map(({ name, description, severity, remediationSteps }) => ({
        name,
        description,
        severity,
        remediationSteps,
      })),
      CATALOGUE.map(({ name, id, title, severity, fix }) => ({
        name,
        description: `[${id}] ${title}`,
        severity,
        remediationSteps: fix,
      })),
    );
  });

  it("stops by default for every rule that does not merely advise, those that can repair included", () => {
    for (const [index, policy] of toPolicies(CATALOGUE, "").entries()) {
      const advises = CATALOGUE[index]?.level === "advisory";
      assert.equal(policy.enforcementLevel, advises ? "advisory" : "mandatory", policy.name);
    }
  });

  it("repairs by the rules that it is told, and by no other", () => {
    const repairing = (remediated: string): readonly string[] =>
      toPolicies(CATALOGUE, remediated)
        .filter(({ enforcementLevel }) => enforcementLevel === "remediate")
        .map(({ name }) => name);
    assert.deepEqual(repairing("kms-rotation, kinesis-encrypted"), ["kinesis-encrypted", "kms-rotation"]);
    assert.deepEqual(
      repairing("all"),
      CATALOGUE.filter(({ level }) => level === "remediate").map(({ name }) => name),
    );
    assert.deepEqual(repairing("redshift-private"), [], "a rule that cannot repair stops");
  });

  it("refuses to be told of a rule that does not exist", () => {
    assert.throws(() => toPolicies(CATALOGUE, "kinesis-encripted"), /no rule is called kinesis-encripted/);
  });

  it("judges a stack by what the program asks for: a computed output that is unknown is no violation", async () => {
    const policy = policyOf("dynamodb-capacity");
    const table = shown("aws:dynamodb/table:Table", "models", { billingMode: "PAY_PER_REQUEST" });
    assert.deepEqual(await report(policy, [table], [{ billingMode: UNKNOWN_STRING }]), []);
  });

  it("links resources whose ids are not known yet by what they are computed from", async () => {
    const policy = policyOf("s3-block-public-access");
    const flags = {
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    };
    const resources = [
      shown("aws:s3/bucket:Bucket", "logs", {}),
      shown("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "logs", { bucket: UNKNOWN_STRING, ...flags }),
    ];
    assert.deepEqual(await report(policy, resources, [{ id: UNKNOWN_STRING }, {}], { 1: { bucket: 0 } }), []);
    const apart = await report(policy, resources, [{ id: UNKNOWN_STRING }, {}]);
    assert.equal(apart.length, 1);
  });

  it("judges anew what it saw before, when the program asks for something else", async () => {
    const policy = policyOf("dynamodb-capacity");
    const table = (billingMode: string) => shown("aws:dynamodb/table:Table", "models", { billingMode });
    assert.equal((await report(policy, [table("PROVISIONED")], [{}])).length, 1);
    assert.equal((await report(policy, [table("PAY_PER_REQUEST")], [{}])).length, 0);
  });
});

describe("a value of a rule", () => {
  it("is unknown at any depth where the engine says so, and goes back as the engine takes it", () => {
    const raw = { a: [{ b: UNKNOWN_STRING, c: 1 }], d: null };
    const value = plain(raw);
    assert.equal(at(value, "a.0.b"), UNKNOWN);
    assert.equal(at(value, "a.0.c"), 1);
    assert.equal(at(value, "a.0.b.deeper"), UNKNOWN);
    assert.equal(at(value, "a.1.b"), undefined);
    assert.deepEqual(wire(value), raw);
  });
});

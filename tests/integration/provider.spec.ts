import assert from "node:assert/strict";
import { typeTable } from "../../local/provider";
import { AwsProvider } from "../../local/provider/aws/provider";
import type { Props } from "../../local/provider/values";
import { startOwnEmulator, type OwnEmulator } from "../local/provider/emulator";
import { CASES, type Case, type Made } from "../local/provider/cases";

const SEED = Buffer.from("provider spec");
const REGION = "us-east-1";

const nameOf = ({ type, name }: Case): string => name ?? type.split("/")[1]?.split(":")[0] ?? "";
const urnOf = (one: Case): string => `urn:pulumi:local.spec::meridian::${one.type}::${nameOf(one)}`;

describe("every emulated type against a real emulator", function () {
  this.timeout(120_000);
  let emulator: OwnEmulator;
  let provider: AwsProvider;
  const made: Record<string, Made & { inputs: Props }> = {};

  before(async () => {
    emulator = await startOwnEmulator();
    provider = new AwsProvider(emulator.url, () => undefined);
    provider.configure({ region: REGION, defaultTags: JSON.stringify({ tags: { "meridian:spec": "yes" } }) });
  });
  after(async () => {
    provider.close();
    await emulator.stop();
  });

  const checked = (one: Case, news: Props, olds: Props = {}): Props => {
    const { inputs, failures } = provider.check({ urn: urnOf(one), olds, news, seed: SEED });
    assert.deepEqual(failures, []);
    return inputs;
  };

  it("has a case for every emulated type of the table", () => {
    const emulated = typeTable().filter(({ mode }) => mode === "emulated");
    const covered = new Set(CASES.map(({ type }) => type));
    assert.deepEqual(
      emulated.map(({ type }) => type).filter((type) => !covered.has(type)),
      [],
    );
  });

  for (const one of CASES) {
    it(`makes, finds, adopts and changes ${one.type} (${nameOf(one)})`, async () => {
      const urn = urnOf(one);
      const news = one.inputs(made);
      const inputs = checked(one, news);
      const first = await provider.create({ urn, inputs, preview: false });
      assert.notEqual(first.id, "");

      const again = await provider.create({ urn, inputs, preview: false });
      assert.equal(again.id, first.id, "a second create, as after a killed run, adopts what is there");

      const seen = await provider.read({ urn, id: first.id, inputs, outputs: first.outputs });
      assert.equal(seen.id, first.id);
      assert.deepEqual(seen.inputs, inputs, "nothing drifts by itself");

      const quiet = provider.diff({
        urn,
        id: first.id,
        oldInputs: inputs,
        oldOutputs: first.outputs,
        news: checked(one, news, inputs),
      });
      assert.deepEqual(quiet.changes, []);

      let outputs = first.outputs;
      let stored = inputs;
      if (one.change !== undefined) {
        const changed = checked(one, { ...news, ...one.change }, inputs);
        const diff = provider.diff({ urn, id: first.id, oldInputs: inputs, oldOutputs: outputs, news: changed });
        assert.ok(
          diff.changes.length > 0 && diff.changes.every(({ replace }) => !replace),
          "the change is made in place",
        );
        const request = { urn, id: first.id, oldInputs: inputs, oldOutputs: outputs, preview: false };
        outputs = await provider.update({ ...request, inputs: changed });
        const after = await provider.read({ urn, id: first.id, inputs: changed, outputs });
        assert.deepEqual(after.inputs, changed, "AWS has what the update asked for");
        stored = changed;
      }
      made[nameOf(one)] = { id: first.id, outputs, inputs: stored };
    });
  }

  it("takes everything away again, in the opposite order, and is content with what is gone already", async () => {
    for (const one of [...CASES].reverse()) {
      const there = made[nameOf(one)];
      assert.ok(there !== undefined, `${nameOf(one)} was made`);
      const request = { urn: urnOf(one), id: there.id, inputs: there.inputs, outputs: there.outputs };
      await provider.delete(request);
      await provider.delete(request);
      if (STAYS.has(one.type)) continue;
      const { id } = await provider.read(request);
      assert.equal(id, "", `${one.type} is gone`);
    }
  });
});

/** What AWS keeps after a delete: a default, or the last version of a secret that goes with its secret. */
const STAYS = new Set([
  "aws:s3/bucketAcl:BucketAcl",
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketVersioning:BucketVersioning",
  "aws:secretsmanager/secretVersion:SecretVersion",
  "aws:sns/topicPolicy:TopicPolicy",
]);

import assert from "node:assert/strict";
import { DATA_CLASSES } from "../../../contracts/data-class";
import { Keys } from "../../../components/keys/keys";
import { ADMINISTRATION, keyPolicy, macKeyPolicy } from "../../../components/keys/policy";
import { PseudonymKey, pseudonymKeyAlias } from "../../../components/keys/pseudonym";
import { DISPOSABLE, SCOPE, statements } from "../../kit/builders";
import { FAKE_ACCOUNT } from "../../kit/outputs";
import { assertEveryChildIsOwned, record } from "../../kit/recorder";
import { assertRefused } from "../../kit/refusals";

describe("a region's keys", () => {
  it("are one for each data class, kept, rotating, with an alias", async () => {
    const recording = await record(({ opts }) => new Keys("keys", { scope: SCOPE }, opts));
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:kms/alias:Alias keys-behaviour < keys",
      "aws:kms/alias:Alias keys-identifier < keys",
      "aws:kms/alias:Alias keys-technical < keys",
      "aws:kms/key:Key keys-behaviour < keys | protect | retain",
      "aws:kms/key:Key keys-identifier < keys | protect | retain",
      "aws:kms/key:Key keys-technical < keys | protect | retain",
      "meridian:keys:Keys keys < (stack)",
    ]);
    for (const dataClass of DATA_CLASSES) {
      const { inputs } = recording.only("aws:kms/key:Key", `keys-${dataClass}`);
      assert.equal(inputs["enableKeyRotation"], true);
      assert.equal(inputs["rotationPeriodInDays"], 365);
      assert.equal(inputs["deletionWindowInDays"], 30);
      assert.deepEqual(inputs["tags"], { "meridian:data-class": dataClass });
      const alias = recording.only("aws:kms/alias:Alias", `keys-${dataClass}`).inputs;
      assert.equal(alias["name"], `alias/meridian-test-us-east-1-${dataClass}`);
      assert.equal(alias["targetKeyId"], `keys-${dataClass}-key`);
    }
  });

  it("lets no service use the identifiers' key on its own", async () => {
    const recording = await record(({ opts }) => new Keys("keys", { scope: SCOPE }, opts));
    const sids = (dataClass: string): unknown =>
      statements(recording.only("aws:kms/key:Key", `keys-${dataClass}`).inputs["policy"]).map(({ Sid }) => Sid);
    assert.deepEqual(sids("identifier"), ["ThroughIam"]);
    assert.deepEqual(sids("behaviour"), ["ThroughIam", "ForVolumes", "ForVolumeGrants", "ForLogs"]);
    assert.deepEqual(sids("technical"), [
      "ThroughIam",
      "ForVolumes",
      "ForVolumeGrants",
      "ForCloudwatch",
      "ForEvents",
      "ForLogs",
      "ForS3",
    ]);
  });

  it("admit a service for exactly the keys that say so, so that who needs it can ask", async () => {
    const { result } = await record(({ opts }) => new Keys("keys", { scope: SCOPE }, opts));
    assert.deepEqual([...result.identifier.admits], []);
    assert.deepEqual([...result.behaviour.admits], ["autoscaling", "logs"]);
    assert.deepEqual([...result.technical.admits], ["autoscaling", "cloudwatch", "events", "logs", "s3"]);
  });

  it("can go where the data may", async () => {
    const recording = await record(({ opts }) => new Keys("keys", { scope: DISPOSABLE }, opts));
    for (const key of recording.all("aws:kms/key:Key"))
      assert.deepEqual([key.protect, key.retainOnDelete], [false, false]);
  });
});

describe("a key's policy", () => {
  it("names every action: none with a wildcard", () => {
    for (const policy of [keyPolicy(SCOPE, ["logs", "s3", "autoscaling"]), macKeyPolicy(SCOPE)]) {
      for (const { Action } of statements(policy)) {
        for (const action of [Action].flat()) assert.match(action, /^kms:[A-Za-z]+$/);
      }
    }
  });

  it("leaves the key administrable by the account, or nobody could change it again", () => {
    const [account] = statements(macKeyPolicy(SCOPE));
    assert.deepEqual(account?.Principal, { AWS: `arn:aws:iam::${FAKE_ACCOUNT}:root` });
    for (const action of ADMINISTRATION) assert.ok(account.Action.includes(action));
    assert.ok(ADMINISTRATION.includes("kms:PutKeyPolicy"));
  });

  it("binds each service to this account", () => {
    for (const { Principal, Condition } of statements(keyPolicy(SCOPE, ["s3", "cloudwatch", "logs", "events"])).slice(
      1,
    )) {
      assert.ok(JSON.stringify(Condition).includes(SCOPE.account), JSON.stringify(Principal));
    }
  });

  it("gives an HMAC key no use but codes", () => {
    const actions = statements(macKeyPolicy(SCOPE)).flatMap(({ Action }) => Action);
    assert.ok(actions.includes("kms:GenerateMac"));
    assert.ok(!actions.includes("kms:Decrypt") && !actions.includes("kms:GenerateDataKey"));
  });
});

describe("a zone's pseudonym key", () => {
  const ARGS = { scope: SCOPE, replicaRegions: ["us-west-2", "us-east-2"] };

  it("is one multi-region HMAC key with a replica and an alias in each region, kept", async () => {
    const recording = await record(({ opts }) => new PseudonymKey("pseudonym", ARGS, opts));
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:kms/alias:Alias pseudonym-us-east-1 < pseudonym",
      "aws:kms/alias:Alias pseudonym-us-east-2 < pseudonym",
      "aws:kms/alias:Alias pseudonym-us-west-2 < pseudonym",
      "aws:kms/key:Key pseudonym < pseudonym | protect | retain",
      "aws:kms/replicaKey:ReplicaKey pseudonym-us-east-2 < pseudonym | protect | retain",
      "aws:kms/replicaKey:ReplicaKey pseudonym-us-west-2 < pseudonym | protect | retain",
      "meridian:keys:PseudonymKey pseudonym < (stack)",
    ]);
    const primary = recording.only("aws:kms/key:Key");
    assert.equal(primary.inputs["customerMasterKeySpec"], "HMAC_256");
    assert.equal(primary.inputs["keyUsage"], "GENERATE_VERIFY_MAC");
    assert.equal(primary.inputs["multiRegion"], true);
    assert.equal(primary.inputs["region"], "us-east-1");
    assert.equal(primary.inputs["enableKeyRotation"], undefined);
    for (const region of ARGS.replicaRegions) {
      const replica = recording.only("aws:kms/replicaKey:ReplicaKey", `pseudonym-${region}`).inputs;
      assert.deepEqual(
        [replica["region"], replica["primaryKeyArn"]],
        [region, primary.inputs["arn"] ?? replica["primaryKeyArn"]],
      );
      const alias = recording.only("aws:kms/alias:Alias", `pseudonym-${region}`).inputs;
      assert.deepEqual([alias["region"], alias["name"]], [region, `alias/meridian-test-${region}-pseudonym`]);
    }
    assert.deepEqual(Object.keys(recording.result.aliases), ["us-east-1", "us-east-2", "us-west-2"]);
  });

  it("is found under the same alias by foundation and region", () => {
    assert.equal(pseudonymKeyAlias(SCOPE, "us-west-2"), pseudonymKeyAlias({ ...SCOPE, region: "us-west-2" }));
  });

  it("refuses the primary as its own replica, and a replica twice", async () => {
    const replicaRegions = ["us-east-1", "us-west-2", "us-west-2"];
    await assertRefused(
      ({ opts }) => new PseudonymKey("pseudonym", { scope: SCOPE, replicaRegions }, opts),
      ["replicaRegions[0]", "replicaRegions[2]"],
    );
  });
});

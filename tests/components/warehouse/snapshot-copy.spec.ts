import assert from "node:assert/strict";
import { SnapshotCopy, type SnapshotCopyArgs } from "../../../components/warehouse/snapshot-copy";
import { SCOPE } from "../../kit/builders";
import { assertEveryChildIsOwned, record } from "../../kit/recorder";
import { assertRefused } from "../../kit/refusals";

const ARGS: SnapshotCopyArgs = { scope: SCOPE, destination: "us-west-2", keyAlias: "alias/there" };
const make = (args: Partial<SnapshotCopyArgs> = {}) =>
  record(({ opts }) => new SnapshotCopy("copy", { ...ARGS, ...args }, opts));

describe("SnapshotCopy", () => {
  it("copies the region's snapshots under a key of the destination, granted there", async () => {
    const recording = await make();
    assertEveryChildIsOwned(recording);
    const grant = recording.only("aws:redshift/snapshotCopyGrant:SnapshotCopyGrant").inputs;
    assert.equal(grant["region"], "us-west-2");
    assert.equal(grant["kmsKeyId"], `arn:aws:kms:us-west-2:${SCOPE.account}:alias/there`);
    const copy = recording.only("aws:redshift/snapshotCopy:SnapshotCopy").inputs;
    assert.deepEqual([copy["region"], copy["destinationRegion"]], [SCOPE.region, "us-west-2"]);
    assert.equal(copy["snapshotCopyGrantName"], grant["snapshotCopyGrantName"]);
    assert.equal(copy["retentionPeriod"], 7);
  });

  it("refuses all bad arguments at once", async () => {
    await assertRefused(
      ({ opts }) => new SnapshotCopy("copy", { ...ARGS, destination: SCOPE.region, retentionDays: 36 }, opts),
      ["destination", "retentionDays"],
    );
  });
});

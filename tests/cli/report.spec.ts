import assert from "node:assert/strict";
import { Output } from "../../cli/kit/output";
import { EXIT } from "../../cli/kit/exit";
import { report } from "../../cli/kit/report";
import type { StackResult } from "../../fleet/drive";

const GOOD: StackResult = {
  stack: "prod.mesh",
  operation: "plan",
  succeeded: true,
  seconds: 1,
  counts: { create: 0, update: 1, replace: 0, delete: 0, same: 7 },
  steps: [],
  violations: [],
  errors: [],
  types: {},
  kept: [],
  refused: [],
};

const LOSS = {
  stack: "prod.eu-west-1",
  urn: "urn:pulumi:prod.eu-west-1::meridian::aws:opensearch/domain:Domain::search",
  type: "aws:opensearch/domain:Domain",
  name: "search",
  op: "replace",
  forcedBy: ["encryptAtRest.kmsKeyId"],
  holds: "indexes and their snapshots",
} as const;

/** What a command writes to standard output, line by line. */
class Recorded extends Output {
  readonly lines: string[] = [];
  override line(text = ""): void {
    this.lines.push(text);
  }
}

describe("the report of a plan", () => {
  it("ends with exit code 1 when a store would be lost, and says which, what forces it, and what both keys are", () => {
    const output = new Recorded(false);
    const lost: StackResult = { ...GOOD, stack: LOSS.stack, succeeded: false, refused: [LOSS] };
    assert.equal(report([GOOD, lost], 2, output), EXIT.failed);
    const text = output.lines.join("\n");
    assert.match(
      text,
      /prod\.eu-west-1: refused: would replace aws:opensearch\/domain:Domain search, which holds indexes/,
    );
    assert.match(text, /forced by encryptAtRest\.kmsKeyId\n {4}urn:pulumi:prod\.eu-west-1::/);
    assert.match(text, /`disposable: true` in the topology and --delete-data/);
  });

  it("says nothing of keys when nothing would be lost", () => {
    const output = new Recorded(false);
    assert.equal(report([GOOD], 1, output), EXIT.ok);
    assert.doesNotMatch(output.lines.join("\n"), /delete-data/);
  });
});

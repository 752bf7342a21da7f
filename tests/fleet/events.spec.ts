import assert from "node:assert/strict";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { EventCollector, unchanged } from "../../fleet/events";

const urn = (name: string): string => `urn:pulumi:local.mesh::meridian::aws:s3/bucket:Bucket::${name}`;

/** The engine's events, as far as the collector reads them. */
function event(part: object): EngineEvent {
  return { sequence: 1, timestamp: 0, ...part };
}
const planned = (op: string, name: string, diffs?: string[]): EngineEvent =>
  event({ resourcePreEvent: { metadata: { op, urn: urn(name), type: "aws:s3/bucket:Bucket", diffs } } });
const violated = (policyName: string, enforcementLevel: string): EngineEvent =>
  event({
    policyEvent: {
      policyName,
      enforcementLevel,
      resourceUrn: urn("b"),
      message: "<{%fg 1%}>closed<{%reset%}>, please\n",
    },
  });
const failed = (message: string): EngineEvent =>
  event({ diagnosticEvent: { severity: "error", message, urn: urn("b"), color: "never" } });

describe("the collector of the engine's events", () => {
  it("counts each kind of step once and names what changes", () => {
    const collector = new EventCollector();
    collector.take(planned("create", "a"));
    collector.take(planned("update", "b", ["tags"]));
    collector.take(planned("same", "c"));
    collector.take(planned("create-replacement", "d"));
    collector.take(planned("replace", "d"));
    collector.take(planned("delete-replaced", "d"));
    const { counts, steps } = collector.collected();
    assert.deepEqual(counts, { create: 1, update: 1, replace: 1, delete: 0, same: 1 });
    assert.deepEqual(
      steps.map(({ op, name, properties }) => [op, name, properties]),
      [
        ["create", "a", []],
        ["update", "b", ["tags"]],
        ["replace", "d", []],
      ],
    );
    assert.equal(unchanged(counts), false);
    assert.equal(unchanged({ ...counts, create: 0, update: 0, replace: 0 }), true);
  });

  it("keeps violations with rule, level and resource, in plain text", () => {
    const collector = new EventCollector();
    collector.take(violated("s3-block-public-access", "mandatory"));
    assert.deepEqual(collector.collected().violations, [
      { policy: "s3-block-public-access", level: "mandatory", resource: "b", message: "closed, please" },
    ]);
  });

  it("tells an error once, with its resource", () => {
    const collector = new EventCollector();
    collector.take(failed("no such key"));
    collector.take(failed("no such key"));
    assert.deepEqual(collector.collected().errors, ["b: no such key"]);
  });
});

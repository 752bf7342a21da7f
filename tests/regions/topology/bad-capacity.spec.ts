import assert from "node:assert/strict";
import { accepted, edit, PROD, problemsOf } from "./samples";

const paths = (text: string): readonly string[] => problemsOf(text).map(({ path }) => path);

describe("a topology whose peak does not fit", () => {
  it("is refused when a variant's maximum is below what it answers after the loss of a region", () => {
    const text = edit(PROD, ["maxInstances: 100", "maxInstances: 20"]);
    const [problem] = problemsOf(text);
    assert.equal(problem?.path, "serving.variants[0].maxInstances");
    assert.match(problem.reason, /^want \d+ or more for \d+ requests\/s when a region is lost, got 20$/);
  });

  it("is refused when the endpoints' quota is below the variants' maxima", () => {
    const text = edit(PROD, ["endpointInstances: 100", "endpointInstances: 9"]);
    const told = problemsOf(text);
    assert.deepEqual([...new Set(told.map(({ path }) => path))], ["quotas.endpointInstances"]);
    assert.match(told[0]?.reason ?? "", /^want \d+ or more .*got 9$/);
  });

  it("is refused when a region's shards are above its quota: what was granted, or AWS's default", () => {
    assert.ok(
      paths(edit(PROD, ["endpointInstances: 100", "endpointInstances: 100, kinesisShards: 3"])).includes(
        "quotas.kinesisShards",
      ),
    );
    assert.ok(
      paths(edit(PROD, ["eventsPerSecond: 20000", "eventsPerSecond: 9000000"])).includes("quotas.kinesisShards"),
    );
  });

  it("is not judged by quotas on the local cloud, which has none", () => {
    const local = edit(PROD, ["cloud: aws", "cloud: local"], ['account: "444455556666"', 'account: "000000000000"']);
    assert.equal(
      accepted(edit(local, ["endpointInstances: 100", "endpointInstances: 9, kinesisShards: 3"])).cloud,
      "local",
    );
  });
});

describe("a topology that promises too much", () => {
  it("is refused for a recovery point that replication cannot keep, where regions share data", () => {
    const short = ["rpoSeconds: 1800", "rpoSeconds: 959"] as const;
    const [problem] = problemsOf(edit(PROD, short));
    assert.deepEqual(
      [problem?.path, problem?.reason.startsWith("want 960 or more, got 959: an event waits 60 s")],
      ["promises.rpoSeconds", true],
    );
    assert.equal(accepted(edit(PROD, ["rpoSeconds: 1800", "rpoSeconds: 960"])).promises.rpoSeconds, 960);
    assert.equal(accepted(edit(PROD, short, ["failover: true", "failover: false"])).failover, false);
  });

  it("is refused for a recovery time below detection and what resolvers cache", () => {
    const [problem] = problemsOf(edit(PROD, ["rtoSeconds: 300", "rtoSeconds: 89"]));
    assert.deepEqual(
      [problem?.path, problem?.reason.startsWith("want 90 or more, got 89")],
      ["promises.rtoSeconds", true],
    );
    assert.equal(accepted(edit(PROD, ["rtoSeconds: 300", "rtoSeconds: 90"])).promises.rtoSeconds, 90);
  });
});

describe("a topology file with lists and maps where values belong", () => {
  it("is refused, and told what stands there instead", () => {
    const told = problemsOf(
      edit(PROD, ["eventsPerSecond: 20000", "eventsPerSecond: [1, 2]"], ["eventBytes: 454", "eventBytes: { a: 1 }"]),
    );
    assert.deepEqual(
      told.map(({ path, reason }) => [path, reason.slice(reason.indexOf("got"))]),
      [
        ["traffic.eventsPerSecond", "got a list of 2"],
        ["traffic.eventBytes", "got a map"],
      ],
    );
  });
});

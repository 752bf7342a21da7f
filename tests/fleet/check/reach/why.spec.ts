import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { DOCS_FILE, reachPage } from "../../../../fleet/check/reach/docs";
import { Fleet, reachGraph, whyReach } from "../../../../fleet/check/reach";
import type { ReachReason } from "../../../../fleet/check/reach";
import { findTopology, loadTopology } from "../../../../regions/topology/load";

const topology = loadTopology(findTopology("dev"));

describe("the page of reach", () => {
  it("is what the rules and links say", async () => {
    assert.equal(readFileSync(DOCS_FILE, "utf8"), await reachPage());
  });
});

describe("why a client reaches a server", () => {
  let fleet: Fleet;
  before(async () => {
    fleet = new Fleet(await reachGraph(topology), topology);
  });
  const ask = (from: string, to: string): ReachReason => {
    const reason = whyReach(fleet, from, to);
    assert.ok(!("findings" in reason), JSON.stringify(reason));
    return reason;
  };

  it("names the hops, in every region", () => {
    const { paths, reached } = ask("api", "cache");
    assert.equal(reached, true);
    assert.deepEqual(paths.map(({ region }) => region).sort(), topology.regions.map(({ name }) => name).sort());
    const hops = paths[0]?.hops.map(({ what }) => what) ?? [];
    assert.deepEqual(
      hops.map((what) => what.split(" ", 1)[0]),
      ["egress", "network", "network", "route", "ingress"],
    );
  });

  it("takes an AWS service by its name", () => {
    const { paths } = ask("verifier", "sqs");
    assert.match(
      paths[0]?.hops[0]?.what ?? "",
      /^sqs\.[a-z0-9-]+\.amazonaws\.com -> private addresses of interface endpoint/,
    );
  });

  it("names the first hop that is missing", () => {
    const { paths, reached } = ask("visitor", "collector");
    assert.equal(reached, false);
    assert.equal(paths[0]?.gap?.rule, "reach-caller");
  });

  it("follows an address of one's own", () => {
    const { paths, reached } = ask("visitor", `https://api.us.${topology.domain}/v1/events`);
    assert.equal(reached, false);
    assert.equal(paths[0]?.gap?.want, "a route for GET /v1/events");
  });

  it("says whom it knows", () => {
    const nobody = whyReach(fleet, "nobody", "cache");
    assert.ok("findings" in nobody);
    assert.match(nobody.findings[0]?.want ?? "", /^one of visitor, /);
    const nowhere = whyReach(fleet, "verifier", "cache");
    assert.ok("findings" in nowhere);
    assert.match(nowhere.findings[0]?.want ?? "", /sqs, s3, .*internet, or an https:\/\/ address/);
  });
});

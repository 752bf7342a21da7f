import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CALLS } from "../../../../aws/calls";
import { answersOf, identifiedGraph, placeOf, questionsOf, World } from "../../../../fleet/check/access";
import type { Answer } from "../../../../fleet/check/access";
import { arnOf } from "../../../../fleet/check/access/world/identifiers";
import { UNKNOWN } from "../../../../fleet/graph";
import { findTopology, loadTopology } from "../../../../regions/topology/load";
import { ACCOUNT } from "./cases/case";
import { sampleGraph } from "./sample";

/** Caller, actions and condition keys of each row's calls, as they were last looked over. */
const KEPT = join(__dirname, "row-calls.json");

const PLACE = { partition: "aws", account: ACCOUNT, suffix: "amazonaws.com" };

describe("each row of what AWS calls", () => {
  const sample = new World(
    sampleGraph((key) => arnOf(key, PLACE) ?? ""),
    PLACE,
  );
  const asked: Answer[] = [];
  before(async () => {
    asked.push(...answersOf(sample, questionsOf(sample)));
    for (const environment of ["dev", "prod"]) {
      const topology = loadTopology(findTopology(environment));
      const world = new World(await identifiedGraph(topology), placeOf(topology));
      asked.push(...answersOf(world, questionsOf(world)));
    }
  });

  it("asks something of dev, prod or a stack with what these do not use", () => {
    const rows = new Set(asked.map(({ question }) => question.row.id));
    assert.deepEqual(
      CALLS.filter(({ id }) => !rows.has(id)).map(({ id }) => id),
      [],
    );
  });

  it("makes the calls that were looked over against its AWS page", () => {
    const calls = new Map<string, Map<string, Set<string>>>();
    for (const { question } of asked) {
      const { row, request } = question;
      // What a task calls is its state machine's own affair.
      if (row.id.startsWith("sfn-task-")) continue;
      const { principal } = request;
      const caller =
        principal.kind === "service"
          ? (principal.names[0] ?? "").replace(/^logs\.[a-z0-9-]+\./, "logs.<region>.")
          : principal.kind === "role" &&
              typeof principal.arn === "string" &&
              /deployer$|aws-service-role/.test(principal.arn)
            ? (principal.arn.split("/").at(-1) ?? "")
            : "role";
      const keys = Object.keys(request.context ?? {}).filter((key) => key !== "kms:ResourceAliases");
      const who = [caller, ...keys.sort()].join(" ");
      const own = calls.get(row.id) ?? new Map<string, Set<string>>();
      calls.set(row.id, own.set(who, (own.get(who) ?? new Set()).add(request.action)));
    }
    const found = Object.fromEntries(
      [...calls]
        .sort(byName)
        .map(([id, own]) => [
          id,
          Object.fromEntries([...own].sort(byName).map(([who, actions]) => [who, [...actions].sort().join(" ")])),
        ]),
    );
    if (process.env["ACCESS_WRITE"] !== undefined) writeFileSync(KEPT, `${JSON.stringify(found, undefined, 2)}\n`);
    assert.deepEqual(
      found,
      JSON.parse(readFileSync(KEPT, "utf8")),
      "look the change over, then run with ACCESS_WRITE=1",
    );
  });

  it("asks about a known caller, one action and a known resource", () => {
    const vague = asked.filter(({ question: { request } }) => {
      const { principal, action, resource } = request;
      const caller = principal.kind === "service" || (principal.kind === "role" && principal.arn !== UNKNOWN);
      return (
        !caller ||
        !/^[a-z0-9-]+:[A-Z][A-Za-z0-9]+$/.test(action) ||
        resource === UNKNOWN ||
        !/^(arn:aws|\*$)/.test(resource)
      );
    });
    assert.deepEqual([...new Set(vague.map(({ question: { row, node } }) => `${row.id} ${node.urn}`))], []);
  });

  it("finds every call of a stack in which nobody may do anything", () => {
    const open = [...answersOf(sample, questionsOf(sample))].filter(
      ({ question, verdict }) =>
        verdict.kind === "allowed" &&
        // An administrator applies the stacks.
        !(question.request.principal.kind === "role" && String(question.request.principal.arn).endsWith("/deployer")),
    );
    // What the sample's role has, trusts and may, and what AWS's own policy of Auto Scaling's role allows.
    assert.deepEqual([...new Set(open.map(({ question }) => question.row.id))].sort(), [
      "autoscaling-notification-topic",
      "emrserverless-job-role",
      "firehose-schema",
      "sfn-task-athena",
    ]);
  });
});

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

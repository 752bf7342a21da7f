import assert from "node:assert/strict";
import { reasonLines } from "../../../../cli/why";
import { identifiedGraph, placeOf, why, World } from "../../../../fleet/check/access";
import type { ContextKeys, Reason } from "../../../../fleet/check/access";
import { findTopology, loadTopology } from "../../../../regions/topology/load";

const topology = loadTopology(findTopology("dev"));
const NAME = `${topology.prefix}-dev-${topology.home}`;

describe("why", () => {
  let world: World;
  before(async () => {
    world = new World(await identifiedGraph(topology), placeOf(topology));
  });
  const ask = (principal: string, action: string, resource: string, context?: ContextKeys): Reason => {
    const reason = why(world, { principal, action, resource }, context);
    assert.ok(!("findings" in reason), JSON.stringify(reason));
    return reason;
  };

  it("names the statements that allow, and what makes AWS ask", () => {
    const reason = ask("s3.amazonaws.com", "sqs:SendMessage", `${NAME}-intake`);
    assert.equal(reason.verdict, "allowed");
    assert.deepEqual(
      reason.because.map(({ id }) => id),
      ["s3-notify-queue"],
    );
    assert.match(reason.by[0]?.policy ?? "", /^policy of queuePolicy intake /);
    assert.match(reasonLines(reason).join("\n"), /^allowed: s3\.amazonaws\.com sqs:SendMessage arn:aws:sqs:/);
  });

  it("names the layer that is missing, who would hold it, and what comes nearest", () => {
    const queue = `arn:aws:sqs:${topology.home}:${topology.account}:${NAME}-intake`;
    const reason = ask("sns.amazonaws.com", "sqs:SendMessage", queue);
    assert.equal(reason.verdict, "missing");
    assert.deepEqual(reason.missing, ["resource"]);
    assert.match(reason.holder, /aws:sqs\/queuePolicy:QueuePolicy::intake$/);
    assert.equal(reason.near[0]?.fails, "it names other principals");
    assert.match(reasonLines(reason).join("\n"), /missing in: resource\n {2}belongs into: urn:pulumi:/);
  });

  it("takes the context that is given instead of AWS's own", () => {
    const elsewhere = { "aws:SourceAccount": "999988887777", "aws:SourceArn": "arn:aws:s3:::other" };
    const reason = ask("s3.amazonaws.com", "sqs:SendMessage", `${NAME}-intake`, elsewhere);
    assert.equal(reason.verdict, "missing");
    assert.deepEqual(reason.because, []);
    assert.match(reason.near[0]?.fails ?? "", /aws:Source(Account|Arn): want .+, got /);
  });

  it("names the statement that denies", () => {
    const context = { "aws:SecureTransport": "false" };
    const reason = ask("deployer", "s3:GetObject", `s3://${NAME}-raw-${topology.account}/x`, context);
    assert.equal(reason.verdict, "denied");
    assert.match(reason.by[0]?.policy ?? "", /bucketPolicy lake-raw/);
  });

  it("takes a key by its alias, an object by its address, and a role by its name", () => {
    const key = ask("deployer", "kms:DescribeKey", `alias/${NAME}-technical`);
    assert.match(key.resource, /^arn:aws:kms:.*:key\//);
    assert.equal(key.verdict, "allowed");
    const role = ask(`${NAME}-etl-node`, "s3:GetObject", `s3://${NAME}-raw-${topology.account}/x`);
    assert.equal(role.principal, `arn:aws:iam::${topology.account}:role/${NAME}-etl-node`);
    assert.equal(role.resource, `arn:aws:s3:::${NAME}-raw-${topology.account}/x`);
  });

  it("refuses every argument that it does not understand, at once", () => {
    const reason = why(world, { principal: "nobody", action: "s3:*", resource: "nothing" });
    assert.ok("findings" in reason);
    assert.deepEqual(
      reason.findings.map(({ path }) => path),
      ["PRINCIPAL", "ACTION", "RESOURCE"],
    );
    const several = why(world, { principal: "etl", action: "s3:GetObject", resource: "*" });
    assert.ok("findings" in several);
    assert.match(several.findings[0]?.got ?? "", /one of arn:aws:iam/);
  });
});

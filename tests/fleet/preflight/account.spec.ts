import assert from "node:assert/strict";
import { buildFleetGraph } from "../../../fleet/graph";
import type { FleetGraph } from "../../../fleet/graph";
import { AccountError, openAccount, preflight } from "../../../fleet/preflight";
import type { Preflight } from "../../../fleet/preflight";
import { callServiceQuotas } from "../../../fleet/preflight/service-quotas";
import { findTopology, loadTopology } from "../../../regions/topology/load";
import { serveFakeAws } from "./fake-account";
import type { FakeAccount, FakeAws } from "./fake-account";

const dev = loadTopology(findTopology("dev"));

describe("the preflight that asks the account", function () {
  let graph: FleetGraph;
  const servers: FakeAws[] = [];
  const inherited = { ...process.env };
  before(async () => {
    process.env["AWS_ACCESS_KEY_ID"] = "test";
    process.env["AWS_SECRET_ACCESS_KEY"] = "test";
    graph = await buildFleetGraph(dev);
  });
  after(async () => {
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) {
      const value = inherited[name];
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
    await Promise.all(servers.map((server) => server.close()));
  });
  const serve = async (account: Partial<FakeAccount> = {}): Promise<FakeAws> => {
    const server = await serveFakeAws({ id: dev.account, ...account });
    servers.push(server);
    return server;
  };
  const ask = async (account: Partial<FakeAccount> = {}): Promise<Preflight> => {
    const { url } = await serve(account);
    return preflight(dev, graph, openAccount({ home: dev.home, partition: "aws", endpoint: url }));
  };

  it("passes where the account has enough of everything", async () => {
    const report = await ask();
    assert.deepEqual(report.requests, []);
    assert.equal(report.passed, true);
    assert.equal(report.asked, true);
    const known = report.quotas.filter(({ from }) => from === "account");
    // What Service Quotas does not list keeps its default.
    assert.deepEqual(
      [...new Set(report.quotas.filter((row) => !known.includes(row)).map(({ service }) => service))],
      ["monitoring"],
    );
    assert.ok(known.every(({ limit }) => limit === 1_000_000));
  });

  it("takes what the account has before what the topology says and before the default", async () => {
    const { url } = await serve({
      quota: (region, code) => (code === "L-1216C47A" && region === "eu-west-1" ? 3 : 1_000_000),
    });
    const granted = { ...dev, quotas: { ec2StandardVcpus: 1024 } };
    const report = await preflight(granted, graph, openAccount({ home: dev.home, partition: "aws", endpoint: url }));
    assert.deepEqual(
      report.quotas
        .filter(({ status }) => status !== "fits")
        .map(({ id, region, limit, from }) => ({ id, region, limit, from })),
      [{ id: "ec2-standard-vcpus", region: "eu-west-1", limit: 3, from: "account" }],
    );
    assert.equal(report.passed, false);
  });

  it("asks each service once a region, signed for it, and quotas of the account in us-east-1", async () => {
    const server = await serve();
    await preflight(dev, graph, openAccount({ home: dev.home, partition: "aws", endpoint: server.url }));
    const asked = server.calls.filter(({ service }) => service === "servicequotas");
    const first = asked.filter(({ body }) => !body.includes("NextToken"));
    const keys = first.map(
      ({ region, body }) => `${region} ${(JSON.parse(body) as { ServiceCode: string }).ServiceCode}`,
    );
    assert.equal(new Set(keys).size, keys.length);
    assert.ok(keys.includes("us-east-1 iam") && !keys.includes("eu-west-1 iam"));
    assert.ok(keys.includes("eu-west-1 ec2") && asked.length > first.length);
    assert.ok(server.calls.every(({ service }) => ["servicequotas", "sts", "iam", "ec2"].includes(service)));
  });

  it("finds zones of the plan that do not offer a type, roles that are missing, regions that are closed", async () => {
    const zones = (type: string): string => (type.startsWith("t3") || type.startsWith("m") ? "a" : "abcdef");
    const offered = await ask({ zones });
    assert.ok(offered.instances.some(({ missing = [] }) => missing.join() === "eu-west-1b"));
    assert.equal(offered.passed, false);
    const lone = await ask({ missingRoles: ["AWSServiceRoleForAutoScaling", "AWSServiceRoleForAmazonEKS"] });
    // The other is made by AWS with the first cluster.
    assert.deepEqual(lone.requests, [
      "aws iam create-service-linked-role --aws-service-name autoscaling.amazonaws.com",
    ]);
    assert.equal(lone.passed, false);
    const { url } = await serve({ closed: ["eu-south-1"] });
    const open = await openAccount({ home: "us-east-1", partition: "aws", endpoint: url }).enabledRegions();
    assert.deepEqual([open.has("eu-west-1"), open.has("eu-south-1")], [true, false]);
  });

  it("refuses credentials of another account before it asks for anything", async () => {
    const server = await serve({ id: "999999999999" });
    const account = openAccount({ home: dev.home, partition: "aws", endpoint: server.url });
    await assert.rejects(preflight(dev, graph, account), (error: unknown) => {
      assert.ok(error instanceof AccountError);
      assert.equal(error.message, `the credentials are of account 999999999999, dev is in ${dev.account}`);
      return true;
    });
    assert.deepEqual(
      server.calls.map(({ service }) => service),
      ["sts"],
    );
  });

  it("tells what AWS said when it refuses, and repeats a call that was throttled", async () => {
    await assert.rejects(
      ask({ refusal: "AccessDeniedException" }),
      /^AccountError: quotas of \w.* AccessDeniedException: not you/,
    );
    const { url, calls } = await serve({ throttled: 2 });
    const found = await callServiceQuotas("sns", { region: "eu-west-1", partition: "aws", endpoint: url, patience: 1 });
    assert.deepEqual(found, [{ code: "L-61103206", name: "sns-topics, by another name", value: 1_000_000 }]);
    assert.equal(calls.length, 3);
    const patient = await serve({ throttled: 99 });
    await assert.rejects(
      callServiceQuotas("sns", { region: "eu-west-1", partition: "aws", endpoint: patient.url, patience: 1 }),
      /TooManyRequestsException: slow down/,
    );
    assert.equal(patient.calls.length, 5);
  });

  it("reads all pages", async () => {
    const { url } = await serve();
    const found = await callServiceQuotas("vpc", { region: "eu-west-1", partition: "aws", endpoint: url });
    assert.ok(found.length > 6);
    assert.deepEqual(
      await callServiceQuotas("monitoring", { region: "eu-west-1", partition: "aws", endpoint: url }),
      [],
    );
  });
});

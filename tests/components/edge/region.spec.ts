import assert from "node:assert/strict";
import { RegionEdge } from "../../../components/edge/region";
import { EdgeZone } from "../../../components/edge/zone";
import { DISPOSABLE, SCOPE } from "../../kit/builders";
import { assertEveryChildIsOwned, record } from "../../kit/recorder";
import { assertRefused } from "../../kit/refusals";
import { CERTIFICATES, REGION } from "./args";

const make = (args: Partial<typeof REGION> = {}) =>
  record(({ opts }) => new RegionEdge("edge", { ...REGION, ...args }, opts), { outputs: CERTIFICATES });

describe("RegionEdge", () => {
  it("makes exactly these resources, each under the component and through its provider", async () => {
    const recording = await make();
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:acm/certificate:Certificate edge < edge",
      "aws:acm/certificateValidation:CertificateValidation edge < edge",
      "aws:apigatewayv2/apiMapping:ApiMapping edge-next < edge",
      "aws:apigatewayv2/apiMapping:ApiMapping edge-own < edge",
      "aws:apigatewayv2/apiMapping:ApiMapping edge-shared < edge",
      "aws:apigatewayv2/domainName:DomainName edge-next < edge",
      "aws:apigatewayv2/domainName:DomainName edge-own < edge",
      "aws:apigatewayv2/domainName:DomainName edge-shared < edge",
      "aws:route53/record:Record edge-collector-next.us.test.example.com < edge | retain",
      "aws:route53/record:Record edge-collector.us-east-1.test.example.com < edge",
      "aws:route53/record:Record edge-collector.us.test.example.com < edge | retain",
      "aws:route53/record:Record edge-next < edge",
      "aws:route53/record:Record edge-own < edge",
      "aws:route53/record:Record edge-shared < edge",
      "meridian:edge:RegionEdge edge < (stack)",
    ]);
  });

  it("serves the region's own and the shared host with TLS 1.2, and points records to both", async () => {
    const recording = await make();
    const domains = recording.all("aws:apigatewayv2/domainName:DomainName").map(({ inputs }) => inputs);
    assert.deepEqual(
      domains.map(({ domainName }) => domainName),
      ["collector.us-east-1.test.example.com", "collector.us.test.example.com", "collector-next.us.test.example.com"],
    );
    for (const { domainNameConfiguration } of domains) {
      assert.equal((domainNameConfiguration as { securityPolicy: string }).securityPolicy, "TLS_1_2");
    }
    const entry = recording.only("aws:route53/record:Record", "edge-shared").inputs;
    assert.equal(entry["name"], "entry.us-east-1.test.example.com");
    assert.match(JSON.stringify(entry["aliases"]), /d-collector\.us\.test\.example\.com/);
  });

  it("proves its certificate by DNS, and leaves the shared proof to the other regions when it goes", async () => {
    const recording = await make();
    const shared = recording.only("aws:route53/record:Record", "edge-collector.us.test.example.com");
    assert.deepEqual(shared.inputs["records"], ["proof-of-collector.us.test.example.com."]);
    assert.deepEqual([shared.retainOnDelete, shared.inputs["allowOverwrite"]], [true, true]);
  });

  it("makes a regional web ACL only for what can carry one", async () => {
    assert.deepEqual((await make()).all("aws:wafv2/webAcl:WebAcl"), []);
    const recording = await make({ protects: { api: "arn:alb" }, rateLimit: 500, logRetentionDays: 7 });
    assertEveryChildIsOwned(recording);
    const acl = recording.only("aws:wafv2/webAcl:WebAcl").inputs;
    assert.deepEqual([acl["scope"], acl["region"]], ["REGIONAL", "us-east-1"]);
    assert.match(JSON.stringify(acl["rules"]), /"limit":500/);
    assert.equal(recording.only("aws:wafv2/webAclAssociation:WebAclAssociation").inputs["resourceArn"], "arn:alb");
    assert.equal(recording.only("aws:cloudwatch/logGroup:LogGroup").inputs["retentionInDays"], 7);
  });

  it("refuses all bad arguments at once", async () => {
    await assertRefused(
      ({ opts }) =>
        new RegionEdge("edge", { ...REGION, domain: "nodots", rateLimit: 1, protects: { "Bad Name": "arn" } }, opts),
      ["domain", "rateLimit", "protects"],
    );
  });
});

describe("EdgeZone", () => {
  it("keeps its zone, whose name servers the parent domain knows", async () => {
    const recording = await record(
      ({ opts }) => new EdgeZone("zone", { scope: SCOPE, domain: "test.example.com" }, opts),
    );
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:route53/zone:Zone zone < zone | protect | retain",
      "meridian:edge:EdgeZone zone < (stack)",
    ]);
    const gone = await record(
      ({ opts }) => new EdgeZone("zone", { scope: DISPOSABLE, domain: "test.example.com" }, opts),
    );
    assert.equal(gone.only("aws:route53/zone:Zone").protect, false);
  });

  it("refuses what is no domain", async () => {
    await assertRefused(({ opts }) => new EdgeZone("zone", { scope: SCOPE, domain: "-x" }, opts), ["domain"]);
  });
});

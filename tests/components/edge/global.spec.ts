import assert from "node:assert/strict";
import { GlobalEdge } from "../../../components/edge/global";
import { assertEveryChildIsOwned, record } from "../../kit/recorder";
import { assertRefused } from "../../kit/refusals";
import { CERTIFICATES, GLOBAL } from "./args";

const make = (args: Partial<typeof GLOBAL> = {}) =>
  record(({ opts }) => new GlobalEdge("edge", { ...GLOBAL, ...args }, opts), {
    outputs: CERTIFICATES,
    region: "eu-west-1",
  });
const DISTRIBUTION = "aws:cloudfront/distribution:Distribution";

describe("GlobalEdge", () => {
  it("makes exactly these resources, each under the component and through its provider", async () => {
    const recording = await make();
    assertEveryChildIsOwned(recording);
    assert.deepEqual(recording.snapshot(), [
      "aws:acm/certificate:Certificate edge < edge",
      "aws:acm/certificateValidation:CertificateValidation edge < edge",
      "aws:cloudfront/distribution:Distribution edge < edge",
      "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy edge < edge",
      "aws:cloudwatch/logDelivery:LogDelivery edge < edge",
      "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination edge < edge",
      "aws:cloudwatch/logDeliverySource:LogDeliverySource edge < edge",
      "aws:cloudwatch/logGroup:LogGroup edge-waf < edge | protect | retain",
      "aws:route53/healthCheck:HealthCheck edge-eu-central-1 < edge",
      "aws:route53/healthCheck:HealthCheck edge-eu-west-1 < edge",
      "aws:route53/record:Record edge-api.eu.test.example.com < edge",
      "aws:route53/record:Record edge-eu-central-1 < edge",
      "aws:route53/record:Record edge-eu-central-1-next < edge",
      "aws:route53/record:Record edge-eu-west-1 < edge",
      "aws:route53/record:Record edge-eu-west-1-next < edge",
      "aws:route53/record:Record edge-public-a < edge",
      "aws:route53/record:Record edge-public-aaaa < edge",
      "aws:wafv2/webAcl:WebAcl edge < edge",
      "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration edge < edge",
      "meridian:edge:GlobalEdge edge < (stack)",
    ]);
  });

  it("keeps CloudFront's web ACL, its log, its certificate and log delivery in us-east-1", async () => {
    const recording = await make();
    for (const type of [
      "aws:wafv2/webAcl:WebAcl",
      "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
      "aws:cloudwatch/logGroup:LogGroup",
      "aws:acm/certificate:Certificate",
      "aws:acm/certificateValidation:CertificateValidation",
      "aws:cloudwatch/logDeliverySource:LogDeliverySource",
      "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination",
      "aws:cloudwatch/logDelivery:LogDelivery",
    ]) {
      assert.equal(recording.only(type).inputs["region"], "us-east-1", type);
    }
    assert.equal(recording.only("aws:wafv2/webAcl:WebAcl").inputs["scope"], "CLOUDFRONT");
  });

  it("detects a dead region in 30 s and answers with healthy ones for at most a minute", async () => {
    const recording = await make();
    const checks = recording.all("aws:route53/healthCheck:HealthCheck");
    assert.equal(checks.length, 2);
    for (const { inputs } of checks) {
      assert.deepEqual([inputs["requestInterval"], inputs["failureThreshold"], inputs["type"]], [10, 3, "HTTPS"]);
    }
    for (const region of GLOBAL.regions) {
      const { inputs } = recording.only("aws:route53/record:Record", `edge-${region}`);
      assert.deepEqual(
        [inputs["ttl"], inputs["name"], inputs["records"], inputs["setIdentifier"], inputs["latencyRoutingPolicies"]],
        [60, "collector.eu.test.example.com", [`entry.${region}.test.example.com`], region, [{ region }]],
      );
      assert.ok(inputs["healthCheckId"]);
    }
  });

  it("sends reads and writes to the nearest region, and tries a read again in another one, wherever the caller is", async () => {
    const recording = await make({ regions: ["eu-west-1", "eu-central-1", "eu-north-1"] });
    const { inputs } = recording.only(DISTRIBUTION);
    const [group] = inputs["originGroups"] as { members: { originId: string }[]; originId: string }[];
    assert.deepEqual(group?.members, [{ originId: "nearest" }, { originId: "next" }]);
    const reads = inputs["defaultCacheBehavior"] as { targetOriginId: string; allowedMethods: string[] };
    assert.equal(reads.targetOriginId, group.originId);
    assert.deepEqual(reads.allowedMethods, ["GET", "HEAD", "OPTIONS"]);
    const [writes] = inputs["orderedCacheBehaviors"] as { targetOriginId: string; pathPattern: string }[];
    assert.deepEqual([writes?.targetOriginId, writes?.pathPattern], ["nearest", "/v1/events*"]);
    const origins = inputs["origins"] as { originId: string; domainName: string }[];
    assert.deepEqual(
      origins.map(({ originId, domainName }) => [originId, domainName]),
      [
        ["nearest", "collector.eu.test.example.com"],
        ["next", "collector-next.eu.test.example.com"],
      ],
    );
    for (const [near, next] of [
      ["eu-west-1", "eu-central-1"],
      ["eu-central-1", "eu-west-1"],
      ["eu-north-1", "eu-west-1"],
    ] as const) {
      const record = recording.only("aws:route53/record:Record", `edge-${near}-next`).inputs;
      assert.deepEqual(
        [record["name"], record["records"], record["setIdentifier"], record["latencyRoutingPolicies"], record["ttl"]],
        ["collector-next.eu.test.example.com", [`entry-next.${next}.test.example.com`], near, [{ region: near }], 60],
      );
      assert.equal(
        record["healthCheckId"],
        recording.only("aws:route53/record:Record", `edge-${next}`).inputs["healthCheckId"],
      );
    }
  });

  it("has no failover group with one region", async () => {
    const { inputs } = (await make({ regions: ["eu-west-1"] })).only(DISTRIBUTION);
    assert.equal(inputs["originGroups"], undefined);
    assert.equal((inputs["defaultCacheBehavior"] as { targetOriginId: string }).targetOriginId, "nearest");
  });

  it("speaks TLS 1.2 or better to both sides, behind the web ACL, with security headers", async () => {
    const recording = await make();
    const { inputs } = recording.only(DISTRIBUTION);
    assert.equal(
      (inputs["viewerCertificate"] as { minimumProtocolVersion: string }).minimumProtocolVersion,
      "TLSv1.2_2021",
    );
    assert.equal(
      (inputs["defaultCacheBehavior"] as { viewerProtocolPolicy: string }).viewerProtocolPolicy,
      "https-only",
    );
    assert.ok(String(inputs["webAclId"]).length > 0);
    for (const origin of inputs["origins"] as { customOriginConfig: Record<string, unknown> }[]) {
      assert.equal(origin.customOriginConfig["originProtocolPolicy"], "https-only");
    }
    const headers = recording.only("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy").inputs;
    assert.match(JSON.stringify(headers), /"accessControlMaxAgeSec":31536000/);
  });

  it("blocks floods and known attackers, lets in batches larger than 8 KiB, and logs what it blocks", async () => {
    const recording = await make({ rateLimit: 100 });
    const rules = JSON.stringify(recording.only("aws:wafv2/webAcl:WebAcl").inputs["rules"]);
    assert.match(rules, /"limit":100/);
    for (const group of ["AmazonIpReputationList", "CommonRuleSet", "KnownBadInputsRuleSet"])
      assert.ok(rules.includes(group));
    assert.match(
      rules,
      /"name":"SizeRestrictions_BODY","actionToUse":\{"count":\{\}\}|"actionToUse":\{"count":\{\}\},"name":"SizeRestrictions_BODY"/,
    );
    assert.match(String(recording.only("aws:cloudwatch/logGroup:LogGroup").inputs["name"]), /^aws-waf-logs-/);
  });

  it("writes down nobody's address in us-east-1 when it may not, and guards all the same", async () => {
    const recording = await make({ webAclLog: false });
    assert.equal(recording.only("aws:wafv2/webAcl:WebAcl").inputs["scope"], "CLOUDFRONT");
    assert.deepEqual(recording.all("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"), []);
    assert.deepEqual(recording.all("aws:cloudwatch/logGroup:LogGroup"), []);
  });

  it("takes other paths, times and edge locations", async () => {
    const recording = await make({
      healthPath: "/up",
      writePaths: ["/in/*"],
      recordTtlSeconds: 10,
      logRetentionDays: 7,
      priceClass: "PriceClass_100",
    });
    assert.equal(recording.only("aws:route53/healthCheck:HealthCheck", "edge-eu-west-1").inputs["resourcePath"], "/up");
    assert.equal(recording.only("aws:route53/record:Record", "edge-eu-west-1").inputs["ttl"], 10);
    assert.equal(recording.only("aws:cloudwatch/logGroup:LogGroup").inputs["retentionInDays"], 7);
    const { inputs } = recording.only(DISTRIBUTION);
    assert.equal(inputs["priceClass"], "PriceClass_100");
    assert.match(JSON.stringify(inputs["orderedCacheBehaviors"]), /"pathPattern":"\/in\/\*"/);
  });

  it("refuses all bad arguments at once", async () => {
    await assertRefused(
      ({ opts }) =>
        new GlobalEdge(
          "edge",
          {
            ...GLOBAL,
            domain: "x",
            regions: ["eu-west-1", "eu-west-1"],
            healthPath: "health",
            writePaths: ["events"],
            recordTtlSeconds: 61,
            rateLimit: 0,
          },
          opts,
        ),
      ["domain", "regions[1]", "healthPath", "writePaths[0]", "recordTtlSeconds", "rateLimit"],
    );
  });
});

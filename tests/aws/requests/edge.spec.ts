import { UNKNOWN } from "../../../aws/value";
import { sends } from "./sent";

const STORE = "arn:aws:cloudfront::444455556666:key-value-store/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f";

describe("the requests of the edge", () => {
  sends([
    {
      says: "count what CloudFront wants counted, and give tags beside the distribution",
      type: "aws:cloudfront/distribution:Distribution",
      inputs: {
        enabled: true,
        tags: { zone: "us" },
        origins: [{ originId: "api", domainName: "api.example.com" }],
        defaultCacheBehavior: {
          targetOriginId: "api",
          viewerProtocolPolicy: "https-only",
          allowedMethods: ["GET", "HEAD"],
          cachedMethods: ["GET", "HEAD"],
          trustedSigners: ["self"],
        },
        restrictions: { geoRestriction: { restrictionType: "none", locations: [] } },
        viewerCertificate: { cloudfrontDefaultCertificate: true },
      },
      requests: [
        [
          "CreateDistributionWithTags",
          {
            DistributionConfigWithTags: {
              DistributionConfig: {
                CallerReference: UNKNOWN,
                Comment: "",
                Enabled: true,
                Origins: { Quantity: 1, Items: [{ Id: "api", DomainName: "api.example.com" }] },
                DefaultCacheBehavior: {
                  TargetOriginId: "api",
                  ViewerProtocolPolicy: "https-only",
                  AllowedMethods: {
                    Quantity: 2,
                    Items: ["GET", "HEAD"],
                    CachedMethods: { Quantity: 2, Items: ["GET", "HEAD"] },
                  },
                  TrustedSigners: { Enabled: true, Quantity: 1, Items: ["self"] },
                },
                Restrictions: { GeoRestriction: { RestrictionType: "none", Quantity: 0, Items: [] } },
                ViewerCertificate: { CloudFrontDefaultCertificate: true },
              },
              Tags: { Items: [{ Key: "zone", Value: "us" }] },
            },
          },
        ],
      ],
    },
    {
      says: "publish a function that is to be published",
      type: "aws:cloudfront/function:Function",
      inputs: {
        name: "rewrite",
        code: "function handler() {}",
        runtime: "cloudfront-js-2.0",
        publish: true,
        keyValueStoreAssociations: [STORE],
      },
      requests: [
        [
          "CreateFunction",
          {
            FunctionConfig: {
              Comment: "",
              Runtime: "cloudfront-js-2.0",
              KeyValueStoreAssociations: { Quantity: 1, Items: [{ KeyValueStoreARN: STORE }] },
            },
            Name: "rewrite",
            FunctionCode: "function handler() {}",
          },
        ],
        ["PublishFunction", { Name: "rewrite", IfMatch: UNKNOWN }],
      ],
    },
    {
      says: "name a web ACL's bodies by their keys, and read rules from their JSON text",
      type: "aws:wafv2/webAcl:WebAcl",
      inputs: {
        name: "edge",
        scope: "REGIONAL",
        defaultAction: { allow: {} },
        customResponseBodies: [{ key: "busy", content: "{}", contentType: "APPLICATION_JSON" }],
        ruleJson: "[]",
        visibilityConfig: { cloudwatchMetricsEnabled: true, metricName: "edge", sampledRequestsEnabled: false },
      },
      requests: [
        [
          "CreateWebACL",
          {
            Name: "edge",
            Scope: "REGIONAL",
            DefaultAction: { Allow: {} },
            CustomResponseBodies: { busy: { Content: "{}", ContentType: "APPLICATION_JSON" } },
            Rules: [],
            VisibilityConfig: { CloudWatchMetricsEnabled: true, MetricName: "edge", SampledRequestsEnabled: false },
          },
        ],
      ],
    },
  ]);
});

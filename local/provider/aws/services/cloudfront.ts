import { idLetters } from "../../identity";
import { always, validated, type ServiceTable } from "../define";
import type { Resource } from "../resource";

/** Hosted zone of all distributions, for alias records. Source: docs.aws.amazon.com/Route53, AliasTarget. */
const HOSTED_ZONE = "Z2FDTNDATAQYW2";
const global = (r: Resource, kind: string): string => r.arn("cloudfront", `${kind}/${r.id}`, { region: "" });
const etag = (r: Resource): string => `E${idLetters(13, r.urn, r.hex(32), "etag")}`;

const policy = (kind: string): ServiceTable[string] =>
  validated({
    autoName: { property: "name", max: 128 },
    outputs: { arn: (r) => global(r, kind), etag },
    changing: ["etag"],
    id: (r) => r.uuid(),
  });

export const cloudfront: ServiceTable = {
  "aws:cloudfront/distribution:Distribution": validated({
    defaults: {
      httpVersion: "http2",
      isIpv6Enabled: false,
      priceClass: "PriceClass_All",
      retainOnDelete: false,
      waitForDeployment: true,
    },
    replaceOn: ["staging"],
    outputs: {
      arn: (r) => global(r, "distribution"),
      callerReference: (r) => r.hex(20),
      continuousDeploymentPolicyId: always(""),
      domainName: (r) => `d${r.hex(13)}.cloudfront.net`,
      etag,
      hostedZoneId: always(HOSTED_ZONE),
      inProgressValidationBatches: always(0),
      lastModifiedTime: always("1970-01-01T00:00:00Z"),
      loggingV1Enabled: always(false),
      status: always("Deployed"),
      trustedKeyGroups: always([]),
      trustedSigners: always([]),
    },
    changing: ["etag"],
    id: (r) => `E${idLetters(13, r.urn)}`,
  }),
  "aws:cloudfront/originAccessControl:OriginAccessControl": validated({
    autoName: { property: "name", max: 64 },
    defaults: { description: "Managed by Pulumi" },
    outputs: { arn: (r) => global(r, "origin-access-control"), etag },
    changing: ["etag"],
    id: (r) => `E${idLetters(13, r.urn)}`,
  }),
  "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": policy("response-headers-policy"),
  "aws:cloudfront/cachePolicy:CachePolicy": policy("cache-policy"),
  "aws:cloudfront/originRequestPolicy:OriginRequestPolicy": policy("origin-request-policy"),
  "aws:cloudfront/function:Function": validated({
    autoName: { property: "name", max: 64 },
    replaceOn: ["name"],
    defaults: { publish: true },
    outputs: {
      arn: (r) => r.arn("cloudfront", `function/${r.text("name")}`, { region: "" }),
      etag,
      liveStageEtag: etag,
      status: always("UNASSOCIATED"),
    },
    changing: ["etag", "liveStageEtag"],
    id: (r) => r.text("name"),
  }),
};

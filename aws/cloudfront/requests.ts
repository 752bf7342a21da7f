import { list, UNKNOWN } from "../value";
import type { Value } from "../value";
import { request, turned, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

export const requests: RequestTable = {
  "aws:cloudfront/cachePolicy:CachePolicy": type(
    request(
      "cloudfront:CreateCachePolicy",
      {},
      { within: "CachePolicyConfig", adds: { CachePolicyConfig: { MinTTL: 0 } } },
    ),
  ),
  "aws:cloudfront/distribution:Distribution": type(
    request(
      "cloudfront:CreateDistributionWithTags",
      {
        "*.cachedMethods": "AllowedMethods.CachedMethods",
        "*.lambdaArn": "LambdaFunctionARN",
        loggingConfig: "Logging",
        orderedCacheBehaviors: "CacheBehaviors",
        "originGroups.originId": "Id",
        "origins.originId": "Id",
        "origins.customHeaders.name": "HeaderName",
        "origins.customHeaders.value": "HeaderValue",
        "restrictions.geoRestriction.locations": "Items",
        tags: "/DistributionConfigWithTags.Tags.Items",
      },
      {
        within: "DistributionConfigWithTags.DistributionConfig",
        adds: {
          DistributionConfigWithTags: { DistributionConfig: { CallerReference: UNKNOWN, Comment: "" }, Tags: {} },
        },
      },
    ),
    {
      retainOnDelete: "says whether the distribution is only switched off when it is taken away",
      waitForDeployment: "how long the provider waits",
    },
  ),
  "aws:cloudfront/function:Function": type(
    [
      request(
        "cloudfront:CreateFunction",
        {
          name: "Name",
          code: "FunctionCode",
          comment: "FunctionConfig.Comment",
          keyValueStoreAssociations: turned("FunctionConfig.KeyValueStoreAssociations", storesOf),
          runtime: "FunctionConfig.Runtime",
          tags: "Tags.Items",
        },
        { adds: { FunctionConfig: { Comment: "" } } },
      ),
      request("cloudfront:PublishFunction", { name: "Name" }, { adds: { IfMatch: UNKNOWN }, when: ["publish"] }),
    ],
    { publish: "says whether the function is published, too" },
  ),
  "aws:cloudfront/originAccessControl:OriginAccessControl": type(
    request("cloudfront:CreateOriginAccessControl", {}, { within: "OriginAccessControlConfig" }),
  ),
  "aws:cloudfront/originRequestPolicy:OriginRequestPolicy": type(
    request("cloudfront:CreateOriginRequestPolicy", {}, { within: "OriginRequestPolicyConfig" }),
  ),
  "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": type(
    request("cloudfront:CreateResponseHeadersPolicy", {}, { within: "ResponseHeadersPolicyConfig" }),
  ),
};

function storesOf(arns: Value): Value {
  return list({ arns }, "arns").map((KeyValueStoreARN) => ({ KeyValueStoreARN }));
}

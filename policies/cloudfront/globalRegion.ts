import { arnRegion } from "../kit/arn";
import type { Rule } from "../kit/rule";
import { at } from "../kit/value";

/** Where CloudFront looks for them. Source: docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html */
const HOME = "us-east-1";
const DISTRIBUTION = "aws:cloudfront/distribution:Distribution";
const WEB_ACL = "aws:wafv2/webAcl:WebAcl";
const CERTIFICATE = "aws:acm/certificate:Certificate";
const REFERENCES = [
  ["viewerCertificate.acmCertificateArn", CERTIFICATE],
  ["webAclId", WEB_ACL],
] as const;

/** X3. */
export const cloudfrontGlobalRegion: Rule = {
  id: "X3",
  name: "cloudfront-global-region",
  title: "CloudFront's web ACL and certificate are in us-east-1",
  severity: "high",
  level: "mandatory",
  source: ["AWS docs"],
  why: "CloudFront refuses them from any other region, late in the update; and a web ACL of scope CLOUDFRONT cannot be made elsewhere.",
  fix: `Give the WebAcl (scope CLOUDFRONT) and the Certificate region ${HOME}.`,
  unknowns: "An ARN that is not known yet is judged by the resource it comes from, and by itself once it is known.",
  types: [DISTRIBUTION, WEB_ACL, CERTIFICATE],
  check(acl, judge) {
    if (acl.type !== WEB_ACL || acl.props["scope"] !== "CLOUDFRONT" || acl.region === undefined) return;
    if (acl.region !== HOME) judge.against(acl, "region", `"${HOME}" with scope CLOUDFRONT`, acl.region);
  },
  checkStack(graph, judge) {
    for (const distribution of graph.of(DISTRIBUTION)) {
      for (const [path, type] of REFERENCES) {
        const regions = [
          arnRegion(at(distribution.props, path)),
          ...graph.linked(distribution, path, type).map(({ region }) => region),
        ];
        const wrong = regions.filter((region) => typeof region === "string" && region !== HOME);
        if (wrong.length > 0) judge.against(distribution, path, `one in ${HOME}`, wrong);
      }
    }
  },
};

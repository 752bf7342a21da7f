import type { Resource } from "../kit/resource";
import type { Judge, Rule } from "../kit/rule";
import { at, isOn, isSet, list } from "../kit/value";

const VERSION = "viewerCertificate.minimumProtocolVersion";
const SAFE_VIEWERS: ReadonlySet<unknown> = new Set(["https-only", "redirect-to-https"]);

/** X1. */
export const cloudfrontWafAndTls: Rule = {
  id: "X1",
  name: "cloudfront-waf-and-tls",
  title: "CloudFront distributions stand behind a web ACL and speak TLS 1.2 or later",
  severity: "high",
  level: "mandatory",
  source: ["CloudFront.6", "CloudFront.15"],
  why: "The edge is what the whole world reaches: attacks are cheapest to stop there, and old TLS can be broken there.",
  fix: `Set webAclId; ${VERSION} to TLSv1.2_2021 or later with a certificate of your own; viewerProtocolPolicy to redirect-to-https.`,
  spares:
    "A distribution without aliases may use CloudFront's own certificate (cloudfrontDefaultCertificate), whose protocol AWS chooses. Connections to S3 origins and to custom origins are not judged.",
  unknowns: "webAclId only has to be set: a new web ACL's ARN is not known in a preview.",
  types: ["aws:cloudfront/distribution:Distribution"],
  check(distribution, judge) {
    const { props } = distribution;
    judge.require(isSet(props["webAclId"]), distribution, "webAclId", "the ARN of a web ACL");
    if (!isOn(at(props, "viewerCertificate.cloudfrontDefaultCertificate"))) {
      const version = at(props, VERSION);
      const modern = typeof version === "string" && /^TLSv1\.[23]_20(19|2\d)/.test(version);
      judge.require(modern, distribution, VERSION, "TLSv1.2_2021 or later");
    } else if (isSet(props["aliases"])) {
      judge.against(distribution, "viewerCertificate", "a certificate of your own for the aliases", "CloudFront's own");
    }
    checkViewers(distribution, judge);
  },
};

function checkViewers(distribution: Resource, judge: Judge): void {
  const ordered = list(distribution.props, "orderedCacheBehaviors").map((_, index) => `orderedCacheBehaviors.${index}`);
  for (const behaviour of ["defaultCacheBehavior", ...ordered]) {
    const path = `${behaviour}.viewerProtocolPolicy`;
    judge.require(
      SAFE_VIEWERS.has(at(distribution.props, path)),
      distribution,
      path,
      "redirect-to-https or https-only",
    );
  }
}

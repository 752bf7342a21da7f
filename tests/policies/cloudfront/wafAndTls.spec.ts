import { cloudfrontWafAndTls } from "../../../policies/cloudfront/wafAndTls";
import { drop, hide, set } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const GOOD = {
  aliases: ["shop.example.com"],
  webAclId: "arn:aws:wafv2:us-east-1:1:global/webacl/w/i",
  viewerCertificate: { acmCertificateArn: "?", minimumProtocolVersion: "TLSv1.2_2021" },
  defaultCacheBehavior: { viewerProtocolPolicy: "redirect-to-https" },
};
const site = (props: object) =>
  resource("aws:cloudfront/distribution:Distribution", "site", withUnknowns({ ...GOOD, ...props }));
const VERSION = "viewerCertificate.minimumProtocolVersion";

specify(cloudfrontWafAndTls, {
  complainsOf: {
    "no web ACL": { by: [site({ webAclId: undefined })], at: ["webAclId"] },
    "TLS 1.0": { by: [site({ viewerCertificate: { minimumProtocolVersion: "TLSv1" } })], at: [VERSION] },
    "TLS 1.1": { by: [site({ viewerCertificate: { minimumProtocolVersion: "TLSv1.1_2016" } })], at: [VERSION] },
    "plain HTTP": {
      by: [site({ defaultCacheBehavior: { viewerProtocolPolicy: "allow-all" } })],
      at: ["defaultCacheBehavior.viewerProtocolPolicy"],
    },
    "plain HTTP on one path": {
      by: [
        site({
          orderedCacheBehaviors: [{ viewerProtocolPolicy: "https-only" }, { viewerProtocolPolicy: "allow-all" }],
        }),
      ],
      at: ["orderedCacheBehaviors.1.viewerProtocolPolicy"],
    },
    "CloudFront's own certificate under one's own name": {
      by: [site({ viewerCertificate: { cloudfrontDefaultCertificate: true } })],
      at: ["viewerCertificate"],
    },
  },
  accepts: { "a guarded distribution": [site({})] },
  spares: {
    "CloudFront's own certificate under CloudFront's own name": [
      site({ aliases: undefined, viewerCertificate: { cloudfrontDefaultCertificate: true } }),
    ],
    "a newer protocol": [site({ viewerCertificate: { minimumProtocolVersion: "TLSv1.3_2025" } })],
  },
  unknown: {
    "it complains of a protocol": { by: [site({ viewerCertificate: { minimumProtocolVersion: "?" } })], at: [VERSION] },
    "it accepts a web ACL that is to be created": [site({ webAclId: "?" })],
  },
  mutants: {
    breaks: {
      "aws:cloudfront/distribution:Distribution": [
        drop("webAclId"),
        set("webAclId", "", "empty the web ACL"),
        drop("viewerCertificate.minimumProtocolVersion"),
        hide("viewerCertificate.minimumProtocolVersion"),
        set("viewerCertificate.minimumProtocolVersion", "TLSv1.1_2016", "allow old TLS"),
        set("defaultCacheBehavior.viewerProtocolPolicy", "allow-all", "allow plain HTTP"),
        set("orderedCacheBehaviors.0.viewerProtocolPolicy", "allow-all", "allow plain HTTP on one path"),
      ],
    },
    passes: {
      "aws:cloudfront/distribution:Distribution": [
        set("viewerCertificate.minimumProtocolVersion", "TLSv1.2_2021", "take TLS 1.2"),
        set("defaultCacheBehavior.viewerProtocolPolicy", "redirect-to-https", "redirect"),
      ],
    },
  },
});

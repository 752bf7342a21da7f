import { cloudfrontGlobalRegion } from "../../../policies/cloudfront/globalRegion";
import { move, set } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const acl = (region: string, scope = "CLOUDFRONT") =>
  resource("aws:wafv2/webAcl:WebAcl", "edge", withUnknowns({ scope, region }));
const certificate = (region: string) =>
  resource("aws:acm/certificate:Certificate", "edge", { domainName: "example.com" }, { region });
const site = (acmCertificateArn: string, uses: readonly ReturnType<typeof certificate>[] = []) =>
  resource(
    "aws:cloudfront/distribution:Distribution",
    "site",
    withUnknowns({ viewerCertificate: { acmCertificateArn } }),
    {
      uses: { viewerCertificate: uses },
    },
  );
const CERTIFICATE = "viewerCertificate.acmCertificateArn";

specify(cloudfrontGlobalRegion, {
  complainsOf: {
    "a web ACL elsewhere": { by: [acl("eu-west-1")], at: ["region"] },
    "a certificate elsewhere, by its ARN": { by: [site("arn:aws:acm:eu-west-1:1:certificate/c")], at: [CERTIFICATE] },
    "a certificate elsewhere, by its resource": {
      by: [certificate("eu-west-1"), site("?", [certificate("eu-west-1")])],
      at: [CERTIFICATE],
    },
  },
  accepts: {
    "both in us-east-1": [acl("us-east-1"), certificate("us-east-1"), site("?", [certificate("us-east-1")])],
  },
  spares: {
    "a regional web ACL elsewhere": [acl("eu-west-1", "REGIONAL")],
    "a certificate elsewhere that the distribution does not use": [
      certificate("eu-west-1"),
      site("arn:aws:acm:us-east-1:1:certificate/c"),
    ],
  },
  unknown: {
    "it complains of a web ACL's region": { by: [acl("?")], at: ["region"] },
    "it accepts a certificate of another stack": [site("?")],
  },
  mutants: {
    breaks: {
      "aws:wafv2/webAcl:WebAcl": [move("eu-west-1"), move("us-west-2")],
      "aws:cloudfront/distribution:Distribution": [
        set(
          "viewerCertificate.acmCertificateArn",
          "arn:aws:acm:eu-west-1:1:certificate/1",
          "take a certificate of another region",
        ),
        set("webAclId", "arn:aws:wafv2:eu-west-1:1:global/webacl/a/1", "take a web ACL of another region"),
      ],
    },
    passes: {
      "aws:cloudfront/distribution:Distribution": [
        set(
          "viewerCertificate.acmCertificateArn",
          "arn:aws:acm:us-east-1:1:certificate/1",
          "take another certificate of us-east-1",
        ),
      ],
      "aws:wafv2/webAcl:WebAcl": [set("description", "another", "describe it anew")],
    },
  },
});

import type { GlobalEdgeArgs } from "../../../components/edge/global";
import type { RegionEdgeArgs } from "../../../components/edge/region";
import { SCOPE } from "../../kit/builders";

export const REGION: RegionEdgeArgs = {
  scope: SCOPE,
  domain: "test.example.com",
  zoneId: "Z1",
  collector: { apiId: "api1", stage: "$default" },
};

export const GLOBAL: GlobalEdgeArgs = {
  scope: { ...SCOPE, region: "eu-west-1", zone: "eu" },
  domain: "test.example.com",
  zoneId: "Z1",
  regions: ["eu-west-1", "eu-central-1"],
  logBucketArn: "arn:aws:s3:::logs",
};

/** What ACM answers when a certificate is asked for: one record to prove for each host. */
export const CERTIFICATES = {
  "aws:acm/certificate:Certificate": (inputs: Record<string, unknown>): Record<string, unknown> => ({
    domainValidationOptions: [
      inputs["domainName"],
      ...((inputs["subjectAlternativeNames"] as string[] | undefined) ?? []),
    ]
      .map((host) => String(host))
      .map((host) => ({
        domainName: host,
        resourceRecordName: `_proof.${host}.`,
        resourceRecordType: "CNAME",
        resourceRecordValue: `proof-of-${host}.`,
      })),
  }),
  "aws:apigatewayv2/domainName:DomainName": (inputs: Record<string, unknown>): Record<string, unknown> => ({
    domainNameConfiguration: {
      ...(inputs["domainNameConfiguration"] as object),
      targetDomainName: `d-${String(inputs["domainName"])}`,
      hostedZoneId: "ZAPI",
    },
  }),
};

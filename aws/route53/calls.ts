import type { CallRow } from "../call";
import { at, logStreams, onBehalfOf } from "../call-kit";

export const calls: readonly CallRow[] = [
  {
    id: "route53-query-log",
    types: ["aws:route53/queryLog:QueryLog"],
    property: "cloudwatchLogGroupArn",
    title: "Route 53 writes queries to the log group",
    source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html",
    calls: ({ inputs }, place) => [
      {
        caller: { service: "route53.amazonaws.com" },
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        resource: logStreams(at(inputs, "cloudwatchLogGroupArn")),
        context: onBehalfOf(place, `arn:${place.partition}:route53:::hostedzone/*`),
      },
    ],
  },
  {
    id: "route53-dnssec-key",
    types: ["aws:route53/keySigningKey:KeySigningKey"],
    property: "keyManagementServiceArn",
    title: "Route 53 signs with the zone's key",
    source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/access-control-managing-permissions.html",
    calls: ({ inputs }, place) => {
      const resource = place.key(at(inputs, "keyManagementServiceArn"));
      return resource === undefined
        ? []
        : [
            {
              caller: { service: "dnssec-route53.amazonaws.com" },
              actions: ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"],
              resource,
              context: onBehalfOf(place, `arn:${place.partition}:route53:::hostedzone/*`),
            },
          ];
    },
  },
];

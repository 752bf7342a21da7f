import type { CallRow } from "../call";
import { assumes, at, given, keyCall, list, logStreams, onBehalfOf, via } from "../call-kit";

const DOMAIN = ["aws:opensearch/domain:Domain"];

export const calls: readonly CallRow[] = [
  {
    id: "opensearch-log-group",
    types: DOMAIN,
    property: "logPublishingOptions",
    title: "The domain writes to its log groups",
    source:
      "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/createdomain-configure-slow-logs.html",
    calls: (node, place) =>
      list(node.inputs, "logPublishingOptions").flatMap((one) =>
        at(one, "enabled") === false
          ? []
          : [
              {
                caller: { service: "es.amazonaws.com" },
                actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
                resource: logStreams(at(one, "cloudwatchLogGroupArn")),
                context: onBehalfOf(place, place.arnOf(node)),
              },
            ],
      ),
  },
  {
    id: "opensearch-key",
    types: DOMAIN,
    property: "encryptAtRest.kmsKeyId",
    title: "Whoever makes the domain gives OpenSearch its key",
    source: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/encryption-at-rest.html",
    calls: (node, place) =>
      given(node, "encryptAtRest.kmsKeyId").flatMap((key) =>
        keyCall(place, { deployer: true }, key, ["kms:DescribeKey", "kms:CreateGrant"], {
          ...via(place, "es"),
          "kms:GrantIsForAWSResource": "true",
        }),
      ),
  },
  assumes(
    {
      id: "opensearch-dashboards-role",
      types: DOMAIN,
      property: "cognitoOptions.roleArn",
      source: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/cognito-auth.html",
    },
    { service: "opensearchservice.amazonaws.com" },
  ),
];

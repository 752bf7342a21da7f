import { text } from "../value";
import { absent, on, when } from "../rules/find";
import type { PropertyRule } from "../rules/rule";

const SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription";

/** SNS. */
export const rules: readonly PropertyRule[] = [
  {
    id: "sns-subscription-endpoint",
    types: [SUBSCRIPTION],
    title: "A subscription's endpoint is what its protocol delivers to",
    source: "https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html",
    check(inputs) {
      const forms: Readonly<Record<string, RegExp>> = {
        email: /^[^@\s]+@[^@\s]+$/,
        "email-json": /^[^@\s]+@[^@\s]+$/,
        http: /^http:\/\//,
        https: /^https:\/\//,
        sqs: /^arn:[^:]+:sqs:/,
        lambda: /^arn:[^:]+:lambda:/,
        firehose: /^arn:[^:]+:firehose:/,
        sms: /^\+?\d/,
      };
      const protocol = text(inputs, "protocol") ?? "";
      const endpoint = text(inputs, "endpoint");
      return when(
        endpoint !== undefined && forms[protocol]?.test(endpoint) === false,
        inputs,
        "endpoint",
        `an endpoint of protocol ${protocol}`,
      );
    },
    failing: [{ protocol: "email", endpoint: "https://example.com" }],
    passing: [{ protocol: "email", endpoint: "platform@example.com" }],
  },
  {
    id: "sns-subscription-role",
    types: [SUBSCRIPTION],
    title: "Delivery to Firehose has a role, and raw delivery is for SQS, HTTP and Firehose",
    source: "https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html",
    check(inputs) {
      const protocol = text(inputs, "protocol");
      if (protocol === undefined) return [];
      return [
        ...when(
          protocol === "firehose" && absent(inputs, "subscriptionRoleArn"),
          inputs,
          "subscriptionRoleArn",
          "a role, for Firehose",
        ),
        ...when(
          on(inputs, "rawMessageDelivery") && !["sqs", "http", "https", "firehose"].includes(protocol),
          inputs,
          "rawMessageDelivery",
          `false, for ${protocol}`,
        ),
      ];
    },
    failing: [{ protocol: "email", endpoint: "a@example.com", rawMessageDelivery: true }],
    passing: [{ protocol: "sqs", endpoint: "arn:aws:sqs:us-east-1:111122223333:work", rawMessageDelivery: true }],
  },
];

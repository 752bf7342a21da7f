import type { CallRow } from "../call";
import {
  assumes,
  at,
  delivers,
  deliveryKey,
  given,
  isSet,
  keyCall,
  list,
  logGroupArn,
  logStreams,
  serviceOf,
  text,
  thingKey,
} from "../call-kit";
import type { CallNode, CallPlace } from "../call";
import type { Value } from "../value";

const FUNCTION = ["aws:lambda/function:Function"];
const MAPPING = ["aws:lambda/eventSourceMapping:EventSourceMapping"];
const ROLE_SOURCE = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html";

const role = ({ inputs }: CallNode): Value => at(inputs, "role");
/** The role of the function that a mapping or configuration names. */
function functionRole(node: CallNode, place: CallPlace): Value {
  const found = place.find(at(node.inputs, "functionName"), "aws:lambda/function:Function");
  return found === undefined ? undefined : role(found);
}
/** Calls of a mapping whose source is of a service. */
function polls(service: string, actions: readonly string[]): CallRow["calls"] {
  return (node, place) =>
    given(node, "eventSourceArn")
      .filter((source) => serviceOf(source) === service)
      .map((resource) => ({ caller: { role: functionRole(node, place) }, actions, resource }));
}

export const calls: readonly CallRow[] = [
  assumes(
    { id: "lambda-role", types: FUNCTION, property: "role", source: ROLE_SOURCE },
    { service: "lambda.amazonaws.com", account: "undocumented" },
  ),
  {
    id: "lambda-log-group",
    types: FUNCTION,
    property: "loggingConfig",
    title: "A function writes to its log group",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html",
    calls: (node, place) => {
      const group = text(node.inputs, "loggingConfig.logGroup") ?? `/aws/lambda/${text(node.inputs, "name") ?? "*"}`;
      return [
        {
          caller: { role: role(node) },
          actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
          resource: logStreams(logGroupArn(place, group)),
        },
      ];
    },
  },
  {
    id: "lambda-tracing",
    types: FUNCTION,
    property: "tracingConfig",
    title: "A function sends its traces",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html",
    calls: (node) =>
      at(node.inputs, "tracingConfig.mode") === "Active"
        ? [
            {
              caller: { role: role(node) },
              actions: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
              resource: "*",
            },
          ]
        : [],
  },
  {
    id: "lambda-dead-letters",
    types: FUNCTION,
    property: "deadLetterConfig.targetArn",
    title: "A function's role sends what failed to its dead-letter queue",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
    calls: (node) =>
      given(node, "deadLetterConfig.targetArn").flatMap((target) => delivers({ role: role(node) }, target)),
  },
  {
    id: "lambda-dead-letters-key",
    types: FUNCTION,
    property: "deadLetterConfig.targetArn",
    title: "A function's role writes with the key of its dead-letter queue",
    source: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html",
    calls: (node, place) =>
      given(node, "deadLetterConfig.targetArn").flatMap((target) => deliveryKey(place, { role: role(node) }, target)),
  },
  {
    id: "lambda-network",
    types: FUNCTION,
    property: "vpcConfig",
    title: "Lambda makes network interfaces with the function's role",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
    calls: (node) =>
      isSet(at(node.inputs, "vpcConfig"))
        ? [
            {
              caller: { role: role(node) },
              actions: [
                "ec2:CreateNetworkInterface",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSubnets",
                "ec2:DeleteNetworkInterface",
                "ec2:AssignPrivateIpAddresses",
                "ec2:UnassignPrivateIpAddresses",
              ],
              resource: "*",
            },
          ]
        : [],
  },
  {
    id: "lambda-environment-key",
    types: FUNCTION,
    property: "kmsKeyArn",
    title: "Whoever makes the function gives Lambda the key of its environment",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html",
    calls: (node, place) =>
      given(node, "kmsKeyArn").flatMap((key) =>
        keyCall(place, { deployer: true }, key, ["kms:CreateGrant", "kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"], {
          "kms:GrantIsForAWSResource": "true",
        }),
      ),
  },
  {
    id: "lambda-poll-kinesis",
    types: MAPPING,
    property: "eventSourceArn",
    title: "A function's role reads its stream",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html",
    calls: polls("kinesis", [
      "kinesis:DescribeStream",
      "kinesis:DescribeStreamSummary",
      "kinesis:GetRecords",
      "kinesis:GetShardIterator",
      "kinesis:ListShards",
    ]),
  },
  {
    id: "lambda-poll-dynamodb",
    types: MAPPING,
    property: "eventSourceArn",
    title: "A function's role reads the stream of its table",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html",
    calls: polls("dynamodb", ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]),
  },
  {
    id: "lambda-poll-sqs",
    types: MAPPING,
    property: "eventSourceArn",
    title: "A function's role receives from its queue",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html",
    calls: polls("sqs", ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]),
  },
  {
    id: "lambda-poll-key",
    types: MAPPING,
    property: "eventSourceArn",
    title: "A function's role reads with the key of its source",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html",
    calls: (node, place) =>
      given(node, "eventSourceArn").flatMap((source) =>
        thingKey(place, { role: functionRole(node, place) }, source, serviceOf(source) ?? "", ["kms:Decrypt"]),
      ),
  },
  {
    id: "lambda-on-failure",
    types: [...MAPPING, "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"],
    property: "destinationConfig",
    title: "A function's role sends its records to their destination",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
    calls: (node, place) =>
      ["onFailure.destinationArn", "onSuccess.destination", "onFailure.destination"].flatMap((path) =>
        list(node.inputs, `destinationConfig.${path}`).flatMap((target) => [
          ...delivers({ role: functionRole(node, place) }, target),
          ...deliveryKey(place, { role: functionRole(node, place) }, target),
        ]),
      ),
  },
];

import type { Call, CallRow } from "../call";
import { assumes, at, given, onBehalfOf, text, thingKey, WRITE_KEY } from "../call-kit";
import type { CallNode, CallPlace } from "../call";
import { UNKNOWN } from "../value";
import type { Value } from "../value";

const INTEGRATION = ["aws:apigatewayv2/integration:Integration"];
const SOURCE =
  "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services.html";

/** An integration with a service makes one call with the role of its credentials, on what its parameters name. */
function byRole(subtype: RegExp, actions: readonly string[], resource: (node: CallNode, place: CallPlace) => Value) {
  return (node: CallNode, place: CallPlace): readonly Call[] => {
    if (!subtype.test(text(node.inputs, "integrationSubtype") ?? "")) return [];
    return given(node, "credentialsArn").map((role) => ({
      caller: { role },
      actions,
      resource: resource(node, place),
    }));
  };
}

const stream = (node: CallNode, place: CallPlace): Value => {
  const name = at(node.inputs, "requestParameters.StreamName");
  return typeof name === "string" ? place.arn("kinesis", `stream/${name}`) : name;
};
const queue = (node: CallNode, place: CallPlace): Value => {
  const url = at(node.inputs, "requestParameters.QueueUrl");
  const found = place.find(url, "aws:sqs/queue:Queue");
  return found === undefined ? url : place.arnOf(found);
};

export const calls: readonly CallRow[] = [
  assumes(
    { id: "apigateway-integration-role", types: INTEGRATION, property: "credentialsArn", source: SOURCE },
    { service: "apigateway.amazonaws.com", account: "undocumented" },
  ),
  {
    id: "apigateway-integration-kinesis",
    types: INTEGRATION,
    property: "credentialsArn",
    title: "An integration's role puts records into the stream",
    source: SOURCE,
    calls: byRole(/^Kinesis-PutRecord$/, ["kinesis:PutRecord"], stream),
  },
  {
    id: "apigateway-integration-kinesis-key",
    types: INTEGRATION,
    property: "credentialsArn",
    title: "An integration's role writes with the stream's key",
    source: "https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html",
    calls: (node, place) =>
      byRole(
        /^Kinesis-/,
        WRITE_KEY,
        stream,
      )(node, place).flatMap(({ caller, resource }) => thingKey(place, caller, resource, "kinesis", WRITE_KEY)),
  },
  {
    id: "apigateway-integration-sqs",
    types: INTEGRATION,
    property: "credentialsArn",
    title: "An integration's role sends to the queue",
    source: SOURCE,
    calls: byRole(/^SQS-SendMessage$/, ["sqs:SendMessage"], queue),
  },
  {
    id: "apigateway-integration-sqs-key",
    types: INTEGRATION,
    property: "credentialsArn",
    title: "An integration's role writes with the queue's key",
    source: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html",
    calls: (node, place) =>
      byRole(
        /^SQS-SendMessage$/,
        [],
        queue,
      )(node, place).flatMap(({ caller, resource }) =>
        thingKey(place, caller, resource, "sqs", ["kms:Decrypt", "kms:GenerateDataKey"]),
      ),
  },
  {
    id: "apigateway-integration-sfn",
    types: INTEGRATION,
    property: "credentialsArn",
    title: "An integration's role starts the state machine",
    source: SOURCE,
    calls: byRole(/^StepFunctions-StartExecution$/, ["states:StartExecution"], (node) =>
      at(node.inputs, "requestParameters.StateMachineArn"),
    ),
  },
  {
    id: "apigateway-integration-lambda",
    types: INTEGRATION,
    property: "integrationUri",
    title: "The API invokes the function",
    source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html",
    calls: (node, place) => invokes(node, place, "integrationUri"),
  },
  {
    id: "apigateway-authorizer-lambda",
    types: ["aws:apigatewayv2/authorizer:Authorizer"],
    property: "authorizerUri",
    title: "The API invokes the authorizer's function",
    source: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html",
    calls: (node, place) => invokes(node, place, "authorizerUri"),
  },
];

/** A function by the address that API Gateway takes; with credentials the role invokes it. */
function invokes(node: CallNode, place: CallPlace, property: string): readonly Call[] {
  const uri = at(node.inputs, property);
  const [, resource] =
    typeof uri === "string" ? (/(arn:[^:]*:lambda:[^:]*:\d{12}:function:[^/]+)/.exec(uri) ?? []) : [];
  if (resource === undefined) return [];
  const [role] = [...given(node, "credentialsArn"), ...given(node, "authorizerCredentialsArn")];
  const api = at(node.inputs, "apiId");
  // An authorizer is called for the API; an integration for a route, which names it by an id.
  const source =
    property === "authorizerUri" && typeof api === "string" ? place.arn("execute-api", `${api}/*`) : UNKNOWN;
  const actions = ["lambda:InvokeFunction"];
  if (role !== undefined) return [{ caller: { role }, actions, resource }];
  return [{ caller: { service: "apigateway.amazonaws.com" }, actions, resource, context: onBehalfOf(place, source) }];
}

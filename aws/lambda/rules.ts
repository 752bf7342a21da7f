import { isBlock, list, at, text, UNKNOWN } from "../value";
import type { Properties } from "../value";
import { absent, amount, given, outside, when } from "../rules/find";
import type { PropertyRule, StackRule } from "../rules/rule";

const FUNCTION = "aws:lambda/function:Function";
const SOURCE = "aws:lambda/eventSourceMapping:EventSourceMapping";
const QUEUE = "aws:sqs/queue:Queue";
const CREATE = "https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html";
const LIMITS = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html";
const MAPPING = "https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html";

const ZIP: Properties = { runtime: "nodejs22.x", handler: "index.handler", code: { asset: "program" } };
const FROM_QUEUE: Properties = { eventSourceArn: "arn:aws:sqs:us-east-1:111122223333:work", functionName: "worker" };

/** Default timeout of a function and visibility timeout of a queue, s. Source: CREATE; SQS's API_CreateQueue. */
const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_VISIBILITY_SECONDS = 30;

const isImage = (inputs: Properties): boolean => text(inputs, "packageType") === "Image";

/** Lambda: single resources. */
export const rules: readonly PropertyRule[] = [
  {
    id: "lambda-limits",
    types: [FUNCTION],
    title: "A function has 128 to 10,240 MB of memory, 1 to 900 s, 512 to 10,240 MB of scratch space",
    source: LIMITS,
    check: (inputs) => [
      ...outside(inputs, "memorySize", 128, absent(inputs, "capacityProviderConfig") ? 10_240 : 32_768, "MB"),
      ...outside(inputs, "timeout", 1, 900, "s"),
      ...outside(inputs, "ephemeralStorage.size", 512, 10_240, "MB"),
    ],
    failing: [
      { ...ZIP, memorySize: 64 },
      { ...ZIP, timeout: 1200 },
      { ...ZIP, ephemeralStorage: { size: 20_480 } },
    ],
    passing: [{ ...ZIP, memorySize: 1769, timeout: 900 }],
  },
  {
    id: "lambda-package",
    types: [FUNCTION],
    title: "Code in a zip file has a runtime and a handler, an image has neither",
    source: CREATE,
    check: (inputs) =>
      ["runtime", "handler"].flatMap((name) =>
        isImage(inputs)
          ? when(given(inputs, name), inputs, name, "nothing, for an image")
          : when(
              absent(inputs, name) && at(inputs, "packageType") !== UNKNOWN,
              inputs,
              name,
              "a value, for a zip file",
            ),
      ),
    failing: [
      { handler: "index.handler", code: { asset: "program" } },
      { packageType: "Image", imageUri: "worker:1", runtime: "nodejs22.x" },
    ],
    passing: [ZIP, { packageType: "Image", imageUri: "worker:1" }],
  },
  {
    id: "lambda-layers",
    types: [FUNCTION],
    title: "At most five layers, and none on an image",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html",
    check(inputs) {
      const count = list(inputs, "layers").length;
      const most = isImage(inputs) ? 0 : 5;
      return when(count > most && given(inputs, "layers"), inputs, "layers", `at most ${most}`, String(count));
    },
    failing: [{ ...ZIP, layers: ["a", "b", "c", "d", "e", "f"] }],
    passing: [{ ...ZIP, layers: ["a", "b"] }],
  },
  {
    id: "lambda-environment",
    types: [FUNCTION],
    title: "Environment variables take at most 4 KB, and none has a name that Lambda reserves",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html",
    check(inputs) {
      const path = "environment.variables";
      const variables = at(inputs, path);
      if (!isBlock(variables)) return [];
      const size = Object.entries(variables).reduce(
        (sum, [name, value]) =>
          sum + Buffer.byteLength(name) + (typeof value === "string" ? Buffer.byteLength(value) : 0),
        0,
      );
      const reserved = Object.keys(variables).filter((name) =>
        /^(AWS_REGION|AWS_DEFAULT_REGION|AWS_ACCESS_KEY(_ID)?|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|AWS_EXECUTION_ENV|AWS_LAMBDA_(FUNCTION_(NAME|VERSION|MEMORY_SIZE)|LOG_(GROUP|STREAM)_NAME|INITIALIZATION_TYPE|RUNTIME_API)|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR|_HANDLER|_X_AMZN_TRACE_ID)$/.test(
          name,
        ),
      );
      return [
        ...when(size > 4096, inputs, path, "at most 4,096 bytes", `${size} bytes`),
        ...reserved.flatMap((name) => when(true, inputs, `${path}.${name}`, "another name: Lambda sets this one")),
      ];
    },
    failing: [
      { ...ZIP, environment: { variables: { TABLE: "x".repeat(5000) } } },
      { ...ZIP, environment: { variables: { AWS_REGION: "us-east-1" } } },
    ],
    passing: [{ ...ZIP, environment: { variables: { TABLE: "users" } } }],
  },
  {
    id: "lambda-event-source-batch",
    types: [SOURCE],
    title: "A batch of more than ten messages of a queue waits for at least a second",
    source: MAPPING,
    check(inputs) {
      const arn = text(inputs, "eventSourceArn") ?? "";
      const size = amount(inputs, "batchSize") ?? 0;
      if (!arn.startsWith("arn:aws:sqs:")) return [];
      const fifo = arn.endsWith(".fifo");
      const wait = amount(inputs, "maximumBatchingWindowInSeconds") ?? 0;
      const unknown = at(inputs, "maximumBatchingWindowInSeconds") === UNKNOWN;
      return [
        ...when(fifo && size > 10, inputs, "batchSize", "at most 10, of a FIFO queue"),
        ...when(
          !fifo && size > 10 && wait < 1 && !unknown,
          inputs,
          "maximumBatchingWindowInSeconds",
          "at least 1, with batches of more than 10",
        ),
      ];
    },
    failing: [{ ...FROM_QUEUE, batchSize: 100 }],
    passing: [{ ...FROM_QUEUE, batchSize: 100, maximumBatchingWindowInSeconds: 5 }],
  },
  {
    id: "lambda-event-source-start",
    types: [SOURCE],
    title: "A stream is read from a named position, a queue is not",
    source: MAPPING,
    check(inputs) {
      const service = text(inputs, "eventSourceArn")?.split(":")[2];
      const streams = service === "kinesis" || service === "dynamodb" || service === "kafka";
      return [
        ...when(streams && absent(inputs, "startingPosition"), inputs, "startingPosition", "a position, for a stream"),
        ...when(
          service === "sqs" && given(inputs, "startingPosition"),
          inputs,
          "startingPosition",
          "nothing, for a queue",
        ),
        ...when(
          text(inputs, "startingPosition") === "AT_TIMESTAMP" && absent(inputs, "startingPositionTimestamp"),
          inputs,
          "startingPositionTimestamp",
          "a time, with AT_TIMESTAMP",
        ),
      ];
    },
    failing: [
      { eventSourceArn: "arn:aws:kinesis:us-east-1:111122223333:stream/events", functionName: "worker" },
      { ...FROM_QUEUE, startingPosition: "LATEST" },
    ],
    passing: [
      {
        eventSourceArn: "arn:aws:kinesis:us-east-1:111122223333:stream/events",
        functionName: "worker",
        startingPosition: "LATEST",
      },
    ],
  },
];

/** Lambda: several resources. */
export const stackRules: readonly StackRule[] = [
  {
    id: "lambda-queue-visibility",
    types: [SOURCE],
    title:
      "A queue hides a message at least as long as the function that reads it may run (AWS recommends six times as long)",
    source: "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html",
    across(node, stack) {
      const [queue] = stack.linked(node, "eventSourceArn", QUEUE);
      const [reader] = stack.linked(node, "functionName", FUNCTION);
      if (queue === undefined || reader === undefined) return [];
      const hidden = absent(queue.inputs, "visibilityTimeoutSeconds")
        ? DEFAULT_VISIBILITY_SECONDS
        : amount(queue.inputs, "visibilityTimeoutSeconds");
      const runs = absent(reader.inputs, "timeout") ? DEFAULT_TIMEOUT_SECONDS : amount(reader.inputs, "timeout");
      const broken = hidden !== undefined && runs !== undefined && hidden < runs;
      return when(
        broken,
        node.inputs,
        "eventSourceArn",
        `a queue that hides messages for at least ${runs ?? 0} s`,
        `${hidden ?? 0} s`,
      );
    },
    failing: [
      [
        { type: QUEUE, name: "work", inputs: { name: "work", visibilityTimeoutSeconds: 30 } },
        { type: FUNCTION, name: "worker", inputs: { ...ZIP, timeout: 60 } },
        { type: SOURCE, inputs: { batchSize: 10 }, uses: { eventSourceArn: ["work"], functionName: ["worker"] } },
      ],
    ],
    passing: [
      [
        { type: QUEUE, name: "work", inputs: { name: "work", visibilityTimeoutSeconds: 360 } },
        { type: FUNCTION, name: "worker", inputs: { ...ZIP, timeout: 60 } },
        { type: SOURCE, inputs: { batchSize: 10 }, uses: { eventSourceArn: ["work"], functionName: ["worker"] } },
      ],
    ],
  },
];

import type { Graph, Resource } from "../kit/resource";
import type { Rule } from "../kit/rule";
import { at, isSet } from "../kit/value";

const FUNCTION = "aws:lambda/function:Function";
const INVOKE = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";
const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
const ON_FAILURE = "destinationConfig.onFailure";

/** L1. */
export const lambdaFailuresAndLimits: Rule = {
  id: "L1",
  name: "lambda-failures-and-limits",
  title: "Lambda functions keep what they fail on, have reserved concurrency and a supported runtime",
  severity: "medium",
  level: "mandatory",
  source: ["Lambda.2", "new"],
  why: "A failed event is otherwise dropped; a function without a limit takes the account's concurrency from all others; an old runtime gets no security fixes.",
  fix:
    `Set deadLetterConfig.targetArn (or ${ON_FAILURE} of its FunctionEventInvokeConfig or EventSourceMapping), ` +
    "reservedConcurrentExecutions (0 or more), and a runtime that AWS supports.",
  spares: "The runtime of functions from container images.",
  unknowns: "A dead-letter target only has to be set: the ARN of a new queue is not known in a preview.",
  types: [FUNCTION, INVOKE, MAPPING],
  settings: {
    runtimes: {
      type: "array",
      items: { type: "string" },
      // As of 2026-11: docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
      default: [
        "nodejs22.x",
        "nodejs24.x",
        "python3.11",
        "python3.12",
        "python3.13",
        "python3.14",
        "java11",
        "java17",
        "java21",
        "java25",
        "dotnet10",
        "ruby3.3",
        "ruby3.4",
        "provided.al2023",
      ],
      description: "Runtimes that count as supported.",
    },
  },
  check(resource, judge) {
    if (resource.type !== FUNCTION) return;
    const { props } = resource;
    const reserved = props["reservedConcurrentExecutions"];
    judge.require(typeof reserved === "number" && reserved >= 0, resource, "reservedConcurrentExecutions", "0 or more");
    if (props["packageType"] === "Image") return;
    const supported = judge.settings.texts("runtimes");
    const { runtime } = props;
    judge.require(typeof runtime === "string" && supported.includes(runtime), resource, "runtime", "a supported one");
  },
  checkStack(graph, judge) {
    for (const fn of graph.of(FUNCTION)) {
      if (keepsFailures(graph, fn)) continue;
      judge.against(fn, "deadLetterConfig.targetArn", "a queue or topic, or an on-failure destination");
    }
  },
};

function keepsFailures(graph: Graph, fn: Resource): boolean {
  if (isSet(at(fn.props, "deadLetterConfig.targetArn"))) return true;
  return [INVOKE, MAPPING].some((type) =>
    graph
      .linkedFrom(fn, "functionName", type)
      .some(({ props }) => isSet(at(props, `${ON_FAILURE}.${type === MAPPING ? "destinationArn" : "destination"}`))),
  );
}

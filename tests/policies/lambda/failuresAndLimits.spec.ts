import { lambdaFailuresAndLimits } from "../../../policies/lambda/failuresAndLimits";
import { all, drop, hide, set } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const GOOD = {
  name: "transform",
  runtime: "nodejs22.x",
  reservedConcurrentExecutions: 10,
  deadLetterConfig: { targetArn: "?" },
};
const fn = (props: object) =>
  resource("aws:lambda/function:Function", "transform", withUnknowns({ ...GOOD, ...props }));
const bare = fn({ deadLetterConfig: undefined });
const TARGET = "deadLetterConfig.targetArn";
const LIMIT = "reservedConcurrentExecutions";

specify(lambdaFailuresAndLimits, {
  complainsOf: {
    "a function that drops its failures": { by: [bare], at: [TARGET] },
    "a mapping that drops them too": {
      by: [bare, resource("aws:lambda/eventSourceMapping:EventSourceMapping", "s", { functionName: "transform" })],
      at: [TARGET],
    },
    "a destination for successes only": {
      by: [
        bare,
        resource("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "c", {
          functionName: "transform",
          destinationConfig: { onSuccess: { destination: "q" } },
        }),
      ],
      at: [TARGET],
    },
    "no limit": { by: [fn({ [LIMIT]: undefined })], at: [LIMIT] },
    "a limit of -1, which is none": { by: [fn({ [LIMIT]: -1 })], at: [LIMIT] },
    "an old runtime": { by: [fn({ runtime: "nodejs16.x" })], at: ["runtime"] },
  },
  accepts: { "a function with all three": [fn({})] },
  spares: {
    "an on-failure destination of its own": [
      bare,
      resource(
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "c",
        withUnknowns({ functionName: "?", destinationConfig: { onFailure: { destination: "?" } } }),
        { uses: { functionName: [bare] } },
      ),
    ],
    "an on-failure destination of its stream": [
      bare,
      resource("aws:lambda/eventSourceMapping:EventSourceMapping", "s", {
        functionName: "transform",
        destinationConfig: { onFailure: { destinationArn: "q" } },
      }),
    ],
    "a container image, which has no runtime": [fn({ runtime: undefined, packageType: "Image" })],
    "a function that is switched off": [fn({ [LIMIT]: 0 })],
  },
  unknown: {
    "it complains of a limit": { by: [fn({ [LIMIT]: "?" })], at: [LIMIT] },
    "it accepts a target that is to be created": [fn({})],
  },
  mutants: {
    breaks: {
      "aws:lambda/function:Function": [
        drop("deadLetterConfig"),
        drop("reservedConcurrentExecutions"),
        hide("reservedConcurrentExecutions"),
        set("reservedConcurrentExecutions", -1, "lift the limit"),
        set("runtime", "nodejs14.x", "take an old runtime"),
        hide("runtime"),
      ],
    },
    passes: {
      "aws:lambda/function:Function": [
        all(drop("runtime"), set("packageType", "Image")),
        set("reservedConcurrentExecutions", 0, "reserve none"),
      ],
    },
  },
});

import { UNKNOWN } from "../value";
import { request, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

export const requests: RequestTable = {
  "aws:sfn/stateMachine:StateMachine": type(
    request(
      "stepfunctions:CreateStateMachine",
      {
        "loggingConfiguration.logDestination": "destinations.0.cloudWatchLogsLogGroup.logGroupArn",
        tracingConfiguration: "tracingConfiguration",
      },
      { adds: { name: UNKNOWN } },
    ),
  ),
};

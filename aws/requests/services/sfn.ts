import { UNKNOWN } from "../../value";
import { request, type } from "../spec";
import type { RequestTable } from "../spec";

export const sfn: RequestTable = {
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

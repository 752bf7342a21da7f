import { UNKNOWN } from "../value";
import { request, turned, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

export const requests: RequestTable = {
  "aws:scheduler/schedule:Schedule": type(
    request(
      "scheduler:CreateSchedule",
      {
        "target.ecsParameters.networkConfiguration": "NetworkConfiguration.awsvpcConfiguration",
        "target.ecsParameters.networkConfiguration.assignPublicIp": turned("AssignPublicIp", (on) =>
          on === true ? "ENABLED" : "DISABLED",
        ),
      },
      { adds: { Name: UNKNOWN, ClientToken: UNKNOWN } },
    ),
  ),
  "aws:scheduler/scheduleGroup:ScheduleGroup": type(
    request("scheduler:CreateScheduleGroup", {}, { adds: { Name: UNKNOWN, ClientToken: UNKNOWN } }),
  ),
};

import { UNKNOWN } from "../../value";
import { request, type } from "../spec";
import type { RequestTable } from "../spec";

export const scheduler: RequestTable = {
  "aws:scheduler/schedule:Schedule": type(
    request("scheduler:CreateSchedule", {}, { adds: { Name: UNKNOWN, ClientToken: UNKNOWN } }),
  ),
  "aws:scheduler/scheduleGroup:ScheduleGroup": type(
    request("scheduler:CreateScheduleGroup", {}, { adds: { Name: UNKNOWN, ClientToken: UNKNOWN } }),
  ),
};

import { UNKNOWN } from "../value";
import { request, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

/** Application Auto Scaling. */
export const requests: RequestTable = {
  "aws:appautoscaling/target:Target": type(request("application-autoscaling:RegisterScalableTarget")),
  "aws:appautoscaling/policy:Policy": type(
    request("application-autoscaling:PutScalingPolicy", { name: "PolicyName" }, { adds: { PolicyName: UNKNOWN } }),
  ),
  "aws:appautoscaling/scheduledAction:ScheduledAction": type(
    request(
      "application-autoscaling:PutScheduledAction",
      { name: "ScheduledActionName" },
      { adds: { ScheduledActionName: UNKNOWN } },
    ),
  ),
};

import type { CreateScheduleCommandInput, Target } from "@aws-sdk/client-scheduler";
import { orAbsent } from "../../failures";
import { asText } from "../../values";
import { always, emulated, type ServiceTable } from "../define";
import type { Resource } from "../resource";
import { awsShape, pick, present, tagList } from "../shape";

export const scheduler: ServiceTable = {
  "aws:scheduler/schedule:Schedule": emulated({
    autoName: { property: "name", max: 64 },
    replaceOn: ["name", "groupName"],
    defaults: { groupName: "default", scheduleExpressionTimezone: "UTC", state: "ENABLED" },
    outputs: {
      arn: (r) => r.arn("scheduler", `schedule/${r.text("groupName")}/${r.text("name")}`),
      actionAfterCompletion: always("NONE"),
    },
    find: async (r) => {
      const client = await r.aws().scheduler();
      const found = await orAbsent(client.getSchedule({ Name: r.text("name"), GroupName: r.text("groupName") }));
      if (found === undefined) return undefined;
      return {
        id: `${r.text("groupName")}/${r.text("name")}`,
        props: {
          ...(found.ScheduleExpression === undefined ? {} : { scheduleExpression: found.ScheduleExpression }),
          ...(found.State === undefined ? {} : { state: found.State }),
        },
      };
    },
    make: async (r) => {
      const client = await r.aws().scheduler();
      await client.createSchedule(scheduleOf(r));
      return { id: `${r.text("groupName")}/${r.text("name")}` };
    },
    settle: async (r) => {
      if (r.fresh) return;
      const client = await r.aws().scheduler();
      await client.updateSchedule(scheduleOf(r));
    },
    drop: async (r) => {
      const client = await r.aws().scheduler();
      await client.deleteSchedule({ Name: r.text("name"), GroupName: r.text("groupName") });
    },
  }),

  "aws:scheduler/scheduleGroup:ScheduleGroup": emulated({
    autoName: { property: "name", max: 64 },
    replaceOn: ["name"],
    outputs: {
      arn: (r) => r.arn("scheduler", `schedule-group/${r.text("name")}`),
      creationDate: always(""),
      lastModificationDate: always(""),
      state: always("ACTIVE"),
    },
    find: async (r) => {
      const client = await r.aws().scheduler();
      const found = await orAbsent(client.getScheduleGroup({ Name: r.text("name") }));
      return found?.Name === undefined ? undefined : { id: r.text("name") };
    },
    make: async (r) => {
      const client = await r.aws().scheduler();
      await client.createScheduleGroup({ Name: r.text("name"), Tags: tagList(r.tags) });
      return { id: r.text("name") };
    },
    drop: async (r) => {
      const client = await r.aws().scheduler();
      await client.deleteScheduleGroup({ Name: r.text("name") });
    },
  }),
};

function scheduleOf(r: Resource): CreateScheduleCommandInput {
  const { maximumWindowInMinutes, mode } = r.block("flexibleTimeWindow");
  return {
    ...(awsShape(pick(r.props, "actionAfterCompletion", "description", "kmsKeyArn")) as object),
    Name: r.text("name"),
    GroupName: r.text("groupName"),
    ScheduleExpression: r.text("scheduleExpression"),
    ScheduleExpressionTimezone: r.text("scheduleExpressionTimezone"),
    State: r.text("state") as "ENABLED",
    FlexibleTimeWindow: {
      Mode: (asText(mode) ?? "OFF") as "OFF",
      ...(maximumWindowInMinutes === undefined ? {} : { MaximumWindowInMinutes: Number(maximumWindowInMinutes) }),
    },
    Target: targetOf(r),
    ...present({ StartDate: date(r, "startDate"), EndDate: date(r, "endDate") }),
  };
}

function date(r: Resource, key: string): Date | undefined {
  const text = r.maybeText(key);
  return text === undefined ? undefined : new Date(text);
}

function targetOf(r: Resource): Target {
  const target = r.block("target");
  const blocks = pick(
    target,
    "deadLetterConfig",
    "eventbridgeParameters",
    "kinesisParameters",
    "retryPolicy",
    "sqsParameters",
  );
  return {
    ...(awsShape(blocks, { eventbridgeParameters: "EventBridgeParameters" }) as object),
    Arn: asText(target["arn"]),
    RoleArn: asText(target["roleArn"]),
    ...present({ Input: asText(target["input"]) }),
  };
}

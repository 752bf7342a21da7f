import type { PutRuleCommandInput, Target } from "@aws-sdk/client-eventbridge";
import { orAbsent } from "../../failures";
import { asTexts } from "../../values";
import { arnBy, emulated, type ServiceTable } from "../define";
import { jsonText } from "../json";
import type { Resource } from "../resource";
import { awsShape, pick, present, tagList } from "../shape";
import { settleTags } from "../tags";

/** EventBridge, whose types Pulumi keeps under `cloudwatch`. */
export const eventbridge: ServiceTable = {
  "aws:cloudwatch/eventBus:EventBus": emulated({
    autoName: { property: "name", max: 256 },
    replaceOn: ["name", "eventSourceName"],
    outputs: { arn: arnBy("events", "event-bus/", "name") },
    find: async (r) => {
      const client = await r.aws().eventbridge();
      const found = await orAbsent(client.describeEventBus({ Name: r.text("name") }));
      return found?.Arn === undefined ? undefined : { id: r.text("name"), props: { arn: found.Arn } };
    },
    make: async (r) => {
      const client = await r.aws().eventbridge();
      await client.createEventBus({ Name: r.text("name"), Tags: tagList(r.tags) });
      return { id: r.text("name") };
    },
    drop: async (r) => {
      const client = await r.aws().eventbridge();
      await client.deleteEventBus({ Name: r.text("name") });
    },
  }),

  "aws:cloudwatch/eventRule:EventRule": emulated({
    autoName: { property: "name", max: 64 },
    replaceOn: ["name", "eventBusName"],
    defaults: { eventBusName: "default", forceDestroy: false, state: "ENABLED" },
    outputs: { arn: ruleArn },
    find: async (r) => {
      const client = await r.aws().eventbridge();
      const found = await orAbsent(client.describeRule({ Name: r.text("name"), EventBusName: r.text("eventBusName") }));
      return found?.Arn === undefined ? undefined : { id: r.text("name"), props: { arn: found.Arn } };
    },
    make: async (r) => {
      const client = await r.aws().eventbridge();
      await client.putRule({ ...ruleOf(r), Tags: tagList(r.tags) });
      return { id: r.text("name") };
    },
    settle: async (r) => {
      if (r.fresh) return;
      const client = await r.aws().eventbridge();
      await client.putRule(ruleOf(r));
      const ResourceARN = ruleArn(r);
      await settleTags(
        r,
        (_, Tags) => client.tagResource({ ResourceARN, Tags }),
        (TagKeys) => client.untagResource({ ResourceARN, TagKeys }),
      );
    },
    drop: async (r) => {
      const client = await r.aws().eventbridge();
      await client.deleteRule({ Name: r.text("name"), EventBusName: r.text("eventBusName"), Force: true });
    },
  }),

  "aws:cloudwatch/eventTarget:EventTarget": emulated({
    autoName: { property: "targetId", max: 64 },
    replaceOn: ["targetId", "rule", "eventBusName"],
    defaults: { eventBusName: "default", forceDestroy: false },
    find: async (r) => {
      const client = await r.aws().eventbridge();
      const listed = await orAbsent(
        client.listTargetsByRule({ Rule: r.text("rule"), EventBusName: r.text("eventBusName") }),
      );
      const mine = listed?.Targets?.find(({ Id }) => Id === r.text("targetId"));
      return mine === undefined ? undefined : { id: `${r.text("rule")}-${r.text("targetId")}` };
    },
    make: async (r) => {
      await putTarget(r);
      return { id: `${r.text("rule")}-${r.text("targetId")}` };
    },
    settle: (r) => (r.fresh ? Promise.resolve() : putTarget(r)),
    drop: async (r) => {
      const client = await r.aws().eventbridge();
      const where = { Rule: r.text("rule"), EventBusName: r.text("eventBusName") };
      await client.removeTargets({ ...where, Ids: [r.text("targetId")] });
    },
  }),
};

function ruleArn(r: Resource): string {
  const bus = r.text("eventBusName");
  return r.arn("events", `rule/${bus === "default" ? "" : `${bus}/`}${r.text("name")}`);
}

function ruleOf(r: Resource): PutRuleCommandInput {
  return {
    ...(awsShape(pick(r.props, "description", "roleArn", "scheduleExpression")) as object),
    Name: r.text("name"),
    EventBusName: r.text("eventBusName"),
    State: (r.flag("isEnabled") === false ? "DISABLED" : r.text("state")) as "ENABLED",
    ...present({ EventPattern: jsonText(r.props["eventPattern"]) }),
  };
}

async function putTarget(r: Resource): Promise<void> {
  const client = await r.aws().eventbridge();
  const { inputPaths, inputTemplate } = r.block("inputTransformer");
  const target = {
    ...(awsShape(pick(r.props, "arn", "deadLetterConfig", "input", "inputPath", "retryPolicy", "roleArn")) as object),
    Id: r.text("targetId"),
    ...(r.has("inputTransformer")
      ? { InputTransformer: { InputPathsMap: inputPaths, InputTemplate: inputTemplate } }
      : {}),
    ...(r.has("kinesisTarget") ? { KinesisParameters: awsShape(r.block("kinesisTarget")) } : {}),
    ...(r.has("sqsTarget") ? { SqsParameters: awsShape(r.block("sqsTarget")) } : {}),
  } as Target;
  const where = { Rule: r.text("rule"), EventBusName: r.text("eventBusName") };
  const { FailedEntries = [] } = await client.putTargets({ ...where, Targets: [target] });
  const [failed] = FailedEntries;
  if (failed !== undefined) throw new Error(asTexts([failed.ErrorCode ?? "", failed.ErrorMessage ?? ""]).join(": "));
}

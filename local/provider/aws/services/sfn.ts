import type { LoggingConfiguration } from "@aws-sdk/client-sfn";
import { orAbsent } from "../../failures";
import { asText, type Props } from "../../values";
import { always, arnBy, emulated, type ServiceTable } from "../define";
import { sameJson } from "../json";
import type { Resource } from "../resource";
import { settleTags } from "../tags";

export const sfn: ServiceTable = {
  "aws:sfn/stateMachine:StateMachine": emulated({
    autoName: { property: "name", max: 80 },
    replaceOn: ["name", "type"],
    defaults: { publish: false, type: "STANDARD" },
    outputs: {
      arn: arnBy("states", "stateMachine:", "name"),
      creationDate: always(""),
      description: always(""),
      revisionId: always(""),
      stateMachineVersionArn: always(""),
      status: always("ACTIVE"),
      versionDescription: always(""),
    },
    changing: ["revisionId"],
    find: async (r) => {
      const client = await r.aws().sfn();
      const arn = r.arn("states", `stateMachine:${r.text("name")}`);
      const found = await orAbsent(client.describeStateMachine({ stateMachineArn: arn }));
      if (found === undefined || found.status === "DELETING") return undefined;
      const definition = sameJson(r.props["definition"], found.definition ?? "");
      return { id: arn, props: { arn, definition, creationDate: found.creationDate?.toISOString() ?? "" } };
    },
    make: async (r) => {
      const client = await r.aws().sfn();
      const made = await client.createStateMachine({
        name: r.text("name"),
        type: r.text("type") as "STANDARD",
        tags: Object.entries(r.tags).map(([key, value]) => ({ key, value })),
        ...machineOf(r),
      });
      return { id: made.stateMachineArn ?? "" };
    },
    settle: async (r) => {
      if (r.fresh) return;
      const client = await r.aws().sfn();
      await client.updateStateMachine({ stateMachineArn: r.id, ...machineOf(r) });
      await settleTags(
        r,
        (tags) =>
          client.tagResource({
            resourceArn: r.id,
            tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
          }),
        (tagKeys) => client.untagResource({ resourceArn: r.id, tagKeys }),
      );
    },
    drop: async (r) => {
      const client = await r.aws().sfn();
      await client.deleteStateMachine({ stateMachineArn: r.id });
    },
  }),
};

function machineOf(r: Resource): {
  definition: string;
  roleArn: string;
  loggingConfiguration?: LoggingConfiguration;
  tracingConfiguration?: { enabled: boolean };
} {
  return {
    definition: r.text("definition"),
    roleArn: r.text("roleArn"),
    ...(r.has("loggingConfiguration") ? { loggingConfiguration: logging(r.block("loggingConfiguration")) } : {}),
    ...(r.has("tracingConfiguration")
      ? { tracingConfiguration: { enabled: r.block("tracingConfiguration")["enabled"] === true } }
      : {}),
  };
}

function logging({ level, includeExecutionData, logDestination }: Props): LoggingConfiguration {
  const logGroupArn = asText(logDestination);
  return {
    level: (asText(level) ?? "OFF") as "OFF",
    includeExecutionData: includeExecutionData === true,
    ...(logGroupArn === undefined ? {} : { destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }] }),
  };
}

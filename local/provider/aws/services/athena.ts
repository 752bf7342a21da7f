import type { CreateWorkGroupCommandInput, WorkGroupConfiguration } from "@aws-sdk/client-athena";
import { orAbsent } from "../../failures";
import { asText, isProps, type Props } from "../../values";
import { arnBy, emulated, type Found, type ServiceTable } from "../define";
import type { Resource } from "../resource";
import { awsShape, present, tagList } from "../shape";

/** Where AWS spells a member of a workgroup otherwise than Pulumi. */
const SPELT = {
  enforceWorkgroupConfiguration: "EnforceWorkGroupConfiguration",
  publishCloudwatchMetricsEnabled: "PublishCloudWatchMetricsEnabled",
} as const;

export const athena: ServiceTable = {
  "aws:athena/workgroup:Workgroup": emulated({
    autoName: { property: "name", max: 128 },
    replaceOn: ["name"],
    defaults: { forceDestroy: false, state: "ENABLED" },
    outputs: { arn: arnBy("athena", "workgroup/", "name") },
    find: async (r) => {
      const client = await r.aws().athena();
      const found = await orAbsentWorkgroup(client.getWorkGroup({ WorkGroup: r.text("name") }));
      return found?.WorkGroup === undefined ? undefined : { id: r.text("name") };
    },
    make: async (r) => {
      const client = await r.aws().athena();
      await client.createWorkGroup({
        Name: r.text("name"),
        Configuration: configuration(r.block("configuration")),
        Tags: tagList(r.tags),
        ...present({ Description: r.maybeText("description") }),
      });
      return { id: r.text("name") };
    },
    settle: async (r) => {
      if (r.fresh) return;
      const client = await r.aws().athena();
      const { ResultConfiguration, ...rest } = configuration(r.block("configuration")) ?? {};
      await client.updateWorkGroup({
        WorkGroup: r.text("name"),
        State: r.flag("state") === false || r.maybeText("state") === "DISABLED" ? "DISABLED" : "ENABLED",
        ConfigurationUpdates: {
          ...rest,
          ...(ResultConfiguration === undefined ? {} : { ResultConfigurationUpdates: ResultConfiguration }),
        },
        ...present({ Description: r.maybeText("description") }),
      });
    },
    drop: async (r) => {
      const client = await r.aws().athena();
      const where = { WorkGroup: r.text("name"), RecursiveDeleteOption: r.flag("forceDestroy") ?? false };
      await orAbsentWorkgroup(client.deleteWorkGroup(where));
    },
  }),

  "aws:athena/namedQuery:NamedQuery": emulated({
    autoName: { property: "name", max: 128 },
    replaceOn: ["*"],
    defaults: { workgroup: "primary" },
    find: findQuery,
    make: async (r) => {
      const client = await r.aws().athena();
      const made = await client.createNamedQuery({
        Name: r.text("name"),
        Database: r.text("database"),
        QueryString: r.text("query"),
        WorkGroup: r.text("workgroup"),
        ...present({ Description: r.maybeText("description") }),
      });
      return { id: made.NamedQueryId ?? "" };
    },
    drop: async (r) => {
      const client = await r.aws().athena();
      await client.deleteNamedQuery({ NamedQueryId: r.id });
    },
  }),
};

/** Athena answers for an absent work group with a general code; its message tells. */
async function orAbsentWorkgroup<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await orAbsent(call);
  } catch (error) {
    if (error instanceof Error && /not found|does not exist|is not found/i.test(error.message)) return undefined;
    throw error;
  }
}

async function findQuery(r: Resource): Promise<Found | undefined> {
  const client = await r.aws().athena();
  if (r.id !== "") {
    const found = await orAbsentWorkgroup(client.getNamedQuery({ NamedQueryId: r.id }));
    return found?.NamedQuery === undefined ? undefined : { id: r.id };
  }
  const { NamedQueryIds = [] } = await client.listNamedQueries({ WorkGroup: r.text("workgroup") });
  for (const NamedQueryId of NamedQueryIds) {
    const { NamedQuery } = await client.getNamedQuery({ NamedQueryId });
    if (NamedQuery?.Name === r.text("name") && NamedQuery.QueryString === r.text("query")) return { id: NamedQueryId };
  }
  return undefined;
}

function configuration(block: Props): CreateWorkGroupCommandInput["Configuration"] {
  const { resultConfiguration, ...rest } = block;
  const shaped = awsShape(rest, SPELT) as WorkGroupConfiguration;
  if (!isProps(resultConfiguration)) return shaped;
  const { encryptionConfiguration, ...result } = resultConfiguration;
  const encryption = isProps(encryptionConfiguration) ? encryptionConfiguration : undefined;
  const key = asText(encryption?.["kmsKeyArn"]);
  return {
    ...shaped,
    ResultConfiguration: {
      ...(awsShape(result) as object),
      ...(encryption === undefined
        ? {}
        : {
            EncryptionConfiguration: {
              EncryptionOption: (asText(encryption["encryptionOption"]) ?? "SSE_S3") as "SSE_KMS",
              ...(key === undefined ? {} : { KmsKey: key }),
            },
          }),
    },
  };
}

import type { PutParameterCommandInput } from "@aws-sdk/client-ssm";
import { orAbsent } from "../../failures";
import { always, emulated, type ServiceTable } from "../define";
import type { Resource } from "../resource";
import { awsShape, pick, tagList } from "../shape";
import { settleTags } from "../tags";

export const ssm: ServiceTable = {
  "aws:ssm/parameter:Parameter": emulated({
    autoName: { property: "name", max: 1011 },
    replaceOn: ["name", "dataType"],
    outputs: {
      arn: (r) => r.arn("ssm", `parameter/${r.text("name").replace(/^\//, "")}`),
      dataType: always("text"),
      tier: always("Standard"),
      keyId: (r) => (r.text("type") === "SecureString" ? "alias/aws/ssm" : ""),
      hasValueWo: always(false),
      version: always(1),
    },
    changing: ["version"],
    find: async (r) => {
      const client = await r.aws().ssm();
      const found = (await orAbsent(client.getParameter({ Name: r.text("name"), WithDecryption: true })))?.Parameter;
      if (found === undefined) return undefined;
      const seen = r.has("value") && found.Value !== undefined ? { value: found.Value } : {};
      return { id: r.text("name"), props: { ...seen, version: found.Version ?? 1 } };
    },
    make: async (r) => {
      const client = await r.aws().ssm();
      await client.putParameter({ ...parameterOf(r), Tags: tagList(r.tags) });
      return { id: r.text("name") };
    },
    settle: async (r) => {
      if (r.fresh) return;
      const client = await r.aws().ssm();
      await client.putParameter({ ...parameterOf(r), Overwrite: true });
      const where = { ResourceType: "Parameter" as const, ResourceId: r.text("name") };
      await settleTags(
        r,
        (_, Tags) => client.addTagsToResource({ ...where, Tags }),
        (TagKeys) => client.removeTagsFromResource({ ...where, TagKeys }),
      );
    },
    drop: async (r) => {
      const client = await r.aws().ssm();
      await client.deleteParameter({ Name: r.text("name") });
    },
  }),
};

function parameterOf(r: Resource): PutParameterCommandInput {
  return {
    ...(awsShape(pick(r.props, "allowedPattern", "dataType", "description", "keyId", "tier")) as object),
    Name: r.text("name"),
    Type: r.text("type") as "String",
    Value: r.maybeText("value") ?? r.maybeText("insecureValue") ?? r.maybeText("valueWo"),
  };
}

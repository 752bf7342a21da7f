import type { DatabaseInput, TableInput } from "@aws-sdk/client-glue";
import { orAbsent } from "../../failures";
import { asTextMap, isProps, type Props } from "../../values";
import { emulated, idFrom, validated, type ServiceTable } from "../define";
import type { Resource } from "../resource";
import { awsShape, pick } from "../shape";

export const glue: ServiceTable = {
  "aws:glue/catalogDatabase:CatalogDatabase": emulated({
    autoName: { property: "name", max: 255, lowerCase: true },
    replaceOn: ["name", "catalogId"],
    outputs: {
      arn: (r) => r.arn("glue", `database/${r.text("name")}`),
      catalogId: (r) => r.place.account,
      locationUri: () => "",
      createTableDefaultPermissions: () => [
        { permissions: ["ALL"], principal: { dataLakePrincipalIdentifier: "IAM_ALLOWED_PRINCIPALS" } },
      ],
    },
    find: async (r) => {
      const client = await r.aws().glue();
      const found = await orAbsent(client.getDatabase({ Name: r.text("name") }));
      return found?.Database === undefined ? undefined : { id: `${r.place.account}:${r.text("name")}` };
    },
    make: async (r) => {
      const client = await r.aws().glue();
      await client.createDatabase({ DatabaseInput: databaseOf(r) });
      return { id: `${r.place.account}:${r.text("name")}` };
    },
    settle: async (r) => {
      if (r.fresh) return;
      const client = await r.aws().glue();
      await client.updateDatabase({ Name: r.text("name"), DatabaseInput: databaseOf(r) });
    },
    drop: async (r) => {
      const client = await r.aws().glue();
      await client.deleteDatabase({ Name: r.text("name") });
    },
  }),

  "aws:glue/catalogTable:CatalogTable": emulated({
    autoName: { property: "name", max: 255, lowerCase: true },
    replaceOn: ["name", "catalogId", "databaseName"],
    outputs: {
      arn: (r) => r.arn("glue", `table/${r.text("databaseName")}/${r.text("name")}`),
      catalogId: (r) => r.place.account,
      partitionIndices: () => [],
    },
    find: async (r) => {
      const client = await r.aws().glue();
      const found = await orAbsent(client.getTable({ DatabaseName: r.text("databaseName"), Name: r.text("name") }));
      return found?.Table === undefined ? undefined : { id: tableId(r) };
    },
    make: async (r) => {
      const client = await r.aws().glue();
      await client.createTable({ DatabaseName: r.text("databaseName"), TableInput: tableOf(r) });
      return { id: tableId(r) };
    },
    settle: async (r) => {
      if (r.fresh) return;
      const client = await r.aws().glue();
      await client.updateTable({ DatabaseName: r.text("databaseName"), TableInput: tableOf(r) });
    },
    drop: async (r) => {
      const client = await r.aws().glue();
      await client.deleteTable({ DatabaseName: r.text("databaseName"), Name: r.text("name") });
    },
  }),

  "aws:glue/securityConfiguration:SecurityConfiguration": validated({
    autoName: { property: "name", max: 255 },
    replaceOn: ["*"],
    id: idFrom("name"),
  }),
  "aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings": validated({
    replaceOn: ["catalogId"],
    outputs: { catalogId: (r) => r.place.account },
    id: (r) => r.maybeText("catalogId") ?? r.place.account,
  }),
  "aws:glue/partitionIndex:PartitionIndex": validated({
    replaceOn: ["*"],
    outputs: { catalogId: (r) => r.place.account },
    id: (r) => `${r.place.account}:${r.text("databaseName")}:${r.text("tableName")}:${r.hex(8)}`,
  }),
};

function databaseOf(r: Resource): DatabaseInput {
  return {
    ...(awsShape(pick(r.props, "description", "locationUri")) as object),
    Name: r.text("name"),
    Parameters: r.map("parameters"),
  };
}

function tableId(r: Resource): string {
  return `${r.place.account}:${r.text("databaseName")}:${r.text("name")}`;
}

function tableOf(r: Resource): TableInput {
  const plain = pick(r.props, "description", "owner", "retention", "tableType", "viewOriginalText", "viewExpandedText");
  return {
    ...(awsShape(plain) as object),
    Name: r.text("name"),
    Parameters: r.map("parameters"),
    PartitionKeys: columns(r.list("partitionKeys")),
    ...(r.has("storageDescriptor") ? { StorageDescriptor: storage(r.block("storageDescriptor")) } : {}),
  };
}

function storage(block: Props): NonNullable<TableInput["StorageDescriptor"]> {
  const { serDeInfo, columns: listed, parameters, ...rest } = block;
  const serde = isProps(serDeInfo) ? serDeInfo : {};
  return {
    ...(awsShape(rest) as object),
    Columns: columns(Array.isArray(listed) ? (listed as readonly Props[]) : []),
    Parameters: asTextMap(parameters),
    SerdeInfo: {
      ...(awsShape(pick(serde, "name", "serializationLibrary")) as object),
      Parameters: asTextMap(serde["parameters"]),
    },
  };
}

function columns(list: readonly Props[]): { Name: string; Type?: string }[] {
  return list.map(({ parameters, ...column }) => ({
    ...(awsShape(column) as { Name: string; Type?: string }),
    ...(parameters === undefined ? {} : { Parameters: asTextMap(parameters) }),
  }));
}

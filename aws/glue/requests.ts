import { UNKNOWN } from "../value";
import { request, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

export const requests: RequestTable = {
  "aws:glue/catalogDatabase:CatalogDatabase": type(
    request(
      "glue:CreateDatabase",
      { catalogId: "/CatalogId", tags: "/Tags" },
      { within: "DatabaseInput", adds: { DatabaseInput: { Name: UNKNOWN } } },
    ),
  ),
  "aws:glue/catalogTable:CatalogTable": type(
    request(
      "glue:CreateTable",
      {
        catalogId: "/CatalogId",
        databaseName: "/DatabaseName",
        openTableFormatInput: "/OpenTableFormatInput",
        "openTableFormatInput.icebergInput.icebergTableInput": "CreateIcebergTableInput",
        "openTableFormatInput.icebergInput.icebergTableInput.sortOrder": "WriteOrder",
        partitionIndices: "/PartitionIndexes",
      },
      { within: "TableInput", adds: { TableInput: { Name: UNKNOWN } } },
    ),
    { "partitionIndices.indexStatus": "AWS answers it" },
  ),
  "aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings": type(
    request("glue:PutDataCatalogEncryptionSettings"),
  ),
  "aws:glue/partitionIndex:PartitionIndex": type(request("glue:CreatePartitionIndex"), {
    "partitionIndex.indexStatus": "AWS answers it",
  }),
  "aws:glue/securityConfiguration:SecurityConfiguration": type(
    request("glue:CreateSecurityConfiguration", {}, { adds: { Name: UNKNOWN } }),
  ),
};

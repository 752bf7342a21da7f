import { sends } from "./sent";

const type = "aws:dynamodb/table:Table";

describe("the requests of tables", () => {
  sends([
    {
      says: "make keys of the names of hash and range, an index's after its table's",
      type,
      inputs: {
        name: "orders",
        hashKey: "user",
        rangeKey: "at",
        attributes: [{ name: "user", type: "S" }],
        globalSecondaryIndexes: [
          { name: "by_item", hashKey: "item", projectionType: "ALL", readCapacity: 1, writeCapacity: 2 },
        ],
        localSecondaryIndexes: [{ name: "by_price", rangeKey: "price", projectionType: "KEYS_ONLY" }],
      },
      requests: [
        [
          "CreateTable",
          {
            TableName: "orders",
            KeySchema: [
              { AttributeName: "user", KeyType: "HASH" },
              { AttributeName: "at", KeyType: "RANGE" },
            ],
            AttributeDefinitions: [{ AttributeName: "user", AttributeType: "S" }],
            GlobalSecondaryIndexes: [
              {
                IndexName: "by_item",
                KeySchema: [{ AttributeName: "item", KeyType: "HASH" }],
                Projection: { ProjectionType: "ALL" },
                ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 2 },
              },
            ],
            LocalSecondaryIndexes: [
              {
                IndexName: "by_price",
                KeySchema: [
                  { AttributeName: "user", KeyType: "HASH" },
                  { AttributeName: "price", KeyType: "RANGE" },
                ],
                Projection: { ProjectionType: "KEYS_ONLY" },
              },
            ],
          },
        ],
      ],
    },
    {
      says: "add replicas afterwards, and say once that they are strongly consistent",
      type,
      inputs: {
        name: "flags",
        hashKey: "flag",
        replicas: [
          { regionName: "eu-west-1", consistencyMode: "STRONG", propagateTags: true },
          { regionName: "us-west-2", consistencyMode: "STRONG", kmsKeyArn: "arn:key" },
        ],
      },
      requests: [
        ["CreateTable", { TableName: "flags", KeySchema: [{ AttributeName: "flag", KeyType: "HASH" }] }],
        [
          "UpdateTable",
          {
            TableName: "flags",
            ReplicaUpdates: [
              { Create: { RegionName: "eu-west-1" } },
              { Create: { RegionName: "us-west-2", KMSMasterKeyId: "arn:key" } },
            ],
            MultiRegionConsistency: "STRONG",
          },
        ],
      ],
    },
    {
      says: "say nothing of replicas that are eventually consistent, as all are by default",
      type,
      inputs: { name: "flags", hashKey: "flag", replicas: [{ regionName: "eu-west-1", consistencyMode: "EVENTUAL" }] },
      requests: [
        ["CreateTable", { TableName: "flags", KeySchema: [{ AttributeName: "flag", KeyType: "HASH" }] }],
        ["UpdateTable", { TableName: "flags", ReplicaUpdates: [{ Create: { RegionName: "eu-west-1" } }] }],
      ],
    },
    {
      says: "restore a table in place of making it",
      type,
      inputs: { name: "flags", restoreSourceName: "flags-before", restoreToLatestTime: true },
      requests: [
        [
          "RestoreTableToPointInTime",
          { TargetTableName: "flags", SourceTableName: "flags-before", UseLatestRestorableTime: true },
        ],
      ],
    },
    {
      says: "read an item from its JSON text",
      type: "aws:dynamodb/tableItem:TableItem",
      inputs: { tableName: "flags", hashKey: "flag", item: '{"flag":{"S":"cache"}}' },
      requests: [["PutItem", { Item: { flag: { S: "cache" } }, TableName: "flags" }]],
    },
  ]);
});

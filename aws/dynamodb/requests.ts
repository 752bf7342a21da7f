import { isBlock, list, UNKNOWN } from "../value";
import type { Properties, Value } from "../value";
import { fromJson, request, turned, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

const ATTRIBUTES = {
  attributes: "AttributeDefinitions",
  "attributes.name": "AttributeName",
  "attributes.type": "AttributeType",
};

const RESTORED = ["restoreSourceName", "restoreSourceTableArn"];

export const requests: RequestTable = {
  "aws:dynamodb/table:Table": type(
    [
      request(
        "dynamodb:CreateTable",
        {
          name: "TableName",
          ...ATTRIBUTES,
          hashKey: turned("KeySchema", hash),
          rangeKey: turned("KeySchema", range),
          readCapacity: "ProvisionedThroughput.ReadCapacityUnits",
          writeCapacity: "ProvisionedThroughput.WriteCapacityUnits",
          "globalSecondaryIndexes.name": "IndexName",
          "globalSecondaryIndexes.hashKey": turned("KeySchema", hash),
          "globalSecondaryIndexes.rangeKey": turned("KeySchema", range),
          "globalSecondaryIndexes.keySchemas": "KeySchema",
          "globalSecondaryIndexes.projectionType": "Projection.ProjectionType",
          "globalSecondaryIndexes.nonKeyAttributes": "Projection.NonKeyAttributes",
          "globalSecondaryIndexes.readCapacity": "ProvisionedThroughput.ReadCapacityUnits",
          "globalSecondaryIndexes.writeCapacity": "ProvisionedThroughput.WriteCapacityUnits",
          "localSecondaryIndexes.name": "IndexName",
          // A local index has its table's hash key.
          "localSecondaryIndexes.rangeKey": turned("KeySchema", (key, { hashKey }) => [
            ...hash(hashKey),
            ...range(key),
          ]),
          "localSecondaryIndexes.projectionType": "Projection.ProjectionType",
          "localSecondaryIndexes.nonKeyAttributes": "Projection.NonKeyAttributes",
          serverSideEncryption: "SSESpecification",
          "serverSideEncryption.kmsKeyArn": "KMSMasterKeyId",
          streamEnabled: "StreamSpecification.StreamEnabled",
          streamViewType: "StreamSpecification.StreamViewType",
        },
        { unless: ["importTable", "restoreBackupArn", ...RESTORED] },
      ),
      request(
        "dynamodb:ImportTable",
        {
          importTable: "",
          "importTable.s3BucketSource.bucket": "S3Bucket",
          "importTable.s3BucketSource.bucketOwner": "S3BucketOwner",
          "importTable.s3BucketSource.keyPrefix": "S3KeyPrefix",
        },
        { adds: { TableCreationParameters: UNKNOWN }, when: ["importTable"] },
      ),
      request(
        "dynamodb:RestoreTableFromBackup",
        { name: "TargetTableName", restoreBackupArn: "BackupArn" },
        { when: ["restoreBackupArn"] },
      ),
      request(
        "dynamodb:RestoreTableToPointInTime",
        {
          name: "TargetTableName",
          restoreDateTime: "RestoreDateTime",
          restoreSourceName: "SourceTableName",
          restoreSourceTableArn: "SourceTableArn",
          restoreToLatestTime: "UseLatestRestorableTime",
        },
        { when: RESTORED },
      ),
      request("dynamodb:UpdateTimeToLive", { name: "TableName", ttl: "TimeToLiveSpecification" }, { when: ["ttl"] }),
      request(
        "dynamodb:UpdateContinuousBackups",
        {
          name: "TableName",
          pointInTimeRecovery: "PointInTimeRecoverySpecification",
          "pointInTimeRecovery.enabled": "PointInTimeRecoveryEnabled",
          "pointInTimeRecovery.recoveryPeriodInDays": "RecoveryPeriodInDays",
        },
        { when: ["pointInTimeRecovery"] },
      ),
      request(
        "dynamodb:UpdateTable",
        {
          name: "TableName",
          replicas: ["ReplicaUpdates", turned("MultiRegionConsistency", consistencyOf)],
          "replicas.regionName": "Create.RegionName",
          "replicas.kmsKeyArn": "Create.KMSMasterKeyId",
          "replicas.consistencyMode": "",
          globalTableWitness: "GlobalTableWitnessUpdates",
          "globalTableWitness.regionName": "Create.RegionName",
        },
        { when: ["replicas", "globalTableWitness"] },
      ),
    ],
    {
      "replicas.arn": "AWS makes it up",
      "replicas.streamArn": "AWS makes it up",
      "replicas.streamLabel": "AWS makes it up",
      "replicas.deletionProtectionEnabled": "a switch, asked for in the replica's region",
      "replicas.pointInTimeRecovery": "a switch, asked for in the replica's region",
      "replicas.propagateTags": "says whether the table's tags are given to the replica",
    },
  ),
  "aws:dynamodb/tableItem:TableItem": type(request("dynamodb:PutItem", { item: fromJson("Item") }), {
    hashKey: "says which of the item's attributes tells it from others",
    rangeKey: "as the hash key",
  }),
};

function hash(AttributeName: Value): readonly Properties[] {
  return [{ AttributeName, KeyType: "HASH" }];
}

function range(AttributeName: Value): readonly Properties[] {
  return AttributeName === "" ? [] : [{ AttributeName, KeyType: "RANGE" }];
}

/** A table's replicas are all as consistent: AWS hears of it once, and only where they are strongly so. */
function consistencyOf(replicas: Value): Value {
  const modes = list({ replicas }, "replicas").map((replica) =>
    isBlock(replica) ? replica["consistencyMode"] : undefined,
  );
  return modes.find((mode) => mode !== undefined && mode !== "EVENTUAL");
}

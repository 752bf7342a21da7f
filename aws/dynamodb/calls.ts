import type { CallRow } from "../call";
import { at, given, keyCall, list, text, via } from "../call-kit";

const TABLE = ["aws:dynamodb/table:Table"];
const SOURCE = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html";
/** What DynamoDB asks of whoever names the key (docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html). */
const NAME_KEY = [
  "kms:CreateGrant",
  "kms:Decrypt",
  "kms:DescribeKey",
  "kms:Encrypt",
  "kms:GenerateDataKey",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
];
const forAws = { "kms:GrantIsForAWSResource": "true" };

export const calls: readonly CallRow[] = [
  {
    id: "dynamodb-table-key",
    types: TABLE,
    property: "serverSideEncryption.kmsKeyArn",
    title: "Whoever makes the table gives DynamoDB its key",
    source: SOURCE,
    calls: (node, place) =>
      given(node, "serverSideEncryption.kmsKeyArn").flatMap((key) =>
        keyCall(place, { deployer: true }, key, NAME_KEY, { ...via(place, "dynamodb"), ...forAws }),
      ),
  },
  {
    id: "dynamodb-replica-key",
    types: TABLE,
    property: "replicas",
    title: "Whoever makes the table gives DynamoDB the key of each replica",
    source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables-security.html",
    calls: ({ inputs }, place) =>
      list(inputs, "replicas").flatMap((replica) =>
        keyCall(place, { deployer: true }, at(replica, "kmsKeyArn"), NAME_KEY, {
          ...via(place, "dynamodb", text(replica, "regionName") ?? place.region),
          ...forAws,
        }),
      ),
  },
  {
    id: "dynamodb-table-replica-key",
    types: ["aws:dynamodb/tableReplica:TableReplica"],
    property: "kmsKeyArn",
    title: "Whoever makes the replica gives DynamoDB its key",
    source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables-security.html",
    calls: (node, place) =>
      given(node, "kmsKeyArn").flatMap((key) =>
        keyCall(place, { deployer: true }, key, NAME_KEY, { ...via(place, "dynamodb"), ...forAws }),
      ),
  },
  {
    id: "dynamodb-kinesis-destination",
    types: ["aws:dynamodb/kinesisStreamingDestination:KinesisStreamingDestination"],
    property: "streamArn",
    title: "Whoever turns on the stream of changes may describe and write the stream",
    source: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/kds.html",
    calls: (node) =>
      given(node, "streamArn").map((resource) => ({
        caller: { deployer: true },
        actions: ["kinesis:PutRecord", "kinesis:PutRecords", "kinesis:DescribeStream"],
        resource,
      })),
  },
];

import { dynamodbReplicaKeys } from "../../../policies/dynamodb/replicaKeys";
import { resource, specify, withUnknowns } from "../kit";

const key = (region: string) => `arn:aws:kms:${region}:1:key/k`;
const table = (kmsKeyArn: string | undefined) =>
  resource(
    "aws:dynamodb/table:Table",
    "models",
    withUnknowns({
      serverSideEncryption: { enabled: true, kmsKeyArn: key("us-east-1") },
      replicas: [{ regionName: "us-west-2", kmsKeyArn }],
    }),
    { region: "us-east-1" },
  );
const AT = ["replicas.0.kmsKeyArn"];

specify(dynamodbReplicaKeys, {
  complainsOf: {
    "a replica without a key where the table has one": { by: [table(undefined)], at: AT },
    "a key of the table's region": { by: [table(key("us-east-1"))], at: AT },
    "a replica of its own with a key of another region": {
      by: [
        resource(
          "aws:dynamodb/tableReplica:TableReplica",
          "models",
          { kmsKeyArn: key("us-east-1") },
          { region: "us-west-2" },
        ),
      ],
      at: ["kmsKeyArn"],
    },
  },
  accepts: { "a key of the replica's region": [table(key("us-west-2"))] },
  spares: {
    "AWS's own keys everywhere": [
      resource("aws:dynamodb/table:Table", "models", { replicas: [{ regionName: "us-west-2" }] }),
    ],
  },
  unknown: { "it accepts a key that is to be created": [table("?")] },
});

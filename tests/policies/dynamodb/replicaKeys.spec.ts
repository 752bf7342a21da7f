import { dynamodbReplicaKeys } from "../../../policies/dynamodb/replicaKeys";
import type { Resource } from "../../../policies/kit/resource";
import { at, list, show } from "../../../policies/kit/value";
import { drop, set, where } from "../../mutation/operators";
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

const global = ({ props }: Resource): boolean => list(props, "replicas").length > 0;

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
  mutants: {
    breaks: {
      "aws:dynamodb/table:Table": [
        where(global, drop("replicas.0.kmsKeyArn")),
        where(global, set("replicas.0.kmsKeyArn", "arn:aws:kms:sa-east-1:1:key/far", "mismatch the key's region")),
        where(
          global,
          set("replicas.0.kmsKeyArn", "arn:aws:kms:af-south-1:1:key/mrk-1", "mismatch the multi-region key's region"),
        ),
      ],
    },
    passes: {
      "aws:dynamodb/table:Table": [
        where(
          global,
          set(
            "replicas.0.kmsKeyArn",
            ({ props }) => `arn:aws:kms:${show(at(props, "replicas.0.regionName"))}:1:key/near`.replaceAll('"', ""),
            "name a key of the region",
          ),
        ),
      ],
    },
  },
});

import { dynamodbStrongConsistency } from "../../../policies/dynamodb/strongConsistency";
import type { Resource } from "../../../policies/kit/resource";
import { list, type Properties } from "../../../policies/kit/value";
import { all, set, where } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const table = (regions: readonly string[], props: object = {}, consistencyMode = "STRONG") =>
  resource(
    "aws:dynamodb/table:Table",
    "models",
    withUnknowns({ replicas: regions.map((regionName) => ({ regionName, consistencyMode })), ...props }),
    { region: "us-east-1" },
  );
const US = ["us-east-2", "us-west-2"];

const global = ({ props }: Resource): boolean => list(props, "replicas").length > 0;
const strong = set(
  "replicas",
  ({ props }) => list(props, "replicas").map((replica) => ({ ...(replica as Properties), consistencyMode: "STRONG" })),
  "make every replica strongly consistent",
);

specify(dynamodbStrongConsistency, {
  complainsOf: {
    "two regions": { by: [table(["us-west-2"])], at: ["replicas"] },
    "four regions": { by: [table([...US, "us-west-1"])], at: ["replicas", "replicas"] },
    "regions of two sets": { by: [table(["us-west-2", "eu-west-1"])], at: ["replicas"] },
    "a TTL": { by: [table(US, { ttl: { attributeName: "expires_at", enabled: true } })], at: ["ttl"] },
    "a local index": { by: [table(US, { localSecondaryIndexes: [{ name: "i" }] })], at: ["localSecondaryIndexes"] },
  },
  accepts: { "three regions of one set": [table(US)] },
  spares: {
    "two regions and a witness": [table(["us-west-2"], { globalTableWitness: { regionName: "us-east-2" } })],
    "a TTL that is off": [table(US, { ttl: { enabled: false } })],
    "two regions with eventual consistency and a TTL": [table(["us-west-2"], { ttl: { enabled: true } }, "EVENTUAL")],
  },
  unknown: { "it complains of a TTL": { by: [table(US, { ttl: "?" })], at: ["ttl"] } },
  mutants: {
    breaks: {
      "aws:dynamodb/table:Table": [
        where(global, all(strong, set("ttl", { enabled: true, attributeName: "expires_at" }))),
        where(global, all(strong, set("localSecondaryIndexes", [{ name: "by" }]))),
        where(global, all(strong, set("globalTableWitness", { regionName: "af-south-1" }))),
      ],
    },
    passes: {
      "aws:dynamodb/table:Table": [
        where(global, set("replicas.0.consistencyMode", "EVENTUAL", "state eventual consistency")),
      ],
    },
  },
});

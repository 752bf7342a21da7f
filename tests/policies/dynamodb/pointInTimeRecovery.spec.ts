import { dynamodbPointInTimeRecovery } from "../../../policies/dynamodb/pointInTimeRecovery";
import { drop, set, spoilFlag } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const table = (props: object) => resource("aws:dynamodb/table:Table", "models", withUnknowns(props));
const on = { pointInTimeRecovery: { enabled: true } };
const OWN = "pointInTimeRecovery.enabled";

specify(dynamodbPointInTimeRecovery, {
  complainsOf: {
    "a table that says nothing": { by: [table({})], at: [OWN] },
    "a replica that says nothing": {
      by: [table({ ...on, replicas: [{ regionName: "us-west-2" }] })],
      at: ["replicas.0.pointInTimeRecovery"],
    },
    "a replica of its own that says no": {
      by: [resource("aws:dynamodb/tableReplica:TableReplica", "models", { pointInTimeRecovery: false })],
      at: ["pointInTimeRecovery"],
    },
  },
  accepts: {
    "a table and its replica": [table({ ...on, replicas: [{ regionName: "us-west-2", pointInTimeRecovery: true }] })],
  },
  spares: { "a table without replicas": [table({ pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 7 } })] },
  unknown: {
    "it complains of replicas": { by: [table({ ...on, replicas: "?" })], at: ["replicas.0.pointInTimeRecovery"] },
    "it complains of the flag": { by: [table({ pointInTimeRecovery: { enabled: "?" } })], at: [OWN] },
  },
  repairs: {
    "table and replica, keeping the rest": {
      from: table({ replicas: [{ regionName: "us-west-2", kmsKeyArn: "?" }] }),
      to: withUnknowns({ ...on, replicas: [{ regionName: "us-west-2", kmsKeyArn: "?", pointInTimeRecovery: true }] }),
    },
    "nothing in a good table": { from: table(on), to: undefined },
  },
  mutants: {
    breaks: {
      "aws:dynamodb/table:Table": [
        ...spoilFlag("pointInTimeRecovery.enabled"),
        drop("pointInTimeRecovery"),
        ...spoilFlag("replicas.0.pointInTimeRecovery"),
      ],
    },
    passes: { "aws:dynamodb/table:Table": [set("pointInTimeRecovery.recoveryPeriodInDays", 7, "shorten the period")] },
  },
});

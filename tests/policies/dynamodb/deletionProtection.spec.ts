import { dynamodbDeletionProtection } from "../../../policies/dynamodb/deletionProtection";
import { drop, flip, hide, spoilFlag } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const table = (props: object, stack = "prod.foundation") =>
  resource("aws:dynamodb/table:Table", "models", withUnknowns(props), { stack });
const FLAG = "deletionProtectionEnabled";

specify(dynamodbDeletionProtection, {
  complainsOf: {
    "a table that says nothing": { by: [table({})], at: [FLAG] },
    "a replica that is open": {
      by: [table({ [FLAG]: true, replicas: [{ regionName: "us-west-2", [FLAG]: false }] })],
      at: [`replicas.0.${FLAG}`],
    },
    "a stack that only resembles a local one": { by: [table({}, "locality.foundation")], at: [FLAG] },
  },
  accepts: { "a protected table": [table({ [FLAG]: true, replicas: [{ regionName: "us-west-2" }] })] },
  spares: { "a table of a local stack": [table({}, "local.foundation")] },
  unknown: { "it complains of the flag": { by: [table({ [FLAG]: "?" })], at: [FLAG] } },
  repairs: {
    "an open table": { from: table({}), to: { [FLAG]: true } },
    "an open replica": {
      from: table({ [FLAG]: true, replicas: [{ regionName: "us-west-2", [FLAG]: false }] }),
      to: { [FLAG]: true, replicas: [{ regionName: "us-west-2", [FLAG]: true }] },
    },
    "nothing in a local stack": { from: table({}, "local.foundation"), to: undefined },
  },
  mutants: {
    in: /^(dev|prod)\./,
    breaks: {
      "aws:dynamodb/table:Table": [
        ...spoilFlag("deletionProtectionEnabled"),
        flip("replicas.0.deletionProtectionEnabled"),
        hide("replicas.0.deletionProtectionEnabled"),
      ],
    },
    passes: { "aws:dynamodb/table:Table": [drop("replicas.0.deletionProtectionEnabled")] },
  },
});

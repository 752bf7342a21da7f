import { dynamodbCapacity } from "../../../policies/dynamodb/capacity";
import { resource, specify, withUnknowns } from "../kit";

const table = (billingMode?: string) =>
  resource("aws:dynamodb/table:Table", "models", withUnknowns({ name: "models", billingMode }));
const provisioned = table("PROVISIONED");
const target = (kind: string, resourceId = "table/models") =>
  resource(
    "aws:appautoscaling/target:Target",
    kind,
    withUnknowns({ resourceId, scalableDimension: `dynamodb:table:${kind}CapacityUnits` }),
    { uses: { resourceId: [provisioned] } },
  );

specify(dynamodbCapacity, {
  complainsOf: {
    "a table that says nothing, which is provisioned": { by: [table()], at: ["billingMode"] },
    "a table that scales its reads only": { by: [provisioned, target("Read")], at: ["billingMode"] },
    "scaling of another table": {
      by: [provisioned, target("Read", "table/others"), target("Write", "table/others")],
      at: ["billingMode"],
    },
  },
  accepts: { "a table on demand": [table("PAY_PER_REQUEST")] },
  spares: { "a provisioned table that scales": [provisioned, target("Read"), target("Write")] },
  unknown: {
    "it complains of a billing mode": { by: [table("?")], at: ["billingMode"] },
  },
});

import { dynamodbCapacity } from "../../../policies/dynamodb/capacity";
import { drop, hide, set } from "../../mutation/operators";
import type { Made } from "../../mutation/seed";
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

const scaled =
  (...dimensions: readonly string[]): Made =>
  (stack) => {
    const table = resource(
      "aws:dynamodb/table:Table",
      "scaled",
      {
        name: "scaled",
        billingMode: "PROVISIONED",
        deletionProtectionEnabled: true,
        pointInTimeRecovery: { enabled: true },
      },
      { stack },
    );
    return [
      table,
      ...dimensions.map((dimension) =>
        resource(
          "aws:appautoscaling/target:Target",
          dimension,
          { resourceId: "table/scaled", scalableDimension: `dynamodb:table:${dimension}CapacityUnits` },
          { stack },
        ),
      ),
    ];
  };

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
  mutants: {
    breaks: {
      "aws:dynamodb/table:Table": [
        drop("billingMode"),
        hide("billingMode"),
        set("billingMode", "PROVISIONED", "fix the capacity"),
      ],
    },
    added: {
      bad: { "scale nothing": scaled(), "scale reads only": scaled("Read"), "scale writes only": scaled("Write") },
      good: { "scale reads and writes": scaled("Read", "Write") },
    },
  },
});

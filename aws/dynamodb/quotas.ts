import { list, number, text } from "../value";
import { each, sum } from "../quotas/quota";
import type { Plan, PlannedResource, Quota } from "../quotas/quota";

const TABLE = "aws:dynamodb/table:Table";
const TARGET = "aws:appautoscaling/target:Target";
const DYNAMODB_QUOTAS = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html";

/** DynamoDB. */
export const quotas: readonly Quota[] = [
  {
    id: "dynamodb-tables",
    service: "dynamodb",
    code: "L-F98FE922",
    name: "Maximum number of tables",
    byDefault: 2500,
    unit: "tables",
    adjustable: true,
    scope: "region",
    source: DYNAMODB_QUOTAS,
    counts: "each one, and replicas of tables made elsewhere",
    types: [TABLE],
    count: (plan) => sum(tablesIn(plan)),
  },
  tableThroughput("Read", "L-CF0CBE56"),
  tableThroughput("Write", "L-AB614373"),
  accountThroughput("Read", "L-34F6A552"),
  accountThroughput("Write", "L-34F8CCC8"),
  {
    id: "dynamodb-indexes",
    service: "dynamodb",
    code: "L-F7858A77",
    name: "Global Secondary Indexes per table",
    byDefault: 20,
    unit: "indexes",
    adjustable: true,
    scope: "resource",
    source: DYNAMODB_QUOTAS,
    counts: "by table",
    types: [TABLE],
    count: (plan) => each(plan.of(TABLE), ({ inputs }) => list(inputs, "globalSecondaryIndexes").length),
  },
];

/** Tables of a region: those made in it, and replicas there of tables made elsewhere. */
function tablesIn(plan: Plan): readonly PlannedResource[] {
  const replicated = plan
    .everywhere(TABLE)
    .filter(
      ({ region, inputs }) =>
        region !== plan.region &&
        list(inputs, "replicas").some((replica) => text(replica, "regionName") === plan.region),
    );
  return [...plan.of(TABLE), ...replicated];
}

/** Units a second that a table may come to: provisioned or auto-scaled, or the most that an on-demand table allows itself. */
function throughput(plan: Plan, kind: "Read" | "Write", table: PlannedResource): number {
  const lower = kind.toLowerCase();
  if (text(table.inputs, "billingMode") === "PAY_PER_REQUEST")
    return Math.max(0, number(table.inputs, `onDemandThroughput.max${kind}RequestUnits`) ?? 0);
  const scaled = plan
    .of(TARGET)
    .filter(({ inputs }) => text(inputs, "scalableDimension") === `dynamodb:table:${kind}CapacityUnits`)
    .filter(({ inputs }) => text(inputs, "resourceId") === `table/${text(table.inputs, "name") ?? ""}`)
    .map(({ inputs }) => number(inputs, "maxCapacity") ?? 0);
  return Math.max(number(table.inputs, `${lower}Capacity`) ?? 0, ...scaled);
}

function tableThroughput(kind: "Read" | "Write", code: string): Quota {
  return {
    id: `dynamodb-table-${kind.toLowerCase()}`,
    service: "dynamodb",
    code,
    name: `Table-level ${kind.toLowerCase()} throughput limit`,
    byDefault: 40_000,
    unit: "request units/s",
    adjustable: true,
    scope: "resource",
    source: DYNAMODB_QUOTAS,
    counts: "the maximum that a table states, in either billing mode",
    types: [TABLE, TARGET],
    count: (plan) => each(tablesIn(plan), (table) => throughput(plan, kind, table)),
  };
}

function accountThroughput(kind: "Read" | "Write", code: string): Quota {
  return {
    id: `dynamodb-account-${kind.toLowerCase()}`,
    service: "dynamodb",
    code,
    name: `Account-level ${kind.toLowerCase()} throughput limit (Provisioned mode)`,
    byDefault: 80_000,
    unit: "capacity units",
    adjustable: true,
    scope: "region",
    source: DYNAMODB_QUOTAS,
    counts: "tables of provisioned mode",
    types: [TABLE, TARGET],
    count: (plan) =>
      sum(
        tablesIn(plan).filter(({ inputs }) => text(inputs, "billingMode") !== "PAY_PER_REQUEST"),
        (table) => throughput(plan, kind, table),
      ),
  };
}

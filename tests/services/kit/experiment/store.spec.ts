import assert from "node:assert/strict";
import type { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import {
  BatchGetItemCommand,
  GetItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { rollBackExperiment, startExperiment } from "../../../../services/experiments/controller";
import { servingOf } from "../../../../services/experiments/health";
import { dynamoStore, readExperiment, StaleStateError } from "../../../../services/kit/experiment/store";
import { changeKeyOf, experimentKeyOf } from "../../../../contracts/tables/flags";
import { author, START_PLAN } from "../../experiments/records";

type Item = NonNullable<ConstructorParameters<typeof GetItemCommand>[0]["Key"]>;

/** The `flags` table, as far as the store asks it: conditions on a revision, transactions of puts. */
class FlagsTable {
  readonly rows = new Map<string, Item>();
  readonly consistent: (boolean | undefined)[] = [];
  fault: Error | undefined;

  readonly client = {
    send: (command: object): Promise<object> => {
      if (this.fault !== undefined) return Promise.reject(this.fault);
      return Promise.resolve(this.answer(command));
    },
  } as unknown as DynamoDBClient;

  private answer(command: object): object {
    if (command instanceof GetItemCommand) {
      this.consistent.push(command.input.ConsistentRead);
      const Item = this.rows.get(String(command.input.Key?.["flag"]?.S));
      return Item === undefined ? {} : { Item };
    }
    if (command instanceof BatchGetItemCommand) {
      const [table = ""] = Object.keys(command.input.RequestItems ?? {});
      const keys = command.input.RequestItems?.[table]?.Keys ?? [];
      const found = keys.flatMap((key) => {
        const row = this.rows.get(String(key["flag"]?.S));
        return row === undefined ? [] : [row];
      });
      return { Responses: { [table]: found } };
    }
    assert.ok(command instanceof TransactWriteItemsCommand);
    const puts = (command.input.TransactItems ?? []).map(({ Put }) => Put);
    const holds = puts.every((put) => {
      const row = this.rows.get(String(put?.Item?.["flag"]?.S));
      return put?.ConditionExpression === "attribute_not_exists(flag)"
        ? row === undefined
        : row?.["revision"]?.N === put?.ExpressionAttributeValues?.[":before"]?.N;
    });
    if (!holds) throw new TransactionCanceledException({ message: "no", $metadata: {} });
    for (const put of puts) if (put?.Item !== undefined) this.rows.set(String(put.Item["flag"]?.S), put.Item);
    return {};
  }
}

describe("the store of an experiment", () => {
  it("writes a state with its entry, and reads both back, entries in order", async () => {
    const table = new FlagsTable();
    const store = dynamoStore(table.client, "flags");
    assert.equal(await store.read(), undefined);
    assert.deepEqual(await store.changes(), []);
    const first = startExperiment(undefined, START_PLAN, author());
    await store.write(first);
    const second = rollBackExperiment(first.record, "complaints", author(1));
    await store.write(second);
    const flag = experimentKeyOf("recommender");
    assert.deepEqual(await store.read(), { ...second.record, flag });
    assert.deepEqual(await readExperiment(table.client, "flags"), { ...second.record, flag });
    // Who decides reads what is; who serves reads the nearest copy.
    assert.deepEqual(table.consistent.slice(-2), [true, undefined]);
    assert.deepEqual(
      (await store.changes()).map(({ revision, action, reason }) => [revision, action, reason]),
      [
        [1, "start", "1 % of users get challenger"],
        [2, "roll_back", "complaints"],
      ],
    );
    assert.deepEqual(
      (await store.changes(1)).map(({ revision }) => revision),
      [2],
    );
    assert.deepEqual([...table.rows.keys()], [flag, changeKeyOf("recommender", 1), changeKeyOf("recommender", 2)]);
  });

  it("writes neither state nor entry over a revision that is no longer the last, nor a second first one", async () => {
    const table = new FlagsTable();
    const store = dynamoStore(table.client, "flags");
    const first = startExperiment(undefined, START_PLAN, author());
    await store.write(first);
    await assert.rejects(store.write(first), StaleStateError);
    await store.write(rollBackExperiment(first.record, "one", author(1)));
    const late = rollBackExperiment(first.record, "two", author(1));
    await assert.rejects(
      store.write(late),
      (error) => error instanceof StaleStateError && /no longer at revision 1/.test(error.message),
    );
    const entry = table.rows.get(changeKeyOf("recommender", 2));
    assert.equal(entry === undefined ? "" : unmarshall(entry)["reason"], "one");
  });

  it("passes on what else the table says, and refuses a row that is no state", async () => {
    const table = new FlagsTable();
    const store = dynamoStore(table.client, "flags");
    table.rows.set(experimentKeyOf("recommender"), { flag: { S: "x" }, revision: { N: "0" } });
    await assert.rejects(store.read(), /revision/);
    await assert.rejects(readExperiment(table.client, "flags"), /revision/);
    table.fault = new Error("away");
    await assert.rejects(store.write(startExperiment(undefined, START_PLAN, author())), /away/);
  });
});

describe("what predictions were like", () => {
  const region = (values: Readonly<Record<string, readonly number[]>>, asked: GetMetricDataCommand[] = []) => ({
    endpointName: "recommendations",
    client: {
      send: (command: GetMetricDataCommand) => {
        asked.push(command);
        const results = Object.entries(values).map(([Id, Values]) => ({ Id, Values: [...Values] }));
        return Promise.resolve({ MetricDataResults: results });
      },
    } as unknown as CloudWatchClient,
  });

  it("is counted over all regions, by the slowest of them, in milliseconds", async () => {
    const found = await servingOf(
      [
        region({ count0: [900, 100], errors0: [1], latency0: [20_000], count1: [50], errors1: [], latency1: [] }),
        region({ count0: [500], errors0: [], latency0: [41_000] }),
      ],
      ["champion", "challenger"],
      author(1).at,
    );
    assert.deepEqual(found, [
      { variant: "champion", predictions: 1_500, errors: 1, p99Ms: 41 },
      { variant: "challenger", predictions: 50, errors: 0, p99Ms: null },
    ]);
  });

  it("is asked of SageMaker's metrics by endpoint and variant, for the day before", async () => {
    const asked: GetMetricDataCommand[] = [];
    await servingOf([region({}, asked)], ["champion"], author(1).at);
    const [command] = asked;
    assert.equal(Number(command?.input.EndTime) - Number(command?.input.StartTime), 86_400_000);
    const [count] = command?.input.MetricDataQueries ?? [];
    assert.deepEqual(count?.MetricStat?.Metric, {
      Namespace: "AWS/SageMaker",
      MetricName: "Invocations",
      Dimensions: [
        { Name: "EndpointName", Value: "recommendations" },
        { Name: "VariantName", Value: "champion" },
      ],
    });
  });
});

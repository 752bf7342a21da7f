import assert from "node:assert/strict";
import { QueryError, runQuery, type QueryConfig } from "../../queries";
import { startFakeAws, type FakeAws, type Handler } from "./fake-aws";

const datum = (text?: string) => (text === undefined ? {} : { VarCharValue: text });

function config(endpoint: string, changes: Partial<QueryConfig> = {}): QueryConfig {
  return {
    region: "us-east-1",
    glueDatabase: "lake",
    athenaWorkgroup: "analysts",
    buckets: { silver: "silver", gold: "gold" },
    warehouse: "warehouse",
    endpoint,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    ...changes,
  };
}

describe("the engines", () => {
  let aws: FakeAws | undefined;
  afterEach(() => aws?.stop());

  async function fake(handlers: Readonly<Record<string, Handler>>): Promise<FakeAws> {
    aws = await startFakeAws(handlers);
    return aws;
  }

  describe("athena", () => {
    const started: Handler = () => ({ body: { QueryExecutionId: "q1" } });
    const state = (State: string, reason?: string): Handler => {
      const Status = { State, ...(reason === undefined ? {} : { StateChangeReason: reason }) };
      return () => ({ body: { QueryExecution: { Status, Statistics: { DataScannedInBytes: 2e12 } } } });
    };

    it("waits for the answer, reads every page, types the values, and states scan and cost", async () => {
      let asked = 0;
      const ColumnInfo = ["varchar", "bigint", "double", "boolean"].map((Type, n) => ({ Name: `c${n}`, Type }));
      const { endpoint, calls } = await fake({
        StartQueryExecution: started,
        GetQueryExecution: (input) => state((asked += 1) < 3 ? "RUNNING" : "SUCCEEDED")(input),
        GetQueryResults: ({ NextToken: token }) => ({
          body: {
            ...(token === undefined ? { NextToken: "next" } : {}),
            ResultSet: {
              ResultSetMetadata: { ColumnInfo },
              Rows:
                token === undefined
                  ? [{ Data: ["c0", "c1", "c2", "c3"].map(datum) }, { Data: ["lamp", "7", "0.5", "true"].map(datum) }]
                  : [{ Data: [datum("rug"), datum("9007199254740993"), datum(), datum("false")] }],
            },
          },
        }),
      });
      const answer = await runQuery("top_items", "athena", config(endpoint), { limit: 2 });
      assert.deepEqual(answer.columns, ["c0", "c1", "c2", "c3"]);
      assert.deepEqual(answer.rows, [
        ["lamp", 7, 0.5, true],
        ["rug", "9007199254740993", null, false],
      ]);
      assert.deepEqual([answer.bytesScanned, answer.costUsd, answer.simulated], [2e12, 10, undefined]);
      const [first] = calls;
      assert.equal(first?.input["WorkGroup"], "analysts");
      assert.match(String(first.input["QueryString"]), /^SELECT[^:]*LIMIT 2$/s);
      assert.equal(asked, 3);
    });

    it("tells the engine's reason when the query fails, and the service's when it is refused", async () => {
      const failed = await fake({
        StartQueryExecution: started,
        GetQueryExecution: state("FAILED", "COLUMN_NOT_FOUND"),
      });
      await assert.rejects(runQuery("top_items", "athena", config(failed.endpoint)), (error: unknown) => {
        return error instanceof QueryError && error.kind === "engine" && error.message === "athena: COLUMN_NOT_FOUND";
      });
      await failed.stop();
      const refused = await fake({
        StartQueryExecution: () => ({
          status: 400,
          body: { __type: "InvalidRequestException", Message: "no workgroup" },
        }),
      });
      await assert.rejects(runQuery("top_items", "athena", config(refused.endpoint)), /athena: no workgroup/);
    });

    it("stops a query that takes too long, since it would go on costing", async () => {
      const { endpoint, calls } = await fake({
        StartQueryExecution: started,
        GetQueryExecution: state("RUNNING"),
        StopQueryExecution: () => ({ body: {} }),
      });
      await assert.rejects(
        runQuery("top_items", "athena", config(endpoint, { timeoutMs: 80 })),
        (error: unknown) => error instanceof QueryError && error.kind === "timeout",
      );
      assert.equal(calls.at(-1)?.action, "StopQueryExecution");
    });
  });

  describe("redshift", () => {
    const started: Handler = () => ({ body: { Id: "s1" } });

    it("asks in one session with the lake's schema, and reads every page", async () => {
      const { endpoint, calls } = await fake({
        BatchExecuteStatement: started,
        DescribeStatement: () => ({
          body: { Id: "s1", Status: "FINISHED", SubStatements: [{ Id: "s1:1" }, { Id: "s1:2", ResultSize: 99 }] },
        }),
        GetStatementResult: ({ NextToken: token, Id: id }) => ({
          body: {
            ...(token === undefined ? { NextToken: "next" } : {}),
            ColumnMetadata: [{ name: "item_id" }, { name: "views" }, { name: "note" }],
            Records: [[{ stringValue: String(id) }, { longValue: token === undefined ? 1 : 2 }, { isNull: true }]],
          },
        }),
      });
      const answer = await runQuery("top_items", "redshift", config(endpoint, { warehouseMode: "serverless" }));
      assert.deepEqual(answer.columns, ["item_id", "views", "note"]);
      assert.deepEqual(answer.rows, [
        ["s1:2", 1, null],
        ["s1:2", 2, null],
      ]);
      const [first] = calls;
      assert.equal(first?.input["WorkgroupName"], "warehouse");
      assert.equal((first.input["Sqls"] as string[])[0], 'SET search_path TO "lake"');
      assert.equal(answer.simulated, undefined);
    });

    it("tells the engine's reason when the query fails", async () => {
      const { endpoint } = await fake({
        BatchExecuteStatement: started,
        DescribeStatement: () => ({
          body: {
            Id: "s1",
            Status: "FAILED",
            Error: "batch failed",
            SubStatements: [{ Id: "s1:1" }, { Id: "s1:2", Error: 'relation "x" does not exist' }],
          },
        }),
      });
      await assert.rejects(
        runQuery("top_items", "redshift", config(endpoint)),
        /redshift: relation "x" does not exist/,
      );
    });
  });
});

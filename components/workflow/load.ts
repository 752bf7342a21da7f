import { catching, RETRY_TRANSIENT, sequence, type Machine, type Parameters, type State, type Step } from "./asl";

/** Where statements go: members of the Data API's requests, all of them known. */
export type StatementTarget = Readonly<Record<string, string>>;

interface Common {
  readonly partition: string;
  readonly topicArn: string;
}

/** What the preparation is told. */
export interface PrepareSettings extends Common {
  /** Cluster or workgroup, database, and the administrator's secret. */
  readonly place: StatementTarget;
  /** Batches of statements, each one transaction, in their order. */
  readonly batches: readonly (readonly string[])[];
}

/** What the load is told. */
export interface LoadSettings extends Common {
  /** Cluster or workgroup, and database; the caller is whom its role makes it. */
  readonly place: StatementTarget;
  readonly prepareMachineArn: string;
  /** The call, whose parameter is `:run_date`. */
  readonly statement: string;
  readonly glueDatabase: string;
  /** Tables whose folder of the day the catalogue is told of. */
  readonly tables: readonly DailyTable[];
}

/** A table of the lake with a folder for each day. */
export interface DailyTable {
  readonly name: string;
  /** `s3://` address of the table, with a slash at its end; a day's folder in it is `date=YYYY-MM-DD/`. */
  readonly location: string;
}

/** Seconds between two looks at a statement. */
const LOOK_SECONDS = 10;
/** Hours that a load may take; the warehouse's own limit of one statement is an hour. */
const LOAD_HOURS = 2;
const HOUR = 3600;

/**
 * Makes the warehouse's schemas, tables, roles and grants. It may be run at any time, and is before each load, so that what
 * somebody took away by hand is there again.
 */
export function prepareDefinition(s: PrepareSettings): Machine {
  const runs = s.batches.flatMap((batch, index) =>
    runStatements(s, `batch ${index + 1}`, {
      action: "batchExecuteStatement",
      parameters: { ...s.place, Sqls: batch },
    }),
  );
  return machineOf(s, "Prepares the warehouse", "Warehouse not prepared", runs);
}

/**
 * Loads the day before a run, input `{ "name": "daily-YYYY-MM-DD" }`, or `data-...`: the name of the run that made its data. The
 * procedure replaces whole days in one transaction, so a day may be loaded again.
 */
export function loadDefinition(s: LoadSettings): Machine {
  return machineOf(s, "Loads a day into the warehouse", "Warehouse not loaded", [
    [
      "Day",
      {
        Type: "Pass",
        QueryLanguage: "JSONata",
        Comment: "The run's date, and the day before it, whose data the run made last",
        Output: {
          runDate: `{% ${RUN_DATE} %}`,
          day: `{% $fromMillis($toMillis(${RUN_DATE}) - ${DAY_MILLISECONDS}, '[Y0001]-[M01]-[D01]') %}`,
        },
      },
    ],
    ...s.tables.map((table) => registerDay(s, table)),
    [
      "Prepare",
      {
        Type: "Task",
        Resource: `arn:${s.partition}:states:::states:startExecution.sync:2`,
        Parameters: {
          StateMachineArn: s.prepareMachineArn,
          Input: { "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$": "$$.Execution.Id" },
        },
        ResultPath: null,
        TimeoutSeconds: HOUR,
        Retry: RETRY_TRANSIENT.map((retrier) => ({ ...retrier, MaxAttempts: 1, IntervalSeconds: 60 })),
      },
    ],
    ...runStatements(s, "load", {
      action: "executeStatement",
      parameters: {
        ...s.place,
        Sql: s.statement,
        Parameters: [{ Name: "run_date", "Value.$": "$.runDate" }],
        "StatementName.$": "States.Format('load-{}', $.runDate)",
      },
    }),
  ]);
}

const RUN_DATE = "$substring($substringAfter($states.input.name, '-'), 0, 10)";
const DAY_MILLISECONDS = 86_400_000;

/**
 * Spectrum knows the days that the catalogue lists; Athena computes them, and passes over what is listed
 * (docs.aws.amazon.com/athena/latest/ug/partition-projection.html, "Considerations and limitations").
 */
function registerDay(s: LoadSettings, { name, location }: DailyTable): Step {
  return [
    `Register ${name}`,
    {
      Type: "Task",
      Resource: `arn:${s.partition}:states:::aws-sdk:glue:batchCreatePartition`,
      Comment: "What stands already is told as an error of that entry, and left as it is",
      Parameters: {
        DatabaseName: s.glueDatabase,
        TableName: name,
        PartitionInputList: [
          {
            "Values.$": "States.Array($.day)",
            StorageDescriptor: {
              "Location.$": `States.Format('${location}date={}/', $.day)`,
              InputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
              OutputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
              SerdeInfo: { SerializationLibrary: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe" },
            },
          },
        ],
      },
      ResultPath: null,
      TimeoutSeconds: 60,
      Retry: RETRY_TRANSIENT,
    },
  ];
}

const REPORT = "Report failure";

function machineOf(s: Common, comment: string, subject: string, work: readonly Step[]): Machine {
  const [first] = work;
  return {
    Comment: comment,
    StartAt: first?.[0] ?? "Done",
    TimeoutSeconds: (LOAD_HOURS + 1) * HOUR,
    States: {
      ...catching(sequence([...work, ["Done", { Type: "Succeed" }]]), REPORT),
      ...sequence([
        [
          REPORT,
          {
            Type: "Task",
            Resource: `arn:${s.partition}:states:::sns:publish`,
            Parameters: { TopicArn: s.topicArn, Subject: subject, "Message.$": "States.JsonToString($)" },
            ResultPath: null,
            TimeoutSeconds: 60,
            Retry: RETRY_TRANSIENT,
          },
        ],
        ["Failed", { Type: "Fail", Error: "WarehouseFailed", Cause: "A statement failed; the topic has its error" }],
      ]),
    },
  };
}

/**
 * Sends statements and looks until they have ended: the Data API answers at once.
 * docs.aws.amazon.com/redshift/latest/mgmt/data-api.html
 */
function runStatements(
  s: Common,
  name: string,
  { action, parameters }: { readonly action: string; readonly parameters: Parameters },
): readonly Step[] {
  const call = (operation: string, given: Parameters, resultPath: string): State => ({
    Type: "Task",
    Resource: `arn:${s.partition}:states:::aws-sdk:redshiftdata:${operation}`,
    Parameters: given,
    ResultSelector:
      operation === "describeStatement"
        ? { "Id.$": "$.Id", "Status.$": "$.Status", "Whole.$": "$" }
        : { "Id.$": "$.Id" },
    ResultPath: resultPath,
    TimeoutSeconds: 60,
    Retry: RETRY_TRANSIENT,
  });
  const [send, wait, look, ended] = [`Send ${name}`, `Wait for ${name}`, `Look at ${name}`, `Ended ${name}`];
  const next = `After ${name}`;
  return [
    [send, call(action, parameters, "$.statement")],
    [wait, { Type: "Wait", Seconds: LOOK_SECONDS }],
    [look, call("describeStatement", { "Id.$": "$.statement.Id" }, "$.statement")],
    [
      ended,
      {
        Type: "Choice",
        Choices: [
          { Variable: "$.statement.Status", StringEquals: "FINISHED", Next: next },
          { Variable: "$.statement.Status", StringEquals: "FAILED", Next: REPORT },
          { Variable: "$.statement.Status", StringEquals: "ABORTED", Next: REPORT },
        ],
        Default: wait,
      },
    ],
    [next, { Type: "Pass", Parameters: {}, ResultPath: "$.statement" }],
  ];
}

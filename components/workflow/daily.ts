import { catching, RETRY_TRANSIENT, sequence, type Machine, type Retrier, type State, type Step } from "./asl";
import type { WorkKind } from "../training/workload/worker/message";

/** What the daily run is told, all of it known once the other rooms stand. */
export type DailySettings = CommonSettings & EngineSettings;

/** What runs the ETL. */
export type EngineSettings = ClusterSettings | ServerlessSettings;

/** ETL as a step of a cluster that waits for it. */
interface ClusterSettings {
  readonly clusterId: string;
  /** Folder on the nodes with the ETL programs. */
  readonly programsFolder: string;
}

/** ETL as a job of an EMR Serverless application. */
interface ServerlessSettings {
  readonly applicationId: string;
  readonly jobRoleArn: string;
  /** `s3://` address of the job's entry point. */
  readonly entryPoint: string;
  /** Folder on the workers with the ETL programs, from the job's own. */
  readonly programsFolder: string;
  readonly submitParameters: string;
}

interface CommonSettings {
  readonly partition: string;
  readonly bronzeBucket: string;
  readonly silverBucket: string;
  readonly goldBucket: string;
  readonly profilesTable: string;
  readonly modelsTable: string;
  readonly queueUrl: string;
  readonly topicArn: string;
  /** Function that fills the cache with the newest lists; absent = the cache fills by itself. */
  readonly warmFunctionArn?: string;
  readonly scoringConcurrency: number;
}

const HOUR = 3600;

/** Longest a day's run may take: the next one must find the cluster free. */
const RUN_TIMEOUT_SECONDS = 20 * HOUR;

/**
 * Seconds between a worker's signs of life. Twice the queue's visibility extension: a shard whose worker died comes
 * back to the queue before the workflow gives it up.
 */
const HEARTBEAT_SECONDS = 1800;

/** What DynamoDB says when the same request may well succeed a little later. */
const RETRY_TABLE: readonly Retrier[] = [
  {
    ErrorEquals: ["DynamoDB.ProvisionedThroughputExceededException", "DynamoDB.InternalServerErrorException"],
    IntervalSeconds: 5,
    MaxAttempts: 5,
    BackoffRate: 2,
    JitterStrategy: "FULL",
  },
];

const REPORT = "Report failure";
const REFUSED = "Report refusal";

/**
 * The daily train-and-score of one residency zone, input `{ "runDate": "YYYY-MM-DD" }`: all verified events before that
 * date go through ETL; the quality gate reads the job's own report; a worker trains and measures; the evaluation gate
 * compares with the popularity baseline; all shards are scored; only then does `CURRENT` move to the new version, and
 * only forward in time; last the caches are warmed. Every step may be repeated: the run date names its outputs.
 */
export function dailyDefinition(settings: DailySettings): Machine {
  const work: Step[] = [
    ["Transform", transform(settings)],
    ["Read quality report", readQuality(settings)],
    ["Quality gate", gate("Mark data", "$.quality.report.passed")],
    ["Mark data", markData(settings)],
    ["Train", handOut(settings, "train", { "runDate.$": "$.runDate" }, "$.training")],
    ["Evaluation gate", evaluationGate("Score")],
    ["Score", score(settings)],
    ["Publish", publish(settings)],
    ...(settings.warmFunctionArn === undefined ? [] : [["Warm", warm(settings, settings.warmFunctionArn)] as const]),
    ["Done", { Type: "Succeed" }],
  ];
  return {
    Comment: "Daily train and score",
    StartAt: "Transform",
    TimeoutSeconds: RUN_TIMEOUT_SECONDS,
    States: {
      ...catching(sequence(work), REPORT),
      ...sequence([
        [REPORT, notify(settings, "Daily run failed", "States.Format('{}: {}', $.runDate, $.error.Cause)")],
        ["Failed", { Type: "Fail", Error: "DailyRunFailed", Cause: "A step failed; the topic has its error" }],
      ]),
      ...sequence([
        [REFUSED, notify(settings, "Daily run refused by a gate", "States.JsonToString($)")],
        ["Refused", { Type: "Fail", Error: "GateRefused", Cause: "A gate refused; yesterday's lists stay in use" }],
      ]),
    },
  };
}

/**
 * The starter: makes the run date of the schedule's time and names the run by it, so that a day is run once however
 * often it is asked for. Input `{ "scheduledTime": "2026-01-02T03:00:00Z" }`.
 */
export function starterDefinition(partition: string, dailyArn: string): Machine {
  return {
    Comment: "Starts the daily run, once a day",
    StartAt: "Run date",
    TimeoutSeconds: 300,
    States: sequence([
      [
        "Run date",
        {
          Type: "Pass",
          Parameters: { "runDate.$": "States.ArrayGetItem(States.StringSplit($.scheduledTime, 'T'), 0)" },
        },
      ],
      [
        "Start",
        {
          Type: "Task",
          Resource: `arn:${partition}:states:::states:startExecution`,
          Parameters: {
            StateMachineArn: dailyArn,
            "Name.$": "States.Format('daily-{}', $.runDate)",
            Input: {
              "runDate.$": "$.runDate",
              "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$": "$$.Execution.Id",
            },
          },
          TimeoutSeconds: 60,
          Retry: RETRY_TRANSIENT.map((retrier) => ({ ...retrier, ErrorEquals: ["StepFunctions.SfnException"] })),
          Catch: [
            { ErrorEquals: ["StepFunctions.ExecutionAlreadyExistsException"], ResultPath: "$.error", Next: "Done" },
          ],
        },
      ],
      ["Done", { Type: "Succeed", Comment: "The day runs, or has run" }],
    ]),
  };
}

function transform(s: DailySettings): State {
  return "applicationId" in s ? serverlessTransform(s) : clusterTransform(s);
}

/** What the ETL program is told beside its own address, as arguments of `States.Array`. */
function etlArguments(s: CommonSettings): string {
  return (
    `'--run-date', $.runDate, ` +
    `'--bronze', 's3://${s.bronzeBucket}', '--silver', 's3://${s.silverBucket}', '--gold', 's3://${s.goldBucket}', ` +
    `'--profiles-table', '${s.profilesTable}'`
  );
}

function serverlessTransform(s: CommonSettings & ServerlessSettings): State {
  return {
    Type: "Task",
    Comment: "Bronze to silver and gold, on EMR Serverless",
    Resource: `arn:${s.partition}:states:::emr-serverless:startJobRun.sync`,
    Parameters: {
      ApplicationId: s.applicationId,
      ExecutionRoleArn: s.jobRoleArn,
      "Name.$": "States.Format('etl-{}', $.runDate)",
      JobDriver: {
        SparkSubmit: {
          EntryPoint: s.entryPoint,
          "EntryPointArguments.$": `States.Array(${etlArguments(s)}, '--pipeline', '${s.programsFolder}')`,
          SparkSubmitParameters: s.submitParameters,
        },
      },
    },
    ResultPath: null,
    TimeoutSeconds: 6 * HOUR,
    Retry: RETRY_TRANSIENT.map((retrier) => ({ ...retrier, MaxAttempts: 2, IntervalSeconds: 60 })),
  };
}

function clusterTransform(s: CommonSettings & ClusterSettings): State {
  return {
    Type: "Task",
    Comment: "Bronze to silver and gold, on EMR",
    Resource: `arn:${s.partition}:states:::elasticmapreduce:addStep.sync`,
    Parameters: {
      ClusterId: s.clusterId,
      Step: {
        "Name.$": "States.Format('etl-{}', $.runDate)",
        ActionOnFailure: "CONTINUE",
        HadoopJarStep: {
          Jar: "command-runner.jar",
          "Args.$":
            `States.Array('spark-submit', '--deploy-mode', 'cluster', '${s.programsFolder}/etl.py', ` +
            `${etlArguments(s)})`,
        },
      },
    },
    ResultPath: null,
    TimeoutSeconds: 6 * HOUR,
    Retry: RETRY_TRANSIENT.map((retrier) => ({ ...retrier, MaxAttempts: 2, IntervalSeconds: 60 })),
  };
}

function readQuality(s: DailySettings): State {
  return {
    Type: "Task",
    Comment: "The job's own report: counts that must balance, null shares, freshness",
    Resource: `arn:${s.partition}:states:::aws-sdk:s3:getObject`,
    Parameters: { Bucket: s.goldBucket, "Key.$": "States.Format('_quality/run_date={}/report.json', $.runDate)" },
    ResultSelector: { "report.$": "States.StringToJson($.Body)" },
    ResultPath: "$.quality",
    TimeoutSeconds: 60,
    Retry: RETRY_TRANSIENT,
  };
}

function gate(next: string, variable: string): State {
  return {
    Type: "Choice",
    Choices: [
      {
        And: [
          { Variable: variable, IsPresent: true },
          { Variable: variable, BooleanEquals: true },
        ],
        Next: next,
      },
    ],
    Default: REFUSED,
  };
}

function evaluationGate(next: string): State {
  return {
    Type: "Choice",
    Comment: "No model goes out that the trainer refused, or that recommends worse than popularity",
    Choices: [
      {
        And: [
          { Variable: "$.training.accepted", IsPresent: true },
          { Variable: "$.training.accepted", BooleanEquals: true },
          { Variable: "$.training.metrics.recallAt10", IsPresent: true },
          { Variable: "$.training.metrics.baselineRecallAt10", IsPresent: true },
          {
            Variable: "$.training.metrics.recallAt10",
            NumericGreaterThanEqualsPath: "$.training.metrics.baselineRecallAt10",
          },
        ],
        Next: next,
      },
    ],
    Default: REFUSED,
  };
}

/**
 * Writes when gold was last made of good data, beside the model's `CURRENT`: the table carries it to all regions of the
 * zone, whose observability tells its age. A day that is caught up later moves nothing back.
 */
function markData(s: DailySettings): State {
  return {
    Type: "Task",
    Comment: "Note when gold was made",
    Resource: `arn:${s.partition}:states:::dynamodb:updateItem`,
    Parameters: {
      TableName: s.modelsTable,
      Key: { name: { S: "gold" }, version: { S: "CURRENT" } },
      UpdateExpression: "SET run_date = :date, published_at = :now",
      ConditionExpression: "attribute_not_exists(run_date) OR run_date <= :date",
      ExpressionAttributeValues: { ":date": { "S.$": "$.runDate" }, ":now": { "S.$": "$$.State.EnteredTime" } },
    },
    ResultPath: null,
    TimeoutSeconds: 60,
    Retry: RETRY_TABLE,
    Catch: [{ ErrorEquals: ["DynamoDB.ConditionalCheckFailedException"], ResultPath: "$.passedOver", Next: "Train" }],
  };
}

/** Puts work on the queue and waits until its worker answers with the task's token. */
function handOut(
  s: DailySettings,
  kind: WorkKind,
  body: Readonly<Record<string, string>>,
  resultPath: string | null,
): State {
  return {
    Type: "Task",
    Resource: `arn:${s.partition}:states:::sqs:sendMessage.waitForTaskToken`,
    Parameters: { QueueUrl: s.queueUrl, MessageBody: { kind, ...body, "taskToken.$": "$$.Task.Token" } },
    ResultPath: resultPath,
    TimeoutSeconds: 8 * HOUR,
    HeartbeatSeconds: HEARTBEAT_SECONDS,
    Retry: [
      {
        ErrorEquals: ["States.HeartbeatTimeout", "Worker.Lost"],
        IntervalSeconds: 30,
        MaxAttempts: 3,
        BackoffRate: 2,
        JitterStrategy: "FULL",
      },
    ],
  };
}

/** Each shard in an execution of its own, so that the run's history stays far below Step Functions' 25,000 events. */
function score(s: DailySettings): State {
  return {
    Type: "Map",
    Comment: "Score every user, shard by shard",
    ItemsPath: "$.training.shards",
    ItemSelector: {
      "runDate.$": "$.runDate",
      "modelVersion.$": "$.training.modelVersion",
      "shard.$": "$$.Map.Item.Value",
    },
    MaxConcurrency: s.scoringConcurrency,
    ToleratedFailurePercentage: 0,
    ItemProcessor: {
      ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
      StartAt: "Score shard",
      States: sequence([
        [
          "Score shard",
          handOut(
            s,
            "score",
            { "runDate.$": "$.runDate", "modelVersion.$": "$.modelVersion", "shard.$": "$.shard" },
            null,
          ),
        ],
      ]),
    },
    ResultPath: null,
  };
}

/** Moves `CURRENT` to the new version unless a later run date stands there already; a repeated run changes nothing. */
function publish(s: DailySettings): State {
  return {
    Type: "Task",
    Comment: "Point CURRENT at the new version",
    Resource: `arn:${s.partition}:states:::dynamodb:updateItem`,
    Parameters: {
      TableName: s.modelsTable,
      Key: { name: { S: "recommendations" }, version: { S: "CURRENT" } },
      UpdateExpression:
        "SET previous_version = if_not_exists(model_version, :version), " +
        "model_version = :version, run_date = :date, model_digest = :digest, published_at = :now",
      ConditionExpression: "attribute_not_exists(run_date) OR run_date <= :date",
      ExpressionAttributeValues: {
        ":version": { "S.$": "$.training.modelVersion" },
        ":date": { "S.$": "$.runDate" },
        ":digest": { "S.$": "$.training.modelDigest" },
        ":now": { "S.$": "$$.State.EnteredTime" },
      },
    },
    ResultPath: null,
    TimeoutSeconds: 60,
    Retry: RETRY_TABLE,
  };
}

function warm(s: DailySettings, functionArn: string): State {
  return {
    Type: "Task",
    Comment: "Fill the caches with the lists of the most active users",
    Resource: `arn:${s.partition}:states:::lambda:invoke`,
    Parameters: {
      FunctionName: functionArn,
      Payload: { "runDate.$": "$.runDate", "modelVersion.$": "$.training.modelVersion" },
    },
    ResultPath: null,
    TimeoutSeconds: 900,
    Retry: RETRY_TRANSIENT,
  };
}

function notify(s: DailySettings, subject: string, message: string): State {
  return {
    Type: "Task",
    Resource: `arn:${s.partition}:states:::sns:publish`,
    Parameters: { TopicArn: s.topicArn, Subject: subject, "Message.$": message },
    ResultPath: null,
    TimeoutSeconds: 60,
    Retry: RETRY_TRANSIENT,
  };
}

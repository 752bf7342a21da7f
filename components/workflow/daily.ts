import {
  catching,
  RETRY_TRANSIENT,
  sequence,
  type Machine,
  type Parameters,
  type State,
  type Step,
  type TaskState,
} from "./asl";
import { judgeModels, makeModels, RETRY_TABLE, type ModelSettings } from "./models";

/** What the daily run is told, all of it known once the other rooms stand. */
export type DailySettings = CommonSettings & EngineSettings;

/** What runs the ETL. */
export type EngineSettings = ClusterSettings | TransientSettings | ServerlessSettings;

/** ETL as a step of a cluster that waits for it. */
interface ClusterSettings {
  readonly clusterId: string;
  /** Folder on the nodes with the ETL programs. */
  readonly programsFolder: string;
}

/** ETL as a machine of its own, which makes a cluster, runs the job on it and ends it: see etlDefinition(). */
interface TransientSettings {
  readonly etlMachineArn: string;
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

/** What the machine with a cluster of its own is told. */
export interface OwnClusterSettings extends JobSettings {
  /** Name of the clusters, before the run's date. */
  readonly clusterName: string;
  /** RunJobFlow's request without a name. */
  readonly request: Parameters;
  /** Folder on the nodes with the ETL programs. */
  readonly programsFolder: string;
}

/** What the job itself is told, on any engine. */
interface JobSettings {
  readonly partition: string;
  readonly bronzeBucket: string;
  readonly silverBucket: string;
  readonly goldBucket: string;
  /** Folder of the region in it, with a closing `/`. */
  readonly goldFolder: string;
  readonly profilesTable: string;
  /** Queue on which the verifier tells what it verified; absent = the job lists only. */
  readonly handoverQueueUrl?: string;
}

interface CommonSettings extends JobSettings, ModelSettings {
  readonly topicArn: string;
}

/** `daily` makes data, then trains and scores the zone; `data` makes a region's part of the zone's data and stops there. */
export type RunKind = "daily" | "data";

const HOUR = 3600;

/** Longest a day's run may take: the next one must find the cluster free. */
const RUN_TIMEOUT_SECONDS = 20 * HOUR;

const REPORT = "Report failure";
const REPORT_MODELS = "Report failed model";
const REFUSED = "Report refusal";
const FAILED = "Failed";

/**
 * The daily train-and-score of one residency zone, input `{ "runDate": "YYYY-MM-DD", "run": "daily" | "data" }`: all
 * verified events before that date go through ETL, where `data` ends; the quality gate reads the job's own report; then for each variant of the experiment a worker
 * trains and measures; the evaluation gate compares with the popularity baseline; all shards are scored; only then does
 * `CURRENT` of its line of models move to the new version, and only forward in time. Every step may be repeated: the run date names its outputs.
 */
export function dailyDefinition(settings: DailySettings): Machine {
  const work: Step[] = [
    ["Transform", transform(settings)],
    ["Read quality report", readQuality(settings)],
    ["Quality gate", gate("What to run", "$.quality.report.passed")],
    ["What to run", dataOnly("Mark data")],
    ["Mark data", markData(settings)],
    ["Models", makeModels(settings)],
    ["All published", judgeModels(settings, { published: "Done", failed: REPORT_MODELS, refused: REFUSED })],
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
        [FAILED, { Type: "Fail", Error: "DailyRunFailed", Cause: "A step failed; the topic has its error" }],
      ]),
      [REPORT_MODELS]: { ...notify(settings, "Daily run failed", "States.JsonToString($)"), Next: FAILED },
      ...sequence([
        [REFUSED, notify(settings, "Daily run refused by a gate", "States.JsonToString($)")],
        ["Refused", { Type: "Fail", Error: "GateRefused", Cause: "A gate refused; yesterday's lists stay in use" }],
      ]),
    },
  };
}

/**
 * The starter: makes the run date of the schedule's time and names the run by it, so that a day is run once however
 * often it is asked for. Input `{ "scheduledTime": "2026-01-02T03:00:00Z", "run": "data" }`; without `run` it is a whole
 * one, which a region that made its data already may still be asked for, once it takes over its zone.
 */
export function starterDefinition(partition: string, dailyArn: string): Machine {
  return {
    Comment: "Starts the daily run, once a day",
    StartAt: "What to run",
    TimeoutSeconds: 300,
    States: sequence([
      [
        "What to run",
        { Type: "Choice", Choices: [{ Variable: "$.run", IsPresent: true, Next: "Run date" }], Default: "Whole run" },
      ],
      ["Whole run", { Type: "Pass", Result: "daily" satisfies RunKind, ResultPath: "$.run" }],
      [
        "Run date",
        {
          Type: "Pass",
          Parameters: {
            "runDate.$": "States.ArrayGetItem(States.StringSplit($.scheduledTime, 'T'), 0)",
            "run.$": "$.run",
          },
        },
      ],
      [
        "Start",
        {
          Type: "Task",
          Resource: `arn:${partition}:states:::states:startExecution`,
          Parameters: {
            StateMachineArn: dailyArn,
            "Name.$": "States.Format('{}-{}', $.run, $.runDate)",
            Input: {
              "runDate.$": "$.runDate",
              "run.$": "$.run",
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

/**
 * ETL with a cluster of its own, input `{ "runDate": "YYYY-MM-DD" }`: makes it, runs the job, ends it, whether the job
 * succeeded or not. A machine apart from the daily one, so that each try of a day has a cluster of its own and not the id
 * of one that is gone.
 */
export function etlDefinition(s: OwnClusterSettings): Machine {
  const end = (): State => ({
    Type: "Task",
    Resource: `arn:${s.partition}:states:::elasticmapreduce:terminateCluster`,
    Parameters: { "ClusterId.$": "$.cluster.ClusterId" },
    ResultPath: null,
    TimeoutSeconds: 300,
    Retry: RETRY_TRANSIENT,
  });
  const failed = "End failed cluster";
  return {
    Comment: "ETL on a cluster of its own",
    StartAt: "Create cluster",
    TimeoutSeconds: TRANSFORM_HOURS * HOUR + CLUSTER_SECONDS,
    States: {
      ...sequence([
        [
          "Create cluster",
          {
            Type: "Task",
            Resource: `arn:${s.partition}:states:::elasticmapreduce:createCluster.sync`,
            Parameters: { "Name.$": `States.Format('${s.clusterName}-{}', $.runDate)`, ...s.request },
            ResultPath: "$.cluster",
            TimeoutSeconds: CLUSTER_SECONDS,
            Retry: RETRY_TRANSIENT.map((retrier) => ({ ...retrier, MaxAttempts: 2, IntervalSeconds: 60 })),
          },
        ],
        [
          "Transform",
          {
            ...clusterTransform(s, { "ClusterId.$": "$.cluster.ClusterId" }),
            Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: failed }],
          },
        ],
        ["End cluster", end()],
        ["Done", { Type: "Succeed" }],
      ]),
      ...sequence([
        [failed, end()],
        [FAILED, { Type: "Fail", Error: "EtlFailed", Cause: "The job failed; its step's log is in the log bucket" }],
      ]),
    },
  };
}

/** Seconds that a cluster may take to come up: spot capacity is looked for, then taken on demand. */
const CLUSTER_SECONDS = HOUR;
/** Hours that a day's job may take. */
const TRANSFORM_HOURS = 6;

function transform(s: DailySettings): State {
  if ("applicationId" in s) return serverlessTransform(s);
  return "etlMachineArn" in s ? nestedTransform(s) : clusterTransform(s, { ClusterId: s.clusterId });
}

function nestedTransform(s: CommonSettings & TransientSettings): State {
  return {
    Type: "Task",
    Comment: "Bronze to silver and gold, on a cluster of its own",
    Resource: `arn:${s.partition}:states:::states:startExecution.sync:2`,
    Parameters: {
      StateMachineArn: s.etlMachineArn,
      Input: { "runDate.$": "$.runDate", "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$": "$$.Execution.Id" },
    },
    ResultPath: null,
    // The cluster's own retries included.
    TimeoutSeconds: (TRANSFORM_HOURS + 2) * HOUR,
    Retry: RETRY_TRANSIENT.map((retrier) => ({ ...retrier, MaxAttempts: 1, IntervalSeconds: 60 })),
  };
}

/** What the ETL program is told beside its own address, as arguments of `States.Array`. */
function etlArguments(s: JobSettings): string {
  return (
    `'--run-date', $.runDate, ` +
    `'--bronze', 's3://${s.bronzeBucket}', '--silver', 's3://${s.silverBucket}', '--gold', 's3://${s.goldBucket}/${s.goldFolder.replace(/\/$/, "")}', ` +
    `'--profiles-table', '${s.profilesTable}'` +
    (s.handoverQueueUrl === undefined ? "" : `, '--handover-queue', '${s.handoverQueueUrl}'`)
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
    TimeoutSeconds: TRANSFORM_HOURS * HOUR,
    Retry: RETRY_TRANSIENT.map((retrier) => ({ ...retrier, MaxAttempts: 2, IntervalSeconds: 60 })),
  };
}

function clusterTransform(s: JobSettings & Pick<ClusterSettings, "programsFolder">, cluster: Parameters): TaskState {
  return {
    Type: "Task",
    Comment: "Bronze to silver and gold, on EMR",
    Resource: `arn:${s.partition}:states:::elasticmapreduce:addStep.sync`,
    Parameters: {
      ...cluster,
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
    TimeoutSeconds: TRANSFORM_HOURS * HOUR,
    Retry: RETRY_TRANSIENT.map((retrier) => ({ ...retrier, MaxAttempts: 2, IntervalSeconds: 60 })),
  };
}

function readQuality(s: DailySettings): State {
  return {
    Type: "Task",
    Comment: "The job's own report: counts that must balance, null shares, freshness",
    Resource: `arn:${s.partition}:states:::aws-sdk:s3:getObject`,
    Parameters: {
      Bucket: s.goldBucket,
      "Key.$": `States.Format('${s.goldFolder}_quality/run_date={}/report.json', $.runDate)`,
    },
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

/** Ends a run that was only asked for data; all others go on to train. */
function dataOnly(next: string): State {
  const isData = [
    { Variable: "$.run", IsPresent: true },
    { Variable: "$.run", StringEquals: "data" satisfies RunKind },
  ];
  return { Type: "Choice", Choices: [{ And: isData, Next: "Done" }], Default: next };
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
    Catch: [{ ErrorEquals: ["DynamoDB.ConditionalCheckFailedException"], ResultPath: "$.passedOver", Next: "Models" }],
  };
}

function notify(s: DailySettings, subject: string, message: string): TaskState {
  return {
    Type: "Task",
    Resource: `arn:${s.partition}:states:::sns:publish`,
    Parameters: { TopicArn: s.topicArn, Subject: subject, "Message.$": message },
    ResultPath: null,
    TimeoutSeconds: 60,
    Retry: RETRY_TRANSIENT,
  };
}

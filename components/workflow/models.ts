import type { WorkKind } from "../../contracts/messages/work";
import type { VariantModel } from "../../contracts/models/variants";
import { catching, sequence, type ChoiceRule, type Machine, type Retrier, type State } from "./asl";

/** What the part of the daily run that makes models is told. */
export interface ModelSettings {
  readonly partition: string;
  readonly modelsTable: string;
  readonly queueUrl: string;
  /** Shards of one model that are handed out at once. */
  readonly scoringConcurrency: number;
  /** Models of the day, the control's first: at least one. */
  readonly models: readonly VariantModel[];
}

const HOUR = 3600;

/**
 * Seconds between a worker's signs of life. Twice the queue's visibility extension: a shard whose worker died comes
 * back to the queue before the workflow gives it up.
 */
const HEARTBEAT_SECONDS = 1800;

/** What DynamoDB says when the same request may well succeed a little later. */
export const RETRY_TABLE: readonly Retrier[] = [
  {
    ErrorEquals: ["DynamoDB.ProvisionedThroughputExceededException", "DynamoDB.InternalServerErrorException"],
    IntervalSeconds: 5,
    MaxAttempts: 5,
    BackoffRate: 2,
    JitterStrategy: "FULL",
  },
];

/**
 * All models of the day side by side, each trained, judged, scored and published by itself: one that its gate refuses, or
 * that a step fails for, keeps no other from its readers. Leaves `$.models`, an entry for each in their order:
 * `{ variant, outcome: "published", modelVersion, modelDigest }`, `{ variant, outcome: "refused", training }` or
 * `{ variant, outcome: "failed", error }`.
 */
export function makeModels(s: ModelSettings): State {
  return {
    Type: "Parallel",
    Comment: "Train, judge, score and publish the model of each variant",
    Branches: s.models.map((model) => branch(s, model)),
    ResultPath: "$.models",
  };
}

/** Where the day goes once all models are done: on only with all of them published. */
export function judgeModels(
  { models }: Pick<ModelSettings, "models">,
  to: { readonly published: string; readonly failed: string; readonly refused: string },
): State {
  const outcome = (index: number, is: string): ChoiceRule => ({
    Variable: `$.models[${index}].outcome`,
    StringEquals: is,
  });
  return {
    Type: "Choice",
    Comment: "Whether every model is published",
    Choices: [
      ...models.map((_, index) => ({ ...outcome(index, "failed"), Next: to.failed })),
      ...models.map((_, index) => ({ ...outcome(index, "refused"), Next: to.refused })),
    ],
    Default: to.published,
  };
}

/** One model's way. Names of states are unique in a whole machine, so that each ends in the variant's. */
function branch(s: ModelSettings, { variant, model, algorithm }: VariantModel): Machine {
  const named = (what: string): string => `${what} ${variant}`;
  const failed = named("Failed");
  const refused = named("Refused");
  const work = sequence([
    [named("Train"), handOut(s, "train", { "runDate.$": "$.runDate", model, algorithm }, "$.training")],
    [named("Evaluation gate"), evaluationGate(named("Score"), refused)],
    [named("Score"), score(s, named("Score shard"))],
    [named("Publish"), publish(s, model)],
    [
      named("Published"),
      outcome(variant, "published", {
        "modelVersion.$": "$.training.modelVersion",
        "modelDigest.$": "$.training.modelDigest",
      }),
    ],
  ]);
  return {
    StartAt: named("Train"),
    States: {
      ...catching(work, failed),
      ...sequence([[refused, outcome(variant, "refused", { "training.$": "$.training" })]]),
      ...sequence([[failed, outcome(variant, "failed", { "error.$": "$.error" })]]),
    },
  };
}

function outcome(variant: string, what: string, more: Readonly<Record<string, string>>): State {
  return { Type: "Pass", Parameters: { variant, outcome: what, ...more } };
}

function evaluationGate(next: string, refused: string): State {
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
    Default: refused,
  };
}

/** Puts work on the queue and waits until its worker answers with the task's token. */
function handOut(
  s: ModelSettings,
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
function score(s: ModelSettings, shard: string): State {
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
      StartAt: shard,
      States: sequence([
        [
          shard,
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

/**
 * Moves `CURRENT` of the variant's line of models to the new version unless a later run date stands there already; a
 * repeated run changes nothing.
 */
function publish(s: ModelSettings, model: string): State {
  return {
    Type: "Task",
    Comment: "Point CURRENT at the new version",
    Resource: `arn:${s.partition}:states:::dynamodb:updateItem`,
    Parameters: {
      TableName: s.modelsTable,
      Key: { name: { S: model }, version: { S: "CURRENT" } },
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

import { UNKNOWN } from "../value";
import { json, request, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

export const requests: RequestTable = {
  "aws:cloudwatch/eventBus:EventBus": type(request("events:CreateEventBus")),
  "aws:cloudwatch/eventRule:EventRule": type(
    request("events:PutRule", { eventPattern: json("EventPattern") }, { adds: { Name: UNKNOWN } }),
    { forceDestroy: "said when the rule is deleted", isEnabled: "the older spelling of `state`" },
  ),
  "aws:cloudwatch/eventTarget:EventTarget": type(
    request(
      "events:PutTargets",
      {
        rule: "Rule",
        eventBusName: "EventBusName",
        targetId: "Targets.0.Id",
        arn: "Targets.0.Arn",
        appsyncTarget: "Targets.0.AppSyncParameters",
        batchTarget: "Targets.0.BatchParameters",
        "batchTarget.arraySize": "ArrayProperties.Size",
        "batchTarget.jobAttempts": "RetryStrategy.Attempts",
        deadLetterConfig: "Targets.0.DeadLetterConfig",
        ecsTarget: "Targets.0.EcsParameters",
        "ecsTarget.enableEcsManagedTags": "EnableECSManagedTags",
        "ecsTarget.networkConfiguration": "NetworkConfiguration.awsvpcConfiguration",
        "ecsTarget.orderedPlacementStrategies": "PlacementStrategy",
        httpTarget: "Targets.0.HttpParameters",
        input: "Targets.0.Input",
        inputPath: "Targets.0.InputPath",
        inputTransformer: "Targets.0.InputTransformer",
        "inputTransformer.inputPaths": "InputPathsMap",
        kinesisTarget: "Targets.0.KinesisParameters",
        redshiftTarget: "Targets.0.RedshiftDataParameters",
        "redshiftTarget.secretsManagerArn": "SecretManagerArn",
        retryPolicy: "Targets.0.RetryPolicy",
        roleArn: "Targets.0.RoleArn",
        runCommandTargets: "Targets.0.RunCommandParameters.RunCommandTargets",
        sagemakerPipelineTarget: "Targets.0.SageMakerPipelineParameters",
        sqsTarget: "Targets.0.SqsParameters",
      },
      { adds: { Targets: [{ Id: UNKNOWN }] } },
    ),
    { forceDestroy: "said when the target is removed" },
  ),
};

import { UNKNOWN } from "../value";
import { request, turned, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

export const requests: RequestTable = {
  "aws:lambda/function:Function": type(
    [
      request(
        "lambda:CreateFunction",
        {
          // The archive's bytes are made while the program runs.
          code: turned("Code.ZipFile", () => UNKNOWN),
          "durableConfig.retentionPeriod": "RetentionPeriodInDays",
          fileSystemConfig: "FileSystemConfigs",
          "imageConfig.commands": "Command",
          "imageConfig.entryPoints": "EntryPoint",
          imageUri: "Code.ImageUri",
          name: "FunctionName",
          s3Bucket: "Code.S3Bucket",
          s3Key: "Code.S3Key",
          s3ObjectVersion: "Code.S3ObjectVersion",
          sourceKmsKeyArn: "Code.SourceKMSKeyArn",
        },
        { adds: { FunctionName: UNKNOWN } },
      ),
      request(
        "lambda:PutFunctionConcurrency",
        {
          name: "FunctionName",
          // Pulumi's -1, no reservation, lies outside AWS's range and is never sent; any other value is AWS's to judge.
          reservedConcurrentExecutions: turned("ReservedConcurrentExecutions", (count) => count),
        },
        {
          adds: { FunctionName: UNKNOWN },
          when: ["reservedConcurrentExecutions"],
          unless: ["reservedConcurrentExecutions=-1"],
        },
      ),
    ],
    {
      codeSha256: "compared with what AWS says",
      replaceSecurityGroupsOnDestroy: "done when the function is deleted",
      replacementSecurityGroupIds: "done when the function is deleted",
      skipDestroy: "says whether the function is deleted",
      "snapStart.optimizationStatus": "AWS says it",
      sourceCodeHash: "says when the code is sent again",
      useResourceTimeoutForPropagation: "says how long the provider waits",
      "vpcConfig.vpcId": "AWS knows it by the subnets",
    },
  ),
  "aws:lambda/alias:Alias": type(request("lambda:CreateAlias")),
  "aws:lambda/eventSourceMapping:EventSourceMapping": type(
    request("lambda:CreateEventSourceMapping", {
      "destinationConfig.onFailure.destinationArn": "Destination",
      "selfManagedEventSource.endpoints": turned("Endpoints", (endpoints) =>
        Object.fromEntries(
          Object.entries(endpoints ?? {}).map(([kind, servers]) => [
            kind,
            typeof servers === "string" ? servers.split(",") : UNKNOWN,
          ]),
        ),
      ),
    }),
    { useResourceTimeoutForPropagation: "says how long the provider waits" },
  ),
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": type(
    request("lambda:PutFunctionEventInvokeConfig"),
  ),
  "aws:lambda/permission:Permission": type(
    request("lambda:AddPermission", { function: "FunctionName" }, { adds: { StatementId: UNKNOWN } }),
    { statementIdPrefix: "stands in the statement's id" },
  ),
};

import type { Call, Caller, CallNode, CallPlace, CallRow } from "../call";
import { assumes, at, bucketKey, deliveryKey, given, json, keyCall, text, USE_KEY, via } from "../call-kit";
import type { Task } from "./tasks";
import { hasDistributedMap, known, parameter, sdkCall, tableArn, tasksOf, capital } from "./tasks";
import { list } from "../value";
import type { Value } from "../value";

const MACHINE = ["aws:sfn/stateMachine:StateMachine"];
const doc = (page: string): string => `https://docs.aws.amazon.com/step-functions/latest/dg/${page}.html`;

const caller = ({ inputs }: CallNode): Caller => ({ role: at(inputs, "roleArn") });
/** Read once: two dozen rows ask about each state machine. */
const read = new WeakMap<CallNode, { readonly definition: Value; readonly tasks: readonly Task[] }>();
function machine(node: CallNode): { readonly definition: Value; readonly tasks: readonly Task[] } {
  let known = read.get(node);
  if (known === undefined) {
    const definition = json(at(node.inputs, "definition"));
    known = { definition, tasks: tasksOf(definition) };
    read.set(node, known);
  }
  return known;
}

/** Calls of the tasks of one service: `sqs:sendMessage.waitForTaskToken` has the action `sendMessage`. */
function tasks(
  service: string,
  calls: (action: string, pattern: string, parameters: Value, place: CallPlace, caller: Caller) => readonly Call[],
): CallRow["calls"] {
  return (node, place) =>
    machine(node).tasks.flatMap(({ resource, parameters }) => {
      const [, name, action = "", pattern = ""] = /^([a-z-]+):([A-Za-z]+)(?:\.(\w+(?::\d)?))?$/.exec(resource) ?? [];
      return name === service ? calls(action, pattern, parameters, place, caller(node)) : [];
    });
}

/** What `.sync` needs to learn of the end: an EventBridge rule that Step Functions keeps. */
function awaits(place: CallPlace, caller: Caller, rule: string): Call {
  return {
    caller,
    actions: ["events:PutTargets", "events:PutRule", "events:DescribeRule"],
    resource: place.arn("events", `rule/${rule}`),
  };
}

const sync = (pattern: string): boolean => pattern.startsWith("sync");

export const calls: readonly CallRow[] = [
  assumes(
    { id: "sfn-role", types: MACHINE, property: "roleArn", source: doc("procedure-create-iam-role") },
    { service: "states.amazonaws.com" },
  ),
  {
    id: "sfn-log",
    types: MACHINE,
    property: "loggingConfiguration",
    title: "A state machine's role sets up the delivery of its log",
    source: doc("cw-logs"),
    calls: (node) => {
      const level = text(node.inputs, "loggingConfiguration.level");
      return level === undefined || level === "OFF"
        ? []
        : [
            {
              caller: caller(node),
              actions: [
                "logs:CreateLogDelivery",
                "logs:GetLogDelivery",
                "logs:UpdateLogDelivery",
                "logs:DeleteLogDelivery",
                "logs:ListLogDeliveries",
                "logs:PutResourcePolicy",
                "logs:DescribeResourcePolicies",
                "logs:DescribeLogGroups",
              ],
              resource: "*",
            },
          ];
    },
  },
  {
    id: "sfn-tracing",
    types: MACHINE,
    property: "tracingConfiguration",
    title: "A state machine's role sends its traces",
    source: doc("concepts-xray-tracing"),
    calls: (node) =>
      at(node.inputs, "tracingConfiguration.enabled") === true
        ? [
            {
              caller: caller(node),
              actions: [
                "xray:PutTraceSegments",
                "xray:PutTelemetryRecords",
                "xray:GetSamplingRules",
                "xray:GetSamplingTargets",
              ],
              resource: "*",
            },
          ]
        : [],
  },
  {
    id: "sfn-key",
    types: MACHINE,
    property: "encryptionConfiguration.kmsKeyId",
    title: "A state machine's role uses its key",
    source: doc("encryption-at-rest"),
    calls: (node, place) =>
      given(node, "encryptionConfiguration.kmsKeyId").flatMap((key) =>
        keyCall(place, caller(node), key, USE_KEY, {
          ...via(place, "states"),
          "kms:EncryptionContext:aws:states:stateMachineArn": place.arnOf(node),
        }),
      ),
  },
  {
    id: "sfn-distributed-map",
    types: MACHINE,
    property: "definition",
    title: "A distributed map starts executions of its own state machine",
    source: doc("iam-policies-eg-dist-map"),
    calls: (node, place) => {
      if (!hasDistributedMap(machine(node).definition)) return [];
      const name = text(node.inputs, "name") ?? "*";
      return [
        { caller: caller(node), actions: ["states:StartExecution"], resource: place.arnOf(node) },
        {
          caller: caller(node),
          actions: ["states:DescribeExecution", "states:StopExecution"],
          resource: place.arn("states", `execution:${name}/*:*`),
        },
      ];
    },
  },
  {
    id: "sfn-task-lambda",
    types: MACHINE,
    property: "definition",
    title: "A task invokes its function",
    source: doc("connect-lambda"),
    calls: tasks("lambda", (_action, _pattern, parameters, place, by) =>
      known(place, at(parameters, "FunctionName"), "aws:lambda/function:Function").map((resource) => ({
        caller: by,
        actions: ["lambda:InvokeFunction"],
        resource,
      })),
    ),
  },
  {
    id: "sfn-task-sqs",
    types: MACHINE,
    property: "definition",
    title: "A task sends to its queue",
    source: doc("connect-sqs"),
    calls: tasks("sqs", (_action, _pattern, parameters, place, by) =>
      known(place, at(parameters, "QueueUrl"), "aws:sqs/queue:Queue").map((resource) => ({
        caller: by,
        actions: ["sqs:SendMessage"],
        resource,
      })),
    ),
  },
  {
    id: "sfn-task-sns",
    types: MACHINE,
    property: "definition",
    title: "A task publishes to its topic",
    source: doc("connect-sns"),
    calls: tasks("sns", (_action, _pattern, parameters, _place, by) => {
      const resource = parameter(parameters, "TopicArn");
      return resource === undefined ? [] : [{ caller: by, actions: ["sns:Publish"], resource }];
    }),
  },
  {
    id: "sfn-task-message-key",
    types: MACHINE,
    property: "definition",
    title: "A task uses the key of its queue or topic",
    source: doc("connect-sqs"),
    calls: (node, place) =>
      machine(node).tasks.flatMap(({ resource, parameters }) => {
        const targets = resource.startsWith("sqs:")
          ? known(place, at(parameters, "QueueUrl"), "aws:sqs/queue:Queue")
          : resource.startsWith("sns:")
            ? [parameter(parameters, "TopicArn")]
            : [];
        return targets.flatMap((target) => deliveryKey(place, caller(node), target));
      }),
  },
  {
    id: "sfn-task-dynamodb",
    types: MACHINE,
    property: "definition",
    title: "A task reads or writes its table",
    source: doc("connect-ddb"),
    calls: tasks("dynamodb", (action, _pattern, parameters, place, by) => {
      const table = parameter(parameters, "TableName");
      return table === undefined
        ? []
        : [{ caller: by, actions: [`dynamodb:${capital(action)}`], resource: tableArn(place, table) }];
    }),
  },
  {
    id: "sfn-task-execution",
    types: MACHINE,
    property: "definition",
    title: "A task starts another state machine",
    source: doc("connect-stepfunctions"),
    calls: tasks("states", (_action, _pattern, parameters, _place, by) => {
      const resource = parameter(parameters, "StateMachineArn");
      return resource === undefined ? [] : [{ caller: by, actions: ["states:StartExecution"], resource }];
    }),
  },
  {
    id: "sfn-task-execution-sync",
    types: MACHINE,
    property: "definition",
    title: "A task waits for another state machine",
    source: doc("connect-stepfunctions"),
    calls: tasks("states", (_action, pattern, parameters, place, by) => {
      const machine = parameter(parameters, "StateMachineArn");
      if (!sync(pattern) || machine === undefined) return [];
      return [
        {
          caller: by,
          actions: ["states:DescribeExecution", "states:StopExecution"],
          resource: `${machine.replace(":stateMachine:", ":execution:")}:*`,
        },
        awaits(place, by, "StepFunctionsGetEventsForStepFunctionsExecutionRule"),
      ];
    }),
  },
  {
    id: "sfn-task-emr",
    types: MACHINE,
    property: "definition",
    title: "A task adds a step to its cluster",
    source: doc("connect-emr"),
    calls: tasks("elasticmapreduce", (action, pattern, parameters, place, by) => {
      const cluster = parameter(parameters, "ClusterId");
      if (action !== "addStep" || cluster === undefined) return [];
      const resource = place.arn("elasticmapreduce", `cluster/${cluster}`);
      return [
        { caller: by, actions: ["elasticmapreduce:AddJobFlowSteps"], resource },
        ...(sync(pattern)
          ? [
              { caller: by, actions: ["elasticmapreduce:DescribeStep", "elasticmapreduce:CancelSteps"], resource },
              awaits(place, by, "StepFunctionsGetEventForEMRAddJobFlowStepsRule"),
            ]
          : []),
      ];
    }),
  },
  {
    id: "sfn-task-emr-cluster",
    types: MACHINE,
    property: "definition",
    title: "A task makes a cluster and passes its roles",
    source: doc("connect-emr"),
    calls: tasks("elasticmapreduce", (action, pattern, parameters, place, by) => {
      if (action !== "createCluster") return [];
      // EMR has the service role, the instances have the other.
      const passed = (
        [
          ["ServiceRole", "elasticmapreduce.amazonaws.com"],
          ["JobFlowRole", "ec2.amazonaws.com"],
        ] as const
      ).flatMap(([name, service]): readonly Call[] => {
        const given = parameter(parameters, name);
        const role = name === "JobFlowRole" ? place.roleOfProfile(given) : given;
        if (typeof role !== "string") return [];
        const resource = role.startsWith("arn:") ? role : place.arn("iam", `role/${role}`, { region: "" });
        return [{ caller: by, actions: ["iam:PassRole"], resource, context: { "iam:PassedToService": service } }];
      });
      const made = place.arn("elasticmapreduce", "cluster/j-1");
      return [
        {
          caller: by,
          actions: ["elasticmapreduce:RunJobFlow"],
          resource: "*",
          context: tagKeys("RequestTag", parameters),
        },
        ...(sync(pattern)
          ? [
              {
                caller: by,
                actions: ["elasticmapreduce:DescribeCluster", "elasticmapreduce:TerminateJobFlows"],
                resource: made,
                context: tagKeys("ResourceTag", parameters),
              },
            ]
          : []),
        ...passed,
        ...(sync(pattern) ? [awaits(place, by, "StepFunctionsGetEventForEMRRunJobFlowRule")] : []),
      ];
    }),
  },
  {
    id: "sfn-task-emrserverless",
    types: MACHINE,
    property: "definition",
    title: "A task runs a job of EMR Serverless and passes its role",
    source: doc("connect-emr-serverless"),
    calls: tasks("emr-serverless", (action, pattern, parameters, place, by) => {
      const application = parameter(parameters, "ApplicationId");
      const role = parameter(parameters, "ExecutionRoleArn");
      if (action !== "startJobRun" || application === undefined) return [];
      const resource = place.arn("emr-serverless", `/applications/${application}`);
      return [
        { caller: by, actions: ["emr-serverless:StartJobRun"], resource },
        ...(role === undefined
          ? []
          : [
              {
                caller: by,
                actions: ["iam:PassRole"],
                resource: role,
                context: { "iam:PassedToService": "emr-serverless.amazonaws.com" },
              },
            ]),
        ...(sync(pattern)
          ? [
              {
                caller: by,
                actions: ["emr-serverless:GetJobRun", "emr-serverless:CancelJobRun"],
                resource: `${resource}/jobruns/*`,
              },
              awaits(place, by, "StepFunctionsGetEventsForEMRServerlessJobRule"),
            ]
          : []),
      ];
    }),
  },
  {
    id: "sfn-task-sagemaker",
    types: MACHINE,
    property: "definition",
    title: "A task runs a training job and passes its role",
    source: doc("connect-sagemaker"),
    calls: tasks("sagemaker", (action, pattern, parameters, place, by) => {
      const role = parameter(parameters, "RoleArn") ?? parameter(parameters, "ExecutionRoleArn");
      const passed = role === undefined ? [] : [role];
      return [
        { caller: by, actions: [`sagemaker:${capital(action)}`], resource: place.arn("sagemaker", "*") },
        ...passed.map((resource) => ({
          caller: by,
          actions: ["iam:PassRole"],
          resource,
          context: { "iam:PassedToService": "sagemaker.amazonaws.com" },
        })),
        ...(sync(pattern) ? [awaits(place, by, "StepFunctionsGetEventsForSageMakerTrainingJobsRule")] : []),
      ];
    }),
  },
  {
    id: "sfn-task-athena",
    types: MACHINE,
    property: "definition",
    title: "A task runs a query in its workgroup",
    source: doc("connect-athena"),
    calls: tasks("athena", (action, pattern, parameters, place, by) => {
      const workgroup = parameter(parameters, "WorkGroup");
      return workgroup === undefined
        ? []
        : [
            {
              caller: by,
              actions: [
                `athena:${capital(action)}`,
                ...(sync(pattern) ? ["athena:GetQueryExecution", "athena:StopQueryExecution"] : []),
              ],
              resource: place.arn("athena", `workgroup/${workgroup}`),
            },
          ];
    }),
  },
  {
    id: "sfn-task-events",
    types: MACHINE,
    property: "definition",
    title: "A task puts events on its bus",
    source: doc("connect-eventbridge"),
    calls: tasks("events", (_action, _pattern, parameters, place, by) => [
      {
        caller: by,
        actions: ["events:PutEvents"],
        resource: place.arn("events", `event-bus/${parameter(parameters, "Entries.0.EventBusName") ?? "default"}`),
      },
    ]),
  },
  {
    id: "sfn-task-glue",
    types: MACHINE,
    property: "definition",
    title: "A task runs a job of Glue",
    source: doc("connect-glue"),
    calls: tasks("glue", (_action, pattern, parameters, place, by) => {
      const job = parameter(parameters, "JobName");
      return job === undefined
        ? []
        : [
            {
              caller: by,
              actions: [
                "glue:StartJobRun",
                ...(sync(pattern) ? ["glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"] : []),
              ],
              resource: place.arn("glue", `job/${job}`),
            },
          ];
    }),
  },
  {
    id: "sfn-task-sdk",
    types: MACHINE,
    property: "definition",
    title: "A task calls AWS as its SDK does",
    source: doc("supported-services-awssdk"),
    calls: (node, place) =>
      machine(node).tasks.flatMap(({ resource, parameters }) => {
        const [, service = "", action = ""] = /^aws-sdk:([a-z0-9]+):([A-Za-z0-9]+)/.exec(resource) ?? [];
        return service === "" ? [] : sdkCall(service, action, parameters, place, caller(node));
      }),
  },
  {
    id: "sfn-task-object-key",
    types: MACHINE,
    property: "definition",
    title: "A task reads and writes objects with the bucket's key",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
    calls: (node, place) =>
      machine(node).tasks.flatMap(({ resource, parameters }) => {
        const [, action = ""] = /^aws-sdk:s3:(getObject|putObject|copyObject)$/.exec(resource) ?? [];
        const bucket = parameter(parameters, "Bucket");
        if (action === "" || bucket === undefined) return [];
        return bucketKey(place, caller(node), bucket, action === "getObject" ? ["kms:Decrypt"] : USE_KEY);
      }),
  },
  {
    id: "sfn-task-secret",
    types: MACHINE,
    property: "definition",
    title: "A task that calls Redshift with a secret reads it",
    source: "https://docs.aws.amazon.com/redshift/latest/mgmt/data-api-access.html",
    calls: (node) =>
      machine(node).tasks.flatMap(({ resource, parameters }) => {
        const secret = parameter(parameters, "SecretArn");
        return !resource.startsWith("aws-sdk:redshiftdata:") || secret === undefined
          ? []
          : [{ caller: caller(node), actions: ["secretsmanager:GetSecretValue"], resource: secret }];
      }),
  },
];

/** Condition keys of the tags that a task gives a new cluster: those of the request, or of the cluster from then on. */
function tagKeys(key: "RequestTag" | "ResourceTag", parameters: Value): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    list(parameters, "Tags").flatMap((tag) => {
      const name = text(tag, "Key");
      return name === undefined ? [] : [[`elasticmapreduce:${key}/${name}`, at(tag, "Value")]];
    }),
  );
}

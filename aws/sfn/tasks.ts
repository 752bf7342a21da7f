import type { Call, Caller, CallPlace } from "../call";
import { at, list, text } from "../call-kit";
import { isBlock } from "../value";
import type { Value } from "../value";

/** One task of a state machine: what it calls, with which parameters. */
export interface Task {
  /** E.g. `sqs:sendMessage.waitForTaskToken` or `aws-sdk:s3:getObject`. */
  readonly resource: string;
  readonly parameters: Value;
}

/** Every task of a definition, those inside branches and maps too. */
export function tasksOf(definition: Value): readonly Task[] {
  if (Array.isArray(definition)) return (definition as readonly Value[]).flatMap(tasksOf);
  if (!isBlock(definition)) return [];
  const own = text(definition, "Resource");
  const resource = own === undefined ? undefined : /^arn:[^:]*:states:[^:]*:[^:]*:(.+)$/.exec(own)?.[1];
  const inner = Object.values(definition).flatMap(tasksOf);
  if (definition["Type"] !== "Task" || resource === undefined) return inner;
  return [{ resource, parameters: at(definition, "Parameters") ?? at(definition, "Arguments") }, ...inner];
}

/** Whether a definition has a map of the kind that starts executions of its own. */
export function hasDistributedMap(definition: Value): boolean {
  if (Array.isArray(definition)) return (definition as readonly Value[]).some(hasDistributedMap);
  if (!isBlock(definition)) return false;
  if (text(definition, "ProcessorConfig.Mode") === "DISTRIBUTED") return true;
  return Object.values(definition).some(hasDistributedMap);
}

/** A parameter of either query language; undefined when the state's input gives it. */
export function parameter(parameters: Value, name: string): string | undefined {
  const found = at(parameters, name);
  return typeof found === "string" && !found.startsWith("{%") ? found : undefined;
}

export const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** How an SDK's service name is spelled in actions, where it differs. */
const SPELLED: Readonly<Record<string, string>> = {
  emr: "elasticmapreduce",
  sfn: "states",
  redshiftdata: "redshift-data",
  emrserverless: "emr-serverless",
  eventbridge: "events",
  cloudwatchlogs: "logs",
};

/**
 * What an AWS SDK integration, or a universal target of EventBridge Scheduler, calls; none when the parameters do not say
 * on what. Source: docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
export function sdkCall(
  service: string,
  name: string,
  parameters: Value,
  place: CallPlace,
  caller: Caller,
): readonly Call[] {
  const spelled = SPELLED[service] ?? service;
  const action = `${spelled}:${capital(name)}`;
  return resourcesOf(spelled, capital(name), parameters, place).map((resource) => ({
    caller,
    actions: [action],
    resource,
    ...contextOf(spelled, parameters),
  }));
}

function contextOf(service: string, parameters: Value): Pick<Call, "context"> {
  if (service === "cloudwatch") return { context: { "cloudwatch:namespace": at(parameters, "Namespace") } };
  // A task asks about the statement that it ran itself.
  const owner = "AROAEXAMPLE:task";
  return service === "redshift-data"
    ? { context: { "aws:userid": owner, "redshift-data:statement-owner-iam-userid": owner } }
    : {};
}

function resourcesOf(service: string, name: string, parameters: Value, place: CallPlace): readonly Value[] {
  switch (service) {
    case "cloudwatch":
      return name === "PutMetricData" ? ["*"] : [];
    case "dynamodb": {
      const requested = at(parameters, "RequestItems");
      const names = isBlock(requested) ? Object.keys(requested) : list(parameters, "TableName");
      return names.flatMap((table) => (typeof table === "string" ? [tableArn(place, table)] : []));
    }
    case "s3": {
      const bucket = parameter(parameters, "Bucket");
      if (bucket === undefined) return [];
      const key = parameter(parameters, "Key") ?? formatPrefix(text(parameters, "Key.$"));
      const arn = `arn:${place.partition}:s3:::${bucket}`;
      if (!/Object/.test(name) || name.startsWith("List")) return [arn];
      return key === undefined ? [] : [`${arn}/${key}`];
    }
    case "glue": {
      const database = parameter(parameters, "DatabaseName");
      const table = parameter(parameters, "TableName");
      if (database === undefined) return [];
      return ["catalog", `database/${database}`, ...(table === undefined ? [] : [`table/${database}/${table}`])].map(
        (one) => place.arn("glue", one),
      );
    }
    case "redshift-data": {
      const cluster = parameter(parameters, "ClusterIdentifier");
      if (cluster !== undefined) return [place.arn("redshift", `cluster:${cluster}`)];
      return /Statement/.test(name) && at(parameters, "WorkgroupName") === undefined ? ["*"] : [];
    }
    case "sqs":
      return known(place, at(parameters, "QueueUrl"), "aws:sqs/queue:Queue");
    case "states": {
      const machine = parameter(parameters, "StateMachineArn");
      return machine === undefined ? [] : [machine];
    }
    case "sns": {
      const topic = parameter(parameters, "TopicArn");
      return topic === undefined ? [] : [topic];
    }
    default:
      return [];
  }
}

/** The pattern of `States.Format('a/{}', …)`; undefined when the key comes from the state's input alone. */
function formatPrefix(format: string | undefined): string | undefined {
  const [, template] = /^States\.Format\('([^']*)'/.exec(format ?? "") ?? [];
  return template?.replace(/\{\}/g, "*");
}

export function tableArn(place: CallPlace, name: string): Value {
  const found = place.find(name, "aws:dynamodb/table:Table");
  // A global table is called in the caller's own region.
  return found === undefined && name.startsWith("arn:") ? name : place.arn("dynamodb", `table/${name}`);
}

export function known(place: CallPlace, value: Value, type: string): readonly Value[] {
  const found = place.find(value, type);
  return found === undefined ? [] : [place.arnOf(found)];
}

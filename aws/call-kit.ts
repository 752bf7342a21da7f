import type { Call, Caller, CallNode, CallPlace, CallRow } from "./call";
import { at, isSet, list, text, UNKNOWN } from "./value";
import type { Value } from "./value";

/** A role as a caller. */
export function asRole(role: Value): Caller {
  return { role };
}

/** Actions on a key: read, write, and what makes grants for another service. */
export const READ_KEY = ["kms:Decrypt"] as const;
export const WRITE_KEY = ["kms:GenerateDataKey"] as const;
export const USE_KEY = ["kms:Decrypt", "kms:GenerateDataKey"] as const;

/** `kms:ViaService` of a call that a service makes with the caller's rights. */
export function via(place: CallPlace, service: string, region: string = place.region): Readonly<Record<string, Value>> {
  return { "kms:ViaService": `${service}.${region}.${place.suffix}` };
}

/** The key that encrypts a bucket by default, for a caller that reads or writes its objects: none when AWS holds it. */
export function bucketKey(
  place: CallPlace,
  caller: Caller,
  bucket: Value,
  actions: readonly string[],
  extra: Partial<Call> = {},
): readonly Call[] {
  const resource = place.keyOf(bucket);
  if (resource === undefined) return [];
  const found = place.find(bucket, "aws:s3/bucket:Bucket");
  // A bucket key's context is the bucket: docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
  const arn: Value = found === undefined ? UNKNOWN : place.arnOf(found);
  const context: Readonly<Record<string, Value>> = {
    ...via(place, "s3", found?.region ?? place.region),
    "kms:EncryptionContext:aws:s3:arn": arn,
  };
  return [{ caller, actions, resource, context, ...extra }];
}

/** The key that encrypts a thing by default, used through its service with the caller's rights. */
export function thingKey(
  place: CallPlace,
  caller: Caller,
  thing: Value,
  service: string,
  actions: readonly string[],
  extra: Partial<Call> = {},
): readonly Call[] {
  const resource = place.keyOf(thing);
  return resource === undefined ? [] : [{ caller, actions, resource, context: via(place, service), ...extra }];
}

/** A key that a property names, used with the caller's rights. */
export function keyCall(
  place: CallPlace,
  caller: Caller,
  key: Value,
  actions: readonly string[],
  context: Readonly<Record<string, Value>> = {},
): readonly Call[] {
  const resource = place.key(key);
  return resource === undefined ? [] : [{ caller, actions, resource, context }];
}

/** What a service says of the resource for which it calls, against the confused deputy. */
export function onBehalfOf(place: CallPlace, arn: Value): Readonly<Record<string, Value>> {
  return { "aws:SourceAccount": place.account, "aws:SourceArn": arn };
}

/** The row of a property that names a role: its service must be able to assume it. */
export function assumes(
  row: Pick<CallRow, "id" | "types" | "property" | "source">,
  options: {
    readonly service: string;
    /** Roles that the property names. @default the property itself */
    readonly roles?: (node: CallNode, place: CallPlace) => readonly Value[];
    /** @default sts:AssumeRole */
    readonly actions?: readonly string[];
    /**
     * Whether the service says for which account it calls: `no` when AWS documents that it does not, `undocumented` when
     * no page says. @default as AWS documents for most services
     */
    readonly account?: "no" | "undocumented";
    /** Only these resources. @default all */
    readonly when?: (node: CallNode) => boolean;
  },
): CallRow {
  const { service, roles, actions = ["sts:AssumeRole"], account, when = () => true } = options;
  return {
    ...row,
    title: `${service} assumes the role that ${row.property} names`,
    calls: (node, place) =>
      !when(node)
        ? []
        : (roles?.(node, place) ?? list(node.inputs, row.property)).filter(isSet).map((role) => ({
            caller: { service },
            actions,
            resource: roleArn(place, role),
            context: accountContext(account, onBehalfOf(place, place.arnOf(node))),
          })),
  };
}

function accountContext(
  account: "no" | "undocumented" | undefined,
  said: Readonly<Record<string, Value>>,
): Readonly<Record<string, Value>> {
  if (account === undefined) return said;
  return account === "no" ? {} : { "aws:SourceAccount": UNKNOWN, "aws:SourceArn": UNKNOWN };
}

/** ARN of a role by ARN or name. */
export function roleArn(place: CallPlace, role: Value): Value {
  if (typeof role !== "string" || role.startsWith("arn:")) return role;
  return place.arn("iam", `role/${role}`, { region: "" });
}

/** `arn:…:s3:::bucket/key` of `s3://bucket/key`; undefined for another text. */
export function objectArn(place: CallPlace, address: Value): string | undefined {
  const [, path] = typeof address === "string" ? (/^s3a?:\/\/(.+)$/.exec(address) ?? []) : [];
  return path === undefined ? undefined : `arn:${place.partition}:s3:::${path}`;
}

/** `s3://bucket/key` addresses in a text. */
export function addressesIn(given: string): readonly string[] {
  return given.match(/s3:\/\/[a-z0-9.-]+\/[A-Za-z0-9!_.*'()/=-]+/g) ?? [];
}

/** Name of the service that an ARN is of, e.g. `sqs`. */
export function serviceOf(arn: Value): string | undefined {
  return typeof arn === "string" ? arn.split(":")[2] : undefined;
}

/** The value at a path as one that may be a role, key or target; none when it is not set. */
export function given(node: CallNode, path: string): readonly Value[] {
  const found = at(node.inputs, path);
  return isSet(found) ? [found] : [];
}

/** ARN of an ECR repository of an image's address; undefined for another registry. */
export function repositoryArn(place: CallPlace, image: Value): string | undefined {
  const [, account, region, name] =
    typeof image === "string" ? (/^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.[^/]+\/([^:@]+)/.exec(image) ?? []) : [];
  return account === undefined || region === undefined
    ? undefined
    : place.arn("ecr", `repository/${name}`, { region, account });
}

/** Calls that pull an image (docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEC2ContainerRegistryPullOnly.html). */
export function pulls(place: CallPlace, caller: Caller, image: Value): readonly Call[] {
  const resource = repositoryArn(place, image);
  if (resource === undefined) return [];
  return [
    { caller, actions: ["ecr:GetAuthorizationToken"], resource: "*" },
    {
      caller,
      actions: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      resource,
    },
  ];
}

/** A delivery to a queue, topic, function, stream and so on: the service's own right, its resource policy, its key. */
export function delivers(
  caller: Caller,
  target: Value,
  context: Readonly<Record<string, Value>> = {},
): readonly Call[] {
  const service = serviceOf(target);
  const action = DELIVERY[service ?? ""];
  if (action === undefined) return [];
  const own = service === "logs" ? logStreams(target) : target;
  return [{ caller, actions: action, resource: own, context }];
}

const DELIVERY: Readonly<Record<string, readonly string[]>> = {
  sqs: ["sqs:SendMessage"],
  sns: ["sns:Publish"],
  lambda: ["lambda:InvokeFunction"],
  kinesis: ["kinesis:PutRecord"],
  firehose: ["firehose:PutRecord"],
  states: ["states:StartExecution"],
  events: ["events:PutEvents"],
  logs: ["logs:CreateLogStream", "logs:PutLogEvents"],
};

/** The key of a queue or topic that a service sends to: it uses the key itself, or through the role's rights. */
export function deliveryKey(
  place: CallPlace,
  caller: Caller,
  target: Value,
  context: Readonly<Record<string, Value>> = {},
): readonly Call[] {
  const service = serviceOf(target);
  if (service !== "sqs" && service !== "sns" && service !== "kinesis") return [];
  const resource = place.keyOf(target);
  if (resource === undefined) return [];
  const byRole = "role" in caller;
  const actions = service === "kinesis" ? WRITE_KEY : USE_KEY;
  return [{ caller, actions, resource, context: byRole ? via(place, service) : context }];
}

/** Streams of a log group, whether or not its ARN ends in `:*`. */
export function logStreams(arn: Value): Value {
  return typeof arn === "string" ? `${arn.replace(/:\*$/, "")}:log-stream:*` : arn;
}

/** ARN of a log group of this account and region by name. */
export function logGroupArn(place: CallPlace, name: Value): Value {
  return typeof name === "string" ? place.arn("logs", `log-group:${name}`) : name;
}

/** A document that is JSON text or a block; undefined when only AWS knows it. */
export function json(value: Value): Value {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as Value;
  } catch {
    return undefined;
  }
}

export { at, isSet, list, text, UNKNOWN };
export type { Value };

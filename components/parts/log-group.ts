import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { finding, refuse, type Finding } from "../kit/refuse";
import { keepData, type Scope } from "../kit/scope";
import type { KeyRef } from "./refs/key";
import { LogGroupRef } from "./refs/log-group";

/**
 * Days for which logs are kept, by their use: `operations` to find a fault of last month, `flow` who talked to whom, `run` to compare a quarter's
 * runs, `audit` who did what. CloudWatch Logs accepts these (API reference: PutRetentionPolicy, retentionInDays).
 */
export const LOG_DAYS = { operations: 30, flow: 30, run: 90, audit: 90 } as const;

/** Uses whose records are evidence: they are protected like data. */
const KEPT: ReadonlySet<keyof typeof LOG_DAYS> = new Set(["audit", "flow"]);

export interface LogGroupArgs {
  readonly scope: Scope;
  /** Full name of the group. */
  readonly name: string;
  /** Its policy admits CloudWatch Logs. */
  readonly key: KeyRef;
  /** @default "operations" */
  readonly use?: keyof typeof LOG_DAYS;
}

/**
 * Findings about a log group's key, by path. Components check it before they create anything: with a key that CloudWatch
 * Logs cannot use, CreateLogGroup is denied (docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html).
 */
export function checkLogKey(path: string, key: KeyRef): Finding[] {
  return key.admits.has("logs")
    ? []
    : [finding(path, "a key whose policy admits CloudWatch Logs", "one that does not")];
}

/**
 * An encrypted log group with a retention.
 * @throws InputPropertiesError when CloudWatch Logs cannot use the key.
 */
export function createLogGroup(
  name: string,
  { scope, name: groupName, key, use = "operations" }: LogGroupArgs,
  parent: pulumi.Resource,
): { readonly group: aws.cloudwatch.LogGroup; readonly ref: LogGroupRef } {
  refuse(`log group "${name}"`, checkLogKey("key", key));
  const group = new aws.cloudwatch.LogGroup(
    name,
    { name: groupName, kmsKeyId: key.arn, retentionInDays: LOG_DAYS[use] },
    { parent, ...(KEPT.has(use) ? keepData(scope) : {}) },
  );
  return { group, ref: new LogGroupRef(scope, groupName) };
}

import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { bundleLambda } from "../kit/bundle";
import type { Grant } from "../kit/grant";
import { trustPlain, type Allow } from "../kit/iam";
import { nameOf } from "../kit/names";
import type { Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { wantInteger } from "../kit/want";
import { checkLogKey, createLogGroup } from "./log-group";
import { TRACE } from "./refs/account";
import type { KeyRef } from "./refs/key";
import type { QueueRef } from "./refs/queue";
import { createRole } from "./role";

/** API reference, CreateFunction: MemorySize; 1,769 MB is one vCPU (docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html) */
export const ONE_CPU_MIB = 1769;

export interface FunctionArgs {
  readonly scope: Scope;
  /** Part of the function's name, e.g. `transform`. */
  readonly part: string;
  /** Part of its role's name. */
  readonly rolePart: string;
  readonly logGroupName: string;
  readonly description: string;
  /** File that exports `handler`; bundled from source at preview. */
  readonly entryPoint: string;
  readonly timeoutSeconds: number;
  /** Calls at the same time, kept for the function and never more. */
  readonly reservedConcurrency: number;
  /** Takes asynchronous calls that failed. */
  readonly deadLetters: QueueRef;
  /** Key of logs and environment. */
  readonly key: KeyRef;
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  readonly grants: readonly (Grant | Allow)[];
}

/** Findings about the arguments, by path. */
export function checkFunction(args: Pick<FunctionArgs, "reservedConcurrency" | "key">): Finding[] {
  return [
    ...wantInteger("reservedConcurrency", args.reservedConcurrency, "calls", { min: 1 }),
    ...checkLogKey("key", args.key),
  ];
}

/**
 * A function on arm64 with one full core, its log group, and its role: what its program needs, and what Lambda itself
 * does in its name (logs, traces, failed calls, its encrypted environment).
 */
export function createFunction(
  name: string,
  args: FunctionArgs,
  parent: pulumi.Resource,
): { readonly fn: aws.lambda.Function; readonly role: aws.iam.Role } {
  const { scope, part, deadLetters, key } = args;
  const logs = createLogGroup(name, { scope, name: args.logGroupName, key }, parent);
  const { role, policy } = createRole(
    name,
    {
      scope,
      part: args.rolePart,
      trust: trustPlain("lambda.amazonaws.com"),
      grants: [
        ...args.grants,
        logs.ref.allowWrite(),
        // docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
        key.allowDecryptEnvironment(),
        deadLetters.allowSend(),
        TRACE,
      ],
    },
    parent,
  );
  const bundle = bundleLambda(args.entryPoint);
  const fn = new aws.lambda.Function(
    name,
    {
      name: nameOf(scope, part, "function"),
      description: args.description,
      runtime: aws.lambda.Runtime.NodeJS22dX,
      architectures: ["arm64"],
      code: bundle.code,
      handler: bundle.handler,
      role: role.arn,
      memorySize: ONE_CPU_MIB,
      timeout: args.timeoutSeconds,
      reservedConcurrentExecutions: args.reservedConcurrency,
      deadLetterConfig: { targetArn: deadLetters.arn },
      kmsKeyArn: key.arn,
      tracingConfig: { mode: "Active" },
      loggingConfig: { logFormat: "JSON", logGroup: args.logGroupName, systemLogLevel: "WARN" },
      environment: { variables: args.environment },
    },
    // Logs before the first call, or Lambda makes a group without key and retention.
    { parent, dependsOn: [logs.group, policy] },
  );
  return { fn, role };
}

import { join } from "node:path";
import { transformSettings } from "../../contracts/settings/transform";
import * as pulumi from "@pulumi/pulumi";
import { nameOf } from "../kit/names";
import { refuse, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { environmentOf } from "../kit/settings";
import { checkFunction, createFunction } from "../parts/function";
import { FunctionRef } from "../parts/refs/function";
import type { KeyRef } from "../parts/refs/key";
import type { QueueRef } from "../parts/refs/queue";
import type { StreamRef } from "../parts/refs/stream";
import { TRANSFORM_TIMEOUT_SECONDS } from "./plan";

/** The Lambda handler, bundled from source at preview. */
const ENTRY_POINT = join(__dirname, "..", "..", "services", "transform", "handler.ts");

export interface TransformArgs {
  readonly scope: Scope;
  /** Key of logs and environment. */
  readonly key: KeyRef;
  /** The zone's pseudonym key in this region. */
  readonly pseudonymKey: KeyRef;
  /** The source stream: what does not fit into a reply goes back to it. */
  readonly stream: StreamRef;
  /** Takes asynchronous calls that failed. */
  readonly deadLetters: QueueRef;
  /** Calls at the same time, kept for it and never more: see planTransformConcurrency(). */
  readonly reservedConcurrency: number;
}

/** Findings about the arguments, by path. */
export function checkTransform(args: TransformArgs): Finding[] {
  return checkFunction(args);
}

/**
 * The function between the stream and bronze: it checks, strips and pseudonymises each event. It reads neither the
 * stream nor the lake; it may put back what does not fit into a reply, and ask one key for one operation.
 */
export class Transform extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly functionName: pulumi.Output<string>;
  readonly roleArn: pulumi.Output<string>;
  /** What callers of the function need. */
  readonly ref: FunctionRef;

  constructor(name: string, args: TransformArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`transform "${name}"`, checkTransform(args));
    super("meridian:ingest:Transform", name, {}, opts);
    const { scope, key, stream, deadLetters, reservedConcurrency } = args;
    const pseudonyms = args.pseudonymKey.allowMac();
    const { fn, role } = createFunction(
      name,
      {
        scope,
        part: "transform",
        rolePart: "transform",
        logGroupName: nameOf(scope, "ingest/transform", "logGroup"),
        description: "Checks, strips and pseudonymises clickstream events for delivery to bronze.",
        entryPoint: ENTRY_POINT,
        timeoutSeconds: TRANSFORM_TIMEOUT_SECONDS,
        reservedConcurrency,
        deadLetters,
        key,
        environment: environmentOf(transformSettings, {}, { pseudonymKeyAlias: pseudonyms }),
        grants: [pseudonyms, stream.allowPut()],
      },
      this,
    );
    this.arn = fn.arn;
    this.functionName = fn.name;
    this.roleArn = role.arn;
    this.ref = new FunctionRef(fn.arn);
    this.registerOutputs({ arn: this.arn, functionName: this.functionName, roleArn: this.roleArn });
  }
}

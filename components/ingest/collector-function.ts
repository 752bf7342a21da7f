import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { collectorFunctionSettings } from "../../contracts/settings/collector";
import { CALL } from "../../contracts/settings/collector-call";
import { nameOf } from "../kit/names";
import { refuse, type Finding } from "../kit/refuse";
import type { Scope } from "../kit/scope";
import { environmentOf } from "../kit/settings";
import { checkFunction, createFunction } from "../parts/function";
import type { BucketRef } from "../parts/refs/bucket";
import type { KeyRef } from "../parts/refs/key";
import type { QueueRef } from "../parts/refs/queue";
import type { StreamRef } from "../parts/refs/stream";

/** The Lambda handler, bundled from source at preview. */
const ENTRY_POINT = join(__dirname, "..", "..", "services", "collector", "lambda.ts");

/** What the function needs beside the stream. */
export interface CollectorFunctionOptions {
  /** Keeps refused events with their reasons, under `collector/`. */
  readonly quarantine: BucketRef;
  /** Takes asynchronous calls that failed; the API's are answered and never go there. */
  readonly deadLetters: QueueRef;
}

export interface CollectorFunctionArgs extends CollectorFunctionOptions {
  readonly scope: Scope;
  readonly stream: StreamRef;
  /** Calls at the same time, kept for it and never more: see planCollectorConcurrency(). */
  readonly reservedConcurrency: number;
  /** Web origins whose scripts may send. @default none */
  readonly allowedOrigins?: readonly string[];
  /** Key of logs and environment. */
  readonly key: KeyRef;
}

/** Findings about the arguments, by path. */
export function checkCollectorFunction(args: CollectorFunctionArgs): Finding[] {
  return checkFunction(args);
}

/**
 * The collector as a function: checks each event before it is on the stream, takes batches and gzip, and answers for
 * each event. It may put records on one stream and refusals under one prefix; it reads nothing.
 */
export class CollectorFunction extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly functionName: pulumi.Output<string>;
  /** For an API's integration. */
  readonly invokeArn: pulumi.Output<string>;

  constructor(name: string, args: CollectorFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`collector function "${name}"`, checkCollectorFunction(args));
    super("meridian:ingest:CollectorFunction", name, {}, opts);
    const { scope, key, deadLetters, reservedConcurrency, allowedOrigins = [] } = args;
    const events = args.stream.allowPut();
    const refusals = args.quarantine.allowPut("collector/*");
    const { fn } = createFunction(
      name,
      {
        scope,
        part: "collector",
        rolePart: "collector-function",
        logGroupName: nameOf(scope, "ingest/collector-function", "logGroup"),
        description: "Checks clickstream events and puts them on the event stream.",
        entryPoint: ENTRY_POINT,
        timeoutSeconds: CALL.timeoutSeconds,
        reservedConcurrency,
        deadLetters,
        key,
        environment: environmentOf(
          collectorFunctionSettings,
          { allowedOrigins: allowedOrigins.length === 0 ? undefined : allowedOrigins },
          { stream: events, quarantineBucket: refusals },
        ),
        grants: [events, refusals],
      },
      this,
    );
    this.arn = fn.arn;
    this.functionName = fn.name;
    this.invokeArn = fn.invokeArn;
    this.registerOutputs({ arn: this.arn, functionName: this.functionName, invokeArn: this.invokeArn });
  }
}

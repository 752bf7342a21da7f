import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { nameOf } from "../kit/names";
import type { DataClass } from "../../contracts/data-class";
import { dataTags, keepData, type Scope } from "../kit/scope";
import { KeyRef, type KeyService } from "../parts/refs/key";
import { keyPolicy } from "./policy";

/**
 * Services that use a class's key by themselves, without a caller's permissions: CloudWatch Logs for log groups, which
 * show behaviour where they log queries and runs; S3 notifications into encrypted queues, alarms into encrypted topics
 * and failed events into encrypted queues, which carry technical data only; and Auto Scaling for volumes.
 */
export const KEY_SERVICES: Readonly<Record<DataClass, readonly KeyService[]>> = {
  identifier: [],
  behaviour: ["autoscaling", "logs"],
  technical: ["autoscaling", "cloudwatch", "events", "logs", "s3"],
};

/** The longest that KMS grants: a key deleted by mistake makes its data unreadable (API: ScheduleKeyDeletion, 7 to 30). */
export const DELETION_WINDOW_DAYS = 30;

export interface KeysArgs {
  readonly scope: Scope;
}

/**
 * A region's own encryption keys: one for each data class, so that who may read what is decided once, in a key policy,
 * and one class can be made unreadable without the others.
 */
export class Keys extends pulumi.ComponentResource {
  readonly identifier: KeyRef;
  readonly behaviour: KeyRef;
  readonly technical: KeyRef;

  constructor(name: string, args: KeysArgs, opts?: pulumi.ComponentResourceOptions) {
    super("meridian:keys:Keys", name, {}, opts);
    this.identifier = this.createKey(name, args, "identifier");
    this.behaviour = this.createKey(name, args, "behaviour");
    this.technical = this.createKey(name, args, "technical");
    this.registerOutputs({
      identifier: this.identifier.arn,
      behaviour: this.behaviour.arn,
      technical: this.technical.arn,
    });
  }

  private createKey(name: string, args: KeysArgs, dataClass: DataClass): KeyRef {
    const { scope } = args;
    const alias = nameOf(scope, dataClass, "keyAlias");
    const key = new aws.kms.Key(
      `${name}-${dataClass}`,
      {
        description: `${dataClass} data of ${scope.prefix}-${scope.environment} in ${scope.region}`,
        enableKeyRotation: true,
        rotationPeriodInDays: 365,
        deletionWindowInDays: DELETION_WINDOW_DAYS,
        policy: keyPolicy(scope, KEY_SERVICES[dataClass]),
        tags: dataTags(dataClass),
      },
      { parent: this, ...keepData(scope) },
    );
    new aws.kms.Alias(`${name}-${dataClass}`, { name: alias, targetKeyId: key.keyId }, { parent: this });
    return KeyRef.of(scope, key.arn, KEY_SERVICES[dataClass]);
  }
}

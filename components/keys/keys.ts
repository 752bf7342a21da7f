import * as pulumi from "@pulumi/pulumi";
import * as aws from "@pulumi/aws";
import { nameOf } from "../kit/names";
import { DATA_CLASSES, type DataClass } from "../../contracts/data-class";
import { dataTags, keepData, type Scope } from "../kit/scope";
import { problem, refuse, type Problem } from "../kit/refuse";
import { wantInteger } from "../kit/want";
import { keyPolicy, type KeyService } from "./policy";

/**
 * Services that encrypt by themselves, without a caller's permissions: logs, S3 notifications into an encrypted queue,
 * alarms and events into an encrypted topic, which carry technical data only; and the volumes of instance groups.
 */
export const DEFAULT_SERVICES: Readonly<Record<DataClass, readonly KeyService[]>> = {
  identifier: [],
  behaviour: ["autoscaling"],
  technical: ["autoscaling", "logs", "s3", "sns", "cloudwatch", "events", "delivery.logs"],
};

// docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html: rotation period
const ROTATION_DAYS = { min: 90, max: 2560 } as const;
/** The longest that KMS grants: a key deleted by mistake makes its data unreadable (API: ScheduleKeyDeletion, 7 to 30). */
export const DELETION_WINDOW_DAYS = 30;

export interface KeysArgs {
  readonly scope: Scope;
  /** Services that may use a class's key on their own. @default DEFAULT_SERVICES */
  readonly services?: Readonly<Partial<Record<DataClass, readonly KeyService[]>>>;
  /** Days between rotations of the key material. @default 365 */
  readonly rotationDays?: number;
}

/** A key as other rooms use it. */
export interface KeyRef {
  readonly arn: pulumi.Output<string>;
  readonly id: pulumi.Output<string>;
  readonly alias: string;
}

/** Problems of the arguments, by path. */
export function checkKeys(args: KeysArgs): Problem[] {
  const unknown = Object.keys(args.services ?? {}).filter(
    (name) => !(DATA_CLASSES as readonly string[]).includes(name),
  );
  return [
    ...wantInteger("rotationDays", args.rotationDays ?? 365, "days", ROTATION_DAYS),
    ...unknown.map((name) => problem("services", `a data class (${DATA_CLASSES.join(", ")})`, name)),
  ];
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
    refuse(`keys "${name}"`, checkKeys(args));
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
        rotationPeriodInDays: args.rotationDays ?? 365,
        deletionWindowInDays: DELETION_WINDOW_DAYS,
        policy: keyPolicy(scope, args.services?.[dataClass] ?? DEFAULT_SERVICES[dataClass]),
        tags: dataTags(dataClass),
      },
      { parent: this, ...keepData(scope) },
    );
    new aws.kms.Alias(`${name}-${dataClass}`, { name: alias, targetKeyId: key.keyId }, { parent: this });
    return { arn: key.arn, id: key.keyId, alias };
  }
}

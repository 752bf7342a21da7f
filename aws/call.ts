import type { Value } from "./value";

/** Who calls. */
export type Caller =
  /** A role, by its ARN or name. */
  | { readonly role: Value }
  /** An AWS service, by its principal, e.g. `logs.eu-west-1.amazonaws.com`. */
  | { readonly service: string }
  /** The role that a service made for itself, e.g. `autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`. */
  | { readonly serviceLinked: string }
  /** Whoever applies the stacks: an administrator of the account. */
  | { readonly deployer: true };

/** A call that AWS makes, or needs somebody else's right for, because of a property of a resource. */
export interface Call {
  readonly caller: Caller;
  /** E.g. `kms:Decrypt`; no wildcard. */
  readonly actions: readonly string[];
  /** ARN; a `*` in it stands for all of its kind. */
  readonly resource: Value;
  /** Condition keys beside those that follow from caller and resource. */
  readonly context?: Readonly<Record<string, Value>>;
  /** The network that it leaves from, by the region of its VPC: its endpoints' policies count. */
  readonly fromVpc?: boolean;
}

/** A resource of the fleet, as far as calls ask for it. */
export interface CallNode {
  readonly urn: string;
  /** Pulumi type token. */
  readonly type: string;
  readonly name: string;
  readonly region: string;
  readonly stack: string;
  readonly inputs: Readonly<Record<string, Value>>;
}

/** What a row may ask about the fleet: where the resource is, and what others are. */
export interface CallPlace {
  readonly region: string;
  readonly partition: string;
  readonly account: string;
  /** Domain of the partition's endpoints, e.g. `amazonaws.com`. */
  readonly suffix: string;
  /** An ARN of this account and region. */
  arn(service: string, resource: string, at?: { readonly region?: string; readonly account?: string }): string;
  /** ARN that AWS gives a resource of the fleet. */
  arnOf(node: CallNode): Value;
  /** The resource of the fleet that an ARN, a name or an address names. */
  find(value: Value, ...types: readonly string[]): CallNode | undefined;
  /** Resources of these types, in all stacks. */
  of(...types: readonly string[]): readonly CallNode[];
  /** ARN of the KMS key that encrypts a thing (bucket, queue, topic, stream, table) by default; undefined for none of ours. */
  keyOf(value: Value): Value;
  /** ARN of a key by id, ARN or alias; undefined for one that AWS manages. */
  key(value: Value): Value;
  /** Role of an instance profile by ARN or name. */
  roleOfProfile(value: Value): Value;
  /** Roles whose identity policies allow an action on a resource. */
  rolesThatMay(action: string, resource: Value): readonly Value[];
}

/** One row: what AWS does because of one property of one type. */
export interface CallRow {
  /** Service and what is done, e.g. `logs-group-key`. */
  readonly id: string;
  /** Pulumi type tokens. */
  readonly types: readonly string[];
  /** Property that leads to the calls, e.g. `kmsKeyId`. */
  readonly property: string;
  /** What must be allowed, in a few words. */
  readonly title: string;
  /** AWS documentation that says so. */
  readonly source: string;
  calls(node: CallNode, place: CallPlace): readonly Call[];
}

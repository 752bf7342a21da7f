/** Kinds of things that programs call. */
export type ThingKind = "bucket" | "table" | "stream" | "queue" | "mac-key" | "cache" | "endpoint" | "task" | "metrics";

/** How a program knows a thing's name. */
export type NamedBy =
  /** Variable of its environment, see `contracts/settings`. */
  | { readonly setting: string }
  /** Argument of its command line. */
  | { readonly argument: string }
  /** Output of a stack, which a command reads. */
  | { readonly output: string }
  /** The message or event that it works on. */
  | { readonly message: string };

/** A thing of ours that a program calls. */
export type Thing = NamedBy & {
  readonly kind: ThingKind;
  /** Keys of objects in a bucket; `*` for any text. @default the bucket itself */
  readonly keys?: string;
};

/** One operation of AWS that a program calls on one thing. KMS follows from the thing's key, and is not declared. */
export interface ProgramCall {
  /** Prefix of IAM actions and name of the operation, e.g. `sqs:DeleteMessageBatch`. */
  readonly operation: `${string}:${string}`;
  readonly on: Thing;
  /** What is read where an operation reads one thing and writes another: the source of a copy. */
  readonly from?: Thing;
  /** Setting without which the program does not make the call. @default it always does */
  readonly only?: string;
  readonly why: string;
}

/** A program of `services/`, and its calls. */
export interface ProgramCalls {
  /** Name of its file here. */
  readonly program: string;
  /** Files that start it, or that its caller joins. */
  readonly entries: readonly `services/${string}`[];
  /** How it runs: by itself under a role of its own, or in a command with the rights of whoever gives it. */
  readonly as: "function" | "process" | "spark" | "command";
  /** Further programs of `services/` that run inside it. @default none */
  readonly runs?: readonly string[];
  readonly calls: readonly ProgramCall[];
}

/** IAM actions of operations that do not have an action of their own name. */
const ACTIONS: Readonly<Record<string, string>> = {
  // docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
  "s3:ListObjectsV2": "s3:ListBucket",
  "s3:HeadObject": "s3:GetObject",
  "s3:CopyObject": "s3:PutObject",
  "s3:DeleteObjects": "s3:DeleteObject",
  // Of its operations ours puts: docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
  "dynamodb:TransactWriteItems": "dynamodb:PutItem",
  // docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
  "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
  "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
};

/** The right that a call needs: an action on a thing. */
export interface Right {
  readonly action: string;
  readonly on: Thing;
}

/**
 * What IAM must allow for a call, its key's rights aside.
 * @example rightsOf(copy) // s3:PutObject on the copy's place, s3:GetObject on its source
 */
export function rightsOf({ operation, on, from }: ProgramCall): readonly Right[] {
  const right = { action: ACTIONS[operation] ?? operation, on };
  return from === undefined ? [right] : [right, { action: "s3:GetObject", on: from }];
}

import { z } from "zod";
import { MODEL_NAME } from "../tables/records";
import { ALGORITHMS } from "../models/variants";

/** Both kinds: a day of the zone, and the token by which the workflow hears of the end. */
const common = {
  /** Day of the run, YYYY-MM-DD. */
  runDate: z.iso.date(),
  // docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html: 1 to 2,048 characters
  taskToken: z.string().min(1).max(2048),
};

const workSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("train"),
    ...common,
    /** Line of models that the new one is for: its predecessor there is what the gate compares it with. */
    model: z.string().min(1).max(255).default(MODEL_NAME),
    /** @default the worker's own */
    algorithm: z.enum(ALGORITHMS).optional(),
  }),
  z.object({
    kind: z.literal("score"),
    ...common,
    modelVersion: z.string().regex(/^[0-9a-f]{16}$/),
    shard: z.string().regex(/^\d+-of-\d+$/),
  }),
]);

/** What the daily workflow puts on the queue. */
export type Work = z.infer<typeof workSchema>;
export type TrainWork = Extract<Work, { kind: "train" }>;
export type ScoreWork = Extract<Work, { kind: "score" }>;
export type WorkKind = Work["kind"];

/** A message that is no work, with the token to say so by, where it carries one. */
export class BadMessageError extends Error {
  constructor(
    message: string,
    readonly taskToken?: string,
  ) {
    super(message);
    this.name = "BadMessageError";
  }
}

/** Reads a message's body. @throws BadMessageError naming every field that is wrong. */
export function parseWork(body: string): Work {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    throw new BadMessageError(`want a JSON object, got ${JSON.stringify(body.slice(0, 80))} (${String(error)})`);
  }
  const parsed = workSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const token = z.object({ taskToken: common.taskToken }).safeParse(value);
  throw new BadMessageError(z.prettifyError(parsed.error), token.data?.taskToken);
}

/** What training tells the workflow: its gate reads `accepted`, its map the shards. */
export interface TrainAnswer {
  readonly accepted: boolean;
  /** Why the gate refused; absent when it did not. */
  readonly reason?: string;
  readonly metrics: { readonly recallAt10: number; readonly baselineRecallAt10: number };
  /** Absent when refused, like all that follows. */
  readonly modelVersion?: string;
  readonly modelDigest?: string;
  readonly shards?: readonly string[];
}

/** What a shard's scoring tells the workflow. */
export interface ScoreAnswer {
  readonly shard: string;
  readonly usersScored: number;
}

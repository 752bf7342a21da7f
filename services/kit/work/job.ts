import type { WorkKey } from "./claim";

/** An error that a retry would only repeat: the workflow fails at once. */
export class PermanentError extends Error {
  constructor(
    /** The workflow's name of the error, e.g. `Training.BadInput`. */
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "PermanentError";
  }
}

/** What a job is given while it runs. */
export interface JobContext {
  /** Aborts when the worker is to stop, or its claim is lost: what is finished is kept, the rest is left. */
  readonly signal: AbortSignal;
  /** ISO 8601; the first claim's, so that work taken up again bears the same time. */
  readonly startedAt: string;
  /** Records progress in the shards table. @throws ClaimLostError when somebody else has taken over. */
  readonly progress: (done: number, of: number) => Promise<void>;
  /** Called at every sign of life, e.g. to save what a child process has finished. */
  onBeat(save: () => Promise<void>): void;
}

/** One piece of work. Equal keys mean equal results, whoever does it, and however often. */
export interface Job {
  readonly key: WorkKey;
  /** @returns what the workflow is answered. @throws PermanentError when it is no use to try again. */
  run(context: JobContext): Promise<object>;
}

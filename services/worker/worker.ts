import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  type Message,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import {
  InvalidToken,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  TaskDoesNotExist,
  TaskTimedOut,
  type SFNClient,
} from "@aws-sdk/client-sfn";
import { ClaimLostError, type Claims } from "../kit/work/claim";
import { PermanentError, type Job } from "../kit/work/job";
import { BadMessageError, parseWork, type Work } from "../../contracts/messages/work";
import type { CheckpointStore } from "../kit/work/checkpoints";

/** docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html: most characters of a cause */
const CAUSE_CHARACTERS = 32_768;

export interface WorkerOptions {
  readonly sqs: Pick<SQSClient, "send">;
  readonly sfn: Pick<SFNClient, "send">;
  readonly queueUrl: string;
  readonly claims: Claims;
  readonly checkpoints: CheckpointStore;
  readonly jobOf: (work: Work) => Job | Promise<Job>;
  /** Seconds that a message is ours, extended while it is worked on: a dead worker's comes back after them. @default 120 */
  readonly visibilitySeconds?: number;
  /** Seconds between signs of life to queue, workflow and claim. @default a third of `visibilitySeconds` */
  readonly heartbeatSeconds?: number;
  /** Seconds that an empty queue is waited at. @default 20, the longest there is */
  readonly waitSeconds?: number;
  /** Tries of one message before its failure is reported to the workflow; below the queue's own limit. @default 4 */
  readonly maxTries?: number;
  /** First pause before another try, seconds; doubles with each. @default 15 */
  readonly retrySeconds?: number;
  readonly log?: (level: "info" | "warn" | "error", message: string, more?: object) => void;
}

/**
 * What became of a message. `answered`: the workflow has its answer. `failed`: a failure was reported to it. `returned`:
 * back in the queue, for a later try or another worker. `set aside`: no work at all and no token to say so by; left to
 * the dead-letter queue.
 */
export type Outcome = "idle" | "answered" | "failed" | "returned" | "set aside";

/** Takes messages until the signal; the one in work is then given back with its checkpoint. */
export async function runWorker(options: WorkerOptions, stop: AbortSignal): Promise<void> {
  const stopped = (): boolean => stop.aborted;
  while (!stopped()) {
    try {
      await workOnce(options, stop);
    } catch (error) {
      if (stopped()) return;
      options.log?.("error", "a round failed; its message comes back", { error: String(error) });
      await pause(5000, stop);
    }
  }
}

/** Takes one message, if there is one, and works it off. */
export async function workOnce(options: WorkerOptions, stop: AbortSignal): Promise<Outcome> {
  const { sqs, queueUrl: QueueUrl } = options;
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 1,
      WaitTimeSeconds: options.waitSeconds ?? 20,
      VisibilityTimeout: visibilityOf(options),
      MessageSystemAttributeNames: ["ApproximateReceiveCount"],
    }),
    { abortSignal: stop },
  );
  const [message] = Messages;
  return message === undefined ? "idle" : new Errand(message, options, stop).run();
}

const visibilityOf = ({ visibilitySeconds }: WorkerOptions): number => visibilitySeconds ?? 120;

/** One message in work. */
class Errand {
  private readonly abandon = new AbortController();
  private save: () => Promise<void> = () => Promise.resolve();

  constructor(
    private readonly message: Message,
    private readonly options: WorkerOptions,
    private readonly stop: AbortSignal,
  ) {}

  async run(): Promise<Outcome> {
    let work: Work;
    try {
      work = parseWork(this.message.Body ?? "");
    } catch (error) {
      if (!(error instanceof BadMessageError)) throw error;
      this.log("error", "a message that is no work", { error: error.message });
      return error.taskToken === undefined
        ? "set aside"
        : this.fail(error.taskToken, "Worker.BadMessage", error.message);
    }
    const about = { kind: work.kind, runDate: work.runDate, ...("shard" in work ? { shard: work.shard } : {}) };
    this.log("info", "work taken", about);
    try {
      const outcome = await this.perform(work);
      this.log("info", `work ${outcome}`, about);
      return outcome;
    } catch (error) {
      return this.recover(work, error, about);
    }
  }

  private async perform(work: Work): Promise<Outcome> {
    const { claims, checkpoints } = this.options;
    const job = await this.options.jobOf(work);
    const answerKey = `answers/${job.key.runId}/${job.key.shard}.json`;
    const claim = await claims.claim(job.key);
    if (claim.kind === "taken") {
      const seconds = Math.ceil((claim.untilMs - Date.now()) / 1000);
      return this.giveBack(Math.min(Math.max(seconds, 1), visibilityOf(this.options)));
    }
    if (claim.kind === "done") return this.answer(work, (await checkpoints.read(answerKey)) ?? {});
    const signal = AbortSignal.any([this.stop, this.abandon.signal]);
    const stopHeart = this.startHeart(work, job);
    try {
      const answer = await job.run({
        signal,
        startedAt: claim.startedAt,
        progress: (done, of) => claims.progress(job.key, done, of),
        onBeat: (save) => {
          this.save = save;
        },
      });
      // Before the claim says done: whoever finds it done finds the answer too.
      await checkpoints.write(answerKey, answer);
      await stopHeart();
      await claims.finish(job.key);
      return await this.answer(work, answer);
    } catch (error) {
      await stopHeart();
      await claims.release(job.key);
      throw error;
    }
  }

  /** Signs of life until stopped. A workflow that waits no longer, or a claim that is another's by now, ends the job. */
  private startHeart(work: Work, job: Job): () => Promise<void> {
    const { sqs, sfn, claims, queueUrl: QueueUrl, heartbeatSeconds } = this.options;
    const { ReceiptHandle } = this.message;
    let beating: Promise<unknown> = Promise.resolve();
    const beat = async (): Promise<void> => {
      const VisibilityTimeout = visibilityOf(this.options);
      const signs = await Promise.allSettled([
        sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout })),
        sfn.send(new SendTaskHeartbeatCommand({ taskToken: work.taskToken })),
        claims.renew(job.key),
        this.save(),
      ]);
      for (const sign of signs) {
        if (sign.status === "fulfilled") continue;
        // Any other failure is the network's: the next beat tries again, and the work is idempotent.
        if (nobodyWaits(sign.reason) || sign.reason instanceof ClaimLostError) this.abandon.abort(sign.reason);
        else this.log("warn", "a sign of life failed", { error: String(sign.reason) });
      }
    };
    const timer = setInterval(
      () => {
        beating = beating.then(beat);
      },
      (heartbeatSeconds ?? visibilityOf(this.options) / 3) * 1000,
    );
    return async () => {
      clearInterval(timer);
      await beating;
    };
  }

  private async recover(work: Work, error: unknown, about: object): Promise<Outcome> {
    const because = { ...about, error: String(error) };
    if (this.stop.aborted) {
      this.log("info", "work given back, since this worker stops", about);
      return this.giveBack(0);
    }
    if (this.abandon.signal.aborted || error instanceof ClaimLostError) {
      const reason: unknown = this.abandon.signal.reason ?? error;
      this.log("warn", "work left to another", { ...about, error: String(reason) });
      if (!nobodyWaits(reason)) return this.giveBack(visibilityOf(this.options));
      // The workflow has given this token up: if it still wants the work, another message says so.
      await this.remove();
      return "failed";
    }
    if (error instanceof PermanentError) {
      this.log("error", "work failed for good", because);
      return this.fail(work.taskToken, error.code, error.message);
    }
    const tries = Number(this.message.Attributes?.ApproximateReceiveCount ?? 1);
    if (tries >= (this.options.maxTries ?? 4)) {
      this.log("error", `work failed ${tries} times`, because);
      return this.fail(work.taskToken, "Worker.Failed", String(error));
    }
    this.log("warn", "work failed, to be tried again", because);
    return this.giveBack((this.options.retrySeconds ?? 15) * 2 ** (tries - 1));
  }

  private async answer(work: Work, output: unknown): Promise<Outcome> {
    await this.tell(new SendTaskSuccessCommand({ taskToken: work.taskToken, output: JSON.stringify(output) }));
    await this.remove();
    return "answered";
  }

  private async fail(taskToken: string, error: string, cause: string): Promise<Outcome> {
    await this.tell(new SendTaskFailureCommand({ taskToken, error, cause: cause.slice(0, CAUSE_CHARACTERS) }));
    await this.remove();
    return "failed";
  }

  /** Answers the workflow. One that waits no longer, e.g. since it was answered before, needs no answer. */
  private async tell(command: SendTaskSuccessCommand | SendTaskFailureCommand): Promise<void> {
    const { sfn } = this.options;
    const sent = command instanceof SendTaskSuccessCommand ? sfn.send(command) : sfn.send(command);
    await sent.catch((error: unknown) => {
      if (!nobodyWaits(error)) throw error;
    });
  }

  /** After the answer: a worker that dies in between answers twice, and the second answer is refused. */
  private async remove(): Promise<void> {
    const { sqs, queueUrl: QueueUrl } = this.options;
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: this.message.ReceiptHandle }));
  }

  private async giveBack(seconds: number): Promise<Outcome> {
    const { sqs, queueUrl: QueueUrl } = this.options;
    const { ReceiptHandle } = this.message;
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: seconds }));
    return "returned";
  }

  private log(level: "info" | "warn" | "error", message: string, more?: object): void {
    this.options.log?.(level, message, { messageId: this.message.MessageId, ...more });
  }
}

/** Whether the workflow has given the task up, or has its answer. */
function nobodyWaits(error: unknown): boolean {
  return error instanceof TaskTimedOut || error instanceof TaskDoesNotExist || error instanceof InvalidToken;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}

/** An answer that did not come in time. */
export class DeadlineError extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
    this.name = "DeadlineError";
  }
}

/**
 * Waits for work until a deadline, also where the work ignores its signal; the signal asks it to stop.
 * @param parent ends the wait too.
 * @throws DeadlineError, the parent's reason, or what the work throws.
 */
export function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>, parent?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = new AbortController();
    const stop = (reason: Error): void => {
      abort.abort(reason);
      reject(reason);
    };
    const parentStops = (): void => {
      stop(parent?.reason instanceof Error ? parent.reason : new Error("aborted"));
    };
    if (parent?.aborted === true) {
      parentStops();
      return;
    }
    const timer = setTimeout(() => {
      stop(new DeadlineError(ms));
    }, ms);
    parent?.addEventListener("abort", parentStops, { once: true });
    const over = (): void => {
      clearTimeout(timer);
      parent?.removeEventListener("abort", parentStops);
    };
    work(abort.signal).then(
      (value) => {
        over();
        resolve(value);
      },
      (error: unknown) => {
        over();
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}

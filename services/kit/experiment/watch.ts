import type { ExperimentRecord } from "../../../contracts/tables/flags";
import { NO_EXPERIMENT, type Split, type Variant } from "../../../contracts/models/assignment";

/** The split of the users as last read. */
export interface SplitWatch {
  readonly split: () => Split;
  /** Resolves when the state was read for the first time, or could not be, and after {@link READY_MS} at the latest. */
  readonly ready: Promise<void>;
  stop(): void;
}

/** How long a process waits for the first look before it serves without, milliseconds. */
const READY_MS = 2000;

export interface SplitWatchOptions {
  /** `undefined` where there is no experiment. */
  readonly read: () => Promise<ExperimentRecord | undefined>;
  /** The split where there is no experiment, and before the state was read. */
  readonly variants: readonly Variant[];
  /** Time from one look to the next, milliseconds; by up to a fifth less, so that pods do not ask at once. @default 5000 */
  readonly everyMs?: number;
  /** Called for each read that failed; the split stays as it was. */
  readonly onFailure?: (error: unknown) => void;
  readonly random?: () => number;
}

/** The split that a state asks for. */
export function splitOf({ id, variants }: Pick<ExperimentRecord, "id" | "variants">): Split {
  return { experiment: id, variants: variants.map(({ name, weight, model }) => ({ name, weight, model })) };
}

/**
 * Looks at an experiment's state again and again, so that no request waits for it: a change reaches every process within
 * the time of one look. A look that fails changes nothing, since users who jump from one variant to another spoil an
 * experiment more than a split that is a little old.
 */
export function watchSplit(options: SplitWatchOptions): SplitWatch {
  const { read, variants, everyMs = 5000, onFailure, random = Math.random } = options;
  const without: Split = { experiment: NO_EXPERIMENT, variants };
  let known = without;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    try {
      const record = await read();
      known = record === undefined ? without : splitOf(record);
    } catch (error) {
      onFailure?.(error);
    }
    if (stopped) return;
    timer = setTimeout(() => void look(), everyMs * (1 - random() / 5));
    timer.unref();
  };
  const latest = new Promise<void>((resolve) => setTimeout(resolve, READY_MS).unref());
  return {
    split: () => known,
    ready: Promise.race([look(), latest]),
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

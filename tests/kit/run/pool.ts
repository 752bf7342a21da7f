import { runStep, type Result, type Step } from "./step";

/** How steps are run side by side. */
export interface PoolOptions {
  /** So many steps run at once. */
  readonly width: number;
  readonly write: (text: string) => void;
}

/**
 * Runs steps side by side, in their order as far as `after` allows, and writes each one's output whole: that of the step
 * that started first as it comes, that of the others once those before them have ended.
 * @returns the results in the order of the steps
 * @throws Error when the steps wait for each other, or for one that is not there
 */
export async function runSteps(steps: readonly Step[], { width, write }: PoolOptions): Promise<readonly Result[]> {
  const results = new Map<Step, Result>();
  const turns = new Turns(write);
  const waiting = [...steps];
  const active = new Set<Promise<void>>();
  const isReady = ({ after = [] }: Step): boolean =>
    after.every((title) => [...results.keys()].some((one) => one.title === title));
  while (waiting.length > 0 || active.size > 0) {
    const next = active.size < width ? waiting.findIndex(isReady) : -1;
    const [step] = next === -1 ? [] : waiting.splice(next, 1);
    if (step === undefined) {
      if (active.size === 0) throw new Error(`${waiting.map(({ title }) => title).join(", ")}: wait for ever`);
      await Promise.race(active);
      continue;
    }
    const turn = turns.take();
    turn.write(`\n== ${step.title}\n`);
    const work: Promise<void> = runStep(step, turn.write).then((result) => {
      results.set(step, result);
      turn.end();
      active.delete(work);
    });
    active.add(work);
  }
  return steps.map((step) => results.get(step)).filter((result) => result !== undefined);
}

interface Turn {
  readonly write: (text: string) => void;
  readonly end: () => void;
}

/** Lets the first of several writers through, keeps what the others write until it is their turn. */
class Turns {
  private readonly queue: { kept: string; ended: boolean }[] = [];

  constructor(private readonly out: (text: string) => void) {}

  take(): Turn {
    const own = { kept: "", ended: false };
    this.queue.push(own);
    return {
      write: (text) => {
        if (this.queue[0] === own) this.out(text);
        else own.kept += text;
      },
      end: () => {
        own.ended = true;
        while (this.queue[0]?.ended === true) {
          this.queue.shift();
          const next = this.queue.at(0);
          if (next !== undefined) this.out(next.kept);
        }
      },
    };
  }
}

import type { Progress } from "../../fleet/drive";
import { unchanged } from "../../fleet/events";
import type { StackResult } from "../../fleet/drive";

/** Shows work on the fleet: rewritten lines on a terminal, plain lines elsewhere (CI, a pipe). */
export class FleetProgress {
  private readonly running = new Map<string, string>();
  private drawn = 0;

  constructor(
    private readonly stream: NodeJS.WriteStream = process.stderr,
    private readonly interactive: boolean = stream.isTTY && process.env["CI"] === undefined,
  ) {}

  readonly show = (progress: Progress): void => {
    const { stack } = progress;
    switch (progress.phase) {
      case "started":
        this.running.set(stack, `${progress.operation} begins`);
        if (!this.interactive) this.print(`${stack}: ${progress.operation} begins`);
        break;
      case "step":
        this.running.set(stack, `${String(progress.done).padStart(4)} done  ${progress.step.op} ${progress.step.name}`);
        if (!this.interactive && progress.done % 25 === 0) this.print(`${stack}: ${progress.done} resources done`);
        break;
      case "finished":
        this.running.delete(stack);
        this.erase();
        this.print(finishedLine(progress.result));
        break;
    }
    if (this.interactive) this.redraw();
  };

  private print(line: string): void {
    this.stream.write(`${line}\n`);
  }

  private erase(): void {
    if (this.drawn > 0) this.stream.write(`\u001b[${this.drawn}A\u001b[J`);
    this.drawn = 0;
  }

  private redraw(): void {
    this.erase();
    const width = this.stream.columns > 0 ? this.stream.columns - 1 : 120;
    for (const [stack, what] of this.running) this.print(`  ${stack.padEnd(24)} ${what}`.slice(0, width));
    this.drawn = this.running.size;
  }
}

/** One line that says how a stack's operation ended. */
export function finishedLine(result: StackResult): string {
  const { stack, operation, succeeded, counts, seconds } = result;
  const what = unchanged(counts)
    ? "no changes"
    : (["create", "update", "replace", "delete"] as const)
        .filter((op) => counts[op] > 0)
        .map((op) => `${counts[op]} to ${op}`)
        .join(", ");
  const done =
    operation === "plan" ? what : what.replaceAll(" to ", " ").replace(/(create|update|replace|delete)/g, "$1d");
  return `${succeeded ? "ok    " : "FAILED"} ${stack.padEnd(24)} ${done} (${counts.same} same, ${seconds.toFixed(1)} s)`;
}

/** Shows how far each stage of some work is: one rewritten line on a terminal, a line at a stage's first sign elsewhere. */
export class StageProgress {
  private readonly stages = new Map<string, number>();

  constructor(
    private readonly stream: NodeJS.WriteStream = process.stderr,
    private readonly interactive: boolean = stream.isTTY && process.env["CI"] === undefined,
  ) {}

  show(stage: string, done: number): void {
    const first = !this.stages.has(stage);
    this.stages.set(stage, done);
    if (this.interactive) {
      const text = [...this.stages].map(([name, count]) => `${name} ${count.toLocaleString("en-US")}`).join(" | ");
      this.stream.write(`\r\u001b[K${text.slice(-(this.stream.columns - 1))}`);
    } else if (first) {
      this.stream.write(`${stage}\n`);
    }
  }

  /** Ends the line. */
  end(): void {
    if (this.interactive && this.stages.size > 0) this.stream.write("\n");
  }
}

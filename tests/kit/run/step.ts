import { spawn, type ChildProcess } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { firstFailure } from "../first-failure";

/** One program that checks something. */
export interface Step {
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Beside the variables that all steps have. */
  readonly env?: NodeJS.ProcessEnv;
  /** Reads the number of tests from what it printed; a step without it is one check. */
  readonly count?: (output: string) => Count;
  /** Titles of the steps that must have ended before. @default none */
  readonly after?: readonly string[];
}

/** Tests of a step. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** How a step ended. */
export interface Result extends Count {
  readonly title: string;
  /** The first failure's error; empty when there is none. */
  readonly firstFailure: string;
  /** From its start to its end. */
  readonly wallSeconds: number;
  /** Processor time of the program and of all that it started and waited for. */
  readonly cpuSeconds: number;
}

/** Minutes after which a step counts as hung: many times what the longest takes on a slow and busy machine. */
const HANG_MINUTES = 120;

/**
 * Runs the program and writes, on file descriptor 3, the processor time of all its children as the shell counts it. The
 * program does not inherit that descriptor: a server that it leaves behind would keep it open.
 */
const TIMED = '"$@" 3>&-; code=$?; times >&3; exit $code';

/** Programs of steps that run now. */
const running = new Set<ChildProcess>();

// Each step is a process group of its own, so that a hung one ends with all its children; an interrupt must reach them.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    for (const child of running) end(child, signal);
    process.kill(process.pid, signal);
  });
}

/** Runs a step to its end. A step that fails without a failed test is one failure. */
export function runStep(step: Step, show: (text: string) => void): Promise<Result> {
  return new Promise((done) => {
    const started = performance.now();
    let output = "";
    let times = "";
    const color = process.stdout.isTTY ? { FORCE_COLOR: "1" } : {};
    const child = spawn("sh", ["-c", TIMED, "sh", step.command, ...step.args], {
      cwd: step.cwd,
      env: { ...process.env, ...step.env, ...color },
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      detached: true,
    });
    running.add(child);
    const hung = setTimeout(() => {
      take(Buffer.from(`${step.title}: hung for ${HANG_MINUTES} minutes\n`));
      end(child, "SIGKILL");
    }, HANG_MINUTES * 60_000);
    const take = (chunk: Buffer): void => {
      const text = chunk.toString("utf8");
      output += text;
      show(text);
    };
    child.stdout?.on("data", take);
    child.stderr?.on("data", take);
    child.stdio[3]?.on("data", (chunk: Buffer) => (times += chunk.toString("utf8")));
    child.once("close", (code, signal) => {
      clearTimeout(hung);
      running.delete(child);
      const text = stripVTControlCharacters(output);
      const { passed, failed: counted } = step.count?.(text) ?? { passed: 0, failed: 0 };
      const failed = code === 0 || counted > 0 ? counted : 1;
      if (signal !== null) show(`${step.title}: ended by ${signal}\n`);
      done({
        title: step.title,
        passed,
        failed,
        firstFailure: failed > 0 ? firstFailure(text) : "",
        wallSeconds: (performance.now() - started) / 1000,
        cpuSeconds: childSeconds(times),
      });
    });
  });
}

/** Ends the program of a step and what it started. */
function end({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** Seconds, user and system, of the second line of what POSIX `times` prints: those of the shell's children. */
function childSeconds(times: string): number {
  return [...(times.trim().split("\n")[1] ?? "").matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}

/** Mocha's own summary: `12 passing (3s)`, `1 failing`. */
export function mochaCount(output: string): Count {
  return { passed: numberBefore(output, "passing"), failed: numberBefore(output, "failing") };
}

/** Pytest's own summary: `3 failed, 12 passed, 1 error in 0.5s`. */
export function pytestCount(output: string): Count {
  const last = output.trim().split("\n").at(-1) ?? "";
  return { passed: numberBefore(last, "passed"), failed: numberBefore(last, "failed") + numberBefore(last, "errors?") };
}

function numberBefore(text: string, word: string): number {
  const found = [...text.matchAll(new RegExp(`(?:^|[\\s,])(\\d+) ${word}\\b`, "gm"))].at(-1);
  return Number(found?.[1] ?? 0);
}

import { spawnSync } from "node:child_process";

/** What a command took. */
export interface Cost {
  /** Seconds from its start to its end. */
  readonly wall: number;
  /** Seconds of processor time, with those of all processes that it started and waited for. */
  readonly cpu: number;
}

export interface RunOptions {
  readonly cwd: string;
  /** @default this process's own */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Runs a command to its end and tells what it took.
 * @throws Error with its output when it fails.
 */
export function cost(command: string, args: readonly string[], { cwd, env = process.env }: RunOptions): Cost {
  const started = performance.now();
  // The shell adds up what its children took; `times` prints that as its second line, user before system.
  const script = '"$@"; code=$?; times >&2; exit $code';
  const { status, stdout, stderr } = spawnSync("sh", ["-c", script, "sh", command, ...args], {
    cwd,
    env,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const wall = (performance.now() - started) / 1000;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${String(status)}:\n${stdout}${stderr}`);
  const [user = NaN, system = NaN] = [...(stderr.trimEnd().split("\n").at(-1) ?? "").matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  );
  return { wall, cpu: user + system };
}

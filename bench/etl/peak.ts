import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";

/** What a process took. */
export interface Taken {
  /** Seconds of its work, by its own account. */
  readonly seconds: number;
  /** GiB that it and all that it started held at their peaks, added up; Linux only, NaN elsewhere. */
  readonly peakGib: number;
  /** Rows of each table, by its own account. */
  readonly rows: Readonly<Record<string, number>>;
}

/** How often the processes' peaks are read; the kernel keeps them, so that only a process's last moments are missed. */
const EVERY_MS = 50;

/**
 * Runs a program whose last line is JSON: `{ seconds, rows? }`.
 * @throws Error with its last words when it fails.
 */
export async function taken(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Taken> {
  const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let complained = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (complained = (complained + chunk.toString()).slice(-4_000)));
  const peaks = new Map<number, number>();
  const timer = setInterval(() => {
    if (child.pid !== undefined) readPeaks(child.pid, peaks);
  }, EVERY_MS);
  const [code] = (await once(child, "close")) as [number | null];
  clearInterval(timer);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${String(code)}:\n${complained}`);
  const { seconds, rows = {} } = JSON.parse(said.trim().split("\n").at(-1) ?? "") as Partial<Taken>;
  const kib = [...peaks.values()].reduce((sum, peak) => sum + peak, 0);
  return { seconds: seconds ?? NaN, peakGib: kib === 0 ? NaN : kib / 1024 ** 2, rows };
}

/** Notes the peak (VmHWM, proc(5)) of a process and of all that it started. */
function readPeaks(pid: number, peaks: Map<number, number>): void {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    peaks.set(pid, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0));
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const children = readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8");
      for (const child of children.split(" ").filter((text) => text !== "")) readPeaks(Number(child), peaks);
    }
  } catch {
    // It ended meanwhile.
  }
}

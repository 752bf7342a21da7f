import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";

/** What a process took. */
export interface Taken {
  /** Seconds of its work, by its own account. */
  readonly seconds: number;
  /** Seconds of processor time of it and all that it started, start included; Linux only, NaN elsewhere. */
  readonly cpuSeconds: number;
  /** GiB that it and all that it started held at their peaks, added up; Linux only, NaN elsewhere. */
  readonly peakGib: number;
  /** Rows of each table, by its own account. */
  readonly rows: Readonly<Record<string, number>>;
}

/** How often the processes' peaks are read; the kernel keeps them, so that only a process's last moments are missed. */
const EVERY_MS = 50;

/** How often a process must be met to count: one that is about to start another looks like it for a moment, and shares its memory. */
const LASTING = 10;

/** Ticks of processor time in a second: USER_HZ, proc(5). */
const TICKS = 100;

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
  const held = new Map<number, Held>();
  const timer = setInterval(() => {
    if (child.pid !== undefined) read(child.pid, held);
  }, EVERY_MS);
  const [code] = (await once(child, "close")) as [number | null];
  clearInterval(timer);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${String(code)}:\n${complained}`);
  const { seconds, rows = {} } = JSON.parse(said.trim().split("\n").at(-1) ?? "") as Partial<Taken>;
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0) || NaN;
  const processes = [...held.values()];
  return {
    seconds: seconds ?? NaN,
    cpuSeconds: sum(processes.map(({ ticks }) => ticks)) / TICKS,
    peakGib: sum(processes.filter(({ seen }) => seen >= LASTING).map(({ kib }) => kib)) / 1024 ** 2,
    rows,
  };
}

interface Held {
  /** How often it was met. */
  readonly seen: number;
  readonly kib: number;
  readonly ticks: number;
}

/** Notes the peak (VmHWM) and the processor time of a process and of all that it started: proc(5). */
function read(pid: number, held: Map<number, Held>): void {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name stands in parentheses and may hold spaces; user and system time are the 14th and 15th field.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const before = held.get(pid);
    held.set(pid, {
      seen: (before?.seen ?? 0) + 1,
      // A process that has ended and was not waited for yet has none.
      kib: Math.max(before?.kib ?? 0, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0)),
      ticks: Math.max(before?.ticks ?? 0, Number(fields[11]) + Number(fields[12])),
    });
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const children = readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8");
      for (const child of children.split(" ").filter((text) => text !== "")) read(Number(child), held);
    }
  } catch {
    // It ended meanwhile.
  }
}

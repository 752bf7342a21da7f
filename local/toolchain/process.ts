import { execFile, spawnSync } from "node:child_process";
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** What a finished command left. */
export interface Finished {
  /** The exit code; 127 when the command could not be started, 124 when it ran out of time. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a command. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds after which it is killed. @default no limit */
  readonly timeoutMs?: number;
}

/** Bytes of output kept of one command; a build that fails can say a lot. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Runs a command to its end and gives what it printed; never rejects. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((done) => {
    execFile(
      command,
      [...args],
      { cwd: options.cwd, env: options.env, timeout: options.timeoutMs ?? 0, maxBuffer: MAX_OUTPUT_BYTES },
      (error, stdout, stderr) => {
        if (error === null) {
          done({ code: 0, stdout, stderr });
        } else if (error.killed === true) {
          done({ code: 124, stdout, stderr: `${stderr}${command} was stopped after ${options.timeoutMs ?? 0} ms` });
        } else if (typeof error.code === "number") {
          done({ code: error.code, stdout, stderr });
        } else {
          done({ code: 127, stdout, stderr: `${stderr}${error.message}` });
        }
      },
    );
  });
}

/** Every executable of this name on a PATH, in order; folders in `skip` are left out. */
export function allOnPath(name: string, path: string, skip: readonly string[] = []): string[] {
  return path
    .split(delimiter)
    .filter((folder) => folder !== "" && !skip.includes(folder))
    .map((folder) => join(folder, name))
    .filter((file, index, files) => files.indexOf(file) === index && isExecutable(file));
}

/** Whether a file is there and may be executed. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** A process that can be told from a later one that was given the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the operating system's own words; compared, never read. */
  readonly started: string;
}

/** The identity of a running process; undefined when no such process runs (a zombie does not run). */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const started = process.platform === "linux" ? startedOnLinux(pid) : startedByPs(pid);
  return started === undefined ? undefined : { pid, started };
}

/** Whether this very process still runs: a recycled pid is somebody else. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identityOf(identity.pid)?.started === identity.started;
}

function startedOnLinux(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // The command's name stands in parentheses and may hold spaces; state and start time are the 3rd and 22nd field (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return fields[0] === "Z" || fields[0] === "X" ? undefined : `${boot}/${fields[19] ?? ""}`;
}

function startedByPs(pid: number): string | undefined {
  const ps = spawnSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { encoding: "utf8" });
  const line = ps.status === 0 ? ps.stdout.trim() : "";
  return line === "" || line.startsWith("Z") ? undefined : line.replace(/^\S+\s+/, "");
}

/** Resolves after so many milliseconds. */
export function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

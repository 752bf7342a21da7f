import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { stopProcess } from "../toolchain/background";
import { withLock } from "../toolchain/lock";
import type { Paths } from "../toolchain/paths";
import { identityOf, isRunning, type ProcessIdentity, sleep } from "../toolchain/process";
import { venvExecutable } from "../toolchain/venv";
import { choosePort } from "./ports";
import { readRecord, writeRecord } from "./record";

/** The emulator as it is found. */
export interface EmulatorStatus {
  /** `running`: answers. `unhealthy`: its process runs and does not answer. `stopped`: no process of ours runs. */
  readonly state: "running" | "unhealthy" | "stopped";
  /** Where it answers, or will answer once started; undefined when it was never started. */
  readonly url?: string;
  readonly pid?: number;
  /** The emulator's own version, when it answers. */
  readonly version?: string;
  readonly log: string;
}

/** A running emulator. */
export interface RunningEmulator {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** False when it ran already. */
  readonly startedNow: boolean;
}

/** Milliseconds until it must answer: it takes 0.3 s on an idle machine, and restores what it persisted first. */
const START_TIMEOUT_MS = 60_000;

/** Milliseconds in which it saves its state after SIGTERM; 10 s are its own advice, a busy machine needs more. */
const STOP_TIMEOUT_MS = 30_000;

/** Milliseconds for one question to its health endpoint. */
const HEALTH_TIMEOUT_MS = 2_000;

/** How often a start is tried anew when somebody takes the port between the choice and the start. */
const START_TRIES = 3;

/** Starts the emulator, or finds it running; resolves when it answers. @throws Error with the end of its log. */
export function startEmulator(paths: Paths): Promise<RunningEmulator> {
  return withLock(`${paths.emulatorRecord}.lock`, async () => {
    const record = readRecord(paths);
    if (record?.process !== undefined && isRunning(record.process)) {
      if (await answersWithin(record.port, record.process, START_TIMEOUT_MS)) {
        return { url: urlOf(record.port), port: record.port, pid: record.process.pid, startedNow: false };
      }
      await end(record.process);
    }
    let before = record?.port;
    for (let attempt = 1; ; attempt += 1) {
      const port = await choosePort(before);
      const process = launch(paths, port);
      writeRecord(paths, { port, process });
      if (await answersWithin(port, process, START_TIMEOUT_MS)) {
        return { url: urlOf(port), port, pid: process.pid, startedNow: true };
      }
      await end(process);
      writeRecord(paths, { port });
      const log = endOfLog(paths);
      if (attempt === START_TRIES || !/already in use|address in use/i.test(log)) {
        throw new Error(`the emulator did not answer on ${urlOf(port)}; the end of ${paths.emulatorLog}:\n${log}`);
      }
      before = undefined;
    }
  });
}

/** Stops the emulator so that it saves its state; resolves when its process is gone. False when none ran. */
export function stopEmulator(paths: Paths): Promise<boolean> {
  return withLock(`${paths.emulatorRecord}.lock`, async () => {
    const record = readRecord(paths);
    if (record?.process === undefined) {
      return false;
    }
    const ran = isRunning(record.process);
    if (ran) {
      await end(record.process);
    }
    writeRecord(paths, { port: record.port });
    return ran;
  });
}

/** How the emulator is now; starts and changes nothing. */
export async function emulatorStatus(paths: Paths): Promise<EmulatorStatus> {
  const record = readRecord(paths);
  const log = paths.emulatorLog;
  if (record === undefined) {
    return { state: "stopped", log };
  }
  const url = urlOf(record.port);
  if (record.process === undefined || !isRunning(record.process)) {
    return { state: "stopped", url, log };
  }
  const { pid } = record.process;
  const version = await health(record.port);
  return version === undefined ? { state: "unhealthy", url, pid, log } : { state: "running", url, pid, version, log };
}

/** The emulator's address, the same before, during and after it runs; the first question chooses the port and records it. */
export async function emulatorUrl(paths: Paths): Promise<string> {
  const known = readRecord(paths);
  if (known !== undefined) {
    return urlOf(known.port);
  }
  return withLock(`${paths.emulatorRecord}.lock`, async () => {
    const record = readRecord(paths) ?? { port: await choosePort(undefined) };
    writeRecord(paths, record);
    return urlOf(record.port);
  });
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

function launch(paths: Paths, port: number): ProcessIdentity {
  const temporary = join(paths.home, "tmp");
  for (const folder of [temporary, paths.emulatorState, dirname(paths.emulatorLog)]) {
    mkdirSync(folder, { recursive: true });
  }
  const log = openSync(paths.emulatorLog, "a");
  const child = spawn(venvExecutable(paths, "python"), ["-m", "ministack"], {
    cwd: paths.home,
    detached: true,
    stdio: ["ignore", log, log],
    env: emulatorEnvironment(paths, port, temporary),
  });
  closeSync(log);
  child.on("error", () => undefined);
  child.unref();
  const identity = child.pid === undefined ? undefined : identityOf(child.pid);
  if (identity === undefined) {
    throw new Error(`want ${venvExecutable(paths, "python")} to start, got nothing that runs; make setup installs it`);
  }
  return identity;
}

/** Only what the emulator needs: none of the user's own AWS settings reach it, or the Lambda code that it runs. */
function emulatorEnvironment(paths: Paths, port: number, temporary: string): NodeJS.ProcessEnv {
  const path = [join(paths.root, "node_modules", ".bin"), join(paths.venv, "bin"), process.env["PATH"] ?? ""];
  return {
    HOME: process.env["HOME"],
    LANG: process.env["LANG"] ?? "C.UTF-8",
    PATH: path.join(delimiter),
    // Lambda's own runtime carries the AWS SDK; without it here, functions would get the emulator's stand-in for it.
    NODE_PATH: join(paths.root, "node_modules"),
    TMPDIR: temporary,
    PYTHONUNBUFFERED: "1",
    GATEWAY_PORT: String(port),
    BIND_HOST: "127.0.0.1",
    MINISTACK_HOST: "127.0.0.1",
    MINISTACK_REGION: "us-east-1",
    LOG_LEVEL: "WARNING",
    IOT_MTLS_ENABLED: "0",
    SFTP_ENABLED: "0",
    PERSIST_STATE: "1",
    STATE_DIR: join(paths.emulatorState, "services"),
    S3_PERSIST: "1",
    S3_DATA_DIR: join(paths.emulatorState, "s3"),
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  };
}

async function answersWithin(port: number, process: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  for (const until = Date.now() + timeoutMs; isRunning(process) && Date.now() < until;) {
    if ((await health(port)) !== undefined) {
      return true;
    }
    await sleep(100);
  }
  return false;
}

/** The emulator's version when it answers as the emulator does; whatever else may listen there is not taken for it. */
async function health(port: number): Promise<string | undefined> {
  try {
    const answer = await fetch(`${urlOf(port)}/_ministack/health`, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
    const { services, version } = (await answer.json()) as { services?: unknown; version?: unknown };
    return answer.ok && typeof services === "object" ? String(version) : undefined;
  } catch {
    return undefined;
  }
}

/** SIGTERM and time to save; SIGKILL when that was not enough; then whatever Lambda workers are left in its process group. */
async function end(target: ProcessIdentity): Promise<void> {
  await stopProcess(target, STOP_TIMEOUT_MS);
  try {
    process.kill(-target.pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
      throw error;
    }
  }
}

function endOfLog(paths: Paths): string {
  return readFileSync(paths.emulatorLog, "utf8").trim().split("\n").slice(-20).join("\n");
}

import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { choosePort } from "../emulator/ports";
import { readJson, writeJson } from "../delivery/state";
import { recordBackground, runningBackground, stopProcess } from "../toolchain/background";
import { localProcessEnvironment } from "../toolchain/environment";
import { withLock } from "../toolchain/lock";
import type { Paths } from "../toolchain/paths";
import { sleep } from "../toolchain/process";

/** One region's recommendation API, as the region's stack sets it up on AWS. */
export interface ApiPlan {
  readonly environment: string;
  readonly region: string;
  /** The program's settings beside those of the local cloud: see the API's `readSettings`. */
  readonly settings: Readonly<Record<string, string>>;
}

/** An API that answers. */
export interface RunningApi {
  readonly region: string;
  readonly url: string;
  readonly log: string;
  /** False when it ran already, with the same settings. */
  readonly startedNow: boolean;
}

/** What is kept of an API over restarts. */
interface ApiRecord {
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
}

/** Milliseconds until it must answer: it compiles its source the first time. */
const START_TIMEOUT_MS = 60_000;
/** How often it is asked whether it is ready. */
const WARM_TRIES = 10;
/** Milliseconds for an old one to finish what is under way. */
const STOP_TIMEOUT_MS = 10_000;

/**
 * Starts a region's API as a process of this machine, on loopback, or finds it running. It outlives the caller:
 * `stopBackground` ends it. Its port stays the same over restarts where it is free.
 * @throws Error with the end of its log.
 */
export function startApi(paths: Paths, { environment, region, settings }: ApiPlan): Promise<RunningApi> {
  const name = `api-${environment}-${region}`;
  const folder = join(paths.home, "serving");
  mkdirSync(folder, { recursive: true });
  const record = join(folder, `${name}.json`);
  const log = join(folder, `${name}.log`);
  return withLock(`${record}.lock`, async () => {
    const before = readJson(record) as ApiRecord | undefined;
    const running = runningBackground(paths).find((one) => one.name === name);
    if (running !== undefined && before !== undefined && isSame(before.settings, settings)) {
      const url = urlOf(before.port);
      if (await answers(url)) return { region, url, log, startedNow: false };
    }
    if (running !== undefined) await stopProcess(running.identity, STOP_TIMEOUT_MS);
    const port = await choosePort(before?.port);
    writeJson(record, { port, settings });
    const url = urlOf(port);
    const ended = await launch(paths, {
      name,
      log,
      environment: { ...settings, AWS_REGION: region, PORT: String(port) },
    });
    for (const until = Date.now() + START_TIMEOUT_MS; !ended() && Date.now() < until;) {
      if (await answers(url)) {
        await warm(url);
        return { region, url, log, startedNow: true };
      }
      await sleep(50);
    }
    const end = readFileSync(log, "utf8").trim().split("\n").slice(-10).join("\n");
    throw new Error(`the API of ${region} did not answer on ${url}; the end of ${log}:\n${end}`);
  });
}

interface Launch {
  readonly name: string;
  readonly log: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** @returns whether it has ended. */
async function launch(paths: Paths, { name, log, environment }: Launch): Promise<() => boolean> {
  const out = openSync(log, "w");
  const program = join(paths.root, "services", "api", "main.ts");
  const own = await localProcessEnvironment(paths);
  const child = spawn(
    process.execPath,
    ["--require", join(paths.root, "local", "toolchain", "register.cjs"), program],
    {
      cwd: paths.root,
      detached: true,
      stdio: ["ignore", out, out],
      env: { ...own, AWS_DEFAULT_REGION: environment["AWS_REGION"], HOST: "127.0.0.1", ...environment },
    },
  );
  closeSync(out);
  child.on("error", () => undefined);
  child.unref();
  if (child.pid === undefined) throw new Error(`want ${process.execPath} to start, got nothing that runs`);
  recordBackground(paths, name, child.pid);
  return () => child.exitCode !== null || child.signalCode !== null;
}

/** Asks until it is ready, as Kubernetes does: the first look-ups open connections. */
async function warm(url: string): Promise<void> {
  for (let tries = 0; tries < WARM_TRIES && !(await answers(url, "/readyz")); tries += 1) await sleep(50);
}

async function answers(url: string, probe = "/livez"): Promise<boolean> {
  try {
    const answer = await fetch(`${url}${probe}`, { signal: AbortSignal.timeout(2_000) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

function isSame(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const sorted = (all: Readonly<Record<string, string>>): string =>
    JSON.stringify(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
  return sorted(one) === sorted(other);
}

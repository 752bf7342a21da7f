import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Paths } from "./paths";
import { identityOf, isRunning, type ProcessIdentity, sleep } from "./process";

/** Milliseconds that a background process has after SIGTERM. */
const GRACE_MS = 10_000;

/** A background process of the local cloud, such as the delivery runner. */
export interface Background {
  readonly name: string;
  readonly identity: ProcessIdentity;
}

/** Records a process that outlives its starter, so that `make down` finds it. A name stands for one process at a time. */
export function recordBackground(paths: Paths, name: string, pid: number): void {
  const identity = identityOf(pid);
  if (identity === undefined) {
    throw new Error(`want the pid of a running process for ${name}, got ${pid}`);
  }
  mkdirSync(folderOf(paths), { recursive: true });
  writeFileSync(join(folderOf(paths), `${name}.json`), JSON.stringify(identity));
}

/** The recorded processes that still run; records of those that do not are removed. */
export function runningBackground(paths: Paths): Background[] {
  return recorded(paths).filter(({ name, identity }) => {
    const runs = isRunning(identity);
    if (!runs) {
      rmSync(join(folderOf(paths), `${name}.json`), { force: true });
    }
    return runs;
  });
}

/** Stops every recorded process: SIGTERM, ten seconds, SIGKILL. @returns the names of those that ran */
export async function stopBackground(paths: Paths): Promise<string[]> {
  const found = runningBackground(paths);
  await Promise.all(found.map(({ identity }) => stopProcess(identity, GRACE_MS)));
  runningBackground(paths);
  return found.map(({ name }) => name);
}

/** Stops one process: SIGTERM, some time to end by itself, SIGKILL. */
export async function stopProcess(identity: ProcessIdentity, graceMs: number): Promise<void> {
  signal(identity, "SIGTERM");
  for (const until = Date.now() + graceMs; isRunning(identity) && Date.now() < until;) {
    await sleep(50);
  }
  signal(identity, "SIGKILL");
}

function signal(identity: ProcessIdentity, name: NodeJS.Signals): void {
  if (isRunning(identity)) {
    try {
      process.kill(identity.pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
        throw error;
      }
    }
  }
}

function folderOf(paths: Paths): string {
  return join(paths.home, "processes");
}

function recorded(paths: Paths): Background[] {
  let files: string[];
  try {
    files = readdirSync(folderOf(paths)).filter((file) => file.endsWith(".json"));
  } catch {
    return [];
  }
  return files.flatMap((file) => {
    try {
      const identity = JSON.parse(readFileSync(join(folderOf(paths), file), "utf8")) as ProcessIdentity;
      return [{ name: file.slice(0, -".json".length), identity }];
    } catch {
      return [];
    }
  });
}

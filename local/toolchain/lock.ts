import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { identityOf, isRunning, type ProcessIdentity, sleep } from "./process";

/** How a lock is waited for. */
export interface LockOptions {
  /** Told once, when another process holds the lock. */
  readonly onWait?: (holder: ProcessIdentity) => void;
  /** Milliseconds between looks. @default 250 */
  readonly pollMs?: number;
}

/**
 * Does some work while holding a lock file that names its owner. Processes that want the same lock wait for each other;
 * a lock whose owner no longer runs (killed, or its pid now somebody else's) is broken at once.
 */
export async function withLock<T>(file: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  const claim = await take(file, options);
  try {
    return await work();
  } finally {
    if (readOrUndefined(file) === claim) {
      rmSync(file, { force: true });
    }
  }
}

async function take(file: string, { onWait, pollMs = 250 }: LockOptions): Promise<string> {
  const me = identityOf(process.pid);
  if (me === undefined) {
    throw new Error(`cannot tell the start time of process ${process.pid}, so no lock can name it`);
  }
  const claim = JSON.stringify({ ...me, claim: randomUUID() });
  mkdirSync(dirname(file), { recursive: true });
  for (let told = false; ;) {
    if (create(file, claim)) {
      return claim;
    }
    const held = readOrUndefined(file);
    const holder = held === undefined ? undefined : holderOf(held);
    if (held !== undefined && (holder === undefined || !isRunning(holder))) {
      breakLock(file, held);
      continue;
    }
    if (!told && holder !== undefined) {
      onWait?.(holder);
      told = true;
    }
    await sleep(pollMs);
  }
}

/** A lock appears with its content at once (written beside, then linked), so nobody reads an empty one. */
function create(file: string, claim: string): boolean {
  const fresh = `${file}.${randomUUID()}`;
  writeFileSync(fresh, claim);
  try {
    linkSync(fresh, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      return false;
    }
    throw error;
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** Takes a dead owner's lock away; puts it back if, between the look and now, a living owner had come. */
function breakLock(file: string, dead: string): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return;
    }
    throw error;
  }
  const taken = readOrUndefined(aside);
  if (taken !== undefined && taken !== dead) {
    create(file, taken);
  }
  rmSync(aside, { force: true });
}

function holderOf(content: string): ProcessIdentity | undefined {
  try {
    const { pid, started } = JSON.parse(content) as Partial<ProcessIdentity>;
    return typeof pid === "number" && typeof started === "string" ? { pid, started } : undefined;
  } catch {
    return undefined;
  }
}

function readOrUndefined(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

import { readdir, readFile, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

/** What Pulumi's file backend writes into a lock (pulumi/pkg/backend/diy/lock.go, `lockContent`). */
const lockContent = z.object({
  pid: z.number(),
  username: z.string(),
  hostname: z.string(),
  timestamp: z.string(),
});

/** Ending of the attributes that the file backend keeps beside an object (gocloud.dev/blob/fileblob, `attrsExt`). */
const SIDECAR = ".attrs";

/** Milliseconds after which a file that cannot be read is nobody's who is still writing it: one write takes a few. */
const TORN_AFTER_MS = 10_000;

/** A lock that somebody else holds. */
export interface HeldLock {
  readonly owner: string;
  readonly since: string;
}

/**
 * Breaks locks of this stack whose owner is dead: the file backend's locks have no lease, so a killed run leaves its
 * lock behind for ever. A lock of another machine, or of a process that lives, is never touched. A lock that says
 * nothing is held while somebody may still be writing it, and broken after ten seconds; one that is only half there
 * (`*.tmp`) is judged alike, since the engine counts every file in the folder.
 *
 * Only a `file://` backend is looked at; other backends' locks are left to `pulumi cancel`.
 * @returns the locks that are still held by somebody.
 */
export async function breakDeadLocks(backendUrl: string, project: string, stack: string): Promise<readonly HeldLock[]> {
  if (!backendUrl.startsWith("file://")) return [];
  const folder = join(stateFolder(backendUrl), "locks", "organization", project, stack);
  const held: HeldLock[] = [];
  for (const file of await list(folder)) {
    const path = join(folder, file);
    const lock = await readLock(path);
    if (lock === undefined) continue;
    if (lock.dead) await rm(path, { force: true });
    else held.push({ owner: lock.owner, since: lock.since });
  }
  return held;
}

/**
 * Removes the attributes beside a stack's state where they cannot be read: an engine that was killed while it wrote them
 * leaves them empty, and every later run refuses the state ("failed to load checkpoint: EOF"), which itself is whole.
 * They hold a content type and a checksum that nobody asks for. To be called while no lock is held.
 *
 * Only a `file://` backend has them.
 * @returns the files that were removed.
 */
export async function dropTornSidecars(backendUrl: string, project: string, stack: string): Promise<readonly string[]> {
  if (!backendUrl.startsWith("file://")) return [];
  const state = stateFolder(backendUrl);
  const torn: string[] = [];
  for (const file of [join(state, "meta.yaml"), join(state, "stacks", project, `${stack}.json`)]) {
    const path = `${file}${SIDECAR}`;
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text === undefined || parse(text) !== undefined) continue;
    await rm(path, { force: true });
    torn.push(path);
  }
  return torn;
}

function stateFolder(backendUrl: string): string {
  return join(fileURLToPath(backendUrl), ".pulumi");
}

/** What a lock says, and whether its owner is dead; undefined when it is gone. */
async function readLock(path: string): Promise<(HeldLock & { readonly dead: boolean }) | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  const written = await stat(path).catch(() => undefined);
  if (text === undefined || written === undefined) return undefined;
  const parsed = lockContent.safeParse(parse(text));
  if (!parsed.success) {
    const dead = Date.now() - written.mtimeMs > TORN_AFTER_MS;
    return { owner: `somebody who writes ${path}`, since: written.mtime.toISOString(), dead };
  }
  const { pid, hostname: host, username, timestamp } = parsed.data;
  const dead = host === hostname() && !(await isAlive(pid));
  return { owner: `${username}@${host} (pid ${pid})`, since: timestamp, dead };
}

async function list(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((file) => !file.endsWith(SIDECAR));
  } catch {
    return [];
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, but is somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  // An orphan whose new parent does not ask after it (a container's first process) answers signals after its end.
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const [state] = status.slice(status.lastIndexOf(")") + 2).split(" ");
  return state !== "Z" && state !== "X";
}

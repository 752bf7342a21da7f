import { readdir, readFile, rm } from "node:fs/promises";
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

/** A lock that somebody else holds. */
export interface HeldLock {
  readonly owner: string;
  readonly since: string;
}

/**
 * Breaks locks of this stack whose owner is dead: the file backend's locks have no lease, so a killed run leaves its
 * lock behind for ever. A lock of another machine, or of a process that lives, is never touched.
 *
 * Only a `file://` backend is looked at; other backends' locks are left to `pulumi cancel`.
 * @returns the locks that are still held by somebody.
 */
export async function breakDeadLocks(backendUrl: string, project: string, stack: string): Promise<readonly HeldLock[]> {
  if (!backendUrl.startsWith("file://")) return [];
  const folder = join(fileURLToPath(backendUrl), ".pulumi", "locks", "organization", project, stack);
  const held: HeldLock[] = [];
  for (const file of await list(folder)) {
    const path = join(folder, file);
    const parsed = lockContent.safeParse(parse(await readFile(path, "utf8").catch(() => "")));
    if (!parsed.success) continue;
    const { pid, hostname: host, username, timestamp } = parsed.data;
    if (host === hostname() && !isAlive(pid)) await rm(path, { force: true });
    else held.push({ owner: `${username}@${host} (pid ${pid})`, since: timestamp });
  }
  return held;
}

async function list(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((file) => file.endsWith(".json"));
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

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, but is somebody else's.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

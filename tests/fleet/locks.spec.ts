import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { breakDeadLocks } from "../../fleet/locks";

describe("locks of Pulumi's file backend", () => {
  const backend = mkdtempSync(join(tmpdir(), "meridian-locks-"));
  const folder = join(backend, ".pulumi", "locks", "organization", "meridian", "local.mesh");
  const file = join(folder, "lock.json");
  const lock = (pid: number, host: string): void => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, JSON.stringify({ pid, username: "root", hostname: host, timestamp: "2026-01-01T00:00:00Z" }));
  };
  /** A process that ran and is gone. */
  const deadPid = (): number => spawnSync("true").pid;
  const look = () => breakDeadLocks(pathToFileURL(backend).href, "meridian", "local.mesh");
  after(() => {
    rmSync(backend, { recursive: true });
  });

  it("are broken when their owner is dead", async () => {
    lock(deadPid(), hostname());
    assert.deepEqual(await look(), []);
    assert.equal(existsSync(file), false);
  });

  it("are kept, and their owner told, when it lives", async () => {
    lock(process.pid, hostname());
    const held = await look();
    assert.deepEqual(held, [{ owner: `root@${hostname()} (pid ${process.pid})`, since: "2026-01-01T00:00:00Z" }]);
    assert.ok(existsSync(file));
  });

  it("are kept when they are another machine's, whatever runs here", async () => {
    lock(deadPid(), "elsewhere");
    assert.equal((await look()).length, 1);
    assert.ok(existsSync(file));
  });

  it("are not judged when they are torn, or the backend is not a folder", async () => {
    writeFileSync(file, '{"pid": 1');
    assert.deepEqual(await look(), []);
    assert.ok(existsSync(file));
    assert.deepEqual(await breakDeadLocks("s3://state", "meridian", "local.mesh"), []);
  });
});

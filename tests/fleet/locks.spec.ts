import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { breakDeadLocks, dropTornSidecars } from "../../fleet/locks";

/** Milliseconds; a torn lock of this age is nobody's who is still writing it. */
const A_MINUTE = 60_000;

describe("locks of Pulumi's file backend", () => {
  let backend: string;
  let folder: string;
  beforeEach(() => {
    backend = mkdtempSync(join(tmpdir(), "meridian-locks-"));
    folder = join(backend, ".pulumi", "locks", "organization", "meridian", "local.mesh");
    mkdirSync(folder, { recursive: true });
  });
  afterEach(() => {
    rmSync(backend, { recursive: true });
  });

  const lock = (pid: number, host: string, name = "lock.json"): string => {
    const file = join(folder, name);
    writeFileSync(file, JSON.stringify({ pid, username: "root", hostname: host, timestamp: "2026-01-01T00:00:00Z" }));
    return file;
  };
  /** A process that ran and is gone. */
  const deadPid = (): number => spawnSync("true").pid;
  const look = () => breakDeadLocks(`${pathToFileURL(backend).href}?metadata=skip`, "meridian", "local.mesh");

  it("are broken when their owner is dead", async () => {
    const file = lock(deadPid(), hostname());
    assert.deepEqual(await look(), []);
    assert.equal(existsSync(file), false);
  });

  it("are broken when their owner has ended and nobody has asked after it", async function () {
    if (!existsSync("/proc/self/stat")) this.skip();
    // The shell becomes a program that never asks after the child it inherits.
    const parent = spawn("sh", ["-c", "true & echo $!; exec sleep 600 >/dev/null"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      const said = await new Promise<Buffer>((heard) => parent.stdout.once("data", heard));
      const file = lock(Number(said.toString()), hostname());
      let held = await look();
      for (let tries = 0; held.length > 0 && tries < 1000; tries += 1) held = await look();
      assert.deepEqual(held, []);
      assert.equal(existsSync(file), false);
    } finally {
      parent.kill("SIGKILL");
    }
  });

  it("are kept, and their owner told, when it lives", async () => {
    const file = lock(process.pid, hostname());
    const held = await look();
    assert.deepEqual(held, [{ owner: `root@${hostname()} (pid ${process.pid})`, since: "2026-01-01T00:00:00Z" }]);
    assert.ok(existsSync(file));
  });

  it("are kept when they are another machine's, whatever runs here", async () => {
    const file = lock(deadPid(), "elsewhere");
    assert.equal((await look()).length, 1);
    assert.ok(existsSync(file));
  });

  it("are held while somebody may still be writing them, and broken when nobody can be", async () => {
    for (const name of ["lock.json", "lock.json.18e9fef4c0a61011.tmp"]) {
      const file = join(folder, name);
      writeFileSync(file, '{"pid": 1');
      assert.equal((await look()).length, 1, name);
      assert.ok(existsSync(file));
      const then = new Date(Date.now() - A_MINUTE);
      utimesSync(file, then, then);
      assert.deepEqual(await look(), [], name);
      assert.equal(existsSync(file), false);
    }
  });

  it("are broken half-made too, since the engine counts them", async () => {
    const file = lock(deadPid(), hostname(), "lock.json.18e9fef4c0a61011.tmp");
    assert.deepEqual(await look(), []);
    assert.equal(existsSync(file), false);
  });

  it("are not seen in what stands beside them, or in a backend that is no folder", async () => {
    writeFileSync(join(folder, "lock.json.attrs"), "");
    assert.deepEqual(await look(), []);
    assert.deepEqual(await breakDeadLocks("s3://state", "meridian", "local.mesh"), []);
  });

  it("leave no attributes that cannot be read beside a stack's state, and all others alone", async () => {
    const state = (name: string, text: string): string => {
      const file = join(backend, ".pulumi", name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    };
    const torn = [
      state("meta.yaml.attrs", '{"user.cache_control":'),
      state(join("stacks", "meridian", "local.mesh.json.attrs"), ""),
    ];
    const others = [
      state(join("stacks", "meridian", "local.mesh.json"), ""),
      state(join("stacks", "meridian", "local.us-east-1.json.attrs"), ""),
    ];
    const url = pathToFileURL(backend).href;
    assert.deepEqual(await dropTornSidecars(url, "meridian", "local.mesh"), torn);
    assert.deepEqual([...torn, ...others].map(existsSync), [false, false, true, true]);
    writeFileSync(torn[1] ?? "", '{"user.content_type":"application/json"}');
    assert.deepEqual(await dropTornSidecars(url, "meridian", "local.mesh"), []);
    assert.deepEqual(await dropTornSidecars("s3://state", "meridian", "local.mesh"), []);
  });
});

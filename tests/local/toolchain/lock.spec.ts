import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "../../../local/toolchain";
import { identityOf, isRunning, sleep } from "../../../local/toolchain/process";
import { temporaryFolder } from "./folder";

describe("a lock", () => {
  it("lets one at a time work, and is gone afterwards", async () => {
    const file = join(temporaryFolder(), "deep", "lock");
    let within = 0;
    let most = 0;
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        withLock(
          file,
          async () => {
            within += 1;
            most = Math.max(most, within);
            await sleep(5);
            within -= 1;
            return index;
          },
          { pollMs: 1 },
        ),
      ),
    );
    assert.equal(most, 1);
    assert.deepEqual(results, [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.ok(!existsSync(file));
  });

  it("is given up when the work fails", async () => {
    const file = join(temporaryFolder(), "lock");
    await assert.rejects(
      withLock(file, () => Promise.reject(new Error("broken"))),
      /broken/,
    );
    assert.equal(await withLock(file, () => Promise.resolve("next")), "next");
  });

  it("is broken when its owner is dead", async () => {
    const file = join(temporaryFolder(), "lock");
    const dead = spawnSync("/bin/true").pid;
    writeFileSync(file, JSON.stringify({ pid: dead, started: "then" }));
    assert.equal(await withLock(file, () => Promise.resolve("mine")), "mine");
  });

  it("is broken when the owner's pid is now somebody else's", async () => {
    const file = join(temporaryFolder(), "lock");
    writeFileSync(file, JSON.stringify({ pid: process.pid, started: "another boot" }));
    assert.equal(await withLock(file, () => Promise.resolve("mine")), "mine");
  });

  it("is broken when nobody can read who holds it", async () => {
    const file = join(temporaryFolder(), "lock");
    writeFileSync(file, "{");
    assert.equal(await withLock(file, () => Promise.resolve("mine")), "mine");
  });

  it("is waited for while its owner lives, and the waiting is told once, with the owner", async () => {
    const file = join(temporaryFolder(), "lock");
    const told: number[] = [];
    let held = true;
    const first = withLock(file, async () => {
      await sleep(60);
      held = false;
    });
    await sleep(10);
    await withLock(
      file,
      () => {
        assert.ok(!held);
        assert.ok(readFileSync(file, "utf8").includes(String(process.pid)));
        return Promise.resolve();
      },
      { pollMs: 5, onWait: ({ pid }) => told.push(pid) },
    );
    await first;
    assert.deepEqual(told, [process.pid]);
  });
});

describe("the identity of a process", () => {
  it("holds for this process and for no dead one", () => {
    const me = identityOf(process.pid);
    assert.ok(me !== undefined && isRunning(me));
    assert.equal(identityOf(spawnSync("/bin/true").pid), undefined);
    assert.ok(!isRunning({ pid: process.pid, started: "another time" }));
  });
});

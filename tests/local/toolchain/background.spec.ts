import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { recordBackground, runningBackground, stopBackground } from "../../../local/toolchain";
import { stopProcess } from "../../../local/toolchain/background";
import { identityOf, sleep } from "../../../local/toolchain/process";
import { temporaryFolder, temporaryPaths } from "./folder";

describe("background processes", () => {
  it("are found by their record, and stopped", async () => {
    const paths = temporaryPaths(temporaryFolder());
    const child = spawn("/bin/sleep", ["60"], { stdio: "ignore" });
    const pid = child.pid ?? 0;
    recordBackground(paths, "sleeper", pid);
    assert.deepEqual(
      runningBackground(paths).map(({ name, identity }) => [name, identity.pid]),
      [["sleeper", pid]],
    );
    assert.deepEqual(await stopBackground(paths), ["sleeper"]);
    assert.equal(identityOf(pid), undefined);
    assert.deepEqual(runningBackground(paths), []);
  });

  it("are not stopped when the recorded pid has become somebody else's", async () => {
    const paths = temporaryPaths(temporaryFolder());
    const child = spawn("/bin/sleep", ["60"], { stdio: "ignore" });
    mkdirSync(join(paths.home, "processes"), { recursive: true });
    writeFileSync(join(paths.home, "processes", "old.json"), JSON.stringify({ pid: child.pid, started: "long ago" }));
    try {
      assert.deepEqual(await stopBackground(paths), []);
      await stopProcess({ pid: child.pid ?? 0, started: "long ago" }, 10);
      await sleep(20);
      assert.ok(identityOf(child.pid ?? 0) !== undefined);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("must run when they are recorded", () => {
    const paths = temporaryPaths(temporaryFolder());
    assert.throws(() => {
      recordBackground(paths, "ghost", 2 ** 22 + 1);
    }, /want the pid of a running process for ghost/);
  });
});

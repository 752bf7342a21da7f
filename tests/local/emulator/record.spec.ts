import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { emulatorStatus, emulatorUrl, stopEmulator } from "../../../local/emulator";
import { readRecord, writeRecord } from "../../../local/emulator/record";
import { temporaryFolder, temporaryPaths } from "../toolchain/folder";

describe("what is recorded of the emulator", () => {
  it("is read as it was written", () => {
    const paths = temporaryPaths(temporaryFolder());
    assert.equal(readRecord(paths), undefined);
    const record = { port: 21_000, process: { pid: 7, started: "then" } };
    writeRecord(paths, record);
    assert.deepEqual(readRecord(paths), record);
    writeRecord(paths, { port: 21_000 });
    assert.deepEqual(readRecord(paths), { port: 21_000 });
  });

  it("counts as nothing when it is damaged", () => {
    const paths = temporaryPaths(temporaryFolder());
    mkdirSync(paths.home, { recursive: true });
    for (const content of ["", "{", "null", '{"port":"1"}']) {
      writeFileSync(paths.emulatorRecord, content);
      assert.equal(readRecord(paths), undefined);
    }
  });

  it("keeps one address from the first question on", async () => {
    const paths = temporaryPaths(temporaryFolder());
    const asked = await Promise.all([emulatorUrl(paths), emulatorUrl(paths), emulatorUrl(paths)]);
    assert.equal(new Set(asked).size, 1);
    assert.equal(await emulatorUrl(paths), asked[0]);
  });

  it("does not take a recycled pid for the emulator, and does not stop it", async () => {
    const paths = temporaryPaths(temporaryFolder());
    writeRecord(paths, { port: 21_000, process: { pid: process.pid, started: "long ago" } });
    assert.equal((await emulatorStatus(paths)).state, "stopped");
    assert.equal(await stopEmulator(paths), false);
    assert.deepEqual(readRecord(paths), { port: 21_000 });
  });
});

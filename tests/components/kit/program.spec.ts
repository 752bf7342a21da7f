import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packProgram } from "../../../components/kit/program";

describe("packProgram", () => {
  const folder = mkdtempSync(join(tmpdir(), "program-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("has a digest of names and contents, and leaves out what tools put beside the sources", async () => {
    mkdirSync(join(folder, "lib", "__pycache__"), { recursive: true });
    writeFileSync(join(folder, "start"), "#!/bin/sh\n");
    writeFileSync(join(folder, "lib", "a.py"), "1");
    const before = packProgram(folder);
    writeFileSync(join(folder, "lib", "__pycache__", "a.pyc"), "x");
    writeFileSync(join(folder, ".hidden"), "x");
    assert.equal(packProgram(folder).digest, before.digest);
    const assets = await (before.archive as unknown as { assets: Promise<Record<string, unknown>> }).assets;
    assert.deepEqual(Object.keys(assets), ["lib/a.py", "start"]);
    writeFileSync(join(folder, "lib", "a.py"), "2");
    assert.notEqual(packProgram(folder).digest, before.digest);
  });
});

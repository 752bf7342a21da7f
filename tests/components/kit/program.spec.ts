import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packProgram } from "../../../components/kit/program";

describe("packProgram", () => {
  const folder = mkdtempSync(join(tmpdir(), "program-"));
  const sources = join(folder, "sources");
  const beside = join(folder, "beside");
  const pack = (): ReturnType<typeof packProgram> => packProgram([sources, beside], [".py", ".sql"]);
  before(() => {
    mkdirSync(join(sources, "lib", "__pycache__"), { recursive: true });
    mkdirSync(beside);
    writeFileSync(join(sources, "start.py"), "0");
    writeFileSync(join(sources, "lib", "a.py"), "1");
    writeFileSync(join(beside, "b.sql"), "SELECT 1");
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("has a digest of names and contents, and leaves out what is no part of the program", async () => {
    const first = pack();
    writeFileSync(join(sources, "lib", "__pycache__", "a.py"), "x");
    writeFileSync(join(sources, ".hidden.py"), "x");
    writeFileSync(join(sources, "engine.ts"), "x");
    assert.equal(pack().digest, first.digest);
    const assets = await (first.archive as unknown as { assets: Promise<Record<string, unknown>> }).assets;
    assert.deepEqual(Object.keys(assets), ["b.sql", "lib/a.py", "start.py"]);
    writeFileSync(join(sources, "lib", "a.py"), "2");
    assert.notEqual(pack().digest, first.digest);
  });

  it("refuses two files of one name", () => {
    writeFileSync(join(beside, "start.py"), "1");
    assert.throws(pack, /want one file start\.py in the program, got two/);
  });
});

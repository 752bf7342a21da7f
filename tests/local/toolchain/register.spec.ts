import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkoutRoot } from "../../../local/toolchain";

const ROOT = checkoutRoot(__dirname);

/** Runs a TypeScript program as the command line does. */
function run(source: string): { readonly code: number | null; readonly stdout: string; readonly stderr: string } {
  const parent = join(ROOT, ".meridian", "build");
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "register-"));
  try {
    const file = join(folder, "program.ts");
    writeFileSync(file, source);
    const args = ["--require", join(ROOT, "local", "toolchain", "register.cjs"), file];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", cwd: ROOT });
    return { code: status, stdout, stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("running TypeScript", () => {
  it("shows the lines of the source in a trace", () => {
    const { code, stderr } = run('interface Gone {\n  readonly a: string;\n}\nthrow new Error("on line 4");\n');
    assert.equal(code, 1);
    assert.match(stderr, /program\.ts:4/);
  });
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { shellExports, shellQuote } from "../../../local/toolchain";

/** What a real shell has after it evaluated the lines. */
function evaluated(lines: string, name: string, environment: NodeJS.ProcessEnv = {}): string {
  const shell = spawnSync("/bin/sh", ["-c", `eval "$LINES"; printf '%s.' "\${${name}-unset}"`], {
    env: { ...environment, LINES: lines },
    encoding: "utf8",
  });
  assert.equal(shell.status, 0, shell.stderr);
  return shell.stdout.slice(0, -1);
}

describe("settings for a shell", () => {
  it("reach the shell as they are, whatever they hold", () => {
    const values = ["plain", "two words", "it's", '"$HOME" `id` \\', "line\nline", "", "*", "a;b&c|d", "~", "ünïcode"];
    for (const value of values) {
      assert.equal(evaluated(shellExports({ VALUE: value }), "VALUE"), value);
    }
  });

  it("quote any word so that a shell reads the same word", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii", maxLength: 30 }), (word) => {
        const shell = spawnSync("/bin/sh", ["-c", `printf '%s.' ${shellQuote(word)}`], { encoding: "utf8" });
        assert.equal(shell.stdout, `${word}.`);
      }),
      { numRuns: 40 },
    );
  });

  it("leave a plain path unquoted, so that a person can read it", () => {
    assert.equal(shellExports({ PATH: "/a/b:/c" }), "export PATH=/a/b:/c\n");
  });

  it("remove what is to be removed", () => {
    assert.equal(evaluated(shellExports({}, ["GONE"]), "GONE", { GONE: "x" }), "unset");
  });

  it("refuse a name that would run as a command", () => {
    assert.throws(() => shellExports({ "A;rm": "x" }), /want names of shell variables, got "A;rm"/);
    assert.throws(() => shellExports({}, ["$(id)"]), /want names of shell variables/);
  });
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { readOptions, splitWords } from "../../../local/languagehost/options";
import { shellQuote } from "../../../local/toolchain";

const options = (given: Record<string, JavaScriptValue>) => readOptions(Struct.fromJavaScript(given));

describe("runtime options of a program", () => {
  it("have the official language host's defaults", () => {
    const defaults = { typescript: true, tsconfig: undefined, nodeargs: [], packagemanager: "npm" };
    assert.deepEqual(readOptions(undefined), defaults);
    assert.deepEqual(options({}), defaults);
  });

  it("are taken as given", () => {
    assert.deepEqual(
      options({
        typescript: false,
        tsconfig: "tsconfig.pulumi.json",
        nodeargs: "--require ./a.js",
        packagemanager: "pnpm",
      }),
      {
        typescript: false,
        tsconfig: "tsconfig.pulumi.json",
        nodeargs: ["--require", "./a.js"],
        packagemanager: "pnpm",
      },
    );
  });

  it("are refused all at once, each by its name", () => {
    assert.throws(
      () => options({ typescript: "yes", nodeargs: 3, packagemanager: "cargo" }),
      /typescript: want true or false, got "yes"; nodeargs: want one line of text, got 3; packagemanager: want npm.*got "cargo"/,
    );
  });
});

describe("arguments on one line", () => {
  it("are parted and quoted as a shell does it", () => {
    assert.deepEqual(splitWords(`  --a  'two words' "it's" c\\ d "" x'y'z `), [
      "--a",
      "two words",
      "it's",
      "c d",
      "",
      "xyz",
    ]);
    assert.deepEqual(splitWords(""), []);
    assert.throws(() => splitWords("'open"), /want every quote closed/);
  });

  it("come back from any list of quoted words", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme-ascii", maxLength: 12 }), { maxLength: 5 }), (words) => {
        assert.deepEqual(splitWords(words.map(shellQuote).join(" ")), words);
      }),
    );
  });

  it("are what a real shell makes of the same line", () => {
    const line = `a "b \\"c\\" $x" 'd"e' f\\'g`;
    const shell = spawnSync("/bin/sh", ["-c", `for w in ${line.replace("$x", "\\$x")}; do printf '%s\\n' "$w"; done`], {
      encoding: "utf8",
    });
    assert.deepEqual(splitWords(line), shell.stdout.trim().split("\n"));
  });
});

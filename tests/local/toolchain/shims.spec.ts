import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { checkoutRoot, type Engine } from "../../../local/toolchain";
import { writeShims } from "../../../local/toolchain/shims";
import { script, temporaryFolder, temporaryPaths } from "./folder";

function engineIn(folder: string, official: boolean): Engine {
  const path = script(join(folder, "engine", "pulumi"), "echo engine");
  return {
    path,
    version: "3.250.0",
    source: official ? "path" : "build",
    languageHost: official
      ? { kind: "official", path: script(join(folder, "engine", "pulumi-language-nodejs"), "echo official") }
      : { kind: "stand-in", reason: "none" },
  };
}

describe("the executables that the engine looks for", () => {
  it("are the engine and our language host in one folder, the local providers in another", () => {
    const folder = temporaryFolder();
    const paths = temporaryPaths(folder);
    writeShims(paths, engineIn(folder, false));
    const visible = (at: string): string[] => readdirSync(at).filter((name) => !name.startsWith("."));
    assert.deepEqual(visible(paths.bin), ["pulumi", "pulumi-language-nodejs"]);
    assert.deepEqual(visible(paths.providers), [
      "pulumi-resource-aws",
      "pulumi-resource-awsx",
      "pulumi-resource-kubernetes",
    ]);
    // The engine looks for its language host beside the file it really is, so that must not be a symbolic link.
    assert.ok(!lstatSync(join(paths.bin, "pulumi")).isSymbolicLink());
    assert.match(
      readFileSync(join(paths.bin, "pulumi-language-nodejs"), "utf8"),
      /local\/languagehost\/main\.ts "\$@"/,
    );
  });

  it("are the official language host where there is one", () => {
    const folder = temporaryFolder();
    const paths = temporaryPaths(folder);
    writeShims(paths, engineIn(folder, false));
    writeShims(paths, engineIn(folder, true));
    const host = spawnSync(join(paths.bin, "pulumi-language-nodejs"), { encoding: "utf8" });
    assert.equal(host.stdout, "official\n");
  });

  it("are left alone when nothing changed", () => {
    const folder = temporaryFolder();
    const paths = temporaryPaths(folder);
    const engine = engineIn(folder, false);
    const stamps = (): number[] =>
      [paths.bin, paths.providers].flatMap((at) => readdirSync(at).map((name) => statSync(join(at, name)).ino));
    writeShims(paths, engine);
    const before = stamps();
    writeShims(paths, engine);
    assert.deepEqual(stamps(), before);
  });
});

describe("bin/meridian", () => {
  it("finds its checkout through a chain of symbolic links, from any folder", () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "deep"));
    symlinkSync(join(checkoutRoot(), "bin", "meridian"), join(folder, "deep", "first"));
    symlinkSync("deep/first", join(folder, "second"));
    const help = spawnSync(join(folder, "second"), ["--help"], { cwd: "/", encoding: "utf8" });
    assert.equal(help.status, 0, help.stderr);
    assert.match(help.stdout, /meridian/);
  });

  it("says what to run when the packages are not installed", () => {
    const folder = temporaryFolder();
    const launcher = script(join(folder, "bin", "meridian"), "");
    const copy = spawnSync("/bin/cp", [join(checkoutRoot(), "bin", "meridian"), launcher]);
    assert.equal(copy.status, 0);
    const result = spawnSync(launcher, ["up"], { encoding: "utf8" });
    assert.equal(result.status, 1);
    assert.match(result.stderr, /run: make -C .* setup/i);
    assert.ok(!existsSync(join(folder, ".meridian")));
  });
});

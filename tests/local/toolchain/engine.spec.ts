import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { describeEngine, ensureEngine, findEngine } from "../../../local/toolchain";
import { engineFolder, STAND_IN_MARK } from "../../../local/toolchain/engine";
import { script, temporaryFolder, temporaryPaths } from "./folder";

/** A machine with nothing but a shell, on which `add` puts tools; a download is never tried. */
function machine() {
  const folder = temporaryFolder();
  const tools = join(folder, "tools");
  const built = join(folder, "built");
  return {
    folder,
    built,
    paths: temporaryPaths(folder),
    environment: { PATH: `${tools}:/usr/bin:/bin`, HOME: folder, MERIDIAN_ENGINE_DOWNLOAD: "never", BUILT: built },
    add: (name: string, body: string) => script(join(tools, name), body),
    progress: [] as string[],
  };
}

/** A Go that "builds" in a moment and counts how often, and with which toolchain and C compiler. */
const FAKE_GO = `
if [ "$1" = env ]; then echo go1.99.0; exit; fi
echo "$GOTOOLCHAIN $CGO_ENABLED" >> "$BUILT"
sleep 0.2
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\necho v3.250.0\\n' > "$2"
chmod +x "$2"`;

describe("the engine", () => {
  it("is the one on PATH when its version fits, with the language host beside it", async () => {
    const { paths, environment, add } = machine();
    const pulumi = add("pulumi", "echo v3.260.1");
    const host = add("pulumi-language-nodejs", "");
    const engine = await ensureEngine(paths, () => undefined, environment);
    assert.deepEqual(engine, {
      path: pulumi,
      version: "3.260.1",
      source: "path",
      languageHost: { kind: "official", path: host },
    });
    assert.match(describeEngine(engine), /3\.260\.1, found on this machine: .*its language host/);
  });

  it("has its language host beside its real self, when PATH holds a link to it only", async () => {
    const { folder, paths, environment } = machine();
    const host = script(join(folder, "installed", "pulumi-language-nodejs"), "");
    const real = script(join(folder, "installed", "pulumi"), "echo v3.250.0");
    mkdirSync(join(folder, "tools"));
    symlinkSync(real, join(folder, "tools", "pulumi"));
    const engine = await ensureEngine(paths, () => undefined, environment);
    assert.deepEqual(engine.languageHost, { kind: "official", path: host });
  });

  it("is built when the one on PATH is too old, and the build is kept and told", async () => {
    const { paths, environment, add, built, progress } = machine();
    add("pulumi", "echo v3.200.0");
    add("go", FAKE_GO);
    const engine = await ensureEngine(paths, (line) => progress.push(line), environment);
    assert.equal(engine.source, "build");
    assert.equal(engine.path, join(engineFolder(paths), "bin", "pulumi"));
    assert.equal(engine.languageHost.kind, "stand-in");
    assert.ok(progress.some((line) => line.includes("MERIDIAN_ENGINE_DOWNLOAD=never")));
    assert.ok(progress.some((line) => /built in \d+ s/.test(line)));
    assert.deepEqual(await ensureEngine(paths, () => undefined, environment), engine);
    assert.equal(readFileSync(built, "utf8"), "local 0\n");
  });

  it("is built once when several want it at the same time", async () => {
    const { paths, environment, add, built } = machine();
    add("go", FAKE_GO);
    const engines = await Promise.all([1, 2, 3].map(() => ensureEngine(paths, () => undefined, environment)));
    assert.equal(new Set(engines.map(({ path }) => path)).size, 1);
    assert.equal(readFileSync(built, "utf8"), "local 0\n");
  });

  it("leaves nothing that could be taken for an engine when the build fails, and says what Go said", async () => {
    const { paths, environment, add } = machine();
    add("go", `if [ "$1" = env ]; then echo go1.99.0; exit; fi; echo "no such module" >&2; exit 1`);
    await assert.rejects(
      ensureEngine(paths, () => undefined, environment),
      /go build .* failed \(1\):\nno such module/,
    );
    assert.deepEqual(readdirSync(join(paths.cache, "engine")), []);
    assert.equal(await findEngine(paths, environment), undefined);
  });

  it("clears away what a killed build left", async () => {
    const { paths, environment, add } = machine();
    script(join(`${engineFolder(paths)}.12345`, "bin", "pulumi"), "echo half");
    add("go", FAKE_GO);
    await ensureEngine(paths, () => undefined, environment);
    assert.deepEqual(readdirSync(join(paths.cache, "engine")), [basename(engineFolder(paths))]);
  });

  it("lets an older Go fetch the toolchain that go.mod names", async () => {
    const { paths, environment, add, built } = machine();
    add("go", FAKE_GO.replace("go1.99.0", "go1.24.0"));
    await ensureEngine(paths, () => undefined, environment);
    assert.equal(readFileSync(built, "utf8"), "auto 0\n");
  });

  it("says what to install when there is neither an engine nor a Go", async () => {
    const { paths, environment } = machine();
    const bare = { ...environment, PATH: join(paths.home, "nothing") };
    await assert.rejects(
      ensureEngine(paths, () => undefined, bare),
      /want a Pulumi engine >= 3\.250\.0 and < 4 on PATH, or Go >= 1\.24/,
    );
  });

  it("is never another checkout's, whose environment the shell still has", async () => {
    const { folder, paths, environment, add } = machine();
    const other = script(join(folder, "other", "pulumi"), "echo v3.250.0");
    script(join(folder, "other", "pulumi-language-nodejs"), "");
    script(join(folder, "other", STAND_IN_MARK), "");
    add("go", FAKE_GO);
    const shell = { ...environment, PATH: `${join(folder, "other")}:${environment.PATH}` };
    const engine = await ensureEngine(paths, () => undefined, shell);
    assert.notEqual(engine.path, other);
    assert.equal(engine.languageHost.kind, "stand-in");
    assert.ok(existsSync(engine.path));
  });
});

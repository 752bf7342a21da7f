import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type Engine, LANGUAGE_HOST, STAND_IN_MARK } from "./engine";
import { shellQuote } from "./exports";
import type { Paths } from "./paths";

/** The packages whose provider plugin is local/provider. */
export const LOCAL_PROVIDERS = ["aws", "awsx", "kubernetes"] as const;

/**
 * Writes the executables that the engine looks up on PATH: the engine itself, the language host where the official one
 * is missing, one provider plugin for each package. They work from any folder; a second call changes nothing.
 */
export function writeShims(paths: Paths, engine: Engine): void {
  for (const folder of [paths.bin, paths.providers]) {
    mkdirSync(folder, { recursive: true });
    put(join(folder, STAND_IN_MARK), "", 0o644);
  }
  if (engine.source === "path") {
    link(engine.path, join(paths.bin, "pulumi"));
  } else {
    // The engine expects its language host beside its real self, and warns on every run when it is elsewhere.
    beside(engine.path, join(paths.bin, "pulumi"));
  }
  const host = join(paths.bin, LANGUAGE_HOST);
  if (engine.languageHost.kind === "official") {
    link(engine.languageHost.path, host);
  } else {
    put(host, shim(paths, ["local", "languagehost", "main.ts"], []), 0o755);
  }
  for (const name of LOCAL_PROVIDERS) {
    put(join(paths.providers, `pulumi-resource-${name}`), shim(paths, ["local", "provider", "main.ts"], [name]), 0o755);
  }
}

/** A POSIX shell script that becomes Node 24 running one of our TypeScript files. */
function shim(paths: Paths, file: readonly string[], args: readonly string[]): string {
  const words = [
    join(paths.root, "node_modules", ".bin", "node"),
    "--require",
    join(paths.root, "local", "toolchain", "register.cjs"),
    join(paths.root, ...file),
    ...args,
  ];
  return `#!/bin/sh\nexec ${words.map(shellQuote).join(" ")} "$@"\n`;
}

/** Writes a file in one step, and only when it differs: an engine that is running one now keeps what it has open. */
function put(file: string, content: string, mode: number): void {
  if (existsSync(file) && readFileSync(file, "utf8") === content) {
    return;
  }
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, content);
  chmodSync(fresh, mode);
  renameSync(fresh, file);
}

/** The same file under a second name: a hard link, or a copy where the cache is on another file system. */
function beside(target: string, file: string): void {
  const there = statSync(file, { throwIfNoEntry: false });
  const wanted = statSync(target);
  if (there?.ino === wanted.ino || (there?.size === wanted.size && there.mtimeMs === wanted.mtimeMs)) {
    if (!lstatSync(file).isSymbolicLink()) {
      return;
    }
  }
  const fresh = `${file}.${process.pid}`;
  rmSync(fresh, { force: true });
  try {
    linkSync(target, fresh);
  } catch {
    copyFileSync(target, fresh, constants.COPYFILE_FICLONE);
    utimesSync(fresh, wanted.atime, wanted.mtime);
  }
  renameSync(fresh, file);
}

function link(target: string, file: string): void {
  const fresh = `${file}.${process.pid}`;
  rmSync(fresh, { force: true });
  symlinkSync(target, fresh);
  renameSync(fresh, file);
}

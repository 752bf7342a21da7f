import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach } from "mocha";
import { checkoutRoot, type Paths, pathsOf } from "../../../local/toolchain";

const made: string[] = [];

afterEach(() => {
  for (const folder of made.splice(0)) {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** A folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "meridian-test-"));
  made.push(folder);
  return folder;
}

/** An executable shell script. */
export function script(file: string, body: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** The paths of this checkout with home and cache in a temporary folder. */
export function temporaryPaths(folder: string): Paths {
  return pathsOf({
    root: checkoutRoot(),
    environment: { MERIDIAN_HOME: join(folder, "home"), XDG_CACHE_HOME: join(folder, "cache"), HOME: folder },
  });
}

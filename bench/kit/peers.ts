import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { paths } from "../../local/toolchain";

/** Programs and the lock file of what the benches compare with. */
const SOURCE = join(__dirname, "..", "peers");

/**
 * A folder with the programs of `bench/peers` and their packages, installed from their own lock file into the user's
 * cache: some 250 MB that nothing but a bench needs.
 * @throws Error with npm's output when the registry does not serve them.
 */
export function peers(): string {
  const key = createHash("sha256");
  for (const file of ["package.json", "package-lock.json"]) key.update(readFileSync(join(SOURCE, file)));
  const folder = join(paths().cache, "bench", key.digest("hex").slice(0, 16));
  if (!existsSync(folder)) install(folder);
  cpSync(SOURCE, folder, { recursive: true });
  return folder;
}

/**
 * The program that a folder of `bench/peers` holds in Go, built by the Go toolchain of this machine from its standard
 * library alone. @throws Error where there is no toolchain.
 */
export function goProgram(name: string): string {
  const source = join(SOURCE, name);
  const key = createHash("sha256")
    .update(readFileSync(join(source, "main.go")))
    .digest("hex");
  const program = join(paths().cache, "bench", `${name}-${key.slice(0, 16)}`);
  if (existsSync(program)) return program;
  mkdirSync(dirname(program), { recursive: true });
  // Beside what is on the path, where Go's own installer puts it.
  for (const go of ["go", "/usr/local/go/bin/go"]) {
    const { status, error, stderr } = spawnSync(go, ["build", "-o", program, "."], { cwd: source, encoding: "utf8" });
    if (status === 0) return program;
    if (error === undefined)
      throw new Error(`go build in bench/peers/${name} ended with ${String(status)}:\n${stderr}`);
  }
  throw new Error("want the Go toolchain, whose net/http is a peer, on the path; got none: go.dev/dl");
}

function install(folder: string): void {
  console.log("installing what the bench compares with");
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  cpSync(SOURCE, fresh, { recursive: true });
  const { status, stdout, stderr } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: fresh,
    encoding: "utf8",
  });
  if (status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw new Error(`npm ci in bench/peers ended with ${String(status)}:\n${stdout}${stderr}`);
  }
  renameSync(fresh, folder);
}

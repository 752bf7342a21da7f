import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "./engine";
import { withLock } from "./lock";
import type { Paths } from "./paths";
import { run } from "./process";
import { compareVersions, parseVersion, type Version } from "./version";

/** The oldest Python that the locked packages support. */
export const PYTHON_LEAST: Version = [3, 11, 0];

/** Names tried on PATH, in this order: the plain one first, then those that a machine may have beside an older default. */
const PYTHONS = ["python3", "python3.13", "python3.12", "python3.11", "python3.14", "python"];

/** An executable of the Python environment, such as `python`, `ministack`, `pytest`. */
export function venvExecutable(paths: Paths, name: string): string {
  return join(paths.venv, "bin", name);
}

/** The lock file of all Python that the project runs. */
export function requirementsLock(paths: Paths): string {
  return join(paths.root, "local", "toolchain", "requirements.lock");
}

/** Whether the environment there was made from the lock file as it is now. */
export function isVenvCurrent(paths: Paths): boolean {
  const stamp = join(paths.venv, STAMP);
  return (
    existsSync(stamp) &&
    readFileSync(stamp, "utf8").trim() === digestOf(paths) &&
    existsSync(venvExecutable(paths, "python"))
  );
}

/** The Python that would make the environment; undefined when the machine has none that is new enough. */
export async function findPython(environment: NodeJS.ProcessEnv = process.env): Promise<FoundPython | undefined> {
  for (const name of PYTHONS) {
    const { code, stdout } = await run(
      name,
      ["-c", "import sys, venv, ensurepip; print(sys.version.split()[0], sys.executable)"],
      { env: environment },
    );
    const version = code === 0 ? parseVersion(stdout) : undefined;
    if (version !== undefined && compareVersions(version, PYTHON_LEAST) >= 0) {
      const [words = "", executable = name] = stdout.trim().split(" ");
      return { executable, version: words };
    }
  }
  return undefined;
}

/** A Python found on PATH, with the modules that make an environment. */
export interface FoundPython {
  readonly executable: string;
  readonly version: string;
}

/**
 * Makes the Python environment of the checkout from requirements.lock, every package checked against its hash.
 * Does nothing when it is there and the lock has not changed since; otherwise it is made anew, and counts only once it is whole.
 * @throws Error that says what to install, or what pip said.
 */
export async function ensureVenv(paths: Paths, progress: Progress): Promise<void> {
  if (isVenvCurrent(paths)) {
    return;
  }
  await withLock(
    `${paths.venv}.lock`,
    async () => {
      if (!isVenvCurrent(paths)) {
        await make(paths, progress);
      }
    },
    {
      onWait: ({ pid }) => {
        progress(`python: process ${pid} is making the environment already; waiting`);
      },
    },
  );
}

const STAMP = "meridian-lock";

function digestOf(paths: Paths): string {
  return createHash("sha256")
    .update(readFileSync(requirementsLock(paths)))
    .digest("hex");
}

async function make(paths: Paths, progress: Progress): Promise<void> {
  const python = await findPython();
  if (python === undefined) {
    throw new Error(
      "want Python >= 3.11 with its venv and ensurepip modules on PATH, got none (Debian: apt install python3-venv)",
    );
  }
  progress(`python: installing the locked packages for Python ${python.version}`);
  const started = Date.now();
  rmSync(join(paths.venv, STAMP), { force: true });
  rmSync(paths.venv, { recursive: true, force: true });
  // An environment holds its own path in every script, so it is made in place; the stamp, written last, says it is whole.
  await must(python.executable, ["-m", "venv", paths.venv], "make a Python environment");
  await must(
    venvExecutable(paths, "python"),
    [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--disable-pip-version-check",
      "--no-input",
      "--only-binary=:all:",
      "--no-deps",
      "--require-hashes",
      "-r",
      requirementsLock(paths),
    ],
    "install the locked Python packages",
  );
  const stamp = join(paths.venv, STAMP);
  writeFileSync(`${stamp}.fresh`, digestOf(paths));
  renameSync(`${stamp}.fresh`, stamp);
  progress(`python: installed in ${Math.round((Date.now() - started) / 1000)} s`);
}

async function must(command: string, args: readonly string[], what: string): Promise<void> {
  const { code, stdout, stderr } = await run(command, args);
  if (code !== 0) {
    throw new Error(`cannot ${what} (${command} gave ${code}):\n${(stdout + stderr).trim().slice(-2_000)}`);
  }
}

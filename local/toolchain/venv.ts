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

/** A Python environment: where it stands, and what is in it. */
export interface Venv {
  /** What is told to be installed, e.g. `the locked packages`. */
  readonly what: string;
  readonly folder: string;
  /** Lock files, installed in this order. The packages in `built` come as source, and what an earlier file brought builds them. */
  readonly locks: readonly { readonly file: string; readonly built?: readonly string[] }[];
}

/** Whether the environment of the checkout was made from the lock file as it is now. */
export function isVenvCurrent(paths: Paths): boolean {
  return isCurrent(checkoutVenv(paths));
}

/** Whether an environment was made from its lock files as they are now. */
export function isCurrent(venv: Venv): boolean {
  const stamp = join(venv.folder, STAMP);
  return (
    existsSync(stamp) &&
    readFileSync(stamp, "utf8").trim() === digestOf(venv) &&
    existsSync(join(venv.folder, "bin", "python"))
  );
}

function checkoutVenv(paths: Paths): Venv {
  return { what: "the locked packages", folder: paths.venv, locks: [{ file: requirementsLock(paths) }] };
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
export function ensureVenv(paths: Paths, progress: Progress): Promise<void> {
  return ensure(checkoutVenv(paths), progress);
}

/** Makes an environment as {@link ensureVenv} does. @throws Error likewise. */
export async function ensure(venv: Venv, progress: Progress): Promise<void> {
  if (isCurrent(venv)) {
    return;
  }
  await withLock(
    `${venv.folder}.lock`,
    async () => {
      if (!isCurrent(venv)) {
        await make(venv, progress);
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

function digestOf({ locks }: Venv): string {
  const hash = createHash("sha256");
  for (const { file } of locks) hash.update(readFileSync(file));
  return hash.digest("hex");
}

async function make({ what, folder, locks }: Venv, progress: Progress): Promise<void> {
  const python = await findPython();
  if (python === undefined) {
    throw new Error(
      "want Python >= 3.11 with its venv and ensurepip modules on PATH, got none (Debian: apt install python3-venv)",
    );
  }
  progress(`python: installing ${what} for Python ${python.version}`);
  const started = Date.now();
  const stamp = join(folder, STAMP);
  rmSync(stamp, { force: true });
  rmSync(folder, { recursive: true, force: true });
  // An environment holds its own path in every script, so it is made in place; the stamp, written last, says it is whole.
  await must(python.executable, ["-m", "venv", folder], "make a Python environment");
  for (const { file, built = [] } of locks) {
    const form = ["--only-binary=:all:", ...built.map((name) => `--no-binary=${name}`), "--no-build-isolation"];
    await must(
      join(folder, "bin", "python"),
      [
        ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"],
        ...form,
        ...["--no-deps", "--require-hashes", "-r", file],
      ],
      "install the locked Python packages",
    );
  }
  writeFileSync(`${stamp}.fresh`, digestOf({ what, folder, locks }));
  renameSync(`${stamp}.fresh`, stamp);
  progress(`python: installed in ${Math.round((Date.now() - started) / 1000)} s`);
}

async function must(command: string, args: readonly string[], what: string): Promise<void> {
  const { code, stdout, stderr } = await run(command, args);
  if (code !== 0) {
    throw new Error(`cannot ${what} (${command} gave ${code}):\n${(stdout + stderr).trim().slice(-2_000)}`);
  }
}

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { basename, dirname, join, posix, relative, resolve } from "node:path";
import { checkoutRoot, paths } from "../../local/toolchain";
import { readDockerfile, type Stage } from "./dockerfile";

const ROOT = checkoutRoot(__dirname);

/** The file system that an image's last stage would have beside its base's. */
export interface ImageFolder {
  /** Stands for `/`. */
  readonly root: string;
  /** Where its program starts, below `root`. */
  readonly cwd: string;
}

/**
 * Does on this machine what a build of a Dockerfile would do in containers: each stage is a folder, COPY copies what
 * .dockerignore lets it see, RUN runs. Packages are those of the checkout, by the same lock files, instead of being
 * installed anew; what comes from a base image is this machine's. Commands name files relative to their folder.
 */
export function buildImageFolder(dockerfile: string, into: string): ImageFolder {
  const built = new Map<string, string>();
  let last: ImageFolder | undefined;
  for (const [index, stage] of readDockerfile(dockerfile).stages.entries()) {
    const root = join(into, stage.name ?? String(index));
    last = { root, cwd: buildStage(stage, root, built) };
    if (stage.name !== undefined) built.set(stage.name, root);
  }
  if (last === undefined) throw new Error(`${dockerfile}: want a stage, got none`);
  return last;
}

function buildStage(stage: Stage, root: string, built: ReadonlyMap<string, string>): string {
  let cwd = root;
  for (const { keyword, text } of stage.instructions) {
    if (keyword === "WORKDIR") mkdirSync((cwd = join(root, text)), { recursive: true });
    if (keyword === "COPY") copy(text, { root, cwd }, built);
    if (keyword === "RUN") runCommand(text, cwd);
  }
  return cwd;
}

function copy(text: string, { root, cwd }: ImageFolder, built: ReadonlyMap<string, string>): void {
  const words = text.split(" ");
  const flag = (name: string): string | undefined => words.find((word) => word.startsWith(name))?.slice(name.length);
  const from = flag("--from=");
  const files = words.filter((word) => !word.startsWith("--"));
  const target = files.pop() ?? "";
  const to = posix.isAbsolute(target) ? join(root, target) : join(cwd, target);
  for (const file of files) {
    const source = from === undefined ? resolve(ROOT, file) : join(built.get(from) ?? "", file);
    // What a base image brings is this machine's.
    if (from !== undefined && file.startsWith("/usr/")) continue;
    if (from === undefined && !isSeen(file)) throw new Error(`COPY ${file}: .dockerignore hides it`);
    const isFolder = statSync(source).isDirectory();
    const destination = !isFolder && target.endsWith("/") ? join(to, basename(file)) : to;
    mkdirSync(dirname(destination), { recursive: true });
    cpSync(source, destination, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => from !== undefined || isSeen(relative(ROOT, path)),
    });
  }
}

/** Whether a build sees a path of the checkout, by the few forms that our .dockerignore has. */
export function isSeen(path: string): boolean {
  const lines = readFileSync(join(ROOT, ".dockerignore"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  let seen = true;
  for (const line of lines) {
    const pattern = line.replace("!", "");
    const named = pattern.startsWith("**/")
      ? path.split("/").some((part) => posix.matchesGlob(part, pattern.slice(3)))
      : pattern === "*" || path === pattern || path.startsWith(`${pattern}/`);
    if (named) seen = line.startsWith("!");
  }
  return seen;
}

/** Installs are answered with the checkout's own packages; all else runs. */
function runCommand(text: string, cwd: string): void {
  if (text.startsWith("npm ci ")) {
    if (!existsSync(join(cwd, "package-lock.json"))) throw new Error(`RUN ${text}: want a lock file, got none`);
    symlinkSync(join(ROOT, "node_modules"), join(cwd, "node_modules"));
    return;
  }
  if (text.startsWith("python -m venv ")) {
    if (!existsSync(join(cwd, "requirements.txt"))) throw new Error(`RUN ${text}: want a lock file, got none`);
    symlinkSync(paths().venv, join(cwd, "python"));
    return;
  }
  execFileSync("/bin/sh", ["-euc", text], { cwd, stdio: ["ignore", "ignore", "pipe"] });
}

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism, homedir, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { withLock } from "./lock";
import type { Paths } from "./paths";
import { allOnPath, isExecutable, run } from "./process";
import { compareVersions, ENGINE_RULE, ENGINE_VERSION, isCompatibleEngine, parseVersion } from "./version";

/** Where the language host comes from: the official one beside the engine or on PATH, or ours. */
export type LanguageHost =
  { readonly kind: "official"; readonly path: string } | { readonly kind: "stand-in"; readonly reason: string };

/** The engine that was chosen. */
export interface Engine {
  readonly path: string;
  readonly version: string;
  /** `path`: found on PATH or where the npm package `pulumi` keeps it; `download`: fetched; `build`: built from its Go module. */
  readonly source: "path" | "download" | "build";
  readonly languageHost: LanguageHost;
}

/** Told each thing worth a line while the toolchain is set up. */
export type Progress = (line: string) => void;

/** Milliseconds for the whole question whether the download server answers: offline must not be slow. */
const REACHABLE_TIMEOUT_MS = 3_000;

/** Milliseconds for the download itself: about 100 MB. */
const DOWNLOAD_TIMEOUT_MS = 300_000;

/** The installer that the npm package `pulumi` runs (its lib/download.js). */
const INSTALLER_URL = "https://get.pulumi.com/install.sh";

/** The name that the engine looks its Node.js language host up by. */
export const LANGUAGE_HOST = "pulumi-language-nodejs";

/**
 * Finds a compatible engine, or downloads one, or builds one, in this order; says what it does.
 * What was downloaded or built is kept in the user's cache folder by version and platform.
 * @throws Error that says what to install, when none of the three ways is open.
 */
export async function ensureEngine(
  paths: Paths,
  progress: Progress,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Engine> {
  const found = (await engineOnPath(paths, environment)) ?? cachedEngine(paths, environment);
  if (found !== undefined) {
    return found;
  }
  return withLock(
    `${engineFolder(paths)}.lock`,
    async () => {
      const made = cachedEngine(paths, environment);
      if (made !== undefined) {
        return made;
      }
      removeUnfinished(paths);
      const why = await download(paths, progress, environment);
      if (why !== undefined) {
        progress(`engine: no download (${why}); building ${ENGINE_VERSION} from its Go module`);
        await build(paths, progress, environment);
      }
      const engine = cachedEngine(paths, environment);
      if (engine === undefined) {
        throw new Error(`want an engine in ${engineFolder(paths)} after making it, got none`);
      }
      return engine;
    },
    {
      onWait: ({ pid }) => {
        progress(`engine: process ${pid} is making it already; waiting`);
      },
    },
  );
}

/** The engine that would be used now without making one; undefined when there is none. */
export async function findEngine(
  paths: Paths,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Engine | undefined> {
  return (await engineOnPath(paths, environment)) ?? cachedEngine(paths, environment);
}

/** One line for the user: which engine, from where, with which language host. */
export function describeEngine(engine: Engine): string {
  const from = { path: "found on this machine", download: "downloaded", build: "built from its Go module" }[
    engine.source
  ];
  const host =
    engine.languageHost.kind === "official"
      ? `its language host ${engine.languageHost.path}`
      : `our language host (${engine.languageHost.reason})`;
  return `engine ${engine.version}, ${from}: ${engine.path}; ${host}`;
}

/** The folder that keeps this version for this platform. */
export function engineFolder(paths: Paths): string {
  return join(paths.cache, "engine", `${ENGINE_VERSION}-${process.platform}-${process.arch}`);
}

/** The first engine on PATH, or where the npm package `pulumi` keeps one, whose version fits {@link ENGINE_RULE}. */
async function engineOnPath(paths: Paths, environment: NodeJS.ProcessEnv): Promise<Engine | undefined> {
  const kept = join(
    environment["PULUMI_HOME"] ?? join(environment["HOME"] ?? homedir(), ".pulumi"),
    "versions",
    ENGINE_VERSION,
    "bin",
    "pulumi",
  );
  const candidates = [
    ...allOnPath("pulumi", environment["PATH"] ?? "", [paths.bin, join(paths.root, "node_modules", ".bin")]),
    ...(isExecutable(kept) ? [kept] : []),
  ].filter((file) => !isOurs(file));
  for (const candidate of candidates) {
    const { code, stdout } = await run(candidate, ["version"], {
      env: { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeoutMs: 10_000,
    });
    if (code === 0 && isCompatibleEngine(stdout)) {
      return {
        path: candidate,
        version: stdout.trim().replace(/^v/, ""),
        source: "path",
        languageHost: languageHostOf(paths, candidate, environment),
      };
    }
  }
  return undefined;
}

function cachedEngine(paths: Paths, environment: NodeJS.ProcessEnv): Engine | undefined {
  const file = join(engineFolder(paths), "bin", "pulumi");
  if (!isExecutable(file)) {
    return undefined;
  }
  const source = existsSync(join(engineFolder(paths), "built")) ? "build" : "download";
  return { path: file, version: ENGINE_VERSION, source, languageHost: languageHostOf(paths, file, environment) };
}

/** The engine's own language host: beside it, or on PATH; ours is left out of the search. */
function languageHostOf(paths: Paths, engine: string, environment: NodeJS.ProcessEnv): LanguageHost {
  const beside = join(dirname(realpathSync(engine)), LANGUAGE_HOST);
  const official = isExecutable(beside)
    ? beside
    : allOnPath(LANGUAGE_HOST, environment["PATH"] ?? "", [paths.bin]).find((file) => !isOurs(file));
  return official === undefined
    ? { kind: "stand-in", reason: `no ${LANGUAGE_HOST} beside the engine or on PATH` }
    : { kind: "official", path: official };
}

/** Marks a folder of executables as made by this toolchain. */
export const STAND_IN_MARK = ".meridian-shims";

/** Whether a file was put there by this toolchain, of this checkout or another whose environment a shell still has: not to be taken for an installed tool. */
function isOurs(file: string): boolean {
  return existsSync(join(dirname(file), STAND_IN_MARK));
}

/** Downloads as the npm package `pulumi` does; gives the reason when that cannot be. */
async function download(paths: Paths, progress: Progress, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (environment["MERIDIAN_ENGINE_DOWNLOAD"] === "never") {
    return "MERIDIAN_ENGINE_DOWNLOAD=never";
  }
  let installer: string;
  try {
    const answer = await fetch(INSTALLER_URL, { signal: AbortSignal.timeout(REACHABLE_TIMEOUT_MS) });
    if (!answer.ok) {
      return `${INSTALLER_URL} answered ${answer.status}`;
    }
    installer = await answer.text();
  } catch (error) {
    return `${INSTALLER_URL} is not reachable: ${reasonOf(error)}`;
  }
  progress(`engine: downloading ${ENGINE_VERSION} with ${INSTALLER_URL}`);
  const fresh = freshFolder(paths);
  const script = join(fresh, "install.sh");
  writeFileSync(script, installer, { mode: 0o700 });
  const { code, stdout, stderr } = await run(
    "/bin/sh",
    [script, "--no-edit-path", "--install-root", fresh, "--version", ENGINE_VERSION],
    { env: environment, timeoutMs: DOWNLOAD_TIMEOUT_MS },
  );
  if (code !== 0 || !isExecutable(join(fresh, "bin", "pulumi"))) {
    rmSync(fresh, { recursive: true, force: true });
    return `the installer failed (${code}): ${lastLine(stdout + stderr)}`;
  }
  publish(paths, fresh);
  return undefined;
}

/** Builds the engine from the Go module that local/toolchain/engine locks: about 6 minutes of CPU from a cold cache. */
async function build(paths: Paths, progress: Progress, environment: NodeJS.ProcessEnv): Promise<void> {
  const module = join(paths.root, "local", "toolchain", "engine");
  const needed = /^go (\S+)$/m.exec(readFileSync(join(module, "go.mod"), "utf8"))?.[1] ?? "";
  const toolchain = await goFor(needed, environment);
  const fresh = freshFolder(paths);
  const target = join(fresh, "bin", "pulumi");
  const version = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${ENGINE_VERSION}`;
  const started = Date.now();
  const beat = setInterval(() => {
    progress(`engine: still building, ${Math.round((Date.now() - started) / 1000)} s so far`);
  }, 30_000);
  progress(`engine: go build on ${availableParallelism()} cores, once for this machine (2 to 5 minutes)`);
  try {
    const { code, stdout, stderr } = await run(
      "go",
      [
        "build",
        "-trimpath",
        "-mod=readonly",
        "-ldflags",
        `-s -w ${version}`,
        "-o",
        target,
        "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      ],
      // CGO off: the engine needs no C compiler then, and runs on any libc.
      { cwd: module, env: { ...environment, CGO_ENABLED: "0", GOWORK: "off", GOTOOLCHAIN: toolchain } },
    );
    if (code !== 0) {
      throw new Error(`go build of the engine failed (${code}):\n${(stdout + stderr).trim().slice(-2_000)}`);
    }
    writeFileSync(join(fresh, "built"), `${new Date().toISOString()}\n`);
    publish(paths, fresh);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    throw error;
  } finally {
    clearInterval(beat);
  }
  progress(`engine: built in ${Math.round((Date.now() - started) / 1000)} s`);
}

/**
 * The value of GOTOOLCHAIN for the build: the machine's own Go where it is new enough, else `auto`, with which Go (1.21
 * and later) fetches the toolchain that go.mod names through its module proxy, even where the machine's default says `local`.
 */
async function goFor(needed: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const { code, stdout } = await run("go", ["env", "GOVERSION"], { cwd: tmpdir(), env: environment });
  const version = code === 0 ? parseVersion(stdout) : undefined;
  const least = parseVersion(needed);
  if (version === undefined) {
    throw new Error(
      `want a Pulumi engine ${ENGINE_RULE.words} on PATH, or Go >= 1.24 to build one; got neither. Install one of them, then run again.`,
    );
  }
  return least !== undefined && compareVersions(version, least) >= 0 ? "local" : "auto";
}

function freshFolder(paths: Paths): string {
  const fresh = `${engineFolder(paths)}.${process.pid}`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(join(fresh, "bin"), { recursive: true });
  return fresh;
}

/** Removes what a killed build or download left; only the holder of the lock writes there. */
function removeUnfinished(paths: Paths): void {
  const folder = dirname(engineFolder(paths));
  const unfinished = new RegExp(`^${basename(engineFolder(paths)).replaceAll(".", "\\.")}\\.\\d+$`);
  for (const name of readdirSync(folder).filter((entry) => unfinished.test(entry))) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** Puts a finished folder in its place in one step; half an engine is never found. */
function publish(paths: Paths, fresh: string): void {
  rmSync(engineFolder(paths), { recursive: true, force: true });
  renameSync(fresh, engineFolder(paths));
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import envPaths from "env-paths";

/** Where everything stands that the toolchain reads or writes; every path is absolute. */
export interface Paths {
  /** The checkout: the folder of package.json. */
  readonly root: string;
  /** All that this checkout writes: `.meridian/`, or `$MERIDIAN_HOME`. */
  readonly home: string;
  /** The engine and the language host, for any cloud. */
  readonly bin: string;
  /** The provider plugins of the local cloud: apart from {@link bin}, because on the PATH of an engine that works on AWS they would stand in for the official ones. */
  readonly providers: string;
  /** `PULUMI_HOME` of the local cloud. */
  readonly pulumiHome: string;
  /** The folder of the local cloud's Pulumi backend. */
  readonly backend: string;
  /** The passphrase that encrypts the local cloud's secrets; its owner alone may read it. */
  readonly passphrase: string;
  /** What runs as the emulator: pid, port, log. */
  readonly emulatorRecord: string;
  /** The emulator's persisted state. */
  readonly emulatorState: string;
  /** The emulator's log. */
  readonly emulatorLog: string;
  /** Which engine was chosen, and why. */
  readonly engineRecord: string;
  /** The Python environment; one for the checkout, whatever `$MERIDIAN_HOME` says. */
  readonly venv: string;
  /** The user's cache folder, shared by all checkouts. */
  readonly cache: string;
}

/** The surroundings that {@link pathsOf} reads; given by tests, the process's own otherwise. */
export interface Surroundings {
  readonly root: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * The nearest folder at or above `from` that holds this project's package.json.
 * @throws Error when there is none.
 */
export function checkoutRoot(from: string = __dirname): string {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json")) && existsSync(join(folder, "local", "toolchain"))) {
      return folder;
    }
    if (dirname(folder) === folder) {
      throw new Error(`want a folder of the meridian checkout, got ${from}`);
    }
  }
}

/** All paths, computed from the checkout and the environment; touches no file. */
export function pathsOf({ root, environment }: Surroundings): Paths {
  const chosen = environment["MERIDIAN_HOME"] ?? "";
  const home = chosen === "" ? join(root, ".meridian") : resolve(chosen);
  return {
    root,
    home,
    bin: join(home, "bin"),
    providers: join(home, "providers"),
    pulumiHome: join(home, "pulumi"),
    backend: join(home, "backend"),
    passphrase: join(home, "passphrase"),
    emulatorRecord: join(home, "emulator.json"),
    emulatorState: join(home, "state"),
    emulatorLog: join(home, "emulator.log"),
    engineRecord: join(home, "engine.json"),
    venv: join(root, ".meridian", "venv"),
    cache: cacheFolder(environment),
  };
}

/** The paths of this process. */
export function paths(): Paths {
  return pathsOf({ root: checkoutRoot(), environment: process.env });
}

/** `$XDG_CACHE_HOME/meridian` where that is set and absolute (a relative one is to be ignored: specifications.freedesktop.org/basedir), else the platform's own. */
function cacheFolder(environment: Surroundings["environment"]): string {
  const xdg = environment["XDG_CACHE_HOME"] ?? "";
  if (xdg.startsWith("/")) {
    return join(xdg, "meridian");
  }
  return process.platform === "linux"
    ? join(environment["HOME"] ?? homedir(), ".cache", "meridian")
    : envPaths("meridian", { suffix: "" }).cache;
}

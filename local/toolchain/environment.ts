import { randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { emulatorUrl } from "../emulator/emulator";
import { describeEngine, type Engine, ensureEngine, type Progress } from "./engine";
import { type Paths, paths as ownPaths } from "./paths";
import { writeShims } from "./shims";
import { ensureVenv } from "./venv";

/** The region that plain AWS tools talk to when they are told none. */
const DEFAULT_REGION = "us-east-1";

/**
 * The file backend's URL parameter that keeps each object to one file. Without it every write truncates a sidecar of
 * attributes first (gocloud.dev/blob/fileblob, `setAttrs`): an engine killed there, or a reader that comes by just then,
 * finds it empty, and the stack's state is refused ("failed to load checkpoint: EOF"). What is left is written beside
 * and renamed.
 */
const NO_SIDECARS = "?metadata=skip";

/** Bytes of the random passphrase. */
const PASSPHRASE_BYTES = 32;

/** Variables of the caller's own that would win over ours and lead to another cloud, backend or key; to be removed. */
export const UNSET_LOCALLY: readonly string[] = [
  "AWS_PROFILE",
  "AWS_DEFAULT_PROFILE",
  "AWS_SESSION_TOKEN",
  "AWS_ROLE_ARN",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "PULUMI_ACCESS_TOKEN",
  "PULUMI_CONFIG_PASSPHRASE",
  "PULUMI_IGNORE_AMBIENT_PLUGINS",
];

/**
 * The variables with which Pulumi, the AWS CLI and any AWS SDK work against this checkout's local cloud. They are the same
 * whether it runs or not, and never lead to the user's own AWS account: credentials, configuration and endpoint are ours.
 */
export async function localEnvironment(paths: Paths = ownPaths()): Promise<Record<string, string>> {
  ensurePassphrase(paths);
  mkdirSync(paths.backend, { recursive: true });
  const loopback = ["127.0.0.1", "localhost"];
  const noProxy = unique([...(process.env["NO_PROXY"] ?? process.env["no_proxy"] ?? "").split(","), ...loopback]).join(
    ",",
  );
  return {
    PATH: unique([
      paths.bin,
      paths.providers,
      join(paths.root, "node_modules", ".bin"),
      ...(process.env["PATH"] ?? "").split(delimiter),
    ]).join(delimiter),
    PULUMI_HOME: paths.pulumiHome,
    PULUMI_BACKEND_URL: pathToFileURL(paths.backend).href + NO_SIDECARS,
    PULUMI_CONFIG_PASSPHRASE_FILE: paths.passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    NODE_COMPILE_CACHE: join(paths.root, ".meridian", "build", "v8"),
    AWS_ENDPOINT_URL: await emulatorUrl(paths),
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: DEFAULT_REGION,
    AWS_DEFAULT_REGION: DEFAULT_REGION,
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
    NO_PROXY: noProxy,
    no_proxy: noProxy,
    ...(process.env["MERIDIAN_HOME"] === undefined ? {} : { MERIDIAN_HOME: paths.home }),
  };
}

/** Names in an environment that must go for the local cloud: {@link UNSET_LOCALLY} and every endpoint of a single service. */
export function unsetLocally(environment: NodeJS.ProcessEnv = process.env): string[] {
  const endpoints = Object.keys(environment).filter((name) => name.startsWith("AWS_ENDPOINT_URL_"));
  return [...UNSET_LOCALLY, ...endpoints].filter((name) => environment[name] !== undefined);
}

/** A whole environment for a child process: this process's own, with {@link localEnvironment} over it and {@link unsetLocally} gone. */
export async function localProcessEnvironment(paths: Paths = ownPaths()): Promise<Record<string, string>> {
  const gone = new Set(unsetLocally());
  const own = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !gone.has(entry[0]),
  );
  return { ...Object.fromEntries(own), ...(await localEnvironment(paths)) };
}

/** Applies the local cloud's variables to this very process, so that the Automation API and the AWS SDK see them. */
export async function enterLocalEnvironment(paths: Paths = ownPaths()): Promise<void> {
  for (const name of unsetLocally()) {
    Reflect.deleteProperty(process.env, name);
  }
  Object.assign(process.env, await localEnvironment(paths));
}

/**
 * Everything that the local cloud needs besides npm's packages: the engine, the Python environment, the executables, the
 * passphrase. Idempotent, and quick when nothing is missing; the two long steps run side by side.
 * @returns the engine that was chosen
 * @throws AggregateError with everything that could not be had and what to do about it
 */
export async function ensureToolchain(progress: Progress, paths: Paths = ownPaths()): Promise<Engine> {
  mkdirSync(paths.home, { recursive: true });
  ensurePassphrase(paths);
  const [engine, venv] = await Promise.allSettled([ensureEngine(paths, progress), ensureVenv(paths, progress)]);
  const failed = [engine, venv].filter((step) => step.status === "rejected").map((step) => step.reason as unknown);
  if (engine.status === "rejected" || failed.length > 0) {
    throw new AggregateError(
      failed,
      failed.map((reason) => (reason instanceof Error ? reason.message : String(reason))).join("\n"),
    );
  }
  writeShims(paths, engine.value);
  progress(describeEngine(engine.value));
  return engine.value;
}

/** Makes the passphrase of the local cloud's secrets once; only its owner can read it, and a second process does not replace it. */
function ensurePassphrase(paths: Paths): void {
  if (existsSync(paths.passphrase)) {
    return;
  }
  mkdirSync(dirname(paths.passphrase), { recursive: true });
  const fresh = `${paths.passphrase}.${process.pid}`;
  writeFileSync(fresh, randomBytes(PASSPHRASE_BYTES).toString("base64url"), { mode: 0o600 });
  try {
    linkSync(fresh, paths.passphrase);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
      throw error;
    }
  } finally {
    rmSync(fresh, { force: true });
  }
}

function unique(words: readonly string[]): string[] {
  return [...new Set(words.filter((word) => word !== ""))];
}

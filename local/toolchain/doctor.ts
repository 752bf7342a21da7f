import { existsSync } from "node:fs";
import { join } from "node:path";
import { emulatorStatus } from "../emulator";
import { runningBackground } from "./background";
import { describeEngine, findEngine } from "./engine";
import { type Paths, paths as ownPaths } from "./paths";
import { run } from "./process";
import { LOCAL_PROVIDERS } from "./shims";
import { findJava, isSparkCurrent, JAVA_RULE } from "./spark";
import { findPython, isVenvCurrent, PYTHON_LEAST } from "./venv";
import { compareVersions, ENGINE_RULE, parseVersion, type Version } from "./version";

/** What was found of one tool. */
export interface ToolState {
  readonly tool: string;
  /** `ok`: usable. `missing`: something does not work without it. `optional`: not there, and not needed now. */
  readonly state: "ok" | "missing" | "optional";
  readonly version: string;
  /** A path, or how it came here. */
  readonly from: string;
  /** What to do; empty when nothing is to be done. */
  readonly advice: string;
}

/** How old the catalogue of regions is (regions/catalogue). */
export interface CatalogueAge {
  readonly days: number;
  /** Date of the schemas, ISO 8601. */
  readonly schemas: string;
  readonly sources: Readonly<Record<"cfn-lint" | "botocore", string>>;
  readonly stale: boolean;
}

/** The versions that a machine must bring; everything else is installed in the checkout. */
const LEAST: Readonly<Record<"node" | "npm" | "go" | "git" | "make", Version>> = {
  node: [20, 19, 0],
  npm: [10, 0, 0],
  go: [1, 24, 0],
  git: [2, 20, 0],
  make: [3, 81, 0],
};

/** Looks at every tool, all at once; changes nothing. */
export async function examine(paths: Paths, catalogue: CatalogueAge): Promise<ToolState[]> {
  const engine = await findEngine(paths);
  const machine = await Promise.all([
    machineTool("node", ["--version"], "install Node.js from nodejs.org or your package manager"),
    machineTool("npm", ["--version"], "comes with Node.js"),
    machineTool("git", ["--version"], "install git"),
    machineTool("make", ["--version"], "install make"),
    python(),
    go(engine !== undefined),
  ]);
  return [
    ...machine,
    node24(paths),
    pythonEnvironment(paths),
    await spark(paths),
    engineFinding(engine),
    languageHost(engine),
    provider(paths),
    await emulator(paths),
    background(paths),
    catalogueState(catalogue),
    credentials(),
  ];
}

type Engine = NonNullable<Awaited<ReturnType<typeof findEngine>>>;

/** A tool that the machine brings, found on the caller's PATH (not the Node 24 of node_modules). */
async function machineTool(tool: keyof typeof LEAST, args: readonly string[], advice: string): Promise<ToolState> {
  const env = { ...process.env, PATH: machinePath() };
  const [{ code, stdout }, where] = await Promise.all([
    run(tool, args, { env, timeoutMs: 10_000 }),
    run("/bin/sh", ["-c", `command -v ${tool}`], { env }),
  ]);
  const version = code === 0 ? parseVersion(stdout) : undefined;
  const least = LEAST[tool];
  const wanted = `want ${tool} >= ${least.join(".")}: ${advice}`;
  if (version === undefined) {
    return { tool, state: "missing", version: "", from: "", advice: wanted };
  }
  const enough = compareVersions(version, least) >= 0;
  return {
    tool,
    state: enough ? "ok" : "missing",
    version: version.join("."),
    from: where.stdout.trim(),
    advice: enough ? "" : wanted,
  };
}

/** PATH without the checkout's own node_modules, which the launcher puts first. */
function machinePath(): string {
  const { root, bin } = ownPaths();
  return (process.env["PATH"] ?? "")
    .split(":")
    .filter((folder) => folder !== join(root, "node_modules", ".bin") && folder !== bin)
    .join(":");
}

function node24(paths: Paths): ToolState {
  const own = join(paths.root, "node_modules", ".bin", "node");
  const there = existsSync(own);
  return {
    tool: "node (checkout)",
    state: there ? "ok" : "missing",
    version: there ? process.versions.node : "",
    from: there ? own : "",
    advice: there ? "" : "run make setup",
  };
}

async function python(): Promise<ToolState> {
  const found = await findPython();
  return {
    tool: "python",
    state: found === undefined ? "missing" : "ok",
    version: found?.version ?? "",
    from: found?.executable ?? "",
    advice:
      found === undefined
        ? `want Python >= ${PYTHON_LEAST.join(".")} with venv (Debian: apt install python3-venv)`
        : "",
  };
}

function pythonEnvironment(paths: Paths): ToolState {
  const current = isVenvCurrent(paths);
  return {
    tool: "python packages",
    state: current ? "ok" : "missing",
    version: "",
    from: current ? `${paths.venv}, as requirements.lock says` : "",
    advice: current ? "" : "run make setup",
  };
}

/** Spark runs on EMR; here only `make test` runs it, and then Java must be there. */
async function spark(paths: Paths): Promise<ToolState> {
  const java = await findJava();
  if (java === undefined) {
    const advice = `want Java ${JAVA_RULE.words}: make test fails without (Debian: apt install openjdk-17-jre-headless)`;
    return { tool: "java", state: "optional", version: "", from: "", advice };
  }
  const installed = isSparkCurrent(paths) ? "Spark is installed" : "the first test on Spark installs it, 320 MB";
  return { tool: "java", state: "ok", version: java.version, from: `${java.home}; ${installed}`, advice: "" };
}

/** Go is needed only to build an engine. */
async function go(haveEngine: boolean): Promise<ToolState> {
  const finding = await machineTool("go", ["version"], "from go.dev/dl; needed to build the Pulumi engine");
  return finding.state === "missing" && haveEngine
    ? { ...finding, state: "optional", advice: "needed only to build an engine, and there is one" }
    : finding;
}

function engineFinding(engine: Engine | undefined): ToolState {
  return {
    tool: "pulumi engine",
    state: engine === undefined ? "missing" : "ok",
    version: engine?.version ?? "",
    from: engine === undefined ? "" : (describeEngine(engine).split(";")[0] ?? ""),
    advice: engine === undefined ? `want one ${ENGINE_RULE.words}: run make setup, which downloads or builds it` : "",
  };
}

function languageHost(engine: Engine | undefined): ToolState {
  const tool = "language host";
  if (engine === undefined) {
    return { tool, state: "missing", version: "", from: "", advice: "comes with the engine: run make setup" };
  }
  const host = engine.languageHost;
  return host.kind === "official"
    ? { tool, state: "ok", version: "", from: host.path, advice: "" }
    : { tool, state: "ok", version: engine.version, from: `local/languagehost: ${host.reason}`, advice: "" };
}

function provider(paths: Paths): ToolState {
  const absent = LOCAL_PROVIDERS.filter((name) => !existsSync(join(paths.providers, `pulumi-resource-${name}`)));
  return {
    tool: "local providers",
    state: absent.length === 0 ? "ok" : "missing",
    version: "",
    from: absent.length === 0 ? `${LOCAL_PROVIDERS.join(", ")} in ${paths.providers}` : "",
    advice: absent.length === 0 ? "" : "run make setup",
  };
}

async function emulator(paths: Paths): Promise<ToolState> {
  const status = await emulatorStatus(paths);
  const advice = {
    running: "",
    unhealthy: `it does not answer; see ${status.log}, or run make down and try again`,
    stopped: "meridian up local starts it",
  }[status.state];
  return {
    tool: "emulator",
    state: status.state === "running" ? "ok" : status.state === "stopped" ? "optional" : "missing",
    version: status.version ?? "",
    from: [status.state, status.url ?? "", status.pid === undefined ? "" : `pid ${status.pid}`]
      .filter((word) => word !== "")
      .join(", "),
    advice,
  };
}

function background(paths: Paths): ToolState {
  const names = runningBackground(paths).map(({ name, identity }) => `${name} (pid ${identity.pid})`);
  return {
    tool: "background",
    state: names.length === 0 ? "optional" : "ok",
    version: "",
    from: names.length === 0 ? "nothing else runs" : names.join(", "),
    advice: "",
  };
}

/** What AWS offers where: facts of a day, which are to be gathered anew now and then. */
function catalogueState({ days, schemas, sources, stale }: CatalogueAge): ToolState {
  return {
    tool: "region catalogue",
    state: stale ? "optional" : "ok",
    version: schemas.slice(0, 10),
    from: `${days} days old; cfn-lint ${sources["cfn-lint"]}, botocore ${sources.botocore}`,
    advice: stale ? "raise regions/catalogue/requirements.txt and run regions/catalogue/build.py" : "",
  };
}

/** Never needed for the local cloud, and never used there. */
function credentials(): ToolState {
  const from = ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"].filter(
    (name) => process.env[name] !== undefined,
  );
  return {
    tool: "AWS credentials",
    state: "optional",
    version: "",
    from: from.length === 0 ? "none in the environment" : from.join(", "),
    advice: "needed only for an environment on AWS; the local cloud does not use them",
  };
}

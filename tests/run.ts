import { spawn } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { delimiter, dirname, join, sep } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { stopEmulator } from "../local/emulator";
import {
  checkoutRoot,
  enterLocalEnvironment,
  ensureToolchain,
  paths,
  stopBackground,
  venvExecutable,
} from "../local/toolchain";
import { firstFailure } from "./kit/first-failure";

/** One program that checks something. */
interface Step {
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The folder it runs in. @default the checkout */
  readonly cwd?: string;
  /** Beside the variables that all steps have. */
  readonly env?: NodeJS.ProcessEnv;
  /** Reads the number of tests from what it printed; a step without it is one check. */
  readonly count?: (output: string) => Count;
}

interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** How a step ended. */
interface Result extends Count {
  readonly title: string;
  /** Wall time. */
  readonly seconds: number;
  /** The first failure's error; empty when there is none. */
  readonly firstFailure: string;
}

/** Minutes after which a step is taken for hung. */
const STEP_TIMEOUT_MINUTES = 60;

/** Compiles TypeScript, and keeps what it compiled. */
const REGISTER = "./local/toolchain/register.cjs";

/** What mocha loads before the unit tests. */
const PRELOADED = ["--require", REGISTER, "--require", "./tests/kit/seed.ts", "--require", "./tests/kit/alone.ts"];

const UNIT = { title: "unit tests", count: mochaCount };

const root = checkoutRoot(__dirname);
const tool = (name: string): string => join(root, "node_modules", ".bin", name);

/** Rooms whose tests run by themselves: the folders of tests that have specs. */
function rooms(): readonly string[] {
  return [...new Set(globSync("tests/*/**/*.spec.ts", { cwd: root }).map((file) => file.split(sep)[1] ?? ""))].sort();
}

/** One room's lint and tests, without the measure of coverage. */
function roomSteps(room: string): Step[] {
  const sources = [room, join("tests", room)].flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root }));
  const lint: Step = { title: "eslint", command: tool("eslint"), args: sources.sort() };
  if (room === "integration") return [lint];
  const args = [...PRELOADED, `tests/${room}/**/*.spec.ts`];
  return [lint, ...pytest(join("tests", room)), { ...UNIT, command: tool("mocha"), args }];
}

/** Checks that read the sources only: no test runs in them. */
function checks(): Step[] {
  return [
    { title: "types", command: tool("tsc"), args: ["--project", "."] },
    { title: "eslint", command: tool("eslint"), args: ["**/*.ts"] },
    { title: "prettier", command: tool("prettier"), args: ["--check", "--log-level", "warn", "."] },
    ...pythonChecks(),
    ...dockerfileChecks(),
  ];
}

function dockerfileChecks(): Step[] {
  const files = globSync("services/*/Dockerfile", { cwd: root });
  return [{ title: "hadolint", command: venvExecutable(paths(), "hadolint"), args: ["--no-color", ...files.sort()] }];
}

function pythonChecks(): Step[] {
  if (pythonFiles().length === 0) {
    return [];
  }
  const ruff = venvExecutable(paths(), "ruff");
  return [
    { title: "ruff", command: ruff, args: ["check", "."] },
    { title: "ruff format", command: ruff, args: ["format", "--check", "--quiet", "."] },
    ...pythonProjects().map((folder) => ({
      title: `mypy ${folder}`,
      command: venvExecutable(paths(), "python"),
      args: ["-m", "mypy", "--cache-dir", join(root, ".meridian", "build", "mypy", folder), "."],
      cwd: join(root, folder),
    })),
  ];
}

/** The Python tests below a folder, if there are any. */
function pytest(folder: string): Step[] {
  const files = pythonFiles().filter((file) => file.startsWith(folder + sep) && /(^|\/)test_[^/]*\.py$/.test(file));
  const args = ["-m", "pytest", "-q", folder];
  return files.length === 0
    ? []
    : [{ title: "pytest", command: venvExecutable(paths(), "python"), args, count: pytestCount }];
}

function tests(): Step[] {
  return [
    ...pytest("tests"),
    {
      // Too little coverage fails the step, with c8's own words at the end.
      ...UNIT,
      command: tool("c8"),
      args: ["--config", "tests/coverage.json", tool("mocha"), ...PRELOADED, "tests/**/*.spec.ts"],
      // What comes out of Node's code cache is covered less exactly.
      env: { NODE_DISABLE_COMPILE_CACHE: "1" },
    },
  ];
}

function integration(): Step {
  return {
    title: "integration tests",
    command: tool("mocha"),
    args: ["--config", "tests/integration/.mocharc.json", "tests/integration/**/*.spec.ts"],
    count: mochaCount,
  };
}

function pythonFiles(): string[] {
  return globSync("**/*.py", { cwd: root, exclude: (name) => name === "node_modules" || name === ".meridian" });
}

/** Folders whose pyproject.toml asks for types to be checked. */
function pythonProjects(): string[] {
  return globSync("services/*/pyproject.toml", { cwd: root })
    .filter((file) => readFileSync(join(root, file), "utf8").includes("[tool.mypy]"))
    .map((file) => dirname(file))
    .sort();
}

/** Mocha's own summary: `12 passing (3s)`, `1 failing`. */
function mochaCount(output: string): Count {
  return { passed: numberBefore(output, "passing"), failed: numberBefore(output, "failing") };
}

/** Pytest's own summary: `3 failed, 12 passed, 1 error in 0.5s`. */
function pytestCount(output: string): Count {
  const last = output.trim().split("\n").at(-1) ?? "";
  return { passed: numberBefore(last, "passed"), failed: numberBefore(last, "failed") + numberBefore(last, "errors?") };
}

function numberBefore(text: string, word: string): number {
  const found = [...text.matchAll(new RegExp(`(?:^|[\\s,])(\\d+) ${word}\\b`, "gm"))].at(-1);
  return Number(found?.[1] ?? 0);
}

/** Runs a step, its output shown as it comes (or kept, for the caller to show). A step that fails without a failed test is one failure. */
function runStep(step: Step, env: NodeJS.ProcessEnv, show: (text: string) => void): Promise<Result> {
  return new Promise((done) => {
    show(`\n== ${step.title}\n`);
    const started = performance.now();
    const seconds = (): number => (performance.now() - started) / 1000;
    let output = "";
    const color = process.stdout.isTTY ? { FORCE_COLOR: "1" } : {};
    const child = spawn(step.command, [...step.args], {
      cwd: step.cwd ?? root,
      env: { ...env, ...step.env, ...color },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: STEP_TIMEOUT_MINUTES * 60_000,
    });
    const take = (chunk: Buffer): void => {
      const text = chunk.toString("utf8");
      output += text;
      show(text);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.once("error", (error) => {
      show(`${step.command}: ${error.message}\n`);
      done({ title: step.title, seconds: seconds(), passed: 0, failed: 1, firstFailure: error.message });
    });
    child.once("close", (code, signal) => {
      const text = stripVTControlCharacters(output);
      const { passed, failed: counted } = step.count?.(text) ?? { passed: 0, failed: 0 };
      const failed = code === 0 || counted > 0 ? counted : 1;
      if (signal !== null) {
        show(`${step.title}: ended by ${signal}\n`);
      }
      done({
        title: step.title,
        seconds: seconds(),
        passed,
        failed,
        firstFailure: failed > 0 ? firstFailure(text) : "",
      });
    });
  });
}

/** Runs the checks side by side, as many as leave a core for each, and shows each one's output whole and in order. */
async function runChecks(steps: readonly Step[]): Promise<Result[]> {
  const counts: Promise<Result>[] = [];
  const shown: Promise<unknown>[] = [];
  const width = Math.max(1, Math.floor(availableParallelism() / 2));
  for (const [index, step] of steps.entries()) {
    await (counts[index - width] ?? Promise.resolve());
    let kept = "";
    const count = runStep(step, process.env, (text) => (kept += text));
    const before = shown[index - 1] ?? Promise.resolve();
    shown.push(Promise.all([count, before]).then(() => process.stdout.write(kept)));
    counts.push(count);
  }
  await Promise.all(shown);
  return Promise.all(counts);
}

/** Integration tests have a `.meridian` of their own in a temporary folder; what they started there is stopped and removed. */
async function runIntegration(): Promise<Result> {
  const home = mkdtempSync(join(tmpdir(), "meridian-tests-"));
  process.env["MERIDIAN_HOME"] = home;
  try {
    await ensureToolchain(() => undefined);
    await enterLocalEnvironment();
    return await runStep(integration(), process.env, (text) => process.stdout.write(text));
  } finally {
    await stopBackground(paths());
    await stopEmulator(paths());
    rmSync(home, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  // The tools of node_modules are scripts that ask PATH for a Node, and the machine's own may be older than theirs.
  process.env["PATH"] = [join(root, "node_modules", ".bin"), process.env["PATH"] ?? ""].join(delimiter);
  const lintOnly = process.argv.includes("--lint");
  const at = process.argv.indexOf("--room");
  const room = at < 0 ? undefined : (process.argv[at + 1] ?? "");
  if (room !== undefined && !rooms().includes(room)) {
    process.stderr.write(`ROOM: want one of ${rooms().join(", ")}, got ${room}\n`);
    process.exitCode = 2;
    return;
  }
  const results = room === undefined ? await runChecks(checks()) : [];
  if (room !== undefined) {
    for (const step of roomSteps(room)) {
      results.push(await runStep(step, process.env, (text) => process.stdout.write(text)));
    }
    if (room === "integration") results.push(await runIntegration());
  } else if (!lintOnly) {
    for (const step of tests()) {
      results.push(await runStep(step, process.env, (text) => process.stdout.write(text)));
    }
    results.push(await runIntegration());
  }
  for (const { title, firstFailure: failure } of results.filter(({ failed }) => failed > 0)) {
    process.stdout.write(`\n== ${title}: failed\n${failure}\n`);
  }
  process.stdout.write("\n== where the time went\n");
  for (const { title, seconds } of results) process.stdout.write(`${seconds.toFixed(0).padStart(5)} s  ${title}\n`);
  const passed = results.reduce((sum, count) => sum + count.passed, 0);
  const failed = results.reduce((sum, count) => sum + count.failed, 0);
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  process.exitCode = failed > 0 ? 1 : 0;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  console.log("\n0 passed, 1 failed");
  process.exitCode = 1;
});

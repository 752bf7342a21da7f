import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { paths, venvExecutable } from "../../../local/toolchain";
import { WHOLE_VOLUME } from "../volume";
import { mochaCount, pytestCount, type Step } from "./step";

/** The room whose tests drive the local cloud; all others need none. */
const INTEGRATION = "integration";

/** The room of what lies in tests/ itself: rules of the whole repository. */
const REPOSITORY = "repository";

/** Rooms whose tests must reach all statements of components, regions and stacks: coverage costs a third more time. */
const COVERED = ["components", "regions", "stacks"];

/** Integration specs that run in one step, since each needs the memory of a Spark driver: by the first one's name. */
const TOGETHER: Readonly<Record<string, string>> = { "training-spark.spec.ts": "spark.spec.ts" };

/** The step that runs specs once more with an owner's values. */
export const OWNER = "unit tests: an owner's values";

/** Specs that read the topologies of the repository; every night all specs run with an owner's. */
const OWNERS_SPECS = [
  "tests/cli/preflight.spec.ts",
  "tests/fleet/check/check.spec.ts",
  "tests/fleet/check/reach/judge.spec.ts",
  "tests/fleet/preflight/account.spec.ts",
  "tests/regions/topology/load.spec.ts",
  "tests/stacks/stacks.spec.ts",
  "tests/stacks/urns.spec.ts",
];

/** Compiles TypeScript, and keeps what it compiled. */
const REGISTER = "./local/toolchain/register.cjs";

/** The steps of one checkout. */
export class Plan {
  /** What `ROOM=` may name. */
  readonly rooms: readonly string[];

  /** @param root the checkout; see {@link checkoutRoot} */
  constructor(private readonly root: string) {
    this.rooms = readdirSync(join(root, "tests"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .filter((room) => this.specs(room).length > 0 || this.pythonTests(room))
      .concat(REPOSITORY)
      .sort();
  }

  /** Checks that read the sources only: no test runs in them. */
  lint(): readonly Step[] {
    return [
      this.node("types", "tsc", ["--project", "."]),
      this.node("lint", "eslint", ["**/*.ts"]),
      this.node("prettier", "prettier", ["--check", "--log-level", "warn", "."]),
      ...this.python(["."]),
      ...this.dockerfiles("services"),
    ];
  }

  /** Every check and test. */
  all(): readonly Step[] {
    const units = this.rooms.filter((room) => room !== INTEGRATION && this.specs(room).length > 0);
    const measured = units.filter((room) => COVERED.includes(room));
    return [
      ...this.integration(),
      ...units.map((room) => this.unit(room, COVERED.includes(room))),
      {
        // Too little coverage fails the step, with c8's own words.
        ...this.node("coverage", "c8", ["--config", "tests/coverage.json", "report"]),
        after: measured.map(unitTitle),
      },
      this.owner(WHOLE_VOLUME ? units.flatMap((room) => this.specs(room)) : OWNERS_SPECS),
      this.bench(),
      this.pytest("tests"),
      ...this.lint(),
    ];
  }

  /** The lint and the tests of one room. */
  room(room: string): readonly Step[] {
    const folders = room === REPOSITORY ? [] : [room, join("tests", room)].filter((one) => existsSync(this.at(one)));
    const files = folders.length > 0 ? folders : this.specs(room);
    const python = folders.filter((folder) => globSync(`${folder}/**/*.py`, { cwd: this.root }).length > 0);
    return [
      ...(room === INTEGRATION ? this.integration() : this.specs(room).length > 0 ? [this.unit(room, false)] : []),
      ...(this.pythonTests(room) ? [this.pytest(join("tests", room))] : []),
      this.node(
        "lint",
        "eslint",
        folders.length > 0
          ? globSync(
              folders.map((one) => `${one}/**/*.ts`),
              { cwd: this.root },
            ).sort()
          : files,
      ),
      this.node("prettier", "prettier", ["--check", "--log-level", "warn", ...files]),
      ...(python.length > 0 ? this.python(python) : []),
      ...this.dockerfiles(room),
    ];
  }

  private unit(room: string, measured: boolean): Step {
    const preload = [REGISTER, "./tests/kit/seed.ts", ...(measured ? ["./tests/kit/alone.ts"] : [])];
    return {
      ...this.node(unitTitle(room), "mocha", [
        ...["--no-config", "--extension", "ts", "--timeout", HANG_MS],
        ...preload.flatMap((file) => ["--require", file]),
        ...this.specs(room),
      ]),
      // What comes out of Node's code cache is covered less exactly.
      env: measured ? { NODE_V8_COVERAGE: this.at(COVERAGE), NODE_DISABLE_COMPILE_CACHE: "1" } : {},
      count: mochaCount,
    };
  }

  /** Benches in small: none may rot. */
  private bench(): Step {
    const args = ["--require", REGISTER, "bench/run.ts", "--smoke"];
    return { title: "benches in small", command: process.execPath, args, cwd: this.root };
  }

  /** Specs once more, with an owner's account, domain, address, prefix and budget in the topologies of AWS. */
  private owner(specs: readonly string[]): Step {
    const preload = [REGISTER, "./tests/kit/owner.ts", "./tests/kit/seed.ts", "./tests/kit/alone.ts"];
    return {
      ...this.node(OWNER, "mocha", [
        ...["--no-config", "--extension", "ts", "--timeout", HANG_MS],
        ...preload.flatMap((file) => ["--require", file]),
        ...specs,
      ]),
      count: mochaCount,
    };
  }

  /** A process and a local cloud of its own for each file: so they run side by side, and in any order. */
  private integration(): readonly Step[] {
    const groups = Map.groupBy(this.specs(INTEGRATION), (file) => TOGETHER[basename(file)] ?? basename(file));
    return [...groups].map(([name, files]) => ({
      ...this.node(`integration tests: ${name.replace(".spec.ts", "")}`, "mocha", [
        ...["--config", "tests/integration/.mocharc.json"],
        ...files,
      ]),
      count: mochaCount,
    }));
  }

  private pytest(folder: string): Step {
    const args = ["-m", "pytest", "-q", folder];
    return { title: "pytest", command: venvExecutable(paths(), "python"), args, cwd: this.root, count: pytestCount };
  }

  private python(folders: readonly string[]): readonly Step[] {
    const ruff = { command: venvExecutable(paths(), "ruff"), cwd: this.root };
    const projects = folders
      .flatMap((folder) => globSync(`${folder}/**/pyproject.toml`, { cwd: this.root, exclude: isInstalled }))
      .filter((file) => readFileSync(this.at(file), "utf8").includes("[tool.mypy]"))
      .map((file) => dirname(file));
    return [
      { ...ruff, title: "ruff", args: ["check", ...folders] },
      { ...ruff, title: "ruff format", args: ["format", "--check", "--quiet", ...folders] },
      ...[...new Set(projects)].sort().map((folder) => ({
        title: `mypy ${folder}`,
        command: venvExecutable(paths(), "python"),
        args: ["-m", "mypy", "--cache-dir", this.at(".meridian", "build", "mypy", folder), "."],
        cwd: this.at(folder),
      })),
    ];
  }

  private dockerfiles(folder: string): readonly Step[] {
    const files = globSync(`${folder}/*/Dockerfile`, { cwd: this.root }).sort();
    const command = venvExecutable(paths(), "hadolint");
    return files.length === 0 ? [] : [{ title: "hadolint", command, args: ["--no-color", ...files], cwd: this.root }];
  }

  /** A program of node_modules/.bin. */
  private node(title: string, name: string, args: readonly string[]): Step {
    return { title, command: this.at("node_modules", ".bin", name), args, cwd: this.root };
  }

  private specs(room: string): readonly string[] {
    return globSync(room === REPOSITORY ? "tests/*.spec.ts" : `tests/${room}/**/*.spec.ts`, { cwd: this.root }).sort();
  }

  private pythonTests(room: string): boolean {
    return room !== REPOSITORY && globSync(`tests/${room}/**/test_*.py`, { cwd: this.root }).length > 0;
  }

  private at(...parts: readonly string[]): string {
    return join(this.root, ...parts);
  }
}

/** Where the processes of the unit tests write what they reached, from the checkout; as tests/coverage.json says. */
export const COVERAGE = join(".meridian", "build", "coverage");

/** Milliseconds after which a test counts as hung; as the .mocharc.json files say. */
const HANG_MS = "600000";

const unitTitle = (room: string): string => `unit tests: ${room}`;

const isInstalled = (name: string): boolean => name === "node_modules" || name === ".meridian";

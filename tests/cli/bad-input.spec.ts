import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { optionName } from "../../cli/kit/command";
import { commandHelp, overview } from "../../cli/kit/help";
import { README_FILE, readmeWithCommands } from "../../cli/kit/readme";
import { loadCommands } from "../../cli/kit/registry";
import { checkoutRoot } from "../../local/toolchain";
import { findTopology } from "../../regions/topology/load";

const BIN = join(checkoutRoot(__dirname), "bin", "meridian");

describe("bad input on the command line", () => {
  const home = mkdtempSync(join(tmpdir(), "meridian-cli-"));
  const run = (...args: string[]) => {
    const env = { ...process.env, MERIDIAN_HOME: home, CI: "true" };
    const { status, stdout, stderr } = spawnSync(BIN, args, { env, encoding: "utf8", input: "" });
    return { code: status, stdout, stderr };
  };
  // Its traffic passes the topology's checks, but no search domain has as many nodes as it needs.
  const topologies = mkdtempSync(join(tmpdir(), "meridian-topologies-"));
  const huge = join(topologies, "huge.yaml");
  const local = readFileSync(findTopology("local"), "utf8");
  writeFileSync(huge, local.replace(/eventsPerSecond: \d+/, "eventsPerSecond: 90000000"));
  after(() => {
    rmSync(home, { recursive: true });
    rmSync(topologies, { recursive: true });
  });

  const CASES: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["an unknown command", ["frob"], /command: want a command, got "frob"/],
    [
      "an unknown option",
      ["up", "--skip-previw"],
      /--skip-previw: want an option of up, got an unknown one; did you mean --skip-preview\?/,
    ],
    ["a command that is misspelt", ["qurey"], /got "qurey"; did you mean query\?/],
    ["a word too many", ["up", "local", "dev"], /arguments: want at most 1, got "dev" too/],
    ["an option without its value", ["query", "--engine"], /--engine: want a value[^]*got none/],
    ["a switch with a value", ["up", "--delete-data=yes"], /--delete-data: want no value, got "yes"/],
    ["an argument that is missing", ["recommend"], /user: want the user's id, got none/],
    ["an unknown environment", ["plan", "prd"], /want an environment with a topology.*"prd"/],
    ["a replay without a file", ["events", "replay"], /file: want the file to replay, got none/],
    ["a file that is not there", ["events", "replay", "/no/such"], /file: want a readable file, got "\/no\/such"/],
    ["an unknown action", ["events", "frob"], /action: want one of generate, replay, import, ledger, got "frob"/],
    [
      "an experiment's report by an unknown metric",
      ["experiment", "report", "--metric", "clicks", "--alpha", "2"],
      /--metric: want one of click_rate, conversion, revenue_per_user, got "clicks"[^]*--alpha: want a number/,
    ],
    [
      "an unknown action on an experiment",
      ["experiment", "begin", "--today", "soon", "--on-harm", "cry"],
      /action: want one of start, status, ramp[^]*got "begin"[^]*--today: want a day[^]*--on-harm: want one of roll_back, hold/,
    ],
    [
      "an experiment's control that is no variant",
      ["experiment", "report", "--control", "chamption"],
      /--control: want one of champion, challenger, got "chamption"/,
    ],
    [
      "columns that are no interaction's",
      ["events", "import", "package.json", "--format", "interactions", "--columns", "user,thing"],
      /--columns: want user, item, timestamp and perhaps value, each once, got "user,thing"/,
    ],
    [
      "an event type for a file that has its own",
      ["events", "import", "package.json", "--format", "access-log", "--event-type", "view"],
      /--event-type: want it with --format interactions only/,
    ],
    ["a destroy that nobody can be asked about", ["destroy", "local"], /--yes: want it given/],
    [
      "deleting data of an environment that is not disposable",
      ["destroy", "prod", "--yes", "--delete-data"],
      /disposable: want true/,
    ],
    [
      "an unknown format of a report",
      ["check", "dev", "--format", "xml"],
      /--format: want one of table, json, sarif, junit/,
    ],
    [
      "a report on parity in a format for violations",
      ["check", "dev", "--parity", "--format", "sarif"],
      /--format: want table or json with --parity, got sarif/,
    ],
    [
      "a policy configuration that is not there",
      ["check", "dev", "--policy-pack-config", "/no/such"],
      /--policy-pack-config: want a file/,
    ],
    ["a report that cannot be written", ["check", "local", "--output", "/no/such/file"], /--output: want a file that/],
    ["an AWS environment without a backend", ["up", "dev"], /PULUMI_BACKEND_URL: want a versioned state bucket/],
    [
      "an unknown engine",
      ["query", "top_items", "--engine", "oracle"],
      /--engine: want one of athena, redshift, duckdb/,
    ],
    ["an unknown question", ["query", "top_itms"], /top_items/],
    ["a region that the environment has not", ["recommend", "u1", "--region", "eu-west-1"], /--region: want one of/],
    ["a parameter that the question has not", ["query", "top_items", "--param", "x=1"], /x/],
    [
      "a feature store asked for what it does not do",
      ["features", "frob", "--limit", "200", "--entity", "shop"],
      /action: want one of check, training-set, got "frob"[^]*--limit: want a number, 0 to 100[^]*--entity: want one of user, item/,
    ],
    [
      "a training set without labels",
      ["features", "training-set", "/no/such.parquet"],
      /labels: want a Parquet file of labels, got "\/no\/such.parquet"[^]*out: want a file/,
    ],
    ...(["check", "plan", "up"] as const).map(
      (command) =>
        [
          `what a component refuses, by ${command}`,
          [command, huge],
          /huge\.us-east-1: Search search: sizing\.dataNodes: want a whole number of nodes, 2 to 80, got \d+\n[^]*huge\.us-west-2: Search search: sizing\.dataNodes: want/,
        ] as const,
    ),
    ["a limit out of bounds", ["recommend", "u1", "--limit", "0"], /--limit: want a whole number, 1 to/],
  ];
  for (const [what, args, message] of CASES) {
    it(`is refused with exit code 2, by name, without a stack trace: ${what}`, () => {
      const { code, stdout, stderr } = run(...args);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /^\s+at /m);
    });
  }

  it("is told all at once", () => {
    const { code, stderr } = run("events", "generate", "--count", "0", "--seed", "x", "--format", "csv");
    assert.equal(code, 2);
    for (const path of ["--count", "--seed", "--format"]) assert.match(stderr, new RegExp(`${path}: want`));
  });

  it("is one JSON document on standard output with --json", () => {
    const { code, stdout } = run("events", "generate", "--count", "0", "--json");
    assert.equal(code, 2);
    const { findings } = JSON.parse(stdout) as { findings: { path: string }[] };
    assert.deepEqual(
      findings.map(({ path }) => path),
      ["--count"],
    );
  });

  it("changes nothing: no local cloud was started, nothing was written but the checkout's own cache", () => {
    assert.deepEqual(readdirSync(home), []);
  });
});

describe("help", () => {
  it("lists every command, and is there for each, with its options", async () => {
    const commands = await loadCommands();
    const { status, stdout } = spawnSync(BIN, ["--help"], { encoding: "utf8" });
    assert.equal(status, 0);
    assert.equal(stdout, `${overview(commands)}\n`);
    for (const [name, command] of Object.entries(commands)) {
      const help = commandHelp(name, command);
      assert.ok(stdout.includes(command.summary));
      for (const option of [...Object.keys(command.options), "json", "help"]) {
        assert.ok(help.includes(`  ${optionName(option)}`), `${name} ${option}`);
      }
      assert.doesNotMatch(command.summary, /\.$/);
    }
  });

  it("of one command is shown by --help and -h, whatever else is given", () => {
    for (const words of [
      ["up", "--help"],
      ["up", "-h"],
      ["up", "--frob", "--help"],
    ]) {
      const { status, stdout } = spawnSync(BIN, words, { encoding: "utf8" });
      assert.equal(status, 0);
      assert.match(stdout, /^Apply every stack[^]*Usage: meridian up \[environment\] \[options\][^]*--json/);
    }
  });

  it("is what README says", async () => {
    assert.equal(readFileSync(README_FILE, "utf8"), await readmeWithCommands());
  });
});

describe("the folder of commands", () => {
  it("has commands only", async () => {
    for (const [name, { summary, run }] of Object.entries(await loadCommands())) {
      assert.ok(typeof run === "function" && summary.length > 10, name);
    }
  });
});

import { cac } from "cac";
import type { Command } from "cac";
import { EXIT } from "./kit/exit";
import type { ExitCode } from "./kit/exit";
import { tellError } from "./kit/errors";
import { version } from "../package.json";

/** What every command may be given. */
export interface CommonOptions {
  readonly json?: boolean;
}

type Run = (...given: unknown[]) => Promise<ExitCode>;

const cli = cac("meridian");

/** Runs a command, loaded only when it is asked for, and turns whatever ends it into an exit code. */
function run(command: Command, load: () => Promise<Run>): void {
  command.option("--json", "Print one JSON document on standard output, and nothing else there");
  command.action(async (...given: unknown[]) => {
    const json = (given.at(-1) as CommonOptions).json === true;
    try {
      process.exitCode = await (await load())(...given);
    } catch (error) {
      process.exitCode = tellError(error, json);
    }
  });
}

/** A command of an environment: its name is the first argument. */
function environmentCommand(name: string, help: string): Command {
  return cli.command(`${name} [environment]`, help);
}

run(
  environmentCommand("up", "Apply every stack of an environment, wave by wave, with the policy pack on")
    .option("--delete-data", "Second key: with a disposable environment, data loses its protection")
    .option("--skip-preview", "Apply without previewing the whole fleet first"),
  async () => (await import("./up.ts")).up as Run,
);
run(
  environmentCommand("plan", "Preview every stack: what would change, which rules are broken, which data would be lost")
    .option("--offline", "Preview an AWS environment without AWS, by the local provider")
    .option(
      "--delete-data",
      "Second key: with a disposable environment, the plan may replace or delete what holds data",
    ),
  async () => (await import("./plan.ts")).plan as Run,
);
run(
  environmentCommand("check", "Judge every stack by every rule, in process: no engine, no AWS")
    .option("--format <format>", "table | json | sarif | junit", { default: "table" })
    .option("--output <file>", "Write the report to a file")
    .option("--parity", "List what differs between the regions, and what in the topology asks for it")
    .option("--access", "Also ask whether each call that AWS makes because of a property is allowed")
    .option("--policy-pack-config <file>", "Levels and parameters of rules, as the engine takes them"),
  async () => (await import("./check.ts")).check as Run,
);
run(
  cli
    .command(
      "why <principal> <action> <resource>",
      "Which statements allow a role, a service or the deployer an action on a resource, or which is missing",
    )
    .option("--env <name>", "Environment; default: local")
    .option("--context <key=value>", "A condition key of the request; may be repeated; default: as AWS makes the call"),
  async () => (await import("./why.ts")).why as Run,
);
run(
  environmentCommand(
    "preflight",
    "Hold the plan against an account's quotas: what to request before anything is applied",
  )
    .option("--account", "Ask the account that the credentials are of, instead of taking defaults and grants")
    .option("--all", "List what fits too"),
  async () => (await import("./preflight.ts")).preflight as Run,
);
run(
  environmentCommand("status", "What runs, and which parts of the local cloud are simulated").option(
    "--types",
    "List every resource type with its mode",
  ),
  async () => (await import("./status.ts")).status as Run,
);
run(environmentCommand("outputs", "Outputs of every stack"), async () => (await import("./outputs.ts")).outputs as Run);
run(
  environmentCommand("destroy", "Destroy every stack, last wave first; protected data stays and is listed")
    .option("--delete-data", "Second key: with a disposable environment, data goes too")
    .option("--yes", "Do not ask"),
  async () => (await import("./destroy.ts")).destroy as Run,
);
run(
  cli
    .command(
      "events <action> [file]",
      "Send events through the data path: generate | replay FILE | import FILE | ledger",
    )
    .option("--env <name>", "Environment", { default: "local" })
    .option("--count <n>", "generate: how many events", { default: 50_000 })
    .option("--seed <n>", "generate: the same seed gives the same events", { default: 1 })
    .option("--experiment", "generate: exposures tell the variant that the running experiment gives each user")
    .option(
      "--click-lift <variant=factor>",
      "generate, with --experiment: factor on the chance to click, a known effect",
    )
    .option("--format <format>", "of the file: ndjson | access-log | interactions | errors", { default: "ndjson" })
    .option("--assume-consent", "The people in an access log or interaction file have consented")
    .option("--columns <names>", "interactions without a heading: order of user,item,value,timestamp")
    .option("--delimiter <text>", "interactions: between the fields; default: found in the first line")
    .option("--event-type <type>", "interactions: what they were; default: view")
    .option("--min-value <n>", "interactions: rows with a smaller value are none"),
  async () => (await import("./events.ts")).events as Run,
);
run(
  environmentCommand("daily", "Run the day's work: ETL, training, gate, scoring, publishing").option(
    "--search-budget <n>",
    "Trials of the search for each model's parameters; default: the topology's, else numbers of factors only",
  ),
  async () => (await import("./daily.ts")).daily as Run,
);
run(
  environmentCommand("serve", "Start the recommendation API of each region of the local cloud on this machine"),
  async () => (await import("./serve.ts")).serve as Run,
);
run(
  cli
    .command(
      "features <action> [...args]",
      "The feature store: check ENV (online records against gold) | training-set LABELS OUT (Parquet, as known at each label)",
    )
    .option("--env <name>", "training-set: environment", { default: "local" })
    .option("--region <region>", "Region whose features are read; default: check all, training-set the home region")
    .option("--sample <n>", "check: users drawn in each region", { default: 500 })
    .option("--limit <percent>", "check: percent of users that a feature may differ for", { default: 0 })
    .option("--seed <n>", "check: other seeds draw other users", { default: 1 })
    .option("--entity <name>", "training-set: user | item", { default: "user" }),
  async () => (await import("./features.ts")).features as Run,
);
run(
  cli
    .command("flag [name] [turn]", "Show the recommendation API's flags, or turn one on or off in every region")
    .option("--env <name>", "Environment", { default: "local" })
    .option("--reason <text>", "Why it is turned"),
  async () => (await import("./flag.ts")).flag as Run,
);
run(
  cli
    .command("recommend <user>", "Recommendations for a user, by the API's own code")
    .option("--env <name>", "Environment", { default: "local" })
    .option("--region <region>", "Region that answers; default: the home region")
    .option("--all-regions", "Ask every region")
    .option("--limit <n>", "How many items", { default: 10 }),
  async () => (await import("./recommend.ts")).recommend as Run,
);
run(
  cli
    .command("query [name]", "Answer an analyst's question; without a name, list the questions")
    .option("--env <name>", "Environment", { default: "local" })
    .option("--region <region>", "Region whose lake is asked; default: the home region")
    .option("--engine <engine>", "athena | redshift | duckdb", { default: "athena" })
    .option("--format <format>", "table | csv | json", { default: "table" })
    .option("--param <name=value>", "A parameter of the question; may be repeated"),
  async () => (await import("./query.ts")).query as Run,
);
run(
  cli
    .command(
      "experiment <action> [environment]",
      "An A/B experiment on the variants: start | status | ramp | hold | resume | rollback | report",
    )
    .option("--env <name>", "Environment", { default: "local" })
    .option("--region <region>", "Region whose lake is asked; default: every one's")
    .option("--engine <engine>", "athena | redshift | duckdb", { default: "athena" })
    .option("--from <day>", "First day that counts, YYYY-MM-DD; default: the experiment's first whole one")
    .option("--to <day>", "Look as of this day; default: all that is known")
    .option("--plot <file>", "report: draw the confidence sequences, as SVG")
    .option("--reason <text>", "hold, resume, rollback: why")
    .option("--today <day>", "start, ramp: decide as of this day, where past data are gone through; default: today")
    .option("--id <id>", "start: name of the experiment; users are assigned anew by each")
    .option("--live", "start: without a published model of the new variant; the endpoint answers for it")
    .option("--control <variant>", "start: what the other is held against; default: the topology's first")
    .option("--treatment <variant>", "start: the new variant; default: the topology's next")
    .option(
      "--metric <metric>",
      "start: primary metric: click_rate | conversion | revenue_per_user; default: click_rate",
    )
    .option("--alpha <share>", "start: chance of a false alarm over all looks together; default: 0.05")
    .option("--planned-users <n>", "start: users at whose number intervals are to be narrowest; default: 20000")
    .option("--steps <percentages>", "start: the new variant's shares, rising; default: 1,5,20,50")
    .option("--min-days <n>", "start: whole days at a step; default: 2")
    .option("--min-users <n>", "start: users of the new variant before the next step; default: 200")
    .option("--max-days <n>", "start: whole days after which what shows nothing ends; default: 42")
    .option("--on-harm <what>", "start: what shown harm leads to: roll_back | hold; default: roll_back")
    .option("--stand-ins <share>", "start: most of the new variant's lists that may be another model's; default: 0.5"),
  async () => (await import("./experiment.ts")).experiment as Run,
);
run(
  environmentCommand("env", 'Shell settings for plain tools: eval "$(meridian env local)"'),
  async () => (await import("./env.ts")).env as Run,
);
run(cli.command("doctor", "What was found on this machine, and what to do about what was not"), async () => {
  const { doctor } = await import("./doctor.ts");
  return async (options) => (await doctor({ json: (options as CommonOptions).json === true })) as ExitCode;
});
run(
  cli.command("down", "Stop what `up` started on this machine; state is kept"),
  async () => (await import("./down.ts")).down as Run,
);

// A reader that has seen enough (`meridian query | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

cli.help();
cli.version(version);

try {
  const { args, options } = cli.parse(process.argv, { run: false });
  if (cli.matchedCommand === undefined && options["help"] !== true && options["version"] !== true) {
    const [name] = args;
    if (name === undefined) cli.outputHelp();
    else process.stderr.write(`meridian: want a command, got "${name}"; see meridian --help\n`);
    process.exitCode = name === undefined ? EXIT.ok : EXIT.badInput;
  } else {
    void cli.runMatchedCommand();
  }
} catch (error) {
  process.exitCode = tellError(error, process.argv.includes("--json"));
}

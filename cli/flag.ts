import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { FLAG_NAMES, FLAGS, type FlagName } from "../services/api/flags/definitions";
import { readFlags } from "../services/api/flags/provider";
import { turnFlag } from "../services/api/flags/store";
import { BadInput, EXIT, Failed } from "./kit/exit";
import type { ExitCode, InputProblem } from "./kit/exit";
import { oneOf } from "./kit/options";
import { Output, table } from "./kit/output";
import { chooseRegion, EMULATOR_CREDENTIALS, openRegions } from "./kit/regions";

interface FlagOptions {
  readonly json?: boolean;
  readonly env: string;
  readonly reason?: string;
}

const TURNS = ["on", "off"] as const;

/** Longest wait for the flags table, milliseconds. */
const READ_MS = 10_000;

/** Shows the recommendation API's flags, or turns one: every process of every region follows within seconds. */
export async function flag(
  name: string | undefined,
  turn: string | undefined,
  options: FlagOptions,
): Promise<ExitCode> {
  const output = new Output(options.json === true);
  const problems: InputProblem[] = [];
  const chosen = name === undefined ? undefined : oneOf<FlagName>("name", name, FLAG_NAMES, problems);
  const value = name === undefined ? undefined : oneOf("turn", turn ?? "", TURNS, problems);
  if (name !== undefined && (options.reason ?? "") === "") {
    problems.push({ path: "--reason", reason: "want why, for whoever meets the flag later, got nothing" });
  }
  if (problems.length > 0) throw new BadInput("flag cannot begin", problems);
  const opened = await openRegions(options.env);
  const home = chooseRegion(opened, undefined);
  const settings = {
    region: home.region,
    ...(opened.endpoint === undefined ? {} : { endpoint: opened.endpoint, credentials: EMULATOR_CREDENTIALS }),
  };
  const dynamo = new DynamoDBClient(settings);
  const sts = new STSClient(settings);
  try {
    if (chosen !== undefined && value !== undefined) {
      const { Arn: by = "unknown" } = await sts.send(new GetCallerIdentityCommand({}));
      const reason = options.reason ?? "";
      await turnFlag(dynamo, home.tables.flags, { flag: chosen, value: value === "on", by, reason, at: new Date() });
    }
    const read = readFlags(dynamo, home.tables.flags, (error) => {
      throw new Failed(String(error));
    });
    tell(await read(AbortSignal.timeout(READ_MS)), output);
  } finally {
    dynamo.destroy();
    sts.destroy();
  }
  return EXIT.ok;
}

function tell(rows: ReadonlyMap<FlagName, boolean>, output: Output): void {
  const flags = FLAG_NAMES.map((name) => ({
    name,
    on: rows.get(name) ?? FLAGS[name].default,
    set: rows.has(name),
    tells: FLAGS[name].tells,
  }));
  output.result({ flags }, () => {
    const lines = flags.map(({ name, on, set, tells }) => [name, on ? "on" : "off", set ? "set" : "default", tells]);
    for (const line of table(["flag", "is", "", "what it does"], lines)) output.line(line);
  });
}

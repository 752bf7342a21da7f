import { table } from "../fleet/views/table";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { FLAG_NAMES, FLAGS, type FlagName } from "../services/api/flags/definitions";
import { readFlags } from "../services/api/flags/provider";
import { turnFlag } from "../services/api/flags/store";
import type { Finding } from "../contracts/finding";
import { choice, command, env, text } from "./kit/command";
import { BadInput, EXIT, Failed } from "./kit/exit";
import { Output } from "./kit/output";
import { chooseRegion, EMULATOR_CREDENTIALS, openRegions } from "./kit/regions";

const TURNS = ["on", "off"] as const;

/** Longest wait for the flags table, milliseconds. */
const READ_MS = 10_000;

/** Every process of every region follows a change within seconds. */
export default command({
  summary: "Show the recommendation API's flags, or turn one on or off in every region",
  arguments: { name: choice(FLAG_NAMES, "a flag"), turn: choice(TURNS, "on or off") },
  options: { env, reason: text("why it is turned") },
  examples: ["flag", 'flag endpoint off --reason "model of 12 May answers slowly"'],
  async run({ name: chosen, turn: value, env: environment, reason = "", json }) {
    const output = new Output(json);
    const findings: readonly Finding[] = [
      ...(value === undefined ? [{ path: "turn", want: "on or off", got: "none" }] : []),
      ...(reason === "" ? [{ path: "--reason", want: "why, for whoever meets the flag later", got: "nothing" }] : []),
    ];
    if (chosen !== undefined && findings.length > 0) throw new BadInput("flag cannot begin", findings);
    const opened = await openRegions(environment);
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
        await turnFlag(dynamo, home.tables.flags, { flag: chosen, value: value === "on", by, reason, at: new Date() });
      }
      const read = readFlags(dynamo, home.tables.flags, (error) => {
        throw new Failed(String(error));
      });
      show(await read(AbortSignal.timeout(READ_MS)), output);
    } finally {
      dynamo.destroy();
      sts.destroy();
    }
    return EXIT.ok;
  },
});

function show(rows: ReadonlyMap<FlagName, boolean>, output: Output): void {
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

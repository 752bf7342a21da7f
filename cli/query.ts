import { ENGINES, FORMATS, formatResult, listQueries, QueryError, runQuery } from "../queries";
import { BadInput, EXIT, Failed } from "./kit/exit";
import type { ExitCode, InputProblem } from "./kit/exit";
import { oneOf } from "./kit/options";
import { Output, table } from "./kit/output";
import { chooseRegion, EMULATOR_CREDENTIALS, openRegions } from "./kit/regions";

interface QueryOptions {
  readonly json?: boolean;
  readonly env: string;
  readonly region?: string;
  readonly engine: string;
  readonly format: string;
  readonly param?: string | readonly string[];
}

/** Answers one of the analysts' questions, with what the scan cost; without a name, lists them. */
export async function query(name: string | undefined, options: QueryOptions): Promise<ExitCode> {
  const output = new Output(options.json === true);
  if (name === undefined) return list(output);
  const problems: InputProblem[] = [];
  const engine = oneOf("--engine", options.engine, ENGINES, problems);
  const format = oneOf("--format", options.format, FORMATS, problems);
  const parameters = readParameters(options.param, problems);
  if (problems.length > 0 || engine === undefined || format === undefined) {
    throw new BadInput("the question cannot be asked", problems);
  }
  const opened = await openRegions(options.env);
  const region = chooseRegion(opened, options.region);
  try {
    const result = await runQuery(
      // Files are named with `_`; on a command line `-` is as good.
      name.replaceAll("-", "_"),
      engine,
      {
        ...region,
        warehouseMode: opened.topology.warehouse.mode,
        ...(opened.endpoint === undefined
          ? {}
          : { endpoint: opened.endpoint, credentials: EMULATOR_CREDENTIALS, simulatedWarehouse: true }),
      },
      parameters,
    );
    process.stdout.write(formatResult(result, output.json ? "json" : format));
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    if (error.kind === "bad-input") throw new BadInput(error.message);
    throw new Failed(error.message);
  }
}

function list(output: Output): ExitCode {
  const questions = listQueries();
  output.result(
    questions.map(({ name, question, engines, data, parameters }) => ({ name, question, engines, data, parameters })),
    () => {
      const rows = questions.map(({ name, question, parameters }) => [
        name,
        parameters.map((parameter) => parameter.name).join(", "),
        question,
      ]);
      for (const line of table(["name", "parameters", "question"], rows)) output.line(line);
    },
  );
  return EXIT.ok;
}

function readParameters(given: QueryOptions["param"], problems: InputProblem[]): Record<string, string> {
  const pairs = given === undefined ? [] : [given].flat();
  return Object.fromEntries(
    pairs.map(String).map((pair) => {
      const at = pair.indexOf("=");
      if (at <= 0) problems.push({ path: "--param", reason: `want name=value, got "${pair}"` });
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

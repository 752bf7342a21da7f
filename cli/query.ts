import { ENGINES, findQuery, FORMATS, formatResult, listQueries, QueryError, runQuery } from "../queries";
import { renderQuery } from "../queries/render";
import { BadInput, EXIT, Failed } from "./kit/exit";
import type { ExitCode, InputProblem } from "./kit/exit";
import { oneOf } from "./kit/options";
import { Output, table } from "./kit/output";
import { checkRegion, chooseRegion, EMULATOR_CREDENTIALS, openRegions } from "./kit/regions";

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
  // Files are named with `_`; on a command line `-` is as good.
  const question = name.replaceAll("-", "_");
  checkRegion(options.env, options.region);
  await asking(() => Promise.resolve(renderQuery(findQuery(question), engine, parameters)));
  const opened = await openRegions(options.env);
  const region = chooseRegion(opened, options.region);
  const result = await asking(() =>
    runQuery(
      question,
      engine,
      {
        ...region,
        warehouseMode: opened.topology.warehouse.mode,
        ...(opened.endpoint === undefined
          ? {}
          : { endpoint: opened.endpoint, credentials: EMULATOR_CREDENTIALS, simulatedWarehouse: true }),
      },
      parameters,
    ),
  );
  process.stdout.write(formatResult(result, output.json ? "json" : format));
  return EXIT.ok;
}

/** Tells the queries' own errors as the command line does: bad input, or a failure of the engine in its words. */
async function asking<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
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

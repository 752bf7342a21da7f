import { table } from "../fleet/views/table";
import { ENGINES, findQuery, FORMATS, formatResult, listQueries, QueryError, runQuery } from "../queries";
import { renderQuery } from "../queries/render";
import { choice, command, env, pairs, region as regionOption, text } from "./kit/command";
import { BadInput, EXIT, Failed } from "./kit/exit";
import type { ExitCode } from "./kit/exit";
import { Output } from "./kit/output";
import { checkRegion, chooseRegion, EMULATOR_CREDENTIALS, openRegions } from "./kit/regions";

export default command({
  summary: "Answer an analyst's question, with what the scan cost; without a name, list the questions",
  arguments: { name: text("a question, e.g. top_items") },
  options: {
    env,
    region: regionOption,
    engine: choice(ENGINES, "what answers", "athena"),
    format: choice(FORMATS, "how the answer is written", "table"),
    param: pairs("a parameter of the question; may be repeated"),
  },
  examples: ["query", "query top_items --engine duckdb --param days=7"],
  async run({ name, env: environment, region: regionName, engine, format, param, json }) {
    const output = new Output(json);
    if (name === undefined) return list(output);
    // Files are named with `_`; on a command line `-` is as good.
    const question = name.replaceAll("-", "_");
    checkRegion(environment, regionName);
    await asking(() => Promise.resolve(renderQuery(findQuery(question), engine, param)));
    const opened = await openRegions(environment);
    const region = chooseRegion(opened, regionName);
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
        param,
      ),
    );
    process.stdout.write(formatResult(result, output.json ? "json" : format));
    return EXIT.ok;
  },
});

/** Turns the queries' own errors into bad input, or into a failure in the engine's words. */
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

import { table } from "../fleet/views/table";
import { apiSettings } from "../contracts/settings/api";
import { join } from "node:path";
import { startApi, type RunningApi } from "../local/serving/apis";
import { paths } from "../local/toolchain";
import type { RegionOutputs } from "../contracts/outputs/region";
import { command, environment } from "./kit/command";
import { EXIT } from "./kit/exit";
import { Output } from "./kit/output";
import { openRegions, requireLocal, type OpenRegions } from "./kit/regions";

interface Served extends RunningApi {
  /** File that takes the exposures: the local cloud delivers a stream only while events are sent, and accounts for them. */
  readonly exposures: string;
}

/**
 * The program and settings are those on AWS but for the cache, which is the process's own memory here, the endpoint, which
 * the local cloud does not run, and exposures, which are written to a file.
 */
export default command({
  summary: "Start the recommendation API of each region of the local cloud on this machine",
  arguments: { environment },
  examples: ["serve local"],
  async run({ environment: name, json }) {
    const output = new Output(json);
    const opened = await openRegions(name);
    requireLocal(opened, "serve");
    const apis = await Promise.all(opened.regions.map((region) => start(opened, region)));
    output.result({ apis }, () => {
      const rows = apis.map(({ region, url, startedNow }) => [region, url, startedNow ? "started" : "runs already"]);
      for (const line of table(["region", "recommendation API", ""], rows)) output.line(line);
      const [first] = apis;
      if (first === undefined) return;
      output.line(`try: curl ${first.url}/v1/users/u1/recommendations; what it answers: ${first.url}/openapi.json`);
      output.line(
        `lists asked for with consent=all are written to ${first.exposures}; send them with: meridian events replay ${first.exposures}`,
      );
      output.line("meridian down stops them");
    });
    return EXIT.ok;
  },
});

async function start(
  { topology, stateFolder }: OpenRegions,
  { region, tables, pseudonymKeyAlias }: RegionOutputs,
): Promise<Served> {
  const { callers, telemetry, variants } = topology.serving;
  const exposures = join(stateFolder, "exposures", `${region}.ndjson`);
  const api = await startApi(paths(), {
    environment: topology.environment,
    region,
    settings: apiSettings.write({
      recommendationsTable: tables.recommendations,
      modelsTable: tables.models,
      flagsTable: tables.flags,
      pseudonymKey: pseudonymKeyAlias,
      variants: variants.map(({ name, weight }) => ({ name, weight })),
      exposuresFile: exposures,
      auth: callers,
      ...(callers === "jwt"
        ? { authIssuer: topology.identity.issuer, authAudiences: topology.identity.audiences }
        : {}),
      telemetryEndpoint: telemetry?.endpoint,
    }),
  });
  return { ...api, exposures };
}

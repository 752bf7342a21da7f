import { table } from "../fleet/views/table";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KMSClient } from "@aws-sdk/client-kms";
import { deriveSalt, pseudonymiser } from "../services/kit/pseudonym";
import { memoryCache } from "../services/api/cache";
import { readExperiment } from "../services/kit/experiment/store";
import { splitOf } from "../services/kit/experiment/watch";
import { MAX_LIMIT, recommend as answer } from "../services/api/recommend";
import type { Recommendation } from "../services/api/recommend";
import { dynamoTable } from "../services/kit/dynamodb/table-reader";
import type { RegionOutputs } from "../contracts/outputs/region";
import { command, env, flag, integer, region as regionOption, required } from "./kit/command";
import { EXIT } from "./kit/exit";
import { Output } from "./kit/output";
import { checkRegion, chooseRegion, EMULATOR_CREDENTIALS, openRegions } from "./kit/regions";
import type { OpenRegions } from "./kit/regions";

/**
 * Asks what the API asks: its cache (here an empty one in this process), the region's copy of the global table, then what
 * is popular. The answer names its source.
 */
export default command({
  summary: "Recommend items to a user, by the API's own code",
  arguments: { user: required("the user's id") },
  options: {
    env,
    region: regionOption,
    allRegions: flag("ask every region"),
    limit: integer("how many items", { min: 1, max: MAX_LIMIT }, 10),
  },
  examples: ["recommend u1 --all-regions --limit 5"],
  async run({ user, env: environment, region: name, allRegions, limit, json }) {
    const output = new Output(json);
    checkRegion(environment, name);
    const opened = await openRegions(environment);
    const regions = allRegions ? opened.regions : [chooseRegion(opened, name)];
    const answers = await Promise.all(regions.map((one) => ask(opened, one, user, limit)));
    output.result(allRegions ? answers : answers[0], () => {
      for (const found of answers) show(found, output);
    });
    return EXIT.ok;
  },
});

async function ask(opened: OpenRegions, to: RegionOutputs, user: string, limit: number): Promise<Recommendation> {
  const settings = {
    region: to.region,
    ...(opened.endpoint === undefined ? {} : { endpoint: opened.endpoint, credentials: EMULATOR_CREDENTIALS }),
  };
  const kms = new KMSClient(settings);
  const dynamo = new DynamoDBClient(settings);
  try {
    const userKeyOf = pseudonymiser(await deriveSalt(kms, to.pseudonymKeyAlias));
    const experiment = await readExperiment(dynamo, to.tables.flags);
    return await answer(
      {
        region: to.region,
        cache: memoryCache(1),
        table: dynamoTable(dynamo, to.tables),
        variants: opened.topology.serving.variants,
        ...(experiment === undefined ? {} : { split: () => splitOf(experiment) }),
        userKeyOf,
        // A command line's first call opens its connections, which a server has done long before.
        deadlineMs: 5_000,
      },
      user,
      { limit },
    );
  } finally {
    kms.destroy();
    dynamo.destroy();
  }
}

function show({ userId, region, source, modelVersion, variant, items }: Recommendation, output: Output): void {
  output.line(`${userId} in ${region}: from ${source}, model ${modelVersion ?? "none"}, variant ${variant}`);
  const rows = items.map(({ item_id, score }, index) => [index + 1, item_id, score]);
  for (const line of table(["rank", "item", "score"], rows)) output.line(`  ${line}`);
}

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
import { BadInput, EXIT } from "./kit/exit";
import type { ExitCode, InputProblem } from "./kit/exit";
import { integerOption } from "./kit/options";
import { Output, table } from "./kit/output";
import { checkRegion, chooseRegion, EMULATOR_CREDENTIALS, openRegions } from "./kit/regions";
import type { OpenRegions } from "./kit/regions";

interface RecommendOptions {
  readonly json?: boolean;
  readonly env: string;
  readonly region?: string;
  readonly allRegions?: boolean;
  readonly limit: unknown;
}

/**
 * Recommendations for a user by the API's own code: its cache (here an empty one in this process), the region's copy of
 * the global table, then what is popular. The answer says which.
 */
export async function recommend(user: string | number, options: RecommendOptions): Promise<ExitCode> {
  const output = new Output(options.json === true);
  const problems: InputProblem[] = [];
  const limit = integerOption("--limit", options.limit, { min: 1, max: MAX_LIMIT }, problems);
  if (problems.length > 0) throw new BadInput("recommend cannot begin", problems);
  checkRegion(options.env, options.region);
  const opened = await openRegions(options.env);
  const regions = options.allRegions === true ? opened.regions : [chooseRegion(opened, options.region)];
  const answers = await Promise.all(regions.map((region) => ask(opened, region, String(user), limit)));
  output.result(options.allRegions === true ? answers : answers[0], () => {
    for (const found of answers) tell(found, output);
  });
  return EXIT.ok;
}

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

function tell({ userId, region, source, modelVersion, variant, items }: Recommendation, output: Output): void {
  output.line(`${userId} in ${region}: from ${source}, model ${modelVersion ?? "none"}, variant ${variant}`);
  const rows = items.map(({ item_id, score }, index) => [index + 1, item_id, score]);
  for (const line of table(["rank", "item", "score"], rows)) output.line(`  ${line}`);
}

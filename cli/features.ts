import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { checkFeatures, makeTrainingSet } from "../services/etl/feature-reader";
import { ENTITIES } from "../contracts/lake/features";
import { readableSkew } from "../services/etl/skew";
import type { SkewReport } from "../services/etl/skew";
import { BadInput, EXIT } from "./kit/exit";
import type { ExitCode, InputProblem } from "./kit/exit";
import { integerOption, oneOf } from "./kit/options";
import { Output } from "./kit/output";
import { checkRegion, chooseRegion, EMULATOR_CREDENTIALS, openRegions } from "./kit/regions";
import type { OpenRegions } from "./kit/regions";

interface FeaturesOptions {
  readonly json?: boolean;
  readonly env: string;
  readonly region?: string;
  readonly sample: unknown;
  readonly limit: unknown;
  readonly seed: unknown;
  readonly entity: string;
}

const ACTIONS = ["check", "training-set"] as const;

/** `features check ENV` and `features training-set LABELS OUT`. Exit code 1 when online and offline differ by more than the limit. */
export async function features(action: string, args: readonly string[], options: FeaturesOptions): Promise<ExitCode> {
  const problems: InputProblem[] = [];
  const chosen = oneOf("action", action, ACTIONS, problems);
  const wanted = oneOf(
    "--entity",
    options.entity,
    ENTITIES.map(({ name }) => name),
    problems,
  );
  const sample = integerOption("--sample", options.sample, { min: 1, max: 100_000 }, problems);
  const seed = integerOption("--seed", options.seed, { min: 0, max: 2 ** 31 }, problems);
  const limit = Number(options.limit);
  if (!(limit >= 0 && limit <= 100)) {
    problems.push({ path: "--limit", reason: `want a percentage, 0 to 100, got "${String(options.limit)}"` });
  }
  const [labels, out] = args;
  if (chosen === "training-set") {
    if (labels === undefined || !existsSync(labels)) {
      problems.push({ path: "LABELS", reason: `want a Parquet file of labels, got "${labels ?? "none"}"` });
    }
    if (out === undefined) problems.push({ path: "OUT", reason: "want a file to write, got none" });
  }
  if (problems.length > 0 || chosen === undefined || wanted === undefined) {
    throw new BadInput("features cannot be asked for", problems);
  }
  const output = new Output(options.json === true);
  if (chosen === "check") {
    return check(args[0] ?? options.env, options.region, { sample, seed, limit: limit / 100 }, output);
  }
  return trainingSet(options, { entity: wanted, labels: resolve(labels ?? ""), out: resolve(out ?? "") }, output);
}

async function check(
  environment: string,
  only: string | undefined,
  options: { readonly sample: number; readonly seed: number; readonly limit: number },
  output: Output,
): Promise<ExitCode> {
  checkRegion(environment, only);
  const opened = await openRegions(environment);
  const regions = only === undefined ? opened.regions : [chooseRegion(opened, only)];
  const reports: SkewReport[] = [];
  for (const region of regions) {
    const { s3, dynamo } = clientsOf(opened, region.region);
    try {
      reports.push(await checkFeatures(s3, { client: dynamo, table: region.tables.profiles }, region, options));
    } finally {
      s3.destroy();
      dynamo.destroy();
    }
  }
  output.result(reports, () => {
    for (const line of reports.flatMap(readableSkew)) output.line(line);
  });
  return reports.every(({ passed }) => passed) ? EXIT.ok : EXIT.failed;
}

async function trainingSet(
  { env, region }: FeaturesOptions,
  set: { readonly entity: string; readonly labels: string; readonly out: string },
  output: Output,
): Promise<ExitCode> {
  checkRegion(env, region);
  const opened = await openRegions(env);
  const chosen = chooseRegion(opened, region);
  const { s3, dynamo } = clientsOf(opened, chosen.region);
  dynamo.destroy();
  try {
    const labels = await makeTrainingSet(s3, chosen, set);
    output.result({ labels, out: set.out }, () => {
      output.line(`${set.out}: ${labels} labels with the features of each ${set.entity} as known at its time`);
    });
    return EXIT.ok;
  } finally {
    s3.destroy();
  }
}

function clientsOf(
  { endpoint }: OpenRegions,
  region: string,
): { readonly s3: S3Client; readonly dynamo: DynamoDBClient } {
  const settings = { region, ...(endpoint === undefined ? {} : { endpoint, credentials: EMULATOR_CREDENTIALS }) };
  return {
    s3: new S3Client({ ...settings, forcePathStyle: endpoint !== undefined }),
    dynamo: new DynamoDBClient(settings),
  };
}

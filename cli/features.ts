import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { checkFeatures, makeTrainingSet } from "../services/etl/feature-reader";
import { ENTITIES } from "../contracts/lake/features";
import { readableSkew } from "../services/etl/skew";
import type { SkewReport } from "../services/etl/skew";
import type { Finding } from "../contracts/finding";
import { choice, command, env, integer, number, requiredChoice, text, texts } from "./kit/command";
import { BadInput, EXIT } from "./kit/exit";
import type { ExitCode } from "./kit/exit";
import { Output } from "./kit/output";
import { checkRegion, chooseRegion, EMULATOR_CREDENTIALS, openRegions } from "./kit/regions";
import type { OpenRegions } from "./kit/regions";

const ACTIONS = ["check", "training-set"] as const;

/** Exit code 1 when online and offline features differ by more than the limit. */
export default command({
  summary: "Compare online features with gold (check), or make a training set as known at each label (training-set)",
  arguments: {
    action: requiredChoice(ACTIONS, `one of ${ACTIONS.join(", ")}`),
    files: texts("check: environment; training-set: a Parquet file of labels, and the file to write"),
  },
  options: {
    env,
    region: text("region whose features are read; default: check all, training-set the home region", "region"),
    sample: integer("check: users drawn in each region", { min: 1, max: 100_000 }, 500),
    limit: number("check: percent of users that a feature may differ for", { min: 0, max: 100 }, 0),
    seed: integer("check: another seed draws other users", { min: 0, max: 2 ** 31 }, 1),
    entity: choice(
      ENTITIES.map(({ name }) => name),
      "training-set: what the labels are about",
      "user",
    ),
  },
  examples: ["features check local", "features training-set labels.parquet set.parquet --entity item"],
  async run({ action, files, env: environment, region, sample, limit, seed, entity, json }) {
    const output = new Output(json);
    if (action === "check") {
      return check(files[0] ?? environment, region, { sample, seed, limit: limit / 100 }, output);
    }
    const [labels = "", out = ""] = files;
    const findings: readonly Finding[] = [
      ...(existsSync(labels) ? [] : [{ path: "labels", want: "a Parquet file of labels", got: `"${labels}"` }]),
      ...(out === "" ? [{ path: "out", want: "a file to write", got: "none" }] : []),
    ];
    if (findings.length > 0) throw new BadInput("features cannot begin", findings);
    return trainingSet({ environment, region }, { entity, labels: resolve(labels), out: resolve(out) }, output);
  },
});

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
  { environment, region }: { readonly environment: string; readonly region: string | undefined },
  set: { readonly entity: string; readonly labels: string; readonly out: string },
  output: Output,
): Promise<ExitCode> {
  checkRegion(environment, region);
  const opened = await openRegions(environment);
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

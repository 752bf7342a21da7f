import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KMSClient } from "@aws-sdk/client-kms";
import { homeRegion } from "../../services/traffic/source";
import type { GeneratedArm } from "../../services/traffic/generate";
import { deriveSalt, pseudonymiser } from "../../services/kit/pseudonym";
import { readExperiment } from "../../services/kit/experiment/store";
import { splitOf } from "../../services/kit/experiment/watch";
import { variantOf } from "../../contracts/models/assignment";
import { EMULATOR_CREDENTIALS } from "./regions";
import { Failed } from "./exit";
import type { OpenRegions } from "./regions";

/**
 * The arm of each user as the API assigns it: by the pseudonym of the user's own zone and the experiment's state.
 * @throws Failed where there is no experiment.
 */
export async function experimentArms(opened: OpenRegions): Promise<(userId: string) => GeneratedArm> {
  const zones = new Map<string, { readonly zone: string; readonly userKeyOf: (userId: string) => string }>();
  const settings = (region: string) => ({
    region,
    ...(opened.endpoint === undefined ? {} : { endpoint: opened.endpoint, credentials: EMULATOR_CREDENTIALS }),
  });
  for (const { region, zone, pseudonymKeyAlias } of opened.regions) {
    const kms = new KMSClient(settings(region));
    zones.set(region, { zone, userKeyOf: pseudonymiser(await deriveSalt(kms, pseudonymKeyAlias)) });
    kms.destroy();
  }
  const { home, regions, environment } = opened.topology;
  const dynamo = new DynamoDBClient(settings(home));
  const flags = opened.regions.find(({ region }) => region === home)?.tables.flags ?? "";
  const record = await readExperiment(dynamo, flags).finally(() => {
    dynamo.destroy();
  });
  if (record === undefined) throw new Failed(`there is no experiment: meridian experiment start ${environment}`);
  const split = splitOf(record);
  const names = regions.map(({ name }) => name);
  return (userId) => {
    const at = zones.get(homeRegion(userId, names));
    if (at === undefined) throw new Failed(`${homeRegion(userId, names)} is not up`);
    const { name } = variantOf(at.userKeyOf(userId), split);
    const modelVersion = record.variants.find((variant) => variant.name === name)?.model_versions[at.zone];
    return { variant: name, ...(modelVersion === undefined ? {} : { modelVersion }) };
  };
}

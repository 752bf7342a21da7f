import type { Grant } from "../kit/grant";
import type { Allow } from "../kit/iam";
import type { TrainingArgs } from "./contract";
import { allowReady } from "./warm-pool";

/** Calls of the workers (services/worker, trainer, scorer) and of the first boot. */
export function grantsOf({ scope, buckets, tables, queue, dailyRun, warmPool }: TrainingArgs): (Grant | Allow)[] {
  const { gold, artifacts } = buckets;
  return [
    gold.allowList(),
    // Checkpoints and models are looked for first: without the list a missing one is a denied one.
    artifacts.allowList(),
    gold.allowRead("*"),
    artifacts.allowRead("training/*", "models/*", "checkpoints/*"),
    artifacts.allowWrite("models/*", "checkpoints/*"),
    queue.allowConsume(),
    dailyRun.allowAnswer(),
    tables.recommendations.allow("BatchWriteItem", "PutItem"),
    tables.models.allow("GetItem", "PutItem", "UpdateItem"),
    tables.shards.allow("GetItem", "PutItem", "UpdateItem"),
    ...(warmPool === undefined ? [] : [allowReady(scope)]),
  ];
}

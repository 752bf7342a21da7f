import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { z } from "zod";
import { batchWrite, type BatchWriteOptions } from "../kit/dynamodb/batch-writer";
import { POPULAR_KEY, type RecommendationRecord } from "../../contracts/tables/records";
import { LIST_LENGTH, recordMaker } from "./batch-score";
import { readColdStart } from "./cold-start";
import type { Job, JobContext } from "../kit/work/job";
import type { ScoreAnswer, ScoreWork } from "../../contracts/messages/work";
import type { ModelStore } from "../kit/work/model-store";
import type { CheckpointStore } from "../kit/work/checkpoints";
import { loadShard, type ShardModel } from "./shard-model";
import { isFirst, rowsOf } from "../kit/work/shards";
import { readManifest } from "../kit/model/package";

/** Users between two checkpoints: seconds of work, so that a killed worker's successor repeats no more than those. */
export const CHECKPOINT_USERS = 1000;

/** Users scored between two looks at the event loop: the writes under way go on meanwhile. */
const USERS_A_TURN = 100;

export interface ScoreDeps {
  readonly client: Pick<DynamoDBClient, "send">;
  readonly table: string;
  readonly models: Pick<ModelStore, "fetch">;
  readonly checkpoints: CheckpointStore;
  /** Items in each list. @default 50 */
  readonly listLength?: number;
  /** Days after which a list expires. @default never */
  readonly ttlDays?: number;
  readonly write?: Omit<BatchWriteOptions, "onProgress" | "signal">;
  /** @default CHECKPOINT_USERS */
  readonly checkpointUsers?: number;
}

/** How far a shard is: every list before the n-th user's is in the table. */
const checkpointSchema = z.object({ next: z.int().nonnegative() });

/**
 * Scores one shard of a model's users. Lists are keyed by user and model version and their content depends on nothing
 * else, so that what a killed worker wrote after its last checkpoint is written over with the same bytes.
 */
export function scoreJob(work: ScoreWork, deps: ScoreDeps): Job {
  const { modelVersion, shard, runDate } = work;
  const runId = `${runDate}/${modelVersion}`;
  return {
    key: { runId, shard },
    async run(context): Promise<ScoreAnswer> {
      const folder = await deps.models.fetch(modelVersion);
      const { users } = await readManifest(folder);
      const length = deps.listLength ?? LIST_LENGTH;
      const model = await loadShard(folder, rowsOf(shard, users), length);
      const record = recordMaker(modelVersion, { now: new Date(context.startedAt), ...ttlOf(deps) });
      const checkpoint = `scoring/${runId}/${shard}.json`;
      const saved = checkpointSchema.safeParse(await deps.checkpoints.read(checkpoint));
      let next = saved.data?.next ?? 0;
      if (next === 0 && isFirst(shard)) {
        await write(deps, context, [
          record(POPULAR_KEY, model.popular.slice(0, length)),
          ...(await readColdStart(folder)).map(({ key, items }) => record(key, items.slice(0, length))),
        ]);
      }
      while (next < model.users.length) {
        context.signal.throwIfAborted();
        const until = Math.min(model.users.length, next + (deps.checkpointUsers ?? CHECKPOINT_USERS));
        await write(deps, context, lists(model, record, { from: next, to: until }, length));
        await deps.checkpoints.write(checkpoint, { next: until });
        next = until;
        await context.progress(next, model.users.length);
      }
      return { shard, usersScored: model.users.length };
    },
  };
}

function ttlOf({ ttlDays }: ScoreDeps): { ttlDays?: number } {
  return ttlDays === undefined ? {} : { ttlDays };
}

async function write(
  deps: ScoreDeps,
  { signal }: JobContext,
  records: Iterable<RecommendationRecord> | AsyncIterable<RecommendationRecord>,
): Promise<void> {
  await batchWrite(deps.client, deps.table, records, { ...deps.write, signal });
}

async function* lists(
  model: ShardModel,
  record: ReturnType<typeof recordMaker>,
  { from, to }: { readonly from: number; readonly to: number },
  length: number,
): AsyncGenerator<RecommendationRecord> {
  for (let n = from; n < to; n += 1) {
    if (n % USERS_A_TURN === USERS_A_TURN - 1) await new Promise(setImmediate);
    yield record(model.users[n] ?? "", model.score(n, length));
  }
}

import { createReadStream } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ModelPackageError, readManifest, type ModelManifest } from "../kit/model/package";
import type { ScoredItem } from "../../contracts/tables/records";
import { LengthOrdered } from "./by-length";
import type { Rows } from "../kit/work/shards";

/** The part of a model package that one shard needs: all items, and the shard's users only. */
export interface ShardModel {
  readonly manifest: ModelManifest;
  readonly users: readonly string[];
  readonly popular: readonly ScoredItem[];
  /** Top items of the shard's n-th user, without what the user has bought. Not re-entrant. */
  score(n: number, limit: number): ScoredItem[];
}

/**
 * Loads a shard of a verified package: memory is that of the items and of the shard, however many users the model has.
 * @param rows users of the shard. @param limit longest list that will be asked for.
 */
export async function loadShard(folder: string, rows: Rows, limit: number): Promise<ShardModel> {
  const manifest = await readManifest(folder);
  const { factors, users: all } = manifest;
  const count = rows.to - rows.from;
  const items = (await readFile(join(folder, "items.txt"), "utf8")).replace(/\n$/, "").split("\n");
  const popular = JSON.parse(await readFile(join(folder, "popular.json"), "utf8")) as ScoredItem[];
  const itemFactors = new Float32Array(await numbers(folder, "item_factors.f32", 0, items.length * factors));
  const userFactors = new Float32Array(await numbers(folder, "user_factors.f32", rows.from * factors, count * factors));
  const starts = new Uint32Array(await numbers(folder, "purchased.indptr.u32", rows.from, count + 1));
  const first = starts[0] ?? 0;
  const bought = new Uint32Array(await numbers(folder, "purchased.items.u32", first, (starts[count] ?? first) - first));
  const users = await lines(join(folder, "users.txt"), rows);
  if (users.length !== count) {
    throw new ModelPackageError(folder, `want users ${rows.from} to ${rows.to} of ${all}, got ${users.length}`);
  }
  const search = new LengthOrdered(itemFactors, factors, limit);
  return {
    manifest,
    users,
    popular,
    score: (n, length) => {
      const excluded = bought.subarray((starts[n] ?? 0) - first, (starts[n + 1] ?? 0) - first);
      const user = userFactors.subarray(n * factors, (n + 1) * factors);
      const { indices, scores } = search.search(user, length, excluded);
      return Array.from(indices, (item, place) => ({ item_id: items[item] ?? "", score: scores[place] ?? 0 }));
    },
  };
}

/** Four-byte numbers of a file, `count` from `start` on. A new buffer aligns them. */
async function numbers(folder: string, name: string, start: number, count: number): Promise<ArrayBuffer> {
  const buffer = new ArrayBuffer(count * 4);
  const file = await open(join(folder, name));
  try {
    const { bytesRead } = await file.read(new Uint8Array(buffer), 0, count * 4, start * 4);
    if (bytesRead !== count * 4) throw new ModelPackageError(folder, `${name} is shorter than its manifest says`);
    return buffer;
  } finally {
    await file.close();
  }
}

async function lines(path: string, { from, to }: Rows): Promise<string[]> {
  const found: string[] = [];
  let row = 0;
  const input = createReadStream(path);
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      if (row >= to) break;
      if (row >= from) found.push(line);
      row += 1;
    }
  } finally {
    input.destroy();
  }
  return found;
}

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ScoredItem } from "../../tables/workload/records";
import { TopK } from "./top-k";

const manifestSchema = z.object({
  version: z.string().regex(/^[0-9a-f]{16}$/),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  format: z.literal("meridian-model/1"),
  algorithm: z.string(),
  parameters: z.record(z.string(), z.number()),
  users: z.int().nonnegative(),
  items: z.int().positive(),
  factors: z.int().positive(),
  interactions: z.int().positive(),
  window: z.object({ from: z.string(), to: z.string() }),
  evaluation: z.record(z.string(), z.union([z.number(), z.string()])),
  files: z.record(z.string(), z.string()),
});

/** What a model package says of itself; written by the training job. */
export type ModelManifest = z.infer<typeof manifestSchema>;

/** The list of one user, or `undefined` for a user the model does not know. */
export type Scorer = (userKey: string, limit: number) => ScoredItem[] | undefined;

/** A model in memory. */
export interface Model {
  readonly manifest: ModelManifest;
  readonly users: readonly string[];
  readonly items: readonly string[];
  /** The zone's most popular items, best first. */
  readonly popular: readonly ScoredItem[];
  /** Top items of a user, without what the user has bought. Not re-entrant: one scorer a thread. */
  readonly score: Scorer;
  /** Given items in the order of a user's taste; items that the model does not know are left out. */
  readonly rank: (userKey: string, itemIds: readonly string[], limit: number) => ScoredItem[] | undefined;
  /** Items most like one, by the cosine of their factors; `undefined` for an item the model does not know. */
  readonly similar: (itemId: string, limit: number) => ScoredItem[] | undefined;
}

/** A model package that is torn or was changed after it was written. */
export class ModelPackageError extends Error {
  constructor(folder: string, reason: string) {
    super(`model package ${folder}: ${reason}`);
    this.name = "ModelPackageError";
  }
}

/**
 * Loads a model package from a folder, after checking each file against its digest.
 * @param maxLimit longest list that will be asked for. @default 500
 * @throws ModelPackageError naming what is wrong.
 */
export async function loadModel(folder: string, maxLimit = 500): Promise<Model> {
  const manifest = await readManifest(folder);
  const read = async (name: string): Promise<Buffer> => {
    const content = await readFile(join(folder, name)).catch((error: unknown) => {
      throw new ModelPackageError(folder, `${name} cannot be read (${String(error)})`);
    });
    const digest = createHash("sha256").update(content).digest("hex");
    if (digest !== manifest.files[name]) throw new ModelPackageError(folder, `${name} does not have its digest`);
    return content;
  };
  const items = lines(await read("items.txt"));
  const users = lines(await read("users.txt"));
  const itemFactors = floats(await read("item_factors.f32"));
  const userFactors = floats(await read("user_factors.f32"));
  const purchasedRows = integers(await read("purchased.indptr.u32"));
  const purchasedItems = integers(await read("purchased.items.u32"));
  const popular = JSON.parse((await read("popular.json")).toString()) as ScoredItem[];
  const width = manifest.factors;
  if (items.length * width !== itemFactors.length || users.length * width !== userFactors.length) {
    throw new ModelPackageError(folder, "ids and factors differ in number");
  }
  const index = new Map(users.map((user, row) => [user, row]));
  const search = new TopK(itemFactors, width, maxLimit);
  const score: Scorer = (userKey, limit) => {
    const row = index.get(userKey);
    if (row === undefined) return undefined;
    const bought = new Set(purchasedItems.subarray(purchasedRows[row], purchasedRows[row + 1]));
    const { indices, scores } = search.search(userFactors.subarray(row * width, (row + 1) * width), limit, bought);
    return Array.from(indices, (item, place) => ({ item_id: items[item] ?? "", score: scores[place] ?? 0 }));
  };
  const byItem = new Map(items.map((item, row) => [item, row]));
  const rank: Model["rank"] = (userKey, itemIds, limit) => {
    const row = index.get(userKey);
    if (row === undefined) return undefined;
    const taste = userFactors.subarray(row * width, (row + 1) * width);
    return [...new Set(itemIds)]
      .flatMap((item_id) => {
        const item = byItem.get(item_id);
        if (item === undefined) return [];
        return [
          { item_id, score: Math.fround(product(taste, itemFactors.subarray(item * width, (item + 1) * width))) },
        ];
      })
      .sort((a, b) => b.score - a.score || (a.item_id < b.item_id ? -1 : 1))
      .slice(0, limit);
  };
  return {
    manifest,
    users,
    items,
    popular,
    score,
    rank,
    similar: similarity(items, byItem, itemFactors, width, maxLimit),
  };
}

/** Search by cosine: the factors' directions are made when they are first asked for, since batch scoring never does. */
function similarity(
  items: readonly string[],
  byItem: ReadonlyMap<string, number>,
  factors: Float32Array,
  width: number,
  maxLimit: number,
): Model["similar"] {
  let made: { readonly search: TopK; readonly directions: Float32Array } | undefined;
  return (itemId, limit) => {
    const item = byItem.get(itemId);
    if (item === undefined) return undefined;
    if (made === undefined) {
      const directions = directionsOf(factors, width);
      made = { directions, search: new TopK(directions, width, maxLimit) };
    }
    const direction = made.directions.subarray(item * width, (item + 1) * width);
    const { indices, scores } = made.search.search(direction, limit, new Set([item]));
    return Array.from(indices, (row, place) => ({ item_id: items[row] ?? "", score: scores[place] ?? 0 }));
  };
}

function directionsOf(factors: Float32Array, width: number): Float32Array {
  const directions = new Float32Array(factors.length);
  for (let at = 0; at < factors.length; at += width) {
    const row = factors.subarray(at, at + width);
    const length = Math.sqrt(product(row, row));
    if (length > 0)
      directions.set(
        row.map((value) => value / length),
        at,
      );
  }
  return directions;
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let f = 0; f < a.length; f += 1) sum += (a[f] ?? 0) * (b[f] ?? 0);
  return sum;
}

/** Reads and checks a package's manifest. @throws ModelPackageError when it is missing or of another format. */
export async function readManifest(folder: string): Promise<ModelManifest> {
  const text = await readFile(join(folder, "manifest.json"), "utf8").catch(() => {
    throw new ModelPackageError(folder, "no manifest.json: torn, or no package at all");
  });
  const parsed = manifestSchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new ModelPackageError(folder, z.prettifyError(parsed.error));
  return parsed.data;
}

function lines(content: Buffer): string[] {
  const text = content.toString("utf8");
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

// A copy aligns the numbers; files are little-endian, as are all processors that Node.js runs on but s390x.
function floats(content: Buffer): Float32Array {
  return new Float32Array(new Uint8Array(content).buffer);
}

function integers(content: Buffer): Uint32Array {
  return new Uint32Array(new Uint8Array(content).buffer);
}

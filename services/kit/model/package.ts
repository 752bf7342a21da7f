import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ScoredItem } from "../../../contracts/tables/records";
import { SeenItems, type BloomFilter } from "./bloom/bloom";
import { readGraph, writeGraph } from "./graph-file";
import type { ItemGraph } from "./kernel/graph";
import { ItemMatrix } from "./kernel/item-matrix";
import { TopK, type Ranking, type SearchFilter } from "./top-k";

/** The largest file of a package: factors of all items, row by row. */
export const ITEM_FACTORS = "item_factors.f32";

/** Read from a file at once. */
const PIECE_BYTES = 1024 ** 2;

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

/** Business rules of one list, by item id; ids that the model does not know are ignored. */
export interface ItemRules {
  readonly exclude?: readonly string[] | undefined;
  /** Given: nothing else is listed. @default any item */
  readonly only?: readonly string[] | undefined;
}

/** The list of one user, or `undefined` for a user the model does not know. */
export type Scorer = (userKey: string, limit: number, rules?: ItemRules) => ScoredItem[] | undefined;

/** How a model is held in memory. */
export interface LoadOptions {
  /** Longest list that will be asked for. @default 500 */
  readonly maxLimit?: number;
  /**
   * Rate of false positives of the Bloom filters of what each user has bought. Of a list of 20, one in a
   * thousand takes an item that the user has not bought from 2 % of the lists, for the next best to step in; the same one
   * for as long as the model serves, another with the next. 0: the lists themselves are kept, and none is lost.
   * @default 0
   */
  readonly seenRate?: number;
  /**
   * Items from which on users' lists come from a graph: {@link GRAPH_FROM} where requests wait for them. It is built behind the
   * answers, which are exact until it is whole. @default never
   */
  readonly graphFrom?: number;
}

/**
 * Items from which on a request is better answered by a graph than exactly: here an exact search takes some 3 ms of a core
 * (bench/top-k.ts), a fiftieth of a request's deadline and as much as all else of it, and it grows with the items; one by
 * the graph takes a tenth of a millisecond, and finds over .98 of the best (bench/graph.ts). A graph takes 150 bytes of
 * memory an item, and minutes to build.
 */
export const GRAPH_FROM = 500_000;

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
  readonly similar: (itemId: string, limit: number, rules?: ItemRules) => ScoredItem[] | undefined;
  /** Memory of its numbers: factors, and what users have bought. */
  readonly bytes: number;
}

/** A model from a package. */
export interface LoadedModel extends Model {
  /** Resolves when no graph is being built, any more or at all. */
  readonly built: Promise<void>;
  /** Stops building a graph: for a model that nobody asks any more. */
  close(): void;
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
 * @throws ModelPackageError naming what is wrong.
 */
export async function loadModel(folder: string, options: LoadOptions = {}): Promise<LoadedModel> {
  const { maxLimit = 500, seenRate = 0, graphFrom = Infinity } = options;
  const manifest = await readManifest(folder);
  const read = (name: string): Promise<Buffer> => readWhole(folder, name, manifest);
  const items = lines(await read("items.txt"));
  const users = lines(await read("users.txt"));
  const userFactors = floats(await read("user_factors.f32"));
  const purchasedRows = integers(await read("purchased.indptr.u32"));
  const purchasedItems = integers(await read("purchased.items.u32"));
  const popular = JSON.parse((await read("popular.json")).toString()) as ScoredItem[];
  const width = manifest.factors;
  if (items.length !== manifest.items || users.length * width !== userFactors.length) {
    throw new ModelPackageError(folder, "ids and factors differ in number");
  }
  const matrix = await readMatrix(folder, manifest);
  const search = new TopK(matrix, maxLimit);
  const bought = boughtBy(purchasedRows, purchasedItems, seenRate, manifest);
  const closing = new AbortController();
  const graph = items.length < graphFrom ? undefined : await addGraph(folder, manifest, search);
  const byUser = new Map(users.map((user, row) => [user, row]));
  const byItem = new Map(items.map((item, row) => [item, row]));
  const tasteOf = (user: number): Float32Array => userFactors.subarray(user * width, (user + 1) * width);
  const rowsOf = (ids: readonly string[]): number[] => ids.flatMap((id) => byItem.get(id) ?? []);
  const filterOf = ({ exclude = [], only }: ItemRules): SearchFilter => ({
    excluded: rowsOf(exclude),
    ...(only === undefined ? {} : { only: rowsOf(only) }),
  });
  const listOf = ({ indices, scores }: Ranking): ScoredItem[] =>
    Array.from(indices, (item, place) => ({ item_id: items[item] ?? "", score: scores[place] ?? 0 }));
  return {
    manifest,
    users,
    items,
    popular,
    score: (userKey, limit, rules = {}) => {
      const user = byUser.get(userKey);
      if (user === undefined) return undefined;
      const { excluded = [], ...filter } = filterOf(rules);
      const { list, filter: seen } = bought.of(user);
      return listOf(search.search(tasteOf(user), limit, { ...filter, excluded: [...excluded, ...list], seen }));
    },
    rank: (userKey, itemIds, limit) => {
      const user = byUser.get(userKey);
      return user === undefined ? undefined : listOf(search.search(tasteOf(user), limit, { only: rowsOf(itemIds) }));
    },
    similar: (itemId, limit, rules = {}) => {
      const item = byItem.get(itemId);
      return item === undefined ? undefined : listOf(search.similar(item, limit, filterOf(rules)));
    },
    get bytes() {
      return matrix.bytes + userFactors.byteLength + bought.bytes;
    },
    built: buildBehind(graph, closing.signal),
    close: () => {
      closing.abort();
    },
  };
}

/** A graph with what lies in the package, or one that has to be built. */
async function addGraph(folder: string, manifest: ModelManifest, search: TopK): Promise<ItemGraph> {
  const graph = search.addGraph();
  await readGraph(folder, graph, factorsOf(manifest)).catch((error: unknown) => {
    throw new ModelPackageError(folder, error instanceof Error ? error.message : String(error));
  });
  return graph;
}

function factorsOf({ files }: ModelManifest): string {
  return files[ITEM_FACTORS] ?? "";
}

/**
 * Builds the graph of a package's items and keeps it in its folder, so that no server that loads the package has to.
 * @param graphFrom items from which on a package gets one. @default GRAPH_FROM
 * @returns whether it has one now.
 */
export async function keepGraph(folder: string, graphFrom = GRAPH_FROM, signal?: AbortSignal): Promise<boolean> {
  const manifest = await readManifest(folder);
  if (manifest.items < graphFrom) return false;
  const graph = new TopK(await readMatrix(folder, manifest), 1).addGraph();
  await buildBehind(graph, signal);
  signal?.throwIfAborted();
  await writeGraph(folder, graph, factorsOf(manifest));
  return true;
}

/** Items put into a graph between two looks at the event loop: some 5 ms, by which answers are late meanwhile. */
const ITEMS_A_TURN = 32;

async function buildBehind(graph: ItemGraph | undefined, signal?: AbortSignal): Promise<void> {
  while (graph?.isWhole === false && signal?.aborted !== true) {
    graph.insert(ITEMS_A_TURN);
    await new Promise(setImmediate);
  }
}

/** What a user has bought: the list, or a filter in its place. */
interface Bought {
  of(user: number): { readonly list: Uint32Array; readonly filter: BloomFilter | undefined };
  readonly bytes: number;
}

const NONE = new Uint32Array();

function boughtBy(rows: Uint32Array, items: Uint32Array, rate: number, { version }: ModelManifest): Bought {
  if (rate === 0) {
    return {
      of: (user) => ({ list: items.subarray(rows[user], rows[user + 1]), filter: undefined }),
      bytes: rows.byteLength + items.byteLength,
    };
  }
  const seen = SeenItems.of(rows, items, rate, parseInt(version.slice(0, 8), 16));
  return { of: (user) => ({ list: NONE, filter: seen.user(user) }), bytes: seen.bytes };
}

async function readWhole(folder: string, name: string, { files }: ModelManifest): Promise<Buffer> {
  const content = await readFile(join(folder, name)).catch((error: unknown) => {
    throw new ModelPackageError(folder, `${name} cannot be read (${String(error)})`);
  });
  const digest = createHash("sha256").update(content).digest("hex");
  if (digest !== files[name]) throw new ModelPackageError(folder, `${name} does not have its digest`);
  return content;
}

/** Reads the items' factors piece by piece into the memory in which they are searched, so that there are never two of them. */
async function readMatrix(folder: string, { items, factors, files }: ModelManifest): Promise<ItemMatrix> {
  const name = ITEM_FACTORS;
  const path = join(folder, name);
  const { size } = await stat(path).catch((error: unknown) => {
    throw new ModelPackageError(folder, `${name} cannot be read (${String(error)})`);
  });
  if (size !== items * factors * 4) throw new ModelPackageError(folder, "ids and factors differ in number");
  const matrix = new ItemMatrix(items, factors);
  const hash = createHash("sha256");
  let at = 0;
  for await (const piece of createReadStream(path, { highWaterMark: PIECE_BYTES }) as AsyncIterable<Buffer>) {
    hash.update(piece);
    matrix.fill(at, piece);
    at += piece.length;
  }
  if (hash.digest("hex") !== files[name]) throw new ModelPackageError(folder, `${name} does not have its digest`);
  return matrix;
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

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { GraphShape, ItemGraph } from "./kernel/graph";

/** Where a model package keeps the graph of its items, beside what its manifest lists. */
export const GRAPH_FILE = "item_graph.bin";

/** The first bytes of the file, JSON that is filled up with blanks; the links of all layers follow. */
const HEADER_BYTES = 512;

const headerSchema = z.object({
  format: z.literal("meridian-graph/1"),
  /** Digest of the items' factors, hex: a graph is of these alone. */
  factors: z.string(),
  /** Digest of the links, hex. */
  links: z.string(),
  items: z.int(),
  neighbours: z.int(),
  effort: z.int(),
  entry: z.int(),
  top: z.int(),
});

/** Writes a whole graph into a package's folder, all or nothing. @param factors digest of the items' factors, hex. */
export async function writeGraph(folder: string, graph: ItemGraph, factors: string): Promise<void> {
  const links = createHash("sha256");
  for (const part of graph.links) links.update(part);
  const header = JSON.stringify({ format: "meridian-graph/1", factors, links: links.digest("hex"), ...graph.shape });
  const path = join(folder, GRAPH_FILE);
  const file = await open(`${path}.fresh`, "w");
  try {
    await file.writeFile(header.padEnd(HEADER_BYTES));
    for (const part of graph.links) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.fresh`, path);
}

/**
 * Fills a graph from a package's folder.
 * @returns whether there was one, of these factors and made as this graph would be.
 * @throws Error when it is torn.
 */
export async function readGraph(folder: string, graph: ItemGraph, factors: string): Promise<boolean> {
  const path = join(folder, GRAPH_FILE);
  const head = await firstBytes(path);
  if (head === undefined) return false;
  const header = headerSchema.safeParse(fromJson(head)).data;
  if (header === undefined || header.factors !== factors || !isAlike(header, graph.shape)) return false;
  const parts = graph.links;
  const hash = createHash("sha256");
  let [part, at] = [0, 0];
  for await (const piece of createReadStream(path, { start: HEADER_BYTES }) as AsyncIterable<Buffer>) {
    hash.update(piece);
    for (let from = 0; from < piece.length;) {
      const target = parts[part];
      if (target === undefined) throw new Error(`${GRAPH_FILE} is longer than its links`);
      const taken = piece.subarray(from, from + target.length - at);
      target.set(taken, at);
      from += taken.length;
      at += taken.length;
      if (at === target.length) [part, at] = [part + 1, 0];
    }
  }
  if (hash.digest("hex") !== header.links) throw new Error(`${GRAPH_FILE} does not have its digest`);
  graph.adopt(header);
  return true;
}

async function firstBytes(path: string): Promise<string | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}

function isAlike(header: GraphShape, shape: GraphShape): boolean {
  return (["items", "neighbours", "effort"] as const).every((name) => header[name] === shape[name]);
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { FRESH_KEY, popularKeyOf, type ScoredItem } from "../../contracts/tables/records";

const scored = z.array(z.object({ item_id: z.string(), score: z.number() }));
const coldStartSchema = z.object({ popular_by_region: z.record(z.string(), scored), fresh: scored });

/** A list for those whom the model does not know. */
export interface ColdStartList {
  /** Key in the recommendations table. */
  readonly key: string;
  readonly items: readonly ScoredItem[];
}

/** The lists of a package's `cold_start.json`; none where a package of an older program has no such file. */
export async function readColdStart(folder: string): Promise<ColdStartList[]> {
  const text = await readFile(join(folder, "cold_start.json"), "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return [];
  const { popular_by_region, fresh } = coldStartSchema.parse(JSON.parse(text));
  return [
    ...Object.entries(popular_by_region)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([region, items]) => ({ key: popularKeyOf(region), items })),
    ...(fresh.length === 0 ? [] : [{ key: FRESH_KEY, items: fresh }]),
  ];
}

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Model } from "../kit/model/package";

/** `algorithm` in the manifest of the model that a region's endpoint starts with, before anything was trained. */
const UNTRAINED = "none";

/**
 * The placeholder for a model that was not trained yet, where a folder has it: it knows no user and no item, so that the server is healthy
 * and every caller falls back to what is popular elsewhere. `undefined` for a folder with a model package.
 */
export async function untrainedModel(folder: string): Promise<Model | undefined> {
  const manifest: unknown = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8"));
  const untrained =
    typeof manifest === "object" && manifest !== null && "algorithm" in manifest && manifest.algorithm === UNTRAINED;
  if (!untrained) return undefined;
  return {
    manifest: {
      version: UNTRAINED,
      digest: UNTRAINED,
      format: "meridian-model/1",
      algorithm: UNTRAINED,
      parameters: {},
      users: 0,
      items: 0,
      factors: 0,
      interactions: 0,
      window: { from: "", to: "" },
      evaluation: {},
      files: {},
    },
    users: [],
    items: [],
    popular: [],
    score: () => undefined,
    rank: () => undefined,
    similar: () => undefined,
    bytes: 0,
  };
}

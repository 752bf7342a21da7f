import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Two users, three items, two factors: ada likes lamps (and has bought one), bo likes rugs. */
export const TINY = {
  "items.txt": Buffer.from("desk\nlamp\nrug\n"),
  "users.txt": Buffer.from("ada\nbo\n"),
  "item_factors.f32": Buffer.from(Float32Array.of(0.5, 0.5, 1, 0, 0, 1).buffer),
  "user_factors.f32": Buffer.from(Float32Array.of(1, 0.25, 0.25, 1).buffer),
  "purchased.indptr.u32": Buffer.from(Uint32Array.of(0, 1, 1).buffer),
  "purchased.items.u32": Buffer.from(Uint32Array.of(1).buffer),
  "popular.json": Buffer.from(JSON.stringify([{ item_id: "lamp", score: 9 }])),
} as const;

/** Writes a model package as the training job does. */
export async function writeTinyPackage(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const sha256 = (content: Buffer) => createHash("sha256").update(content).digest("hex");
  const files = Object.fromEntries(Object.entries(TINY).map(([name, content]) => [name, sha256(content)]));
  for (const [name, content] of Object.entries(TINY)) await writeFile(join(folder, name), content);
  const digest = sha256(Buffer.from(JSON.stringify(files)));
  const manifest = {
    version: digest.slice(0, 16),
    digest: `sha256:${digest}`,
    format: "meridian-model/1",
    algorithm: "implicit-als-cg",
    parameters: { factors: 2 },
    users: 2,
    items: 3,
    factors: 2,
    interactions: 4,
    window: { from: "2026-03-01T00:00:00.000Z", to: "2026-03-02T00:00:00.000Z" },
    evaluation: { "recall@10": 0.5, "popular_recall@10": 0.1, cutoff: "2026-03-02T00:00:00.000Z" },
    files,
  };
  await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest));
  return manifest.version;
}

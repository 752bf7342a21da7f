import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { ModelPackageError, readManifest, type ModelManifest } from "./package";

/** Compares every file of a package with its digest in the manifest, without loading it. @throws ModelPackageError naming the file. */
export async function verifyPackage(folder: string): Promise<ModelManifest> {
  const manifest = await readManifest(folder);
  for (const [name, expected] of Object.entries(manifest.files)) {
    const hash = createHash("sha256");
    await pipeline(createReadStream(join(folder, name)), hash).catch((error: unknown) => {
      throw new ModelPackageError(folder, `${name} cannot be read (${String(error)})`);
    });
    if (hash.digest("hex") !== expected) throw new ModelPackageError(folder, `${name} does not have its digest`);
  }
  return manifest;
}

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/** A program's files as one archive for S3, with a version that depends on its content only. */
export interface Program {
  readonly archive: pulumi.asset.Archive;
  /** SHA-256 over names and contents, hex: equal for equal files. Not the digest of the archive's bytes. */
  readonly digest: string;
}

/** What tools write beside the sources is never part of a program. */
const LEFT_OUT = /(^|\/)(node_modules|__pycache__|\.[^/]+)(\/|$)/;

/**
 * Packs the files of some folders into one archive. Names are relative to their folder and use `/`. Reads only.
 * @param extensions of the files to pack, e.g. `[".py", ".sql"]`.
 * @throws Error when two folders have a file of the same name.
 */
export function packProgram(folders: readonly string[], extensions: readonly string[]): Program {
  const files = folders.flatMap((folder) => filesIn(folder, extensions));
  const hash = createHash("sha256");
  const assets: Record<string, pulumi.asset.Asset> = {};
  for (const { name, path } of files.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (name in assets) throw new Error(`want one file ${name} in the program, got two: ${folders.join(", ")}`);
    hash.update(`${name}\0`).update(createHash("sha256").update(readFileSync(path)).digest());
    assets[name] = new pulumi.asset.FileAsset(path);
  }
  return { archive: new pulumi.asset.AssetArchive(assets), digest: hash.digest("hex") };
}

function filesIn(folder: string, extensions: readonly string[]): { readonly name: string; readonly path: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && extensions.some((extension) => entry.name.endsWith(extension)))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, name: path.slice(folder.length + 1).replaceAll(sep, "/") }))
    .filter(({ name }) => !LEFT_OUT.test(name));
}

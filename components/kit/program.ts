import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/** A folder of programs as one archive for S3, with a version that depends on its content only. */
export interface Program {
  readonly archive: pulumi.asset.Archive;
  /** SHA-256 over names and contents, hex: equal for equal folders. Not the digest of the archive's bytes. */
  readonly digest: string;
}

/** Made by tools beside the sources; never part of a program. */
const LEFT_OUT = /(^|\/)(node_modules|__pycache__|\.[^/]+)(\/|$)/;

/** Packs a folder; names are relative to it and use `/`. Reads only. */
export function packProgram(folder: string): Program {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll(sep, "/"),
    )
    .filter((name) => !LEFT_OUT.test(name))
    .sort();
  const hash = createHash("sha256");
  const assets: Record<string, pulumi.asset.Asset> = {};
  for (const name of names) {
    const path = join(folder, name);
    hash.update(`${name}\0`).update(createHash("sha256").update(readFileSync(path)).digest());
    assets[name] = new pulumi.asset.FileAsset(path);
  }
  return { archive: new pulumi.asset.AssetArchive(assets), digest: hash.digest("hex") };
}

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { buildSync } from "esbuild";
import * as pulumi from "@pulumi/pulumi";
import { oncePerProcess } from "./once";
import type { Program } from "./program";

/**
 * Bundles a service's entry point, with all its dependencies, as a program for an instance or a container with Node
 * 22: an archive whose root holds `index.cjs` and an executable `start`. Reads sources only and writes nothing; the
 * same sources give the same bytes. Bundled once a process, however many stacks it runs.
 *
 * Packages with native code are not bundled (see NATIVE): a program that imports one carries its own `package.json` and
 * `package-lock.json` beside the bundle, and its machine installs from them.
 * @param beside text files that lie beside the bundle, e.g. in another language: name in the archive to path.
 * @default none
 */
export function bundleProgram(entryPoint: string, beside: Readonly<Record<string, string>> = {}): Program {
  const { code, digest } = bundled(entryPoint);
  const files = Object.entries(beside)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, path]) => [name, readFileSync(path, "utf8")] as const);
  return {
    archive: new pulumi.asset.AssetArchive({
      "index.cjs": new pulumi.asset.StringAsset(code),
      start: new pulumi.asset.StringAsset(START),
      ...Object.fromEntries(files.map(([name, text]) => [name, new pulumi.asset.StringAsset(text)])),
    }),
    digest: files.length === 0 ? digest : digestOf(digest, files),
  };
}

function digestOf(bundle: string, files: readonly (readonly [name: string, text: string])[]): string {
  const hash = createHash("sha256").update(bundle);
  for (const [name, text] of files) hash.update(`${name}\0`).update(createHash("sha256").update(text).digest());
  return hash.digest("hex");
}

/** Packages with native code, which no bundle can hold. */
const NATIVE = ["@duckdb/*"];

const START = '#!/bin/sh\nexec node "$(dirname "$0")/index.cjs"\n';

const bundled = oncePerProcess((entryPoint) => {
  const { outputFiles } = buildSync({
    entryPoints: [entryPoint],
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    minify: true,
    legalComments: "none",
    external: NATIVE,
    write: false,
  });
  const code = outputFiles[0]?.text ?? "";
  return { code, digest: createHash("sha256").update(code).update(START).digest("hex") };
});

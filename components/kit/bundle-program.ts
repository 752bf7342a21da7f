import { createHash } from "node:crypto";
import { buildSync } from "esbuild";
import * as pulumi from "@pulumi/pulumi";
import type { Program } from "./program";

/**
 * Bundles a workload's entry point, with all its dependencies, as a program for an instance or a container with Node
 * 22: an archive whose root holds `index.cjs` and an executable `start`. Reads sources only and writes nothing; the
 * same sources give the same bytes.
 */
export function bundleProgram(entryPoint: string): Program {
  const { outputFiles } = buildSync({
    entryPoints: [entryPoint],
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    minify: true,
    legalComments: "none",
    write: false,
  });
  const code = outputFiles[0]?.text ?? "";
  const start = '#!/bin/sh\nexec node "$(dirname "$0")/index.cjs"\n';
  return {
    archive: new pulumi.asset.AssetArchive({
      "index.cjs": new pulumi.asset.StringAsset(code),
      start: new pulumi.asset.StringAsset(start),
    }),
    digest: createHash("sha256").update(code).update(start).digest("hex"),
  };
}

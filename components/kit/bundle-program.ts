import { createHash } from "node:crypto";
import { buildSync } from "esbuild";
import * as pulumi from "@pulumi/pulumi";
import { oncePerProcess } from "./once";
import type { Program } from "./program";

/**
 * Bundles a workload's entry point, with all its dependencies, as a program for an instance or a container with Node
 * 22: an archive whose root holds `index.cjs` and an executable `start`. Reads sources only and writes nothing; the
 * same sources give the same bytes. Bundled once a process, however many stacks it runs.
 */
export function bundleProgram(entryPoint: string): Program {
  const { code, digest } = bundled(entryPoint);
  return {
    archive: new pulumi.asset.AssetArchive({
      "index.cjs": new pulumi.asset.StringAsset(code),
      start: new pulumi.asset.StringAsset(START),
    }),
    digest,
  };
}

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
    write: false,
  });
  const code = outputFiles[0]?.text ?? "";
  return { code, digest: createHash("sha256").update(code).update(START).digest("hex") };
});

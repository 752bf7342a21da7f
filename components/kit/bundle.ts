import { createHash } from "node:crypto";
import { buildSync } from "esbuild";
import * as pulumi from "@pulumi/pulumi";
import { oncePerProcess } from "./once";

/** A Lambda function's code, bundled from one TypeScript entry point. */
export interface LambdaBundle {
  readonly code: pulumi.asset.AssetArchive;
  /** Always `index.handler`. */
  readonly handler: "index.handler";
  /** SHA-256 of the bundle, hex: equal for equal sources. */
  readonly digest: string;
}

/**
 * Bundles a service's entry point for Lambda (Node 22, arm64 or x86). Reads sources only and writes nothing, so a
 * preview needs no build step; the same sources give the same bytes. Bundled once a process, however many stacks it runs.
 */
export function bundleLambda(entryPoint: string): LambdaBundle {
  const { text, digest } = bundled(entryPoint);
  return {
    code: new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset(text) }),
    handler: "index.handler",
    digest,
  };
}

const bundled = oncePerProcess((entryPoint) => {
  const { outputFiles } = buildSync({
    entryPoints: [entryPoint],
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    minify: true,
    legalComments: "none",
    // The Lambda runtime carries the AWS SDK.
    external: ["@aws-sdk/*"],
    write: false,
  });
  const text = outputFiles[0]?.text ?? "";
  return { text, digest: createHash("sha256").update(text).digest("hex") };
});

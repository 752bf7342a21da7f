import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { checkoutRoot, ensureToolchain, localProcessEnvironment, paths } from "../../local/toolchain";

/** The real engine with a provider that takes every type. */
export interface EchoEngine {
  readonly command: PulumiCommand;
  readonly folder: string;
  readonly environment: Record<string, string>;
  /** Folder of the policy pack. */
  readonly pack: string;
  close(): void;
}

/** Makes an engine ready, with a backend of its own. */
export async function echoEngine(): Promise<EchoEngine> {
  const root = checkoutRoot();
  const folder = mkdtempSync(join(tmpdir(), "guardrails-"));
  await ensureToolchain(() => undefined);
  const command = await PulumiCommand.get({ root: dirname(paths().bin) });
  const bin = join(folder, "bin");
  mkdirSync(bin);
  mkdirSync(join(folder, "backend"));
  const words = [
    join(root, "node_modules", ".bin", "node"),
    "--require",
    join(root, "local", "toolchain", "register.cjs"),
    join(root, "tests", "policies", "echo-provider.ts"),
  ];
  const provider = `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(" ")} "$@"\n`;
  writeFileSync(join(bin, "pulumi-resource-aws"), provider, { mode: 0o755 });
  const local = await localProcessEnvironment();
  const environment = {
    ...local,
    PATH: [bin, local["PATH"] ?? ""].join(delimiter),
    PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
  };
  const close = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  return { command, folder, environment, pack: join(root, "policies"), close };
}

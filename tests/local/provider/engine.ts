import * as path from "node:path";
import {
  LocalWorkspace,
  PulumiCommand,
  type OpMap,
  type PreviewResult,
  type PulumiFn,
  type UpResult,
} from "@pulumi/pulumi/automation";
import { PACKAGES, startProvider } from "../../../local/provider";
import type { OwnCloud } from "./emulator";

/** A stack under the real engine, with providers of its own. */
export interface OwnStack {
  preview(): Promise<PreviewResult>;
  up(): Promise<UpResult>;
  /** What an update did, by kind. */
  changes(): Promise<OpMap | undefined>;
  destroy(): Promise<void>;
  /** Empties the stack's state and leaves the resources, as a run does that dies before it writes. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a stack of an inline program, attached to providers that this process serves. */
export async function openStack(cloud: OwnCloud, name: string, program: PulumiFn): Promise<OwnStack> {
  const served = await Promise.all(PACKAGES.map((one) => startProvider({ package: one, endpoint: cloud.url })));
  const attach = PACKAGES.map((one, i) => `${one}:${served[i]?.port ?? 0}`).join(",");
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: name, projectName: "meridian", program },
    {
      // The command's folder is the one above bin.
      pulumiCommand: await PulumiCommand.get({ root: path.dirname(cloud.paths.bin) }),
      envVars: { ...cloud.environment, PULUMI_DEBUG_PROVIDERS: attach },
    },
  );
  await stack.setConfig("pulumi:disable-default-providers", { value: '["*"]' });
  return {
    preview: () => stack.preview(),
    up: () => stack.up(),
    changes: async () => (await stack.up()).summary.resourceChanges,
    destroy: async () => {
      await stack.destroy();
    },
    forget: async () => {
      const exported = await stack.exportStack();
      const kept = Object.entries(exported.deployment as object).filter(([key]) => key !== "resources");
      await stack.importStack({ ...exported, deployment: Object.fromEntries(kept) });
    },
    close: async () => {
      await Promise.all(served.map((one) => one.close()));
    },
  };
}

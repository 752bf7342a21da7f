import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { startEmulator, stopEmulator } from "../../../local/emulator";
import { checkoutRoot, ensureToolchain, localProcessEnvironment, pathsOf, type Paths } from "../../../local/toolchain";

/** A local cloud of one test: nothing in it, on a port of its own, gone afterwards. */
export interface OwnCloud {
  readonly url: string;
  readonly paths: Paths;
  /** The environment in which Pulumi works against it. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts an emulator whose state lies in a temporary folder, with the engine beside it. */
export async function startOwnCloud(): Promise<OwnCloud> {
  const home = await mkdtemp(path.join(tmpdir(), "meridian-provider-"));
  const paths = pathsOf({ root: checkoutRoot(), environment: { ...process.env, MERIDIAN_HOME: home } });
  await ensureToolchain(() => undefined, paths);
  const { url } = await startEmulator(paths);
  return {
    url,
    paths,
    environment: await localProcessEnvironment(paths),
    stop: async () => {
      await stopEmulator(paths);
      await rm(home, { recursive: true, force: true });
    },
  };
}

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { startEmulator, stopEmulator } from "../../../local/emulator";
import { checkoutRoot, pathsOf, type Paths } from "../../../local/toolchain";

/** An emulator of one test, with nothing in it, on a port of its own. */
export interface OwnEmulator {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts an emulator whose state lies in a temporary folder.
 * @throws Error when the toolchain's Python environment is absent (`make up` builds it; MERIDIAN_PYTHON names another)
 */
export async function startOwnEmulator(): Promise<OwnEmulator> {
  const home = await mkdtemp(path.join(tmpdir(), "meridian-provider-"));
  const own = pathsOf({ root: checkoutRoot(), environment: { ...process.env, MERIDIAN_HOME: home } });
  const python = process.env["MERIDIAN_PYTHON"];
  const paths: Paths = python === undefined ? own : { ...own, venv: path.dirname(path.dirname(python)) };
  const { url } = await startEmulator(paths);
  return {
    url,
    stop: async () => {
      await stopEmulator(paths);
      await rm(home, { recursive: true, force: true });
    },
  };
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { stopEmulator } from "../../local/emulator";
import { checkoutRoot, enterLocalEnvironment, ensureToolchain, paths, stopBackground } from "../../local/toolchain";

/**
 * Loaded before integration tests: their process has a `.meridian` of its own in a temporary folder, so that several run
 * side by side and none touches the local cloud of the checkout. What they started there is stopped and removed.
 */
const home = mkdtempSync(join(tmpdir(), "meridian-tests-"));
process.env["MERIDIAN_HOME"] = home;
process.env["MERIDIAN_ENGINE_DOWNLOAD"] ??= "never";
process.env["PATH"] = [join(checkoutRoot(__dirname), "node_modules", ".bin"), process.env["PATH"] ?? ""].join(
  delimiter,
);

/** Called by Mocha once, before the first test. */
export async function mochaGlobalSetup(): Promise<void> {
  await ensureToolchain(() => undefined);
  await enterLocalEnvironment();
}

/** Called by Mocha once, after the last test. */
export async function mochaGlobalTeardown(): Promise<void> {
  await stopBackground(paths());
  await stopEmulator(paths());
  rmSync(home, { recursive: true, force: true });
}

import { stopEmulator } from "../emulator/emulator";
import { stopBackground } from "./background";
import { paths } from "./paths";

/** What `make down` runs: stops what was started in the background; the state stays for the next start. */
async function down(): Promise<void> {
  const stopped = await stopBackground(paths());
  if (await stopEmulator(paths())) {
    stopped.push("emulator");
  }
  console.log(stopped.length === 0 ? "nothing was running" : `stopped: ${stopped.join(", ")}`);
}

down().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});

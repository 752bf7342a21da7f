import { stopEmulator } from "../local/emulator";
import { paths, stopBackground } from "../local/toolchain";
import { EXIT } from "./kit/exit";
import type { ExitCode } from "./kit/exit";
import { Output } from "./kit/output";

/** Stops what `up` started on this machine; the emulator saves its state first. */
export async function down(options: { readonly json?: boolean }): Promise<ExitCode> {
  const output = new Output(options.json === true);
  const own = paths();
  const stopped = await stopBackground(own);
  if (await stopEmulator(own)) stopped.push("emulator");
  output.result({ stopped }, () => {
    output.line(stopped.length > 0 ? `stopped: ${stopped.join(", ")}; state is kept` : "nothing was running");
  });
  return EXIT.ok;
}
